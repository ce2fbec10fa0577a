"""When many want the same goods at the same moment, each piece is sold once and nobody is stuck."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chassis.errors import Refused
from chassis.testing import eventually
from contracts import inventory as said
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    SHIRT,
    at,
    commit,
    fulfill,
    line,
    numbered,
    put,
    receive,
    release,
    replace,
    reserve,
)
from services.inventory.tests.db.sql_stockroom import SqlStockroom

WAITING = (
    "select count(*) from pg_locks join pg_database d on d.oid = database"
    " where not granted and locktype = 'advisory' and datname = current_database()"
)
RUSH = 20


def all_at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Do all in threads that start together; give what each gave, or raise what one raised."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        start.wait(timeout=10)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def in_between(
    room: SqlStockroom, first: Sequence[Any], second: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    """Let the second batch come before the first is committed; give what both said."""
    later: list[Any] = []
    other = threading.Thread(target=lambda: later.extend(room.tell_together(second)[0]))

    def come() -> None:
        other.start()
        eventually(lambda: room.rows(WAITING)[0][0] or not other.is_alive())

    said_first, _ = room.tell_together(first, meanwhile=come)
    other.join(timeout=10)
    return said_first, later


def kinds(told: Sequence[Any]) -> list[str]:
    return [type(m).__name__ for m in told if not isinstance(m, said.StockChanged)]


def test_of_twenty_buyers_of_five_pieces_five_get_one_each(room: SqlStockroom) -> None:
    room.tell(receive(3), receive(2, at=HAMBURG))

    told = all_at_once(
        *(lambda n=n: room.tell(reserve(line(1), order=numbered("ord", n))) for n in range(RUSH))
    )

    assert sorted(kinds(told)) == ["StockReserved"] * 5 + ["StockShort"] * 15
    assert room.balances() == {(MUG, BERLIN): (3, 3, 0, 0), (MUG, HAMBURG): (2, 2, 0, 0)}
    assert room.differences() == ()


def test_batches_that_touch_the_same_goods_in_any_order_do_not_deadlock(
    room: SqlStockroom,
) -> None:
    names = [f"SKU-{i}" for i in range(6)]
    room.tell_together([put(name) for name in names])
    room.tell_together([receive(50, name) for name in names])
    shuffled = random.Random(4)  # the same rush each time

    def batch(n: int) -> Callable[[], Any]:
        wishes: list[Any] = []
        for i in range(4):
            order = numbered("ord", n * 10 + i)
            first, second = shuffled.sample(names, 2)
            wishes.append(reserve(line(1, first), line(1, second, 2), order=order))
            planned = at(BERLIN, 1, first), at(BERLIN, 1, second, 2)
            wishes.append(commit(*planned, order=order))
            wishes.append(receive(1, shuffled.choice(names)))
            wishes.append(put(shuffled.choice(names), name=f"Name {n}.{i}"))
        shuffled.shuffle(wishes)
        return lambda: room.tell_together(wishes)

    all_at_once(*(batch(n) for n in range(8)))

    assert sum(on_hand for on_hand, *_ in room.balances().values()) == 6 * 50 + 8 * 4
    assert room.differences() == ()


def test_the_first_goods_of_a_sku_may_arrive_in_many_deliveries_at_once(
    room: SqlStockroom,
) -> None:
    answers = all_at_once(*(lambda: room.tell(receive(1)) for _ in range(8)))

    assert sorted(answer.on_hand for answer in answers) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert room.balances() == {(MUG, BERLIN): (8, 0, 0, 0)}


def test_of_many_skus_that_want_one_barcode_at_once_one_gets_it(room: SqlStockroom) -> None:
    def claim(n: int) -> str:
        try:
            room.tell(put(f"SKU-{n}", barcodes=("111",)))
        except Refused as refusal:
            return refusal.code
        return "got it"

    told = all_at_once(*(lambda n=n: claim(n) for n in range(6)))

    assert sorted(told) == ["got it"] + ["taken"] * 5
    assert len(room.rows("select sku from skus where sku like 'SKU-%%'")) == 1


def test_one_new_sku_put_by_many_at_once_is_one_sku(room: SqlStockroom) -> None:
    all_at_once(*(lambda n=n: room.tell(put("NEW", name=f"Name {n}")) for n in range(6)))

    assert room.rows("select revision from skus where sku = 'NEW'") == [(6,)]


def test_an_order_canceled_while_it_is_being_reserved_keeps_nothing(room: SqlStockroom) -> None:
    room.tell(receive(5))

    reserved, released = in_between(room, [reserve(line(2))], [release()])

    assert (kinds(reserved), kinds(released)) == (["StockReserved"], ["StockReleased"])
    assert room.balances() == {(MUG, BERLIN): (5, 0, 0, 0)}


def test_an_order_reserved_while_it_is_being_canceled_keeps_nothing(room: SqlStockroom) -> None:
    room.tell(receive(5))

    released, reserved = in_between(room, [release()], [reserve(line(2))])

    assert (kinds(released), kinds(reserved)) == (["StockReleased"], ["StockShort"])
    assert room.balances() == {(MUG, BERLIN): (5, 0, 0, 0)}


def test_an_order_canceled_while_a_shortage_is_replaced_keeps_nothing(room: SqlStockroom) -> None:
    room.tell(receive(5), reserve(line(2)), commit(at(BERLIN, 2)))

    in_between(room, [replace(at(BERLIN, 1))], [release()])

    assert room.balances() == {(MUG, BERLIN): (4, 0, 0, 0)}
    assert {r.state for r in room.reservations()} == {"released"}


@pytest.mark.parametrize("wish", [fulfill(at(BERLIN, 2)), release(at(BERLIN, 2), release_id="e")])
def test_a_message_asked_twice_at_once_is_done_once(room: SqlStockroom, wish: Any) -> None:
    room.tell(receive(5), receive(5, SHIRT), reserve(line(4)), commit(at(BERLIN, 4)))

    first, second = in_between(room, [wish], [wish])

    assert kinds(first) == kinds(second)
    assert room.balances()[MUG, BERLIN][2] == 2
