"""Are orders of eBay read to the cent as the buyer pays them, and is eBay told what it can be?"""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from chassis.outside import Declined
from services.channels.domain.news import Cancellation, NotForUs, Sold, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import ebay as adapter
from services.channels.marketplaces.ebay import Ebay
from services.channels.marketplaces.marketplace import Shop
from services.channels.tests.builders import adds_up
from services.channels.tests.speeches import an_ebay_seller
from tests.fakes.ebay import BEGAN, FakeEbay, an_instruction, an_item, money

MARKET, SHOP = Ebay(), Shop("my-shop")


def read(*items: Any, **changes: Any) -> Any:
    (news,) = MARKET.read(SHOP, "", json.dumps(FakeEbay().sell(*items, **changes)))
    return news.said


def test_amounts_that_ebay_converted_are_read_as_the_buyer_pays_them() -> None:
    def euros(dollars: str, value: str) -> Any:
        return money(dollars, "USD", convertedFromValue=value, convertedFromCurrency="EUR")

    order = read(
        an_item("A", lineItemCost=euros("4.66", "3.9"), lineItemId="1"),
        an_item("B", lineItemCost=euros("4.66", "3.9"), lineItemId="2"),
        pricingSummary={"total": euros("9.31", "7.8"), "deliveryCost": euros("0.0", "0.0")},
    ).order

    assert (order.currency, order.total, [x.unit_price for x in order.lines]) == (
        "EUR", 780, [390, 390],
    )  # fmt: skip
    assert adds_up(order)


def test_discounts_delivery_and_taxes_are_read_to_the_cent() -> None:
    order = read(
        an_item(quantity=3, cost="30.0", discountedLineItemCost=money("27.0"),
                taxes=[{"amount": money("2.43")}],
                ebayCollectAndRemitTaxes=[{"amount": money("5.98")}]),
        pricingSummary={
            "priceDiscount": money("-4.0"), "deliveryCost": money("6.0"),
            "deliveryDiscount": money("-2.0"), "adjustment": money("-0.5"),
            "total": money("31.93"),
        },
    ).order  # fmt: skip

    line = order.lines[0]
    assert (line.unit_price, line.discount, line.tax) == (1000, 450, 243)
    assert (order.delivery.price, order.total, adds_up(order)) == (400, 3193, True)


@pytest.mark.parametrize(
    ("changes", "listing"),
    [({}, "MUG-1"), ({"sku": None}, "item:267452304881"),
     ({"sku": "", "legacyVariationId": "55"}, "item:267452304881:55"),
     ({"sku": None, "legacyItemId": None}, "title:Blue mug")],
)  # fmt: skip
def test_what_is_sold_is_named_so_that_it_can_be_mapped(changes: Any, listing: str) -> None:
    assert read(an_item(**changes)).order.lines[0].sku == listing


@pytest.mark.parametrize(
    ("changes", "kind", "unpaid"),
    [({}, Sold, False), ({"orderPaymentStatus": "PENDING"}, Sold, True),
     ({"orderPaymentStatus": "PARTIALLY_REFUNDED"}, Sold, False),
     ({"orderPaymentStatus": "FULLY_REFUNDED"}, NotForUs, None),
     ({"orderPaymentStatus": "FAILED"}, NotForUs, None),
     ({"orderPaymentStatus": "STRANGE"}, Unacceptable, None),
     ({"orderFulfillmentStatus": "FULFILLED"}, NotForUs, None),
     ({"cancelStatus": {"cancelState": "CANCELED"}}, Cancellation, None),
     ({"cancelStatus": {"cancelState": "IN_PROGRESS"}}, Unacceptable, None),
     ({"fulfillmentStartInstructions": [{"fulfillmentInstructionsType": "DIGITAL"}]},
      NotForUs, None)],
)  # fmt: skip
def test_what_an_order_is_for_us_depends_on_how_it_stands(
    changes: Any, kind: Any, unpaid: Any
) -> None:
    said = read(**changes)

    assert isinstance(said, kind)
    assert unpaid is None or said.unpaid == unpaid


def test_what_was_sent_whole_is_left_out_and_what_was_sent_in_part_is_named() -> None:
    sent = an_item(lineItemId="1", lineItemFulfillmentStatus="FULFILLED")
    order = read(sent, an_item("B", cost="5.0")).order
    assert ([x.sku for x in order.lines], order.total) == (["B"], 500)

    said = read(an_item(quantity=2, lineItemFulfillmentStatus="IN_PROGRESS"))
    assert isinstance(said, Unacceptable)
    assert said.field == "lineItems[0].lineItemFulfillmentStatus"


