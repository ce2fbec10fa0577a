"""Less of an order is sent, or nothing is changed: whoever is faster, picker or editor, wins."""

from typing import Any

import pytest

from contracts.values import SkuQuantity
from contracts.warehouse import (
    EditPlan,
    OrderReaddressed,
    PlanEdited,
    ReaddressOrder,
    ReaddressRefused,
    StartPicking,
)
from services.warehouse import handlers, readdressing
from services.warehouse.tests.builders import (
    MUG,
    ORDER,
    SHIRT,
    Building,
    a_line,
    an_address,
    level,
)

MUGS, SHIRTS = a_line(MUG, 5), a_line(SHIRT, 1)


@pytest.fixture
def building() -> Building:
    """Three mugs and a shirt are planned in Berlin, two mugs in Hamburg."""
    one = Building()
    levels = (level("BER", MUG, 3), level("HAM", MUG, 2), level("BER", SHIRT, 1))
    one.route(MUGS, SHIRTS, levels=levels)
    return one


def edit(building: Building, *fewer: tuple[Any, int], number: int = 1, **changes: Any) -> Any:
    command = EditPlan(
        order_id=ORDER,
        edit=number,
        fewer=tuple(
            SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=n) for line, n in fewer
        ),
        **changes,
    )
    before = len(building.work.sent)
    readdressing.edit_plan(command, building.work, building.fulfillments)
    said = building.work.sent[before:]
    return said[0] if said else None


def planned(building: Building) -> dict[str, dict[str, int]]:
    return {
        order.warehouse_id: {line.sku: line.quantity for line in order.lines}
        for order in building.fulfillments.orders.values()
        if order.status.value != "canceled"
    }


def taken(told: PlanEdited) -> list[tuple[str, str, int]]:
    return [(p.warehouse_id, i.sku, i.quantity) for p in told.taken for i in p.lines]


def start_in(building: Building, place: str) -> None:
    which = next(o for o in building.fulfillments.orders.values() if o.warehouse_id == place)
    building.open(which.fulfillment_order_id)
    request = StartPicking(fulfillment_order_id=which.fulfillment_order_id, picker="pia")
    building.do(handlers.start_picking, request)


def test_fewer_pieces_are_taken_off_the_smallest_parcel_first(building: Building) -> None:
    assert planned(building) == {"BER": {MUG: 3, SHIRT: 1}, "HAM": {MUG: 2}}

    told = edit(building, (MUGS, 3))

    assert taken(told) == [("HAM", MUG, 2), ("BER", MUG, 1)]
    assert planned(building) == {"BER": {MUG: 2, SHIRT: 1}}


def test_a_line_that_is_not_wanted_any_more_is_not_on_the_list(building: Building) -> None:
    told = edit(building, (SHIRTS, 1))

    assert taken(told) == [("BER", SHIRT, 1)]
    assert planned(building) == {"BER": {MUG: 3}, "HAM": {MUG: 2}}


def test_if_one_list_is_being_picked_nothing_is_taken_off(building: Building) -> None:
    start_in(building, "HAM")

    told = edit(building, (SHIRTS, 1), ship_to=an_address(name="Bob"))

    why = "Somebody has begun to pick it in HAM."
    assert told == ReaddressRefused(order_id=ORDER, edit=1, reason=why)
    assert planned(building) == {"BER": {MUG: 3, SHIRT: 1}, "HAM": {MUG: 2}}
    assert {o.ship_to.name for o in building.fulfillments.orders.values()} == {"Ann Smith"}


def test_whoever_asks_again_gets_the_same_answer_and_nothing_more_is_taken(
    building: Building,
) -> None:
    first = edit(building, (MUGS, 2))
    start_in(building, "BER")

    assert edit(building, (MUGS, 2)) == first
    assert planned(building) == {"BER": {MUG: 3, SHIRT: 1}}


def test_an_edit_of_lines_may_send_it_elsewhere_too(building: Building) -> None:
    edit(building, (MUGS, 1), ship_to=an_address(name="Bob"))

    assert {o.ship_to.name for o in building.fulfillments.orders.values()} == {"Bob"}


def test_more_than_is_planned_cannot_be_taken_off(building: Building) -> None:
    told = edit(building, (MUGS, 6))

    assert told.reason == "Not so many of it are planned to be sent."
    assert planned(building) == {"BER": {MUG: 3, SHIRT: 1}, "HAM": {MUG: 2}}


def test_edits_of_addresses_and_of_lines_are_counted_together(building: Building) -> None:
    elsewhere = ReaddressOrder(order_id=ORDER, edit=2, ship_to=an_address(name="Bob"))
    readdressing.readdress_order(elsewhere, building.work, building.fulfillments)
    assert building.work.sent[-1] == OrderReaddressed(order_id=ORDER, edit=2)

    assert edit(building, (MUGS, 1), number=1) is None
    assert taken(edit(building, (MUGS, 1), number=3)) == [("HAM", MUG, 1)]
