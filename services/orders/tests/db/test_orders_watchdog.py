"""Whatever nobody moves is found, told, and gone from the list once it is mended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy.orm import Session

from chassis import clock
from chassis.errors import NotFound, Refused
from contracts.orders import OrderRef, PlaceHold, WriteDown
from contracts.stuck import DecideStuck, FindStuck, Stuck
from contracts.values import SkuQuantity
from services.orders import exceptions, handlers, watchdog
from services.orders.domain.order import Sending
from services.orders.tables import SqlOrders, runs_of
from services.orders.tests.builders import MUG, NOW, Clerk
from services.orders.tests.db.conftest import Office

A_MINUTE_LATER = NOW + timedelta(minutes=1)


@dataclass
class Timer(Clerk):
    """Who looks: the timer, in a transaction of its own."""

    session: Any = None


class Post:
    """Where the watchdog stands: it looks, and people look at what it has found."""

    def __init__(self, office: Office) -> None:
        self.office, self.order_id = office, office.place().order_id
        office.work.now = A_MINUTE_LATER

    def look(self, times: int = 1) -> None:
        """Let it look; between two looks time passes by the database's clock."""
        for _ in range(times):
            self.sql("update order_exceptions set found_at = found_at - interval '10 seconds'")
            with Session(self.office.engine, expire_on_commit=False) as session, session.begin():
                timer: Any = Timer(A_MINUTE_LATER, actor="timer", session=session)
                watchdog.look(timer, SqlOrders(session), runs_of(session))

    def found(self) -> list[Stuck]:
        return list(self.office.ask(exceptions.find_stuck, FindStuck()).stuck)

    def kinds(self) -> list[str]:
        return [one.kind for one in self.found()]

    def sql(self, statement: str) -> None:
        with self.office.engine.begin() as connection:
            connection.exec_driver_sql(statement.replace("{id}", self.order_id))

    def decide(self, decision: str) -> None:
        (one,) = self.found()
        wish = DecideStuck(
            exception_id=one.exception_id,
            decision=decision,  # type: ignore[arg-type]
            reason="I have looked at it",
        )
        self.office.do(exceptions.decide, wish, runs=True)

    def told(self) -> list[tuple[str, str]]:
        rows = self.office.rows("select action, subject from order_history order by seq")
        return [(action, subject) for action, subject in rows if "go" in action]

    def said(self) -> list[str]:
        return [type(message).__name__ for message in self.office.work.sent]


@pytest.fixture
def post(office: Office, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setattr(clock, "now", lambda: A_MINUTE_LATER)
    return Post(office)


def a_sending(post: Post, status: str) -> None:
    with post.office.batch(OrderRef(order_id=post.order_id)) as (orders, runs):
        order = orders.get(post.order_id)
        assert order is not None
        order.state = "confirmed"
        line = order.lines[0]
        item = SkuQuantity(line_id=line.line_id, sku=MUG, quantity=1)
        order.move_pieces([item], ("open",), "allocated")
        order.put(
            Sending(
                fulfillment_order_id="ful_1",
                warehouse_id="BER",
                round=1,
                status=status,
                lines=(item,),
            )
        )
        (run,) = runs.of_subject(post.order_id)
        run.step, run.phase, run.deadline = "commit", "done", None


def open_pieces(post: Post) -> None:
    post.sql("update orders set state = 'confirmed'")
    post.sql("update saga_runs set phase = 'done', step = 'commit', deadline = null")


def delivered(post: Post, captured: int) -> None:
    open_pieces(post)
    with post.office.batch(OrderRef(order_id=post.order_id)) as (orders, _):
        order = orders.get(post.order_id)
        assert order is not None
        order.lines = (replace(order.lines[0], open=0, shipped=1, delivered=1),)
        order.fulfillment_status, order.captured = "delivered", captured


def hold_that_ran_out(post: Post) -> None:
    hold = PlaceHold(
        order_id=post.order_id, reason="fraud", until=A_MINUTE_LATER + timedelta(seconds=1)
    )
    post.office.do(handlers.place_hold, hold)
    post.sql("update orders set hold_until = hold_until - interval '1 hour'")
    post.sql("update orders set holds = jsonb_set(holds, '{0,until}', '\"2026-03-02T08:30:00Z\"')")


PLANTED: dict[str, Callable[[Post], Any]] = {
    "no_journey": lambda post: post.sql("delete from saga_runs"),
    "no_timer": lambda post: post.sql("update saga_runs set deadline = null"),
    "overdue": lambda post: post.sql("update saga_runs set deadline = '2026-03-02 09:00+00'"),
    "journey_over": open_pieces,
    "not_sent_out": lambda post: a_sending(post, "allocated"),
    "cancellation": lambda post: post.sql("update orders set canceling = 'a mistake'"),
    "hold": hold_that_ran_out,
    "owed": lambda post: delivered(post, 100),
    "not_completed": lambda post: delivered(post, 1490),
}
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


def test_what_another_service_let_a_person_decide_is_in_the_history(post: Post) -> None:
    command = WriteDown(
        order_id=post.order_id, action="call retried", by="person:bob", reason="it is back"
    )
    post.office.do(exceptions.write_down, command)

    rows = post.office.rows("select actor, action, reason from order_history order by seq desc")
    assert rows[0] == ("person:bob", "call retried", "it is back")
