"""People and returns change SKUs and stock; what they get wrong is refused by name."""

import msgspec
import pytest

from chassis.errors import NotFound, Refused, Stale
from contracts import inventory as said
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    RETURN,
    SHIRT,
    Stockroom,
    adjust,
    line,
    put,
    receive,
    reserve,
    restock,
    returned,
)


def refused(room: Stockroom, wish: object, kind: type[Refused] = Refused) -> tuple[str, str]:
    """The code of the refusal and the field that it names; nothing has changed."""
    before = room.balances(), dict(room.inventory.skus), dict(room.inventory.barcodes)
    with pytest.raises(kind) as refusal:
        room.tell(wish)
    assert (room.balances(), room.inventory.skus, room.inventory.barcodes) == before
    return refusal.value.code, refusal.value.field


def test_a_new_sku_is_told_to_everybody(room: Stockroom) -> None:
    told = room.tell(put("CUP-1", barcodes=("4006381333931",)))

    assert (told.sku.sku, told.sku.barcodes, told.version) == ("CUP-1", ("4006381333931",), 1)


def test_each_change_of_a_sku_is_told_with_a_version_of_its_own(room: Stockroom) -> None:
    assert room.tell(put(name="Green mug")).version == 2
    assert room.tell(put(name="Blue mug")).version == 3


def test_a_sku_put_again_as_it_is_says_nothing(room: Stockroom) -> None:
    assert room.tell(put()).version == 1
    assert room.work.sent == []


def test_a_change_of_what_somebody_else_has_changed_meanwhile_is_refused(room: Stockroom) -> None:
    room.tell(put(name="Green mug"))

    stale = put(name="Blue mug", expected_version=1)

    assert refused(room, stale, Stale) == ("stale", "expected_version")
    assert room.inventory.skus[MUG].data.name == "Green mug"


def test_a_version_of_a_sku_that_is_not_there_cannot_be_expected(room: Stockroom) -> None:
    assert refused(room, put("NEW", expected_version=3), NotFound) == ("not_found", "sku")


def test_a_sku_that_shall_be_new_does_not_overwrite_one_that_came_meanwhile(
    room: Stockroom,
) -> None:
    assert room.tell(put("NEW", expected_version=0)).version == 1
    assert refused(room, put("NEW", name="Other", expected_version=0), Stale)[0] == "stale"


def test_a_barcode_belongs_to_one_sku(room: Stockroom) -> None:
    room.tell(put(MUG, barcodes=("111", "222")))

    assert refused(room, put(SHIRT, barcodes=("333", "222"))) == ("taken", "barcodes[1]")


def test_a_barcode_that_one_sku_gives_up_another_may_take(room: Stockroom) -> None:
    room.tell(put(MUG, barcodes=("111", "222")))
    room.tell(put(MUG, barcodes=("111",)))
    room.tell(put(SHIRT, barcodes=("222",)))

    assert room.inventory.barcodes == {"111": MUG, "222": SHIRT}


def test_received_goods_can_be_sold_at_once(room: Stockroom) -> None:
    answer = room.tell(receive(7, reference="PO-9"))

    assert (answer.warehouse_id, answer.on_hand, answer.available) == (BERLIN, 7, 7)
    assert room.inventory.stock.movements[-1].cause == "PO-9"


def test_a_receipt_without_a_reference_is_known_by_its_request(room: Stockroom) -> None:
    room.tell(receive(7))

    assert room.inventory.stock.movements[-1].cause == room.work.message_id


@pytest.mark.parametrize("wish", [receive(1, "NO-SUCH"), adjust(1, "NO-SUCH")])
def test_stock_of_an_unknown_sku_cannot_be_kept(room: Stockroom, wish: object) -> None:
    assert refused(room, wish, NotFound) == ("not_found", "sku")


def test_a_correction_says_why(room: Stockroom) -> None:
    room.tell(receive(7))

    answer = room.tell(adjust(-2, reason="damaged", note="fell off the shelf"))

    assert answer.on_hand == 5
    last = room.inventory.stock.movements[-1]
    assert (last.kind, last.reason) == ("adjusted", "damaged: fell off the shelf")


def test_a_correction_takes_nothing_that_is_promised(room: Stockroom) -> None:
    room.tell(receive(7), reserve(line(5)))

    assert refused(room, adjust(-3)) == ("not_enough", "change")
    assert room.tell(adjust(-2)).available == 0


