"""Boxes are closed when every piece that was picked was scanned into one of them."""

from typing import Any

import pytest

from chassis.errors import IllegalMove, Refused
from contracts.warehouse import (
    Fulfillment,
    FulfillmentPacked,
    NewPackage,
    Pack,
    ReportShort,
    ScanPick,
)
from services.warehouse import handlers
from services.warehouse.domain.cartons import OWN_PACKAGING
from services.warehouse.domain.fulfillment_order import FulfillmentOrder
from services.warehouse.tests.builders import (
    MUG,
    MUG_CODE,
    SHIRT,
    SHIRT_CODE,
    Building,
    a_line,
    a_size,
    facts,
)


@pytest.fixture
def picked(building: Building) -> FulfillmentOrder:
    """Two mugs and a shirt, picked."""
    order = building.opened(a_line(MUG, 2), a_line(SHIRT))
    take(building, order, MUG_CODE, 2)
    take(building, order, SHIRT_CODE)
    building.work.sent.clear()
    return order


def take(building: Building, order: FulfillmentOrder, barcode: str, quantity: int = 1) -> None:
    number = order.fulfillment_order_id
    request = ScanPick(fulfillment_order_id=number, barcode=barcode, quantity=quantity)
    building.do(handlers.scan_pick, request)


def pack(building: Building, order: FulfillmentOrder, *packages: Any) -> Fulfillment:
    request = Pack(fulfillment_order_id=order.fulfillment_order_id, packages=packages)
    return building.do(handlers.pack, request)


def box(*barcodes: Any, carton: Any = "S", weight_g: int | None = None) -> NewPackage:
    return NewPackage(carton=carton, barcodes=barcodes, weight_g=weight_g)


def test_a_packed_order_tells_its_boxes_where_they_leave_and_who_packed(
    building: Building, picked: FulfillmentOrder
) -> None:
    shown = pack(building, picked, box(MUG_CODE, SHIRT_CODE, MUG_CODE))

    told = building.work.sent[0]
    package = told.packages[0]
    assert isinstance(told, FulfillmentPacked)
    assert (told.warehouse_id, told.ship_from.name, told.by) == ("BER", "Shop, BER", "person:ann")
    assert (package.carton, package.dimensions) == ("S", a_size(300, 200, 150))
    assert package.weight_g == 100 + 2 * 350 + 180
    assert (shown.status, shown.packages) == ("closed", told.packages)
    assert [line.packed for line in shown.lines] == [1, 2]


def test_two_boxes_share_the_pieces_of_a_line(building: Building, picked: FulfillmentOrder) -> None:
    shown = pack(building, picked, box(MUG_CODE, SHIRT_CODE), box(MUG_CODE, carton="L"))

    boxes = [{item.sku: item.quantity for item in p.items} for p in shown.packages]
    assert boxes == [{MUG: 1, SHIRT: 1}, {MUG: 1}]
    assert len({p.package_id for p in shown.packages}) == 2


def test_what_the_scales_say_is_taken_for_the_weight(
    building: Building, picked: FulfillmentOrder
) -> None:
    shown = pack(building, picked, box(MUG_CODE, MUG_CODE, SHIRT_CODE, weight_g=1234))

    assert shown.packages[0].weight_g == 1234


def test_what_was_short_is_not_expected_in_the_box(building: Building) -> None:
    order = building.opened(a_line(MUG, 2))
    take(building, order, MUG_CODE)
    number = order.fulfillment_order_id
    report = ReportShort(fulfillment_order_id=number, sku=MUG, quantity=1, reason="damaged")
    building.do(handlers.report_short, report)

    shown = pack(building, order, box(MUG_CODE))

    assert (shown.status, shown.lines[0].packed) == ("closed", 1)


def test_each_box_tells_for_which_lines_of_the_order_its_pieces_are(building: Building) -> None:
    first, second = a_line(MUG), a_line(MUG)
    order = building.opened(first, second)
    take(building, order, MUG_CODE, 2)

    shown = pack(building, order, box(MUG_CODE), box(MUG_CODE))

    lines = [[item.line_id for item in package.items] for package in shown.packages]
    assert lines == [[first.line_id], [second.line_id]]


