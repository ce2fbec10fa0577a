"""Somebody picks: every scan is compared, what is not found is told at once."""

from typing import Any

import pytest

from chassis.errors import NotFound, Refused, Stale
from contracts.warehouse import (
    Fulfillment,
    ItemPicked,
    PickShort,
    ReportShort,
    ScanPick,
    StartPicking,
)
from services.warehouse import handlers
from services.warehouse.domain.building import Bin
from services.warehouse.domain.fulfillment_order import FulfillmentOrder
from services.warehouse.tests.builders import (
    MUG,
    MUG_CODE,
    NOW,
    ORDER,
    SHIRT,
    SHIRT_CODE,
    Building,
    a_line,
)


def start(building: Building, order: FulfillmentOrder, picker: str = "") -> Fulfillment:
    request = StartPicking(fulfillment_order_id=order.fulfillment_order_id, picker=picker)
    return building.do(handlers.start_picking, request)


def scan(
    building: Building, order: FulfillmentOrder, barcode: str = MUG_CODE, **changes: Any
) -> Fulfillment:
    request = ScanPick(fulfillment_order_id=order.fulfillment_order_id, barcode=barcode, **changes)
    return building.do(handlers.scan_pick, request)


def short(
    building: Building, order: FulfillmentOrder, quantity: int = 1, sku: str = MUG
) -> Fulfillment:
    request = ReportShort(
        fulfillment_order_id=order.fulfillment_order_id,
        sku=sku,
        quantity=quantity,
        reason="not_found",
    )
    return building.do(handlers.report_short, request)


def test_the_pick_list_follows_the_way_through_the_building(building: Building) -> None:
    shown = start(building, building.opened(a_line(MUG), a_line(SHIRT), a_line("CAP")))

    assert [(line.bin, line.sku) for line in shown.lines] == [
        ("A-1", SHIRT),
        ("B-2", MUG),
        ("", "CAP"),
    ]


def test_whoever_starts_is_the_picker_unless_another_one_is_named(building: Building) -> None:
    order = building.opened(a_line())

    assert start(building, order).picker == "person:ann"
    assert start(building, order, "person:bob").picker == "person:bob"


def test_boxes_are_proposed_when_picking_begins(building: Building) -> None:
    assert start(building, building.opened(a_line(MUG, 40))).proposed_cartons == ("L",)


def test_no_boxes_are_proposed_for_goods_of_unknown_size(building: Building) -> None:
    assert start(building, building.opened(a_line("CAP"))).proposed_cartons == ()


def test_every_piece_taken_is_told_with_bin_and_picker(building: Building) -> None:
    line = a_line(MUG, 2)
    order = building.opened(line)

    shown = scan(building, order, bin="B-7", quantity=2)

    assert building.work.sent == [
        ItemPicked(
            order_id=ORDER,
            fulfillment_order_id=order.fulfillment_order_id,
            warehouse_id="BER",
            line_id=line.line_id,
            sku=MUG,
            quantity=2,
            bin="B-7",
            by="person:ann",
            at=NOW,
        )
    ]
    assert (shown.lines[0].picked, shown.allowed) == (2, ("pack", "cancel"))


def test_the_first_scan_starts_picking(building: Building) -> None:
    shown = scan(building, building.opened(a_line(MUG, 2)))

    assert (shown.status, shown.picker) == ("in_progress", "person:ann")


def test_without_a_bin_the_first_one_on_the_way_is_told(building: Building) -> None:
    scan(building, building.opened(a_line()))

    assert building.work.sent[0].bin == "B-2"


def test_a_sku_without_barcodes_is_scanned_by_its_sku(building: Building) -> None:
    shown = scan(building, building.opened(a_line("CAP")), barcode="CAP")

    assert shown.lines[0].picked == 1