def test_a_correction_goes_no_lower_than_zero_at_each_warehouse(room: Stockroom) -> None:
    room.tell(receive(7))

    assert refused(room, adjust(-1, at=HAMBURG)) == ("not_enough", "change")
    assert refused(room, adjust(-8)) == ("not_enough", "change")


def test_a_count_is_taken_over_only_if_nothing_has_moved_since(room: Stockroom) -> None:
    room.tell(receive(7))
    counted = msgspec.structs.replace(adjust(-2), expected_on_hand=7)

    assert room.tell(counted).on_hand == 5
    assert refused(room, counted) == ("stale", "expected_on_hand")
    nowhere = msgspec.structs.replace(adjust(3, at=HAMBURG), expected_on_hand=0)
    assert room.tell(nowhere).on_hand == 3


def test_a_correction_by_nothing_is_none(room: Stockroom) -> None:
    assert refused(room, adjust(0)) == ("no_change", "change")


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (said.ReceiveStock, {"sku": MUG, "warehouse_id": BERLIN, "quantity": -1}),
        (said.ReceiveStock, {"sku": MUG, "warehouse_id": BERLIN, "quantity": 0}),
        (said.ReceiveStock, {"sku": MUG, "warehouse_id": BERLIN, "quantity": 1_000_001}),
        (said.ReceiveStock, {"sku": "", "warehouse_id": BERLIN, "quantity": 1}),
        (said.ReceiveStock, {"sku": MUG, "warehouse_id": "", "quantity": 1}),
        (
            said.AdjustStock,
            {"sku": MUG, "warehouse_id": BERLIN, "change": 1, "reason": "because"},
        ),
    ],
)
def test_quantities_and_reasons_that_make_no_sense_do_not_even_arrive(
    asked: type, wrong: dict
) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, asked)


@pytest.mark.parametrize(
    ("disposition", "on_hand", "unavailable"),
    [
        ("restock", 2, 0),
        ("restock_as_b_grade", 2, 2),
        ("refurbish", 2, 2),
        ("return_to_vendor", 2, 2),
        ("quarantine", 2, 2),
        ("scrap", 0, 0),
        ("missing", 0, 0),
    ],
)
def test_returned_goods_can_be_sold_only_if_they_are_as_new(
    room: Stockroom, disposition: str, on_hand: int, unavailable: int
) -> None:
    told = room.tell(restock(returned(2, disposition)))

    assert told.return_id == RETURN
    assert room.balances()[MUG, BERLIN] == (on_hand, 0, 0, unavailable)
    assert room.inventory.stock.movements[-1].reason == disposition


def test_a_return_is_booked_in_once(room: Stockroom) -> None:
    wish = restock(returned(2), returned(1, "quarantine"))

    first, second = room.tell(wish), room.tell(wish)

    assert (first.again, second.again) == (False, True)
    assert room.balances()[MUG, BERLIN] == (3, 0, 0, 1)


def test_goods_that_are_set_aside_are_not_sold_nor_corrected_away(room: Stockroom) -> None:
    room.tell(restock(returned(2, "quarantine")))

    assert isinstance(room.tell(reserve(line(1))), said.StockShort)
    assert refused(room, adjust(-1)) == ("not_enough", "change")


def test_an_unknown_sku_cannot_come_back(room: Stockroom) -> None:
    wish = restock(returned(1), returned(1, sku="NO-SUCH"))

    assert refused(room, wish, NotFound) == ("not_found", "units[1].sku")


def test_what_is_sold_over_a_counter_leaves_the_books_once(room: Stockroom) -> None:
    room.tell(receive(7))
    units = (said.CountedUnits(sku=MUG, change=-3), said.CountedUnits(sku=SHIRT, change=1))
    sale = said.CountSale(sale_id="till:1", warehouse_id=BERLIN, units=units)

    room.tell(sale, sale)

    assert room.balances()[MUG, BERLIN][0] == 4
    assert room.balances()[SHIRT, BERLIN][0] == 1
    kinds = [x.kind for x in room.inventory.stock.movements if x.cause == "till:1"]
    assert kinds == ["sold", "restocked"]


def test_what_is_promised_to_others_is_not_sold_over_a_counter(room: Stockroom) -> None:
    room.tell(receive(7), reserve(line(5)))
    unit = said.CountedUnits(sku=MUG, change=-3)
    sale = said.CountSale(sale_id="till:1", warehouse_id=BERLIN, units=(unit,))

    assert refused(room, sale) == ("not_enough", "quantity")