@pytest.mark.parametrize(
    ("barcodes", "fault"),
    [
        ((MUG_CODE, SHIRT_CODE), "missing: 1 of MUG-1"),
        ((MUG_CODE, MUG_CODE, SHIRT_CODE, SHIRT_CODE), "too many: 1 of SHIRT-M"),
        ((MUG_CODE, MUG_CODE, SHIRT_CODE, "96385074"), "not in this order: 1 of 96385074"),
        ((MUG_CODE,), "missing: 1 of MUG-1, 1 of SHIRT-M"),
    ],
)
def test_a_box_with_other_than_what_was_picked_is_refused(
    building: Building, picked: FulfillmentOrder, barcodes: Any, fault: str
) -> None:
    with pytest.raises(Refused) as refusal:
        pack(building, picked, box(*barcodes))

    assert (refusal.value.code, refusal.value.field) == ("wrong_items", "packages")
    assert refusal.value.message == f"The packages must hold exactly what was picked; {fault}."
    assert (picked.status, building.work.sent) == ("in_progress", [])


def test_an_unknown_carton_is_refused(building: Building, picked: FulfillmentOrder) -> None:
    with pytest.raises(Refused, match="There is no carton XXL; known are L, S") as refusal:
        pack(building, picked, box(MUG_CODE, MUG_CODE, SHIRT_CODE, carton="XXL"))

    assert refusal.value.field == "packages.0.carton"


def test_a_box_that_is_too_heavy_is_refused(building: Building, picked: FulfillmentOrder) -> None:
    with pytest.raises(Refused, match="Carton S may weigh 10000 g, not 10001 g") as refusal:
        pack(building, picked, box(MUG_CODE, MUG_CODE, SHIRT_CODE, weight_g=10_001))

    assert (refusal.value.code, refusal.value.field) == ("too_heavy", "packages.0.weight_g")


def test_a_box_with_goods_of_unknown_weight_must_be_weighed(building: Building) -> None:
    order = building.opened(a_line("CAP"))
    take(building, order, "CAP")

    with pytest.raises(Refused, match="The weight of CAP is not known"):
        pack(building, order, box("CAP"))
    assert pack(building, order, box("CAP", weight_g=90)).packages[0].weight_g == 90


def test_what_fits_no_carton_is_a_package_of_its_own(building: Building) -> None:
    building.floor.add(facts("SKI", weight_g=4_000, size=a_size(1800, 100, 100)))
    order = building.opened(a_line("SKI"))
    take(building, order, "SKI")

    shown = pack(building, order, box("SKI", carton=OWN_PACKAGING))

    assert shown.packages[0].dimensions == a_size(1800, 100, 100)
    assert shown.packages[0].weight_g == 4_000


def test_two_pieces_are_not_one_package_without_a_carton(
    building: Building, picked: FulfillmentOrder
) -> None:
    with pytest.raises(Refused, match="one package for each piece"):
        pack(building, picked, box(MUG_CODE, MUG_CODE, SHIRT_CODE, carton=OWN_PACKAGING))


def test_what_is_of_unknown_size_cannot_go_without_a_carton(building: Building) -> None:
    order = building.opened(a_line("CAP"))
    take(building, order, "CAP")

    with pytest.raises(Refused, match="The size of CAP is not known"):
        pack(building, order, box("CAP", carton=OWN_PACKAGING))


def test_nothing_is_packed_before_everything_is_picked_or_reported_short(
    building: Building,
) -> None:
    order = building.opened(a_line(MUG, 2))
    take(building, order, MUG_CODE)

    with pytest.raises(Refused, match=r"1 pieces of .* must be picked or reported short"):
        pack(building, order, box(MUG_CODE))


def test_a_packed_order_is_not_packed_again(building: Building, picked: FulfillmentOrder) -> None:
    pack(building, picked, box(MUG_CODE, MUG_CODE, SHIRT_CODE))

    with pytest.raises(IllegalMove, match="is closed; it cannot become closed"):
        pack(building, picked, box(MUG_CODE))