def test_a_scan_that_was_sent_twice_counts_once(building: Building) -> None:
    order = building.opened(a_line(MUG, 2))
    scan(building, order, scan_id="scan-1")
    shown = scan(building, order, scan_id="scan-1")

    assert shown.lines[0].picked == 1
    assert len(building.work.sent) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"barcode": SHIRT_CODE}, "barcode", "expected is 2 of MUG-1 from bin B-2"),
        ({"bin": "A-1"}, "bin", "Bin A-1 was scanned for MUG-1; expected is B-2 or B-7."),
        ({"quantity": 3}, "quantity", "3 of MUG-1 were scanned; expected are 2 at most."),
    ],
)
def test_a_wrong_scan_is_refused_with_what_is_expected(
    building: Building, wrong: dict[str, Any], field: str, said: str
) -> None:
    order = building.opened(a_line(MUG, 2))

    with pytest.raises(Refused) as refusal:
        scan(building, order, **wrong)

    assert (refusal.value.code, refusal.value.field) == ("wrong_scan", field)
    assert said in refusal.value.message
    assert (order.status, building.work.sent) == ("open", [])


def test_scanning_what_is_picked_already_is_refused(building: Building) -> None:
    order = building.opened(a_line(MUG), a_line(SHIRT))
    scan(building, order)

    with pytest.raises(Refused, match="all of MUG-1 are picked already; expected is 1 of SHIRT-M"):
        scan(building, order)


def test_a_long_order_names_only_what_comes_next(building: Building) -> None:
    order = building.opened(*[a_line(f"SKU-{n}") for n in range(9)])

    with pytest.raises(Refused, match="1 of SKU-0 or 1 of SKU-1 or 1 of SKU-2 or another"):
        scan(building, order)


def test_what_is_not_found_is_told_and_its_bins_are_to_be_counted(building: Building) -> None:
    line = a_line(MUG, 2)
    order = building.opened(line)
    scan(building, order)

    shown = short(building, order)

    told = building.work.sent[-1]
    assert (told.lines[0].line_id, told.lines[0].warehouse_id) == (line.line_id, "BER")
    assert (told.reason, told.by, told.left) == ("not_found", "person:ann", True)
    assert (shown.lines[0].short, shown.allowed) == (1, ("pack", "cancel"))
    assert set(building.floor.counts) == {("BER", "B-2", MUG), ("BER", "B-7", MUG)}


def test_a_bin_is_asked_to_be_counted_once_however_often_it_is_short(building: Building) -> None:
    order = building.opened(a_line(MUG, 2))
    short(building, order)
    first = dict(building.floor.counts)
    short(building, order)

    assert building.floor.counts == first


def test_goods_that_lie_in_no_known_bin_are_to_be_counted_too(building: Building) -> None:
    short(building, building.opened(a_line("CAP")), sku="CAP")

    assert set(building.floor.counts) == {("BER", "", "CAP")}


def test_the_first_bin_is_the_first_on_the_way_whatever_its_name(building: Building) -> None:
    building.floor.add(Bin("BER", "Z-9", "z", 5, MUG))

    assert start(building, building.opened(a_line())).lines[0].bin == "Z-9"


def test_boxes_are_proposed_anew_for_what_is_left_after_a_short_pick(building: Building) -> None:
    order = building.opened(a_line(MUG, 40))
    start(building, order)

    assert short(building, order, 38).proposed_cartons == ("S",)


def test_an_order_of_which_nothing_was_found_ends_incomplete(building: Building) -> None:
    order = building.opened(a_line(MUG, 2))

    shown = short(building, order, 2)

    assert (shown.status, shown.allowed) == ("incomplete", ())
    assert [type(told) for told in building.work.sent] == [PickShort]
    assert not building.work.sent[0].left


def test_what_people_do_is_told_to_the_orders_process(building: Building) -> None:
    order = building.opened(a_line())
    scan(building, order)

    assert building.work.told_to == [ORDER]


def test_picking_what_does_not_exist_is_refused(building: Building) -> None:
    with pytest.raises(NotFound):
        building.do(handlers.start_picking, StartPicking(fulfillment_order_id="ful_" + "0" * 26))


def test_what_somebody_else_has_changed_is_not_picked_as_it_was_seen(building: Building) -> None:
    order = building.opened(a_line(MUG, 2))
    seen = start(building, order).version
    scan(building, order)

    with pytest.raises(Stale):
        scan(building, order, expected_version=seen)
    assert order.lines[0].picked == 1

    scan(building, order, expected_version=order.version)
    assert order.lines[0].picked == 2
