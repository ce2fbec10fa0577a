"""A doubtful address stops an order once; a person corrects it, or decides that it is right."""

from typing import Any

import pytest

from chassis.outside import Declined
from contracts.shipping import LabelFailed
from contracts.values import Address
from services.shipping import address_checks, asks, executors
from services.shipping.carriers.carrier import AddressCheck
from services.shipping.carriers.sandbox import Sandbox
from services.shipping.shopping import Stall
from services.shipping.tests.builders import (
    Desk,
    a_box,
    a_call,
    a_shipment,
    an_address,
)
from services.shipping.tests.carriers import (
    PricedCarrier,
    forget_labels,
    stalls,
)

NO_HOUSE = AddressCheck(well=False, words="There is no such house.")


class Silent(PricedCarrier):
    """A carrier that is away when it is asked about an address."""

    def check_address(self, address: Address) -> AddressCheck | None:
        raise ConnectionError("away")


def a_carrier(thinks: AddressCheck | None, name: str = "swift") -> PricedCarrier:
    carrier = PricedCarrier(name, 400)
    carrier.thinks = thinks
    return carrier


def try_it(desk: Desk, carrier: PricedCarrier) -> Any:
    """Buy as the stored call does, and take what came of it."""
    call = a_call(desk.asked(asks.BUY)[-1])
    try:
        result = executors.buy(call, desk.shipment, stalls(carrier), [carrier], forget_labels)
    except Declined as no:
        return desk.answer(asks.BUY, "refused", reason=no.reason, code=no.code)
    return desk.answer(asks.BUY, "succeeded", result)


def test_a_doubtful_address_stops_the_order_with_the_reason_and_nothing_is_bought(
    desk: Desk,
) -> None:
    carrier = a_carrier(NO_HOUSE)
    desk.create()

    told = try_it(desk, carrier)

    assert isinstance(told, LabelFailed)
    assert told.reason == (
        "swift doubts it: There is no such house."
        " Correct the address, or try again to send it there as it is."
    )
    assert carrier.sold == {}


def test_whoever_tries_again_with_the_same_address_has_decided(desk: Desk) -> None:
    carrier = a_carrier(NO_HOUSE)
    desk.create()
    try_it(desk, carrier)
    desk.create()
    try_it(desk, carrier)

    assert desk.shipment.state == "label_purchased"
    assert desk.shipment.address_check.endswith("A person decided that it is right.")


def test_another_address_is_checked_anew(desk: Desk) -> None:
    carrier = a_carrier(NO_HOUSE)
    desk.create()
    try_it(desk, carrier)
    desk.create(ship_to=an_address(line1="Lindenstr. 999"))

    assert isinstance(try_it(desk, carrier), LabelFailed)
    assert carrier.sold == {}


def test_what_a_carrier_knows_is_noted(desk: Desk) -> None:
    desk.create()
    try_it(desk, a_carrier(AddressCheck(well=True)))

    assert (desk.shipment.state, desk.shipment.address_check) == (
        "label_purchased", "swift knows it",
    )  # fmt: skip


def test_one_that_knows_the_address_outweighs_one_that_doubts_it() -> None:
    shipment = a_shipment(a_box(""))
    asked = stalls(a_carrier(NO_HOUSE, "one"), a_carrier(AddressCheck(well=True), "two"))

    assert address_checks.check(shipment, asked) == "two knows it"


def test_a_check_that_fails_holds_nothing_up(desk: Desk) -> None:
    desk.create()
    try_it(desk, Silent("swift", 400))

    assert desk.shipment.state == "label_purchased"
    assert desk.shipment.address_check == "swift did not answer (ConnectionError)"


@pytest.mark.parametrize("shipment", [
    a_shipment(return_id="ret_1", fulfillment_order_id=""), a_shipment(to="FR"),
])  # fmt: skip
def test_returns_and_countries_where_it_does_not_deliver_are_not_asked_about(shipment: Any) -> None:
    only_german = Stall(a_carrier(NO_HOUSE), countries=frozenset({"DE"}))

    assert address_checks.check(shipment, [only_german]) == ""


def test_the_sandbox_doubts_where_it_is_told_to() -> None:
    sandbox = Sandbox(None)  # type: ignore[arg-type]

    assert sandbox.check_address(an_address(name="DOUBT Ada")) == NO_HOUSE
    assert sandbox.check_address(an_address()) == AddressCheck(well=True)
