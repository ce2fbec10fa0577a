"""What inventory keeps survives in PostgreSQL, and the database itself refuses what must not be."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from chassis.errors import Refused
from contracts import inventory as said
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    NOW,
    ORDER,
    OTHER_ORDER,
    SHIRT,
    adjust,
    at,
    commit,
    fulfill,
    line,
    numbered,
    put,
    receive,
    release,
    reserve,
    restock,
    returned,
)
from services.inventory.tests.db.sql_stockroom import SqlStockroom
from services.inventory.tests.stories import StockStory


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """Write down what is sent to the database."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_no_story_oversells_or_loses_stock_in_the_database(empty_room: SqlStockroom) -> None:
    class KeptStory(StockStory):
        def __init__(self) -> None:
            empty_room.clear()
            empty_room.work.now = NOW
            super().__init__(empty_room)

        def teardown(self) -> None:
            assert empty_room.differences() == ()

    run_state_machine_as_test(
        KeptStory,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(
    "oversell",
    [
        "update stock set reserved = reserved + 4",
        "update stock set allocated = 5",
        "update stock set on_hand = on_hand - 4",
        "update stock set on_hand = -1, reserved = 0",
        "update stock set reserved = -1",
        "update stock set allocated = -1",
        "update stock set unavailable = -1",
        "insert into stock values ('MUG-1', 'HAM', 0, 1, 0, 0)",
        "insert into stock values ('NO-SUCH', 'HAM', 1, 0, 0, 0)",
        "update reservations set state = 'lost'",
        "insert into barcodes values ('111', 'NO-SUCH')",
    ],
)
def test_the_database_itself_refuses_what_must_never_be(room: SqlStockroom, oversell: str) -> None:
    room.tell(receive(5), reserve(line(2)))

    with pytest.raises(IntegrityError):
        room.change(oversell)


def test_messages_of_one_batch_see_each_other_and_the_ledger_says_who_did_what(
    room: SqlStockroom,
) -> None:
    told, _ = room.tell_together(
        [
            receive(5),
            reserve(line(2)),
            commit(at(BERLIN, 2)),
            fulfill(at(BERLIN, 1)),
            release(),
        ]
    )

    assert [type(message).__name__ for message in told] == [
        "StockReserved",
        "StockCommitted",
        "StockFulfilled",
        "StockReleased",
        "StockChanged",
    ]
    assert room.balances() == {(MUG, BERLIN): (4, 0, 0, 0)}
    assert room.rows("select kind, actor from stock_movements order by movement_id") == [
        ("received", "person:ann"),
        ("reserved", "person:ann"),
        ("allocated", "person:ann"),
        ("fulfilled", "person:ann"),
        ("released", "person:ann"),
    ]


def test_what_can_be_sold_is_told_once_for_a_batch_with_a_growing_version(
    room: SqlStockroom,
) -> None:
    first, _ = room.tell_together([receive(5), receive(2, at=HAMBURG), reserve(line(1))])
    second, _ = room.tell_together([reserve(line(2), order=OTHER_ORDER)])

    changes = [m for m in first + second if isinstance(m, said.StockChanged)]
    assert [(c.sku, c.available, c.version) for c in changes] == [(MUG, 6, 1), (MUG, 4, 2)]


def test_a_batch_of_a_hundred_orders_takes_few_statements(room: SqlStockroom) -> None:
    room.tell(receive(500), receive(500, SHIRT))
    wishes = [reserve(line(1), line(1, SHIRT, 2), order=numbered("ord", n)) for n in range(100)]

    with statements(room.engine) as sent:
        told, _ = room.tell_together(wishes)

    assert sum(isinstance(m, said.StockReserved) for m in told) == 100
    assert len(sent) <= 12


def test_a_plan_at_a_place_where_a_sku_never_was_leaves_no_balance_without_a_ledger(
    room: SqlStockroom,
) -> None:
    room.tell(receive(5), reserve(line(1)))

    told, _ = room.tell_together([commit(at("MUC", 1)), receive(1)])

    assert isinstance(told[0], said.CommitRefused)
    assert room.balances() == {(MUG, BERLIN): (6, 1, 0, 0)}
    assert room.differences() == ()


def test_a_buyer_gets_what_has_expired_before_the_timer_has_run(room: SqlStockroom) -> None:
    soon = NOW + timedelta(hours=1)
    room.tell(receive(3), receive(3, SHIRT))
    room.tell(reserve(line(3), line(3, SHIRT, 2), order=OTHER_ORDER, until=soon))

    assert isinstance(room.tell(reserve(line(2))), said.StockShort)
    room.work.now = soon
    told = room.tell(reserve(line(2)))

    assert isinstance(told, said.StockReserved)
    assert room.balances() == {(MUG, BERLIN): (3, 2, 0, 0), (SHIRT, BERLIN): (3, 0, 0, 0)}
    assert [(r.order_id, r.state) for r in room.reservations()] == [
        (ORDER, "active"),
        (OTHER_ORDER, "expired"),
    ]


def test_what_expired_and_was_kept_anew_in_one_batch_does_not_expire_again(
    room: SqlStockroom,
) -> None:
    room.tell(receive(5), reserve(line(5), order=OTHER_ORDER, until=NOW))

    told, _ = room.tell_together(
        [
            reserve(line(5)),
            release(),
            reserve(line(5), order=OTHER_ORDER),
            reserve(line(1), order=numbered("ord", 3)),
        ]
    )

    assert isinstance(told[-1], said.StockShort)
    assert room.balances() == {(MUG, BERLIN): (5, 5, 0, 0)}


def test_the_timer_gives_back_what_was_never_paid_and_nothing_else(room: SqlStockroom) -> None:
    soon = NOW + timedelta(hours=1)
    room.tell(receive(6))
    room.tell(reserve(line(1), until=soon))
    paid = numbered("ord", 3)
    room.tell(reserve(line(2), order=paid, until=soon), commit(at(BERLIN, 2), order=paid))
    room.tell(reserve(line(3), order=OTHER_ORDER))

    told = room.expire(timedelta(hours=1))

    assert [m.order_id for m in told if isinstance(m, said.StockReleased)] == [ORDER]
    assert room.balances() == {(MUG, BERLIN): (6, 3, 2, 0)}
    assert room.expire() == []


def test_a_refused_request_leaves_nothing_behind(room: SqlStockroom) -> None:
    with pytest.raises(Refused):
        room.tell_together([restock(returned(1), returned(1, sku="NO-SUCH"))])
    with pytest.raises(Refused):
        room.tell_together([adjust(-1)])

    assert room.balances() == {}
    assert room.rows("select key from done_once") == []


def test_a_barcode_of_another_sku_is_refused_even_in_the_same_batch(room: SqlStockroom) -> None:
    with pytest.raises(Refused, match="SKU MUG-1 has barcode 111"):
        room.tell_together([put(MUG, barcodes=("111",)), put(SHIRT, barcodes=("111",))])

    room.tell(put(MUG, barcodes=("111", "111", "222")), put(MUG, barcodes=("222",)))
    room.tell(put(SHIRT, barcodes=("111",)))
    assert room.rows("select barcode, sku from barcodes order by 1") == [
        ("111", SHIRT),
        ("222", MUG),
    ]


def test_a_message_that_comes_twice_in_a_batch_or_later_is_handled_once(
    room: SqlStockroom,
) -> None:
    answers: list[Any] = []
    job = room.job(receive(5), answers)

    room.run([job, job])
    room.run([job])

    assert room.balances() == {(MUG, BERLIN): (5, 0, 0, 0)}
