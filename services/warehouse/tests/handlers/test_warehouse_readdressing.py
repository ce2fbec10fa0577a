"""All of an order goes elsewhere, or nothing of it: whoever is faster, picker or editor, wins."""

from typing import Any

import pytest

from chassis.errors import IllegalMove
from contracts.warehouse import (
    CancelFulfillment,
    OrderReaddressed,
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
    a_route,
    an_address,
    level,
)

ELSEWHERE, OFFICE = an_address(name="Bob"), an_address(name="Jones Ltd")
AGREED = OrderReaddressed(order_id=ORDER, edit=1)


@pytest.fixture
def building() -> Building:
    return Building()


def readdress(building: Building, edit: int = 1, ship_to: Any = ELSEWHERE) -> Any:
    command = ReaddressOrder(order_id=ORDER, edit=edit, ship_to=ship_to)
    before = len(building.work.sent)
    readdressing.readdress_order(command, building.work, building.fulfillments)
    said = building.work.sent[before:]
    return said[0] if said else None


def addresses(building: Building) -> list[str]:
    return [order.ship_to.name for order in building.fulfillments.orders.values()]


def two_lists(building: Building) -> list[str]:
    told = building.route(
        a_line(MUG), a_line(SHIRT), levels=(level("BER", MUG, 1), level("HAM", SHIRT, 1))
    )
    return [planned.fulfillment_order_id for planned in told.fulfillments]


def start(building: Building, which: str) -> None:
    request = StartPicking(fulfillment_order_id=which, picker="pia")
    building.do(handlers.start_picking, request)


def test_all_lists_go_elsewhere_those_that_are_open_too(building: Building) -> None:
    first, _ = two_lists(building)
    building.open(first)

    assert readdress(building) == AGREED
    assert addresses(building) == ["Bob", "Bob"]
    start(building, first)  # and the picker begins with the new one


def test_if_one_list_is_being_picked_nothing_goes_elsewhere(building: Building) -> None:
    first, _ = two_lists(building)
    building.open(first)
    start(building, first)

    told = readdress(building)

    why = "Somebody has begun to pick it in BER."
    assert told == ReaddressRefused(order_id=ORDER, edit=1, reason=why)
    assert addresses(building) == ["Ann Smith", "Ann Smith"]


def test_whoever_asks_again_gets_the_same_answer_whatever_came_between(building: Building) -> None:
    first, _ = two_lists(building)
    assert readdress(building) == AGREED
    building.open(first)
    start(building, first)

    assert readdress(building) == AGREED
    refused = readdress(building, edit=2, ship_to=OFFICE)
    handlers.cancel_fulfillment(
        CancelFulfillment(order_id=ORDER, fulfillment_order_id=first),
        building.work, building.fulfillments,
    )  # fmt: skip
    assert readdress(building, edit=2, ship_to=OFFICE) == refused
    assert addresses(building) == ["Bob", "Bob"]


def test_an_edit_that_was_overtaken_is_not_taken_back(building: Building) -> None:
    two_lists(building)
    readdress(building, edit=2, ship_to=OFFICE)

    assert readdress(building, edit=1) is None
    assert addresses(building) == ["Jones Ltd", "Jones Ltd"]


def test_what_is_planned_later_goes_there_too_though_who_asks_does_not_know_yet(
    building: Building,
) -> None:
    assert readdress(building) == AGREED
    lines = (a_line(MUG),)
    building.send_route(a_route(*lines))
    building.send_route(a_route(*lines, attempt=2))

    assert addresses(building) == ["Bob", "Bob"]


def test_an_order_that_is_not_sent_goes_nowhere_else(building: Building) -> None:
    first, _ = two_lists(building)
    handlers.cancel_fulfillment(
        CancelFulfillment(order_id=ORDER), building.work, building.fulfillments
    )

    assert readdress(building).reason == "The order was canceled."
    with pytest.raises(IllegalMove):
        start(building, first)
