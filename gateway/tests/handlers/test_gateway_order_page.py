"""An order's page shows what can be known now, and says what is missing."""

import pytest

from chassis.ask import Unavailable
from chassis.errors import NotFound, Refused
from contracts.orders import History, Order
from contracts.payments import Payment, Payments
from contracts.returns import ReturnPage
from contracts.shipping import ShipmentPage
from contracts.values import HistoryLine
from contracts.warehouse import Fulfillment, FulfillmentPage
from gateway.tests.builders import NO_ORDER, ORDER, Api, example

PARTS = {
    "history": ("orders.history", example(History, lines=[example(HistoryLine, seq=1)])),
    "payments": ("payments.get", Payments(payments=(example(Payment, amount=1800),))),
    "fulfillments": ("warehouse.of_order", FulfillmentPage(fulfillments=(example(Fulfillment),))),
    "shipments": ("shipping.of_order", ShipmentPage(shipments=())),
    "returns": ("returns.of_order", ReturnPage(returns=())),
}


@pytest.fixture
def full(api: Api) -> Api:
    api.services.answers["orders.get"] = example(Order, order_id=ORDER, number=1001, version=4)
    api.services.answers |= dict(PARTS.values())
    return api


def test_the_page_holds_what_all_services_know(full: Api) -> None:
    page = full.call("GET", f"/orders/{ORDER}").json

    assert (page["order"]["number"], page["version"], page["missing"]) == (1001, 4, [])
    assert page["payments"][0]["amount"] == 1800
    assert [len(page[part]) for part in PARTS] == [1, 1, 1, 0, 0]
    assert {heard.asked.order_id for heard in full.services.heard} == {ORDER}
    assert {heard.actor for heard in full.services.heard} == {"key:shop"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_whose_service_is_down_is_named_and_the_rest_is_shown(part: str, full: Api) -> None:
    name = PARTS[part][0]
    full.services.answers[name] = Unavailable(name.partition(".")[0], "no answer in 3 s")

    answer = full.call("GET", f"/orders/{ORDER}")

    assert (answer.status_code, answer.json["missing"]) == (200, [part])
    assert answer.json[part] is None
    assert all(answer.json[other] is not None for other in PARTS if other != part)


def test_with_all_others_down_the_order_itself_is_shown(full: Api) -> None:
    for name, _ in PARTS.values():
        full.services.answers[name] = Unavailable(name.partition(".")[0], "no answer in 3 s")

    answer = full.call("GET", f"/orders/{ORDER}")

    assert (answer.status_code, answer.json["missing"]) == (200, list(PARTS))
    assert answer.json["order"]["number"] == 1001


@pytest.mark.parametrize(
    ("fault", "status"),
    [(NotFound("order", "ord_1", "order_id"), 404), (Unavailable("orders", "it is away"), 503)],
)
def test_without_the_order_there_is_no_page(fault: Refused, status: int, full: Api) -> None:
    full.services.answers["orders.get"] = fault

    answer = full.call("GET", NO_ORDER)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_page_whose_parts_came_back_is_not_taken_for_the_same(full: Api) -> None:
    full.services.answers["payments.get"] = Unavailable("payments", "no answer in 3 s")
    tag = full.call("GET", f"/orders/{ORDER}").headers["ETag"]
    full.services.answers["payments.get"] = PARTS["payments"][1]

    answer = full.call("GET", f"/orders/{ORDER}", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.json["missing"]) == (200, [])
