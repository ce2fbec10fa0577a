"""A batch takes its locks in one order: so nobody waits for somebody who waits for them."""

import threading
from collections.abc import Sequence
from typing import Any, Self

import pytest
import sqlalchemy as sa

from chassis.testing import eventually
from services.inventory.tests.builders import (
    MUG,
    line,
    numbered,
    put,
    receive,
    release,
    reserve,
)
from services.inventory.tests.db.sql_stockroom import SqlStockroom

NAMES = [f"SKU-{i}" for i in range(8)]
WAITING = (
    "select count(*) from pg_locks join pg_stat_activity using (pid)"
    " where not granted and datname = current_database()"
)
LOCK_NAME = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
IS_FREE = "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


class Rival:
    """Another process at the same tables, in a transaction of its own."""

    def __init__(self, room: SqlStockroom) -> None:
        self._room, self._connection = room, room.engine.connect()

    def __enter__(self) -> Self:
        self._connection.exec_driver_sql("set local lock_timeout = '200ms'")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def do(self, statement: str, *values: Any) -> list[Any]:
        return list(self._connection.exec_driver_sql(statement, values).scalars())

    def looks_while(self, wishes: Sequence[Any], look: str, *values: Sequence[Any]) -> list[Any]:
        """Let a batch run into what is locked here; give what `look` finds while it waits."""
        batch = threading.Thread(target=lambda: self._room.tell_together(wishes))
        batch.start()
        try:
            eventually(lambda: self._room.rows(WAITING)[0][0])
            return [found for one in values for found in self.do(look, *one)]
        finally:
            self._connection.rollback()
            batch.join(timeout=20)


@pytest.mark.parametrize(
    ("first", "later", "wishes"),
    [
        ("sku SKU-0", [f"sku {n}" for n in NAMES[1:]], [receive(1, n) for n in reversed(NAMES)]),
        (
            f"order {numbered('ord', 0)}",
            [f"order {numbered('ord', n)}" for n in range(1, 8)],
            [release(order=numbered("ord", n)) for n in reversed(range(8))],
        ),
        ("barcode 111", ["sku NEW"], [put("NEW", barcodes=("111",))]),
    ],
    ids=["SKUs", "orders", "barcode before SKU"],
)
def test_who_waits_for_a_name_holds_no_later_one(
    room: SqlStockroom, first: str, later: list[str], wishes: list[Any]
) -> None:
    room.tell_together([put(name) for name in NAMES])

    with Rival(room) as rival:
        rival.do(LOCK_NAME, first)
        free = rival.looks_while(wishes, IS_FREE, *((name,) for name in later))

    assert free == [True] * len(later)


def test_who_waits_for_goods_holds_no_later_ones(room: SqlStockroom) -> None:
    room.tell_together([put(name) for name in NAMES])
    room.tell_together([receive(5, name) for name in reversed(NAMES)])
    wishes = [reserve(line(1, name), order=numbered("ord", 1)) for name in reversed(NAMES)]
    look = "select sku from stock where sku <> 'SKU-0' order by sku for update skip locked"

    with Rival(room) as rival:
        rival.do("select 1 from stock where sku = 'SKU-0' for update")
        free = rival.looks_while(wishes, look, ())

    assert free == NAMES[1:]


def test_who_waits_for_an_orders_reservations_holds_no_goods(room: SqlStockroom) -> None:
    room.tell(receive(5), reserve(line(1)))

    with Rival(room) as rival:
        rival.do("select 1 from reservations for update")
        free = rival.looks_while([release()], "select sku from stock for update skip locked", ())

    assert free == [MUG]


def test_the_timer_passes_over_what_is_being_worked_on(room: SqlStockroom) -> None:
    now = room.work.now
    room.tell(receive(5), reserve(line(1), until=now))

    with Rival(room) as rival:
        rival.do("select 1 from reservations for update")
        assert room.expire() == []
    assert len(room.expire()) == 2  # it is given back, and can be sold again


def test_a_batch_locks_all_its_skus_with_one_statement(room: SqlStockroom) -> None:
    room.tell_together([put(name) for name in NAMES])
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "from skus" in statement.lower():
            asked.append(statement.lower())

    sa.event.listen(room.engine, "before_cursor_execute", note)
    try:
        room.tell_together([receive(1, name) for name in NAMES])
    finally:
        sa.event.remove(room.engine, "before_cursor_execute", note)

    assert len(asked) == 1
    assert "for update" in asked[0]
