"""Are orders of Amazon read to the cent in both versions, and is it told what it can be told?"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from chassis.outside import Declined, Pending
from services.channels.domain.news import Cancellation, NotForUs, Sold, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import amazon as adapter
from services.channels.marketplaces.amazon import Amazon
from services.channels.marketplaces.marketplace import Shop
from services.channels.tests.builders import adds_up
from services.channels.tests.speeches import a_seller
from tests.fakes.amazon import (
    BEGAN,
    FakeAmazon,
    an_item,
    an_old_address,
    an_old_item,
    money,
    old_money,
)

MARKET, SHOP = Amazon(), Shop("my-shop")


def read(*items: Any, **changes: Any) -> Any:
    (news,) = MARKET.read(SHOP, "", json.dumps(FakeAmazon().sell(*items, **changes)))
    return news.said


def read_v0(*items: Any, **changes: Any) -> Any:
    (news,) = MARKET.read(SHOP, "", json.dumps(FakeAmazon().sell_v0(*items, **changes)))
    return news.said


def row(kind: str, amount: str, *details: tuple[str, str]) -> Any:
    parts = [{"subtype": name, "value": money(value)} for name, value in details]
    return {"type": kind, "subtotal": money(amount), "detailedBreakdowns": parts}


def test_taxes_beside_the_prices_and_a_discount_are_read_to_the_cent() -> None:
    order = read(an_item(quantity=3, total="101.97", breakdowns=[
        row("ITEM", "89.97"), row("SHIPPING", "10.00"), row("DISCOUNT", "-2.00"),
        row("TAX", "4.00", ("ITEM", "3.10"), ("SHIPPING", "1.00"), ("DISCOUNT", "-0.10")),
    ])).order  # fmt: skip

    line, way = order.lines[0], order.delivery
    assert (line.unit_price, line.discount, line.tax, way.price, way.tax) == (
        2999, 200, 300, 1000, 100,
    )  # fmt: skip
    assert (order.taxes_included, order.total, adds_up(order)) == (False, 10197, True)


def test_taxes_in_the_prices_are_known_by_the_total() -> None:
    order = read_v0(an_old_item(
        quantity=2, price="23.80", ItemTax=old_money("3.80"), ShippingPrice=old_money("5.95"),
        ShippingTax=old_money("0.95"), ShippingDiscount=old_money("5.95"),
        ShippingDiscountTax=old_money("0.95"),
    )).order  # fmt: skip

    assert (order.lines[0].unit_price, order.lines[0].tax) == (1190, 380)
    assert (order.taxes_included, order.delivery.price, order.total, adds_up(order)) == (
        True, 0, 2380, True,
    )  # fmt: skip
    assert (order.ship_to.line1, order.ship_to.line2) == ("Main Street 1", "")


def test_what_was_sent_before_is_left_out_with_its_price() -> None:
    for order in (
        read(an_item(quantity=3, price="30.00", fulfillment={"quantityFulfilled": 2})).order,
        read_v0(an_old_item(quantity=3, price="30.00", QuantityShipped=2)).order,
    ):
        assert (order.lines[0].quantity, order.total, adds_up(order)) == (1, 1000, True)


def test_gift_wrap_and_cash_on_delivery_are_what_delivery_costs() -> None:
    order = read_v0(
        an_old_item(BuyerInfo={"GiftWrapPrice": old_money("2.00")}, CODFee=old_money("3.00"),
                    CODFeeDiscount=old_money("1.00")),
        OrderTotal=old_money("14.00"),
    ).order  # fmt: skip

    assert (order.delivery.price, order.total) == (400, 1400)


def test_a_buyer_who_wants_an_item_no_more_is_heard_of_in_the_note() -> None:
    told = "The buyer wants it no more: Found cheaper"
    assert read(an_item(cancellation={"cancellationRequest": {
        "requester": "BUYER", "cancelReason": "Found cheaper"}})).order.note == told  # fmt: skip
    assert read_v0(an_old_item(BuyerRequestedCancel={
        "IsBuyerRequestedCancel": "true", "BuyerCancelReason": "Found cheaper",
    })).order.note == told  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"),
    [("UNSHIPPED", Sold), ("PENDING", NotForUs), ("PENDING_AVAILABILITY", NotForUs),
     ("SHIPPED", NotForUs), ("UNFULFILLABLE", NotForUs), ("CANCELLED", Cancellation),
     ("STRANGE", Unacceptable)],
)  # fmt: skip
def test_what_an_order_is_for_us_depends_on_its_status(status: str, kind: Any) -> None:
    assert isinstance(read(fulfillment={"fulfillmentStatus": status}), kind)
    old = status.title().replace("_", "").replace("Cancelled", "Canceled")
    assert isinstance(read_v0(OrderStatus=old), kind)


def test_what_amazon_sends_itself_is_not_for_us() -> None:
    by_amazon = NotForUs("Amazon sends it itself.")
    state = {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "AMAZON"}
    assert (read(fulfillment=state), read_v0(FulfillmentChannel="AFN")) == (by_amazon, by_amazon)


@pytest.mark.parametrize(
    ("said", "field"),
    [(read(recipient={}), "recipient.deliveryAddress"),
     (read_v0(ShippingAddress=None), "ShippingAddress"),
     (read_v0(ShippingAddress=an_old_address(AddressLine2=" ")), "ShippingAddress"),
     (read_v0(OrderTotal=None), "OrderTotal"),
     (read_v0(OrderTotal=old_money("10.01")), "OrderTotal"),
     (read_v0(OrderItems=[]), "OrderItems"),
     (read_v0(an_old_item(ItemTax=old_money("1", "GBP"))), "OrderItems[0].item_tax"),
     (read_v0(an_old_item(QuantityOrdered=0)), "OrderItems[0].quantity"),
     (read_v0(an_old_item(PromotionDiscount=old_money("11"))), "OrderItems[0]")],
)  # fmt: skip
def test_what_cannot_be_taken_is_named(said: Any, field: str) -> None:
    assert isinstance(said, Unacceptable)
    assert said.field == field


def everything(shop: Shop) -> list[Any]:
    cursor, found = Cursor(since=BEGAN - timedelta(days=1)), []
    for _ in range(20):
        page = MARKET.pull(shop, cursor)
        found += [MARKET.read(shop, "", text)[0] for text in page.orders]
        if not page.next:
            return found
        cursor = cursor.after(page.next, page.newest)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("version", ["v0", "2026-01-01"])
def test_a_pull_finds_all_page_by_page_with_one_token(
    amazon: FakeAmazon, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ORDERS_IN_A_PAGE", "OLD_ORDERS_IN_A_PAGE"):
        monkeypatch.setattr(adapter, name, 3)
    for number in range(1, 9):
        amazon.sell(order_id=str(number))
        items = [an_old_item(OrderItemId=f"{i}") for i in range(number)]
        amazon.sell_v0(*items, order_id=str(number))

    found = everything(a_seller(amazon, orders_version=version))

    assert [x.channel_order_id for x in found] == [str(n) for n in range(1, 9)]
    assert all(isinstance(x.said, Sold) for x in found)
    assert amazon.tokens_made == 1
    if version == "v0":
        assert [len(x.said.order.lines) for x in found] == list(range(1, 9))


def test_a_key_that_may_not_see_addresses_gets_orders_that_say_so(amazon: FakeAmazon) -> None:
    amazon.sell_v0()
    amazon.may_see_addresses = False

    (news,) = everything(a_seller(amazon, orders_version="v0"))

    assert isinstance(news.said, Unacceptable)
    assert (news.said.field, "may not see addresses" in news.said.reason) == (
        "ShippingAddress", True,
    )  # fmt: skip


def test_a_wrong_secret_is_named_when_the_account_is_asked(amazon: FakeAmazon) -> None:
    MARKET.check(a_seller(amazon))
    for shop, code in ((a_seller(amazon, client_secret="other"), "no_token"),
                       (a_seller(amazon, marketplace_ids="A1,B2"), "no_marketplace")):  # fmt: skip
        with pytest.raises(Declined) as no:
            MARKET.check(shop)
        assert no.value.code == code


def left(quantity: int = 1) -> Any:
    return {"channel_order_id": "4711", "carrier": "dhl", "tracking_numbers": ["T1"],
            "lines": [{"channel_line_id": "11", "quantity": quantity}]}  # fmt: skip


def test_a_package_whose_answer_was_lost_is_confirmed_once(amazon: FakeAmazon) -> None:
    amazon.sell(an_item(quantity=3, price="30.00"))
    amazon.loses_answer_to = "POST /orders/v0/orders/4711/shipmentConfirmation"
    with pytest.raises(requests.ConnectionError):
        MARKET.acknowledge(a_seller(amazon), "ack-1", left())
    MARKET.acknowledge(a_seller(amazon), "ack-1", left())
    order = amazon.orders["4711"]
    assert (order["fulfillment"]["fulfillmentStatus"], len(order["packages"])) == (
        "PARTIALLY_SHIPPED", 1,
    )  # fmt: skip

    for _ in range(2):
        MARKET.acknowledge(a_seller(amazon), "ack-2", left(2))

    assert order["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert {(x["carrierCode"], x["trackingNumber"]) for x in order["packages"]} == {("DHL", "T1")}
    with pytest.raises(Declined) as no:
        MARKET.acknowledge(a_seller(amazon), "ack-3", left())
    assert no.value.code == "nothing_open"


def test_stock_is_told_of_a_sku_and_a_bad_one_is_named(amazon: FakeAmazon) -> None:
    amazon.bad_skus = {"MUG-1"}
    MARKET.push_stock(a_seller(amazon), {"listing": "SHIRT M/2", "available": 7})
    seen = []
    for listing in ("MUG-1", "OTHER", "asin:B000000001"):
        with pytest.raises(Declined) as no:
            MARKET.push_stock(a_seller(amazon), {"listing": listing, "available": 7})
        seen.append(no.value.code)

    assert (amazon.stock["SHIRT M/2"], seen) == (7, ["not_taken", "not_listed", "not_listed"])


def test_how_long_to_wait_is_read_from_the_rate_that_amazon_allows(amazon: FakeAmazon) -> None:
    amazon.sell()
    MARKET.check(a_seller(amazon))
    amazon.answers_first = [(429, {"x-amzn-RateLimit-Limit": "0.0167"})]
    with pytest.raises(Pending) as wait:
        everything(a_seller(amazon))
    assert 55 < (wait.value.due_at - datetime.now(UTC)).total_seconds() < 61
