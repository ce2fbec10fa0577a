"""What is kept in PostgreSQL comes back as it was, batch by batch, and nothing else may be kept."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.work import Rehearsal
from contracts.inventory import SkuSaved, StockReserved
from contracts.orders import AddNote, CancelOrder, OrderRef, OrdersNamed, PlaceHold
from contracts.values import Placement
from services.orders import handlers, journeys, queries
from services.orders.sql_orders import SqlOrders
from services.orders.tests.builders import MUG, NOW, a_line, a_sku, a_wish
from services.orders.tests.db.conftest import Office


def shown(office: Office, order_id: str) -> Any:
    return office.ask(queries.get_order, OrderRef(order_id=order_id))


def test_an_order_comes_back_as_it_was_placed(office: Office) -> None:
    wish = a_wish(a_line(MUG, 3, 999, discount=5, tax=9), currency="JPY", note="Hi", tags=("a",))
    with office.batch(wish) as ports:
        placed = handlers.place_order(wish, office.work, *ports)

    order = shown(office, placed.order_id)
    line = order.lines[0]
    assert (order.total, order.currency, order.owed) == (wish.total, "JPY", wish.total)
    assert (line.sku, line.ordered, line.open, line.total) == (MUG, 3, 3, 3001)
    assert (order.customer, order.ship_to, order.tags) == (wish.customer, wish.ship_to, ("a",))
    assert order.allowed == ("tag", "note", "hold", "cancel", "edit")
    assert [(step.saga, step.step) for step in order.journey] == [("order", "stock")]
    assert order.journey[0].steps == ("stock", "payment", "confirm", "routing", "commit")


def test_several_orders_are_shown_at_once_as_each_is_alone_but_for_the_journey(
    office: Office,
) -> None:
    ids = tuple(office.place().order_id for _ in range(3))

    many = office.ask(queries.get_orders, OrdersNamed(order_ids=(*ids[:2], "ord_" + "0" * 26)))

    alone = [replace(shown(office, order_id), journey=()) for order_id in ids[:2]]
    assert sorted(many.orders, key=lambda order: order.number) == alone


def test_numbers_are_given_once_and_in_order(office: Office) -> None:
    wishes = [a_wish() for _ in range(3)]
    with office.batch(*wishes) as ports:
        numbers = [handlers.place_order(w, office.work, *ports).number for w in wishes]

    assert numbers == [1001, 1002, 1003]
    assert office.place().number == 1004


def test_a_channel_order_is_kept_once_within_a_batch_and_across_batches(office: Office) -> None:
    wish = a_wish(channel="my-shop", channel_order_id="77")
    with office.batch(wish, wish) as ports:
        placed = [handlers.place_order(wish, office.work, *ports) for _ in range(2)]
    with office.batch(wish) as ports:
        placed.append(handlers.place_order(wish, office.work, *ports))

    assert [p.created for p in placed] == [True, False, False]
    assert office.rows("select count(*) from orders") == [(1,)]


def test_every_change_of_an_order_raises_its_version(office: Office) -> None:
    order_id = office.place().order_id
    before = shown(office, order_id).version
    office.do(handlers.add_note, AddNote(order_id=order_id, text="one"))
    office.do(
        handlers.add_note, AddNote(order_id=order_id, text="two", expected_version=before + 1)
    )

    assert shown(office, order_id).version == before + 2


def test_many_messages_in_one_batch_write_one_history(office: Office) -> None:
    order_id = office.place().order_id
    notes = [AddNote(order_id=order_id, text=str(i)) for i in range(3)]
    with office.batch(*notes) as (orders, _):
        for note in notes:
            handlers.add_note(note, office.work, orders)

    assert office.rows("select seq, action, after from order_history order by seq") == [
        (1, "placed", "api"),
        (2, "note", "0"),
        (3, "note", "1"),
        (4, "note", "2"),
    ]


def test_a_batch_that_fails_leaves_nothing_behind(office: Office) -> None:
    def place_and_break(wish: Any, *ports: Any) -> None:
        handlers.place_order(wish, *ports)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        office.do(place_and_break, a_wish(), runs=True)

    for table in ("orders", "order_history", "order_search", "saga_runs", "saga_steps"):
        assert office.rows(f"select count(*) from {table}") == [(0,)]


def test_a_run_remembers_what_it_has_learned_and_the_log_says_how_it_moved(office: Office) -> None:
    order_id = office.place().order_id
    place = Placement(line_id="lin_1", sku=MUG, warehouse_id="BER", quantity=1)
    told = StockReserved(order_id=order_id, round=1, placements=(place,), levels=())
    office.do(journeys.on_told, told, runs=True)

    with office.batch(OrderRef(order_id=order_id)) as (_, runs):
        run = runs.of_subject(order_id)[0]
    assert (run.step, run.data["placements"][0]["warehouse_id"]) == ("payment", "BER")
    assert office.rows("select step, what from saga_steps order by id") == [
        ("stock", "ReserveStock"),
        ("payment", "AuthorizePayment"),
    ]


def test_what_is_overdue_is_found_once_for_all_replicas(office: Office) -> None:
    order_id = office.place().order_id
    later = NOW + timedelta(minutes=31)
    with Session(office.engine) as one, Session(office.engine) as other:
        assert SqlOrders(one).overdue(NOW) == []
        assert SqlOrders(one).overdue(later) == [order_id]
        assert SqlOrders(other).overdue(later) == []

    with office.batch(OrderRef(order_id=order_id)) as ports:
        journeys.wake(order_id, Rehearsal(later, actor="timer"), *ports)
    assert office.rows("select phase, problem from saga_runs") == [
        ("backward", "stock: no answer in time")
    ]


def test_holds_that_have_run_out_are_found(office: Office) -> None:
    order_id, _ = office.place().order_id, office.place()
    hold = PlaceHold(order_id=order_id, reason="fraud", until=NOW + timedelta(hours=1))
    office.do(handlers.place_hold, hold)

    with Session(office.engine) as session:
        assert SqlOrders(session).held_too_long(NOW) == []
        assert SqlOrders(session).held_too_long(NOW + timedelta(hours=1)) == [order_id]


def test_of_a_sku_the_newest_version_is_kept(office: Office) -> None:
    for version, name in ((3, "Green mug"), (2, "Red mug")):
        sku = type(a_sku(MUG))(**{**as_fields(a_sku(MUG)), "name": name})
        with Session(office.engine) as session, session.begin():
            SqlOrders(session).save_sku(SkuSaved(sku=sku, version=version))

    assert office.rows(f"select version, data->>'name' from skus where sku = '{MUG}'") == [
        (3, "Green mug")
    ]


def as_fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


FORBIDDEN = [
    "update orders set refunded = 1",
    "update orders set captured = 10, refunded = 11",
    "update orders set captured = -1",
    "update orders set number = 1001",
    "update orders set channel = 'shop', channel_order_id = '1'",
    "insert into order_history select * from order_history",
]


def test_the_database_itself_refuses_what_must_never_be(office: Office) -> None:
    office.place()
    office.place()

    for statement in FORBIDDEN:
        with pytest.raises(IntegrityError), office.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_a_canceled_order_shows_what_may_still_be_done_with_it(office: Office) -> None:
    order_id = office.place().order_id
    office.do(handlers.cancel_order, CancelOrder(order_id=order_id, reason="no"), runs=True)

    order = shown(office, order_id)
    assert order.allowed == ("tag", "note", "hold")
    assert order.journey[0].phase == "backward"


@pytest.mark.parametrize(
    ("shipped", "returned", "captured", "refunded", "more"),
    [
        (0, 0, 0, 0, set()),
        (0, 0, 900, 0, {"refund"}),
        (2, 1, 900, 900, {"return"}),
        (2, 2, 900, 899, {"refund"}),
    ],
)
def test_money_that_was_taken_can_go_back_and_so_can_goods_that_were_sent(
    office: Office, shipped: int, returned: int, captured: int, refunded: int, more: set[str]
) -> None:
    order_id = office.place(a_line(MUG, 2)).order_id
    with office.batch(OrderRef(order_id=order_id)) as (orders, _):
        order = orders.get(order_id)
        assert order is not None
        sent = {"open": 2 - shipped, "shipped": shipped, "returned": returned}
        order.lines = (replace(order.lines[0], **sent),)
        order.captured, order.refunded = captured, refunded

    assert set(shown(office, order_id).allowed) & {"refund", "return"} == more