def test_a_parcel_for_a_hub_of_ebays_has_its_reference_in_the_address() -> None:
    order = read(fulfillmentStartInstructions=[an_instruction(shipToReferenceId="ABC123")]).order

    assert order.ship_to.line2 == "Ref ABC123"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"lineItems": []}, "lineItems"), ({"pricingSummary": {}}, "currency"),
     ({"pricingSummary": {"total": money("9.00")}}, "total"),
     ({"pricingSummary": {"total": money("10"), "deliveryCost": money("1", "USD")}},
      "pricingSummary.delivery_cost"),
     ({"fulfillmentStartInstructions": []}, "fulfillmentStartInstructions"),
     ({"lineItems": [an_item(lineItemCost=None)]}, "lineItems[0].lineItemCost"),
     ({"lineItems": [an_item(quantity=0)]}, "lineItems[0].quantity")],
)  # fmt: skip
def test_what_cannot_be_taken_is_named(changes: Any, field: str) -> None:
    said = read(**changes)

    assert isinstance(said, Unacceptable)
    assert said.field == field


@pytest.mark.parametrize("backwards", [False, True])
def test_an_order_that_changes_during_a_sweep_hides_no_other_and_is_seen_in_the_next(
    ebay: FakeEbay, backwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "ORDERS_IN_A_PAGE", 5)
    monkeypatch.setattr(adapter, "SHOWN_AGAIN", 2)
    ebay.lists_backwards = backwards
    for number in range(1, 12):
        ebay.now += timedelta(minutes=10)
        ebay.sell(order_id=str(number))
    cursor, found, sweeps = Cursor(since=BEGAN - timedelta(days=1)), {}, 0
    while sweeps < 2:
        page = MARKET.pull(an_ebay_seller(ebay), cursor)
        orders = [json.loads(text) for text in page.orders]
        found |= {x["orderId"]: x["lastModifiedDate"] for x in orders}
        if page.next and not sweeps:
            ebay.changed(ebay.orders[str(len(found) % 3 + 1)])
        sweeps += not page.next
        cursor = cursor.after(page.next, page.newest)

    assert found == {number: x["lastModifiedDate"] for number, x in ebay.orders.items()}
    assert ebay.tokens_made == 1


def left(*numbers: str, quantity: int = 1) -> Any:
    return {"channel_order_id": "4711", "carrier": "Deutsche Post",
            "tracking_numbers": list(numbers),
            "lines": [{"channel_line_id": "11", "quantity": quantity}]}  # fmt: skip


def test_a_parcel_whose_answer_was_lost_is_told_once(ebay: FakeEbay) -> None:
    ebay.sell(an_item(quantity=2, cost="20.0"))
    ebay.loses_answer_to = "POST /sell/fulfillment/v1/order/4711/shipping_fulfillment"
    with pytest.raises(requests.ConnectionError):
        MARKET.acknowledge(an_ebay_seller(ebay), "ack-1", left("RR 123-456", "T2"))
    MARKET.acknowledge(an_ebay_seller(ebay), "ack-1", left("RR 123-456", "T2"))
    MARKET.acknowledge(an_ebay_seller(ebay), "ack-2", left("T3"))

    told = [(x["shippingCarrierCode"], x["shipmentTrackingNumber"]) for x in ebay.sent["4711"]]
    assert told == [("DeutschePost", "RR123456"), ("DeutschePost", "T2"), ("DeutschePost", "T3")]


def test_what_left_without_a_number_is_told_once(ebay: FakeEbay) -> None:
    ebay.sell()
    for _ in range(2):
        MARKET.acknowledge(an_ebay_seller(ebay), "ack-1", left())

    assert len(ebay.sent["4711"]) == 1


def test_stock_is_told_of_a_sku_and_a_bad_one_is_named(ebay: FakeEbay) -> None:
    ebay.bad_skus = {"SHIRT-M"}
    MARKET.push_stock(an_ebay_seller(ebay), {"listing": "MUG-1", "available": 7})
    MARKET.push_stock(an_ebay_seller(ebay), {"listing": "title:Mug", "available": 7})
    seen = []
    for listing in ("SHIRT-M", "OTHER", "item:267452304881"):
        with pytest.raises(Declined) as no:
            MARKET.push_stock(an_ebay_seller(ebay), {"listing": listing, "available": 7})
        seen.append(no.value.code)

    assert (ebay.stock["MUG-1"], seen) == (7, ["not_taken", "not_listed", "not_listed"])


def test_an_order_is_canceled_once_unless_it_was_sent(ebay: FakeEbay) -> None:
    off = {"channel_order_id": "4711", "reason": "sold out", "restock": True}
    ebay.sell()
    for _ in range(2):
        MARKET.push_cancellation(an_ebay_seller(ebay), off)
    assert ebay.canceled == ["legacy-4711"]

    ebay.sell(orderFulfillmentStatus="FULFILLED")
    with pytest.raises(Declined) as no:
        MARKET.push_cancellation(an_ebay_seller(ebay), off)
    assert no.value.code == "not_canceled"


def test_a_wrong_secret_is_named_when_the_account_is_asked(ebay: FakeEbay) -> None:
    MARKET.check(an_ebay_seller(ebay))
    with pytest.raises(Declined) as no:
        MARKET.check(an_ebay_seller(ebay, client_secret="other"))
    assert no.value.code == "no_token"
