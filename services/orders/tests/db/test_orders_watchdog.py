"""Whatever nobody moves is found, told, and gone from the list once it is mended."""

import pytest
from sqlalchemy.orm import Session

from chassis import clock
from chassis.errors import NotFound, Refused
from contracts.orders import PlaceHold, TellOwner, WriteDown
from contracts.stuck import DecideStuck, FindStuck
from services.orders import exceptions, handlers, watchdog
from services.orders.tests.db.conftest import Office
from services.orders.tests.db.planted import A_MINUTE_LATER, PLANTED, Post, a_sending


@pytest.fixture
def post(office: Office, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(clock, "now", lambda: A_MINUTE_LATER)
    return Post(office)


RETRIED = {
    "no_journey": ("stock", "ReserveStock"),
    "no_timer": ("stock", "ReserveStock"),
    "overdue": ("stock", "ReserveStock"),
    "journey_over": ("routing", "RouteOrder"),
    "not_sent_out": ("packing", "OpenFulfillment"),
    "cancellation": ("stock", "ReleaseStock"),
    "hold": ("stock", ""),
    "owed": ("commit", ""),
    "not_completed": ("commit", "OrderCompleted"),
}
COMPENSATED = {
    "no_journey": ["CancelFulfillment"],
    "no_timer": ["ReleaseStock"],
    "overdue": ["ReleaseStock"],
    "journey_over": ["CancelFulfillment"],
    "not_sent_out": ["VoidShipment"],
}


def test_an_order_on_its_way_is_no_exception(post: Post) -> None:
    post.look(3)

    assert (post.found(), post.told()) == ([], [])
    assert post.office.rows("select count(*) from order_exceptions") == [(0,)]


@pytest.mark.parametrize("kind", PLANTED)
def test_what_nobody_moves_is_told_at_the_second_look_and_once(kind: str, post: Post) -> None:
    PLANTED[kind](post)
    post.look()
    assert post.found() == []

    post.look(3)

    (one,) = post.found()
    assert (one.kind, one.order_id) == (kind, post.order_id)
    assert one.problem
    assert one.since <= A_MINUTE_LATER
    assert one.allowed
    assert post.told() == [("does not go on", kind)]


@pytest.mark.parametrize("kind", PLANTED)
def test_what_is_mended_before_the_second_look_was_never_an_exception(
    kind: str, post: Post
) -> None:
    PLANTED[kind](post)
    post.look()
    post.sql("update orders set state = 'canceled', hold_until = null, holds = '[]'")
    post.sql("update saga_runs set phase = 'compensated', deadline = null")
    post.look()

    assert post.office.rows("select count(*) from order_exceptions") == [(0,)]
    assert post.told() == []


@pytest.mark.parametrize("kind", RETRIED)
def test_a_retry_asks_again_and_the_exception_goes(kind: str, post: Post) -> None:
    PLANTED[kind](post)
    post.look(2)
    post.office.work.sent.clear()

    post.decide("retry")

    step, asked = RETRIED[kind]
    runs = post.office.rows("select step from saga_runs order by run_id desc limit 1")
    assert runs == [(step,)]
    assert asked in ("", *post.said())
    post.look()
    if kind != "owed":  # there it is the provider who must move
        assert post.found() == []
        assert post.told() == [("does not go on", kind), ("goes on", kind)]


@pytest.mark.parametrize("kind", COMPENSATED)
def test_to_compensate_is_to_give_everything_back(kind: str, post: Post) -> None:
    PLANTED[kind](post)
    post.look(2)
    post.office.work.sent.clear()

    post.decide("compensate")

    assert post.said()[:1] == COMPENSATED[kind]
    post.look()
    assert post.found() == []


REFUSED = {"hold": "skip", "no_timer": "skip", "owed": "compensate", "cancellation": "skip"}


@pytest.mark.parametrize(("kind", "decision"), REFUSED.items())
def test_what_is_not_possible_is_refused_and_says_what_is(
    kind: str, decision: str, post: Post
) -> None:
    PLANTED[kind](post)
    post.look(2)

    with pytest.raises(Refused) as refused:
        post.decide(decision)
    assert refused.value.code == "illegal_move"
    assert "retry" in refused.value.message or kind == "no_timer"


def test_what_has_shipped_is_not_canceled(post: Post) -> None:
    a_sending(post, "shipped")
    post.sql("update orders set lines = jsonb_set(lines, '{0,shipped}', '1')")
    post.look(2)

    assert post.found()[0].allowed == ("retry",)
    with pytest.raises(Refused):
        post.decide("compensate")


def test_an_exception_that_there_is_not_can_not_be_decided(post: Post) -> None:
    wish = DecideStuck(
        exception_id=f"orders:no_timer:{post.order_id}", decision="retry", reason="why not"
    )
    with pytest.raises(Refused):
        post.office.do(exceptions.decide, wish, runs=True)
    other = DecideStuck(
        exception_id=f"orders:owed:{post.order_id}", decision="retry", reason="why not"
    )
    with pytest.raises(NotFound):
        post.office.do(exceptions.decide, other, runs=True)


def test_a_hold_without_an_end_is_owned_by_people(post: Post) -> None:
    hold = PlaceHold(order_id=post.order_id, reason="fraud")
    post.office.do(handlers.place_hold, hold)
    post.sql("update saga_runs set step = 'confirm', attempts = 0, deadline = null")
    post.look(3)
    assert post.found() == []

    post.sql("update orders set holds = '[]'")
    post.look(2)
    assert post.kinds() == ["no_timer"]


def test_two_replicas_take_turns(post: Post) -> None:
    post.look()
    post.sql("update saga_runs set deadline = null")
    with Session(post.office.engine) as other, other.begin():
        assert watchdog._take_turn(other) is not None
        post.look(3)
        assert post.office.rows("select count(*) from order_exceptions") == [(0,)]
    post.look(2)

    assert post.kinds() == ["no_timer"]


def test_an_order_that_somebody_is_at_waits_for_the_next_look(post: Post) -> None:
    post.sql("update saga_runs set deadline = null")
    with Session(post.office.engine) as other, other.begin():
        other.connection().exec_driver_sql("select 1 from orders for update")
        post.look(2)
    assert post.office.rows("select count(*) from order_exceptions") == [(0,)]


def test_page_by_page_all_open_orders_are_looked_at(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "ORDERS_A_LOOK", 2)
    monkeypatch.setattr(watchdog, "EXCEPTIONS_A_LOOK", 2)
    for _ in range(6):
        post.office.place()
    post.sql("update saga_runs set deadline = null")
    post.look(12)

    assert post.kinds() == ["no_timer"] * 7
    seen: list[str] = []
    after = ""
    while True:
        page = post.office.ask(exceptions.find_stuck, FindStuck(after=after, limit=3))
        seen += [one.exception_id for one in page.stuck]
        if not (after := page.next):
            break
    assert seen == [one.exception_id for one in post.found()]
    (one,) = post.office.ask(exceptions.find_stuck, FindStuck(only=seen[2])).stuck
    assert one.exception_id == seen[2]


def test_what_another_service_let_a_person_decide_is_in_the_history(post: Post) -> None:
    command = WriteDown(
        order_id=post.order_id, action="call retried", by="person:bob", reason="it is back"
    )
    post.office.do(exceptions.write_down, command)

    rows = post.office.rows("select actor, action, reason from order_history order by seq desc")
    assert rows[0] == ("person:bob", "call retried", "it is back")


def test_who_takes_care_of_an_exception_is_in_the_history(post: Post) -> None:
    wish = TellOwner(order_id=post.order_id, exception="no_timer", before="Ann", after="Bob")
    post.office.do(exceptions.tell_owner, wish)

    told = "actor, action, subject, before, after"
    rows = post.office.rows(f"select {told} from order_history order by seq desc")
    assert rows[0] == ("person:ann", "exception assigned", "no_timer", "Ann", "Bob")
