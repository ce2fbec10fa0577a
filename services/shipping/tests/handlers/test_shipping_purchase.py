"""The cheapest carrier with the service gets the parcels, and no answer is ever paid for twice."""

from typing import Any

import pytest

from chassis.outside import Declined
from services.shipping import asks, executors
from services.shipping.domain.shipment import Shipment
from services.shipping.tests.builders import (
    a_box,
    a_call,
    a_shipment,
    an_item,
)
from services.shipping.tests.carriers import (
    PricedCarrier,
    forget_labels,
    stalls,
)


@pytest.fixture
def shipment() -> Shipment:
    return a_shipment(a_box(""), a_box(""), state="pending")


def buy(shipment: Shipment, *carriers: PricedCarrier, attempts: int = 1) -> dict[str, Any]:
    call = a_call(asks.buy(shipment), attempts)
    return executors.buy(call, shipment, stalls(*carriers), carriers, forget_labels)


def test_the_cheapest_offer_for_the_service_is_bought_and_the_reason_kept(
    shipment: Shipment,
) -> None:
    dear, cheap = PricedCarrier("dear", 900), PricedCarrier("cheap", 400)

    result = buy(shipment, dear, cheap)

    assert (result["carrier"], result["price"], len(result["parcels"])) == ("cheap", 400, 2)
    assert result["choice"] == "cheap standard for 4.00 EUR: the cheapest of 2 offers for standard"
    assert (dear.sold, list(cheap.sold)) == ({}, shipment.keys)


def test_express_is_bought_where_there_is_express(shipment: Shipment) -> None:
    shipment.wanted = "express"

    result = buy(shipment, PricedCarrier("cheap", 400), PricedCarrier("fast", 1900, "express"))

    assert (result["carrier"], result["service"]) == ("fast", "express")
    assert result["choice"] == "fast express for 19.00 EUR: the only offer for express"


def test_a_service_that_nobody_offers_is_declined_with_the_country(shipment: Shipment) -> None:
    shipment.wanted = "overnight"

    with pytest.raises(Declined, match="No carrier offers overnight to DE"):
        buy(shipment, PricedCarrier("cheap", 400))


def test_an_unknown_outcome_is_asked_after_at_every_carrier_before_anything_is_bought(
    shipment: Shipment,
) -> None:
    first, second = PricedCarrier("first", 400), PricedCarrier("second", 500)
    buy(shipment, first, second)
    first.price = 600

    result = buy(shipment, first, second, attempts=2)

    assert (result["carrier"], result["price"]) == ("first", 400)
    assert (
        result["choice"]
        == "first standard for 4.00 EUR: bought by an earlier try that got no answer"
    )
    assert second.sold == {}


def test_an_unknown_outcome_that_nobody_knows_of_is_bought(shipment: Shipment) -> None:
    carrier = PricedCarrier("cheap", 400)

    assert buy(shipment, carrier, attempts=2)["price"] == 400
    assert list(carrier.sold) == shipment.keys


def test_labels_of_a_try_that_was_given_up_go_back_before_new_ones_are_bought(
    shipment: Shipment,
) -> None:
    carrier = PricedCarrier("cheap", 400)
    buy(shipment, carrier)
    shipment.fail("no answer")
    shipment.retry(shipment)

    buy(shipment, carrier)

    first, second = shipment.keys
    assert (set(carrier.sold), carrier.voided) == ({first, second}, {first})


def test_giving_back_reaches_every_key_at_every_carrier(shipment: Shipment) -> None:
    one, two = PricedCarrier("one", 400), PricedCarrier("two", 500)
    buy(shipment, two)
    shipment.fail("no answer")
    shipment.retry(shipment)
    buy(shipment, one)

    executors.void(a_call(asks.void(shipment)), [one, two])

    first, second = shipment.keys
    assert (one.voided, two.voided) == ({second}, {first})


def test_labels_go_back_to_who_sold_them_even_if_another_carrier_is_away(
    shipment: Shipment, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, seller = PricedCarrier("away", 900), PricedCarrier("seller", 400)
    buy(shipment, seller)
    monkeypatch.setattr(away, "void", away_for_good)

    with pytest.raises(ConnectionError):
        executors.void(a_call(asks.void(shipment)), [away, seller])
    assert seller.voided == set(shipment.keys), "one that is away keeps no other from it"

    shipment.carrier = "seller"
    executors.void(a_call(asks.void(shipment)), [away, seller])


def away_for_good(_: str) -> None:
    raise ConnectionError("away")


@pytest.mark.parametrize(("country", "declared"), [("CH", 1), ("US", 1), ("FR", 0)])
def test_the_carrier_is_told_what_is_inside_only_when_a_border_is_crossed(
    country: str, declared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    carrier = PricedCarrier("cheap", 400)
    monkeypatch.setattr(carrier, "offers", lambda wish: seen.append(wish) or [])

    with pytest.raises(Declined):
        buy(a_shipment(to=country), carrier)

    assert seen[0].customs == (an_item(),) * declared
    assert seen[0].currency == "EUR"
