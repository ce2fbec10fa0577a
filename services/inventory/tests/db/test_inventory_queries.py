"""What can be asked of inventory is answered truly, page by page, and the audit finds every lie."""

from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from contracts import inventory as said
from services.inventory import queries
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    ORDER,
    SHIRT,
    adjust,
    at,
    commit,
    line,
    put,
    receive,
    reserve,
)
from services.inventory.tests.db.sql_stockroom import SqlStockroom


def ask(room: SqlStockroom, query: Any, question: Any) -> Any:
    """Ask as the bus does; the answer is as the contract says."""
    with Session(room.engine) as session:
        answer = query(session, question)
    return msgspec.json.decode(msgspec.json.encode(answer), type=type(answer))


def found(room: SqlStockroom, text: str = "", **changes: Any) -> list[str]:
    page = ask(room, queries.find_skus, said.FindSkus(text=text, **changes))
    return [view.data.sku for view in page.skus]


def test_a_sku_is_shown_with_its_stock_at_each_warehouse(room: SqlStockroom) -> None:
    room.tell(receive(5), receive(2, at=HAMBURG), reserve(line(3)))

    shown = ask(room, queries.get_sku, said.SkuRef(sku=MUG))

    assert (shown.data.name, shown.version, shown.available) == ("Name of MUG-1", 1, 4)
    assert [(s.warehouse_id, s.on_hand, s.reserved, s.available) for s in shown.stock] == [
        (BERLIN, 5, 3, 2),
        (HAMBURG, 2, 0, 2),
    ]


def test_several_skus_are_shown_by_their_names_and_their_barcodes(room: SqlStockroom) -> None:
    room.tell(put("CUP_1", barcodes=("111", "222")), receive(5))

    shown = ask(room, queries.get_skus, said.SkusNamed(skus=(MUG, "NO-SUCH"), barcodes=("222",)))

    assert [(view.data.sku, view.available) for view in shown.skus] == [("CUP_1", 0), (MUG, 5)]
    assert ask(room, queries.get_skus, said.SkusNamed(skus=(MUG,))).skus == shown.skus[1:]


def test_skus_are_found_by_the_start_of_sku_name_or_barcode(room: SqlStockroom) -> None:
    room.tell(put("CUP_1", name="Green cup", barcodes=("4006381333931", "A%1")))

    assert found(room, "cup_") == found(room, "GREEN c") == ["CUP_1"]
    assert found(room, "400638") == found(room, "4006381333931") == found(room, "A%") == ["CUP_1"]
    assert found(room, "name of") == [MUG, SHIRT]
    assert found(room, "cup") == ["CUP_1"]
    assert found(room, "up_1") == found(room, "4%") == found(room, "CUPX") == []


def test_what_is_short_is_found_over_all_warehouses_or_over_some(room: SqlStockroom) -> None:
    room.tell(receive(5), receive(2, at=HAMBURG), reserve(line(3)))

    assert found(room, available_below=1) == [SHIRT]
    assert found(room, available_below=5) == [MUG, SHIRT]  # 7 − 3 are left
    assert found(room, available_below=4) == [SHIRT]
    assert found(room, available_below=4, text="mug") == []
    assert found(room, available_below=3, warehouses=(HAMBURG,)) == [MUG, SHIRT]
    assert found(room, available_below=1, warehouses=("nowhere",)) == [MUG, SHIRT]


def test_skus_come_page_by_page(room: SqlStockroom) -> None:
    room.tell(put("A-1"), put("Z-1"))

    first = ask(room, queries.find_skus, said.FindSkus(limit=3))
    assert ([view.data.sku for view in first.skus], first.next) == (["A-1", MUG, SHIRT], SHIRT)

    last = ask(room, queries.find_skus, said.FindSkus(limit=3, after=first.next))
    assert ([view.data.sku for view in last.skus], last.next) == (["Z-1"], "")


def test_the_ledger_tells_the_newest_movement_first_page_by_page(room: SqlStockroom) -> None:
    room.tell(receive(5, reference="PO-1"), receive(7, SHIRT), receive(1, at=HAMBURG))
    room.tell(reserve(line(2)), commit(at(BERLIN, 2)))

    first = ask(room, queries.get_ledger, said.LedgerOf(sku=MUG, limit=3))
    rest = ask(room, queries.get_ledger, said.LedgerOf(sku=MUG, limit=3, before=first.next))
    there = ask(room, queries.get_ledger, said.LedgerOf(sku=MUG, warehouse_id=HAMBURG))
    mine = ask(room, queries.get_ledger, said.LedgerOf(sku=MUG, warehouses=(HAMBURG,)))
    nobodys = ask(room, queries.get_ledger, said.LedgerOf(sku=MUG, warehouses=()))

    assert [(m.kind, m.cause) for m in first.movements[:2]] == [
        ("allocated", ORDER),
        ("reserved", ORDER),
    ]
    assert [(m.kind, m.cause, m.on_hand, m.actor) for m in rest.movements] == [
        ("received", "PO-1", 5, "person:ann")
    ]
    assert rest.next == 0
    assert [m.on_hand for m in there.movements] == [1]
    assert (mine.movements, nobodys.movements) == (there.movements, ())


def test_a_long_note_does_not_make_the_ledger_unreadable(room: SqlStockroom) -> None:
    room.tell(adjust(1, reason="initial_stock", note="x" * 255))

    shown = ask(room, queries.get_ledger, said.LedgerOf(sku=MUG)).movements[0]

    assert shown.reason == "initial_stock: " + "x" * 255


@pytest.mark.parametrize(
    ("query", "question"),
    [
        (queries.get_sku, said.SkuRef(sku="NO-SUCH")),
        (queries.get_ledger, said.LedgerOf(sku="NO-SUCH")),
    ],
)
def test_an_unknown_sku_is_said_to_be_unknown(
    room: SqlStockroom, query: Any, question: Any
) -> None:
    with pytest.raises(NotFound, match="There is no SKU NO-SUCH"):
        ask(room, query, question)


def test_a_sku_that_never_moved_has_an_empty_ledger(room: SqlStockroom) -> None:
    assert ask(room, queries.get_ledger, said.LedgerOf(sku=MUG)).movements == ()


def test_the_audit_says_how_much_it_compared(room: SqlStockroom) -> None:
    room.tell(receive(5), receive(2, at=HAMBURG), receive(1, SHIRT), reserve(line(6)))

    report = ask(room, queries.audit, said.Audit())

    assert report == said.AuditReport(checked=3)


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ("update stock set on_hand = on_hand + 1", ["MUG-1 at BER: not the ledger's sum"]),
        ("delete from stock_movements", ["MUG-1 at BER: not the ledger's sum"]),
        (
            "delete from stock",
            ["MUG-1 at BER: not the ledger's sum", "MUG-1 at BER: not what orders hold"],
        ),
        ("delete from reservations", ["MUG-1 at BER: not what orders hold"]),
        (
            "update reservations set state = 'committed'",
            ["MUG-1 at BER: not what orders hold"],
        ),
    ],
)
def test_the_audit_finds_what_was_changed_behind_inventorys_back(
    room: SqlStockroom, lie: str, told: list[str]
) -> None:
    room.tell(receive(5), reserve(line(2)))

    room.change(lie)

    assert list(ask(room, queries.audit, said.Audit()).differences) == told
