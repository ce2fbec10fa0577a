"""The audit reads only what came since the ledger was closed, and still finds every lie."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contracts import inventory as said
from services.inventory import ledger, queries
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    SHIRT,
    adjust,
    line,
    put,
    receive,
    reserve,
)
from services.inventory.tests.db.sql_stockroom import SqlStockroom

UNTRUE = [f"{MUG} at {BERLIN}: not the ledger's sum"]


def audit(room: SqlStockroom, *, whole: bool = False) -> list[str]:
    with Session(room.engine) as session:
        return list(queries.audit(session, said.Audit(whole=whole)).differences)


def close(room: SqlStockroom) -> list[Any]:
    room.work.now += timedelta(seconds=10)
    ledger.close(room.engine, room.work.now)
    return room.rows(
        "select sku, warehouse_id, on_hand, reserved from stock_closings order by 1, 2"
    )


def read_all(room: SqlStockroom) -> set[str]:
    """Read all SKUs again, one at each tick."""
    untrue: set[str] = set()
    for _ in range(3):
        room.work.now += timedelta(seconds=10)
        untrue |= set(ledger.read_again(room.engine, room.work.now))
    return untrue


def test_a_closing_has_the_sums_of_all_movements_at_each_warehouse(room: SqlStockroom) -> None:
    room.tell(receive(5), receive(2, at=HAMBURG), receive(7, SHIRT), reserve(line(3)))

    assert close(room) == [(MUG, BERLIN, 5, 3), (MUG, HAMBURG, 2, 0), (SHIRT, BERLIN, 7, 0)]
    room.tell(receive(1), receive(4, SHIRT, at=HAMBURG))
    assert audit(room) == audit(room, whole=True) == []
    assert close(room) == [
        (MUG, BERLIN, 6, 3), (MUG, HAMBURG, 2, 0), (SHIRT, BERLIN, 7, 0), (SHIRT, HAMBURG, 4, 0),
    ]  # fmt: skip
    assert audit(room) == audit(room, whole=True) == []


@pytest.mark.parametrize(
    "lie",
    [
        "update stock set on_hand = on_hand + 1",
        "update stock_movements set on_hand = on_hand + 1 where kind = 'adjusted'",
        "delete from stock_movements where kind = 'adjusted'",
        "delete from stock",
        "update stock_closings set on_hand = 4",
        "delete from stock_closings; delete from stock_movements where kind = 'received'",
    ],
)
def test_what_was_changed_since_the_ledger_was_closed_is_found(
    room: SqlStockroom, lie: str
) -> None:
    room.tell(receive(5))
    close(room)
    room.tell(adjust(-1))

    room.change(lie)

    assert audit(room) == UNTRUE


@pytest.mark.parametrize(
    "lie",
    [
        "update stock_movements set on_hand = 6 where kind = 'received' and sku = 'MUG-1'",
        "delete from stock_movements where sku = 'MUG-1'",
    ],
)
def test_a_change_behind_a_closing_is_found_when_it_is_read_again(
    room: SqlStockroom, lie: str
) -> None:
    room.tell(receive(5), receive(3, SHIRT))
    close(room)
    assert read_all(room) == set()

    room.change(lie)

    assert audit(room, whole=True) == UNTRUE
    assert audit(room) == []
    assert read_all(room) == {MUG}
    assert audit(room) == UNTRUE
    close(room)
    assert audit(room) == UNTRUE


def test_what_is_untrue_is_not_closed_and_hinders_no_other(
    room: SqlStockroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CLOSED_AT_ONCE", 1)
    room.tell_together([put(f"EMPTY-{i}") for i in range(5)])
    room.tell(receive(5), receive(3, SHIRT))
    room.change("update stock set on_hand = 6 where sku = 'MUG-1'")

    for _ in range(40):
        closed = close(room)

    assert closed == [(SHIRT, BERLIN, 3, 0)]
    assert audit(room) == UNTRUE


def test_old_movements_are_carried_as_one_and_all_sums_stay(room: SqlStockroom) -> None:
    room.tell(receive(5), receive(2, at=HAMBURG), adjust(-1), adjust(3), receive(9, SHIRT))
    before, then = room.balances(), room.work.now + timedelta(minutes=1)
    room.work.now = then
    close(room)
    room.tell(adjust(2))

    assert ledger.carry(room.engine, then) == 1
    assert ledger.carry(room.engine, then) == 0

    kinds = room.rows(
        "select sku, warehouse_id, kind, on_hand from stock_movements order by 1, 2, 4"
    )
    assert kinds == [
        (MUG, BERLIN, "adjusted", 2), (MUG, BERLIN, "carried", 7), (MUG, HAMBURG, "received", 2),
        (SHIRT, BERLIN, "received", 9),
    ]  # fmt: skip
    assert before[MUG, BERLIN][0] + 2 == room.balances()[MUG, BERLIN][0]
    assert audit(room) == audit(room, whole=True) == []
    assert read_all(room) == set()


def test_movements_that_are_not_closed_are_not_carried(room: SqlStockroom) -> None:
    room.tell(receive(5), adjust(-1))
    close(room)
    room.tell(adjust(3), adjust(4))

    ledger.carry(room.engine, room.work.now + timedelta(days=1))

    assert room.rows("select on_hand from stock_movements order by movement_id") == [
        (4,), (3,), (4,),
    ]  # fmt: skip
    assert audit(room) == audit(room, whole=True) == []
