"""Is WooCommerce told once what has left, came back, is off, and can be sold?"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from chassis.outside import Declined, Pending
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.woocommerce import WooCommerce
from services.channels.tests.speeches import a_shop_of
from tests.fakes.woocommerce import FakeWooCommerce, a_line

MARKET, SHOP = WooCommerce(), Shop("my-shop", webhook_secret="hush")
SHIPPING = {"method_title": "Express", "total": "5.00", "total_tax": "0.95"}


def left(*numbers: str, quantity: int = 1, line: str = "11") -> Any:
    return {"channel_order_id": "4711", "carrier": "DHL", "tracking_numbers": list(numbers),
            "lines": [{"channel_line_id": line, "quantity": quantity}]}  # fmt: skip


def back(amount: int, quantity: int = 1) -> Any:
    return {"channel_order_id": "4711", "return_id": "ret_1",
            "amount": {"amount": amount, "currency": "EUR"},
            "lines": [{"channel_line_id": "11", "quantity": quantity}]}  # fmt: skip


OFF = {"channel_order_id": "4711", "reason": "sold out", "restock": False}


def test_the_order_is_completed_when_all_pieces_have_left(woo: FakeWooCommerce) -> None:
    woo.sell(a_line(quantity=2, total="20.00"), a_line("B", id=12))
    shop = a_shop_of(woo)
    seen = []
    for key, told in (
        ("ack-1", left("T1")), ("ack-2", left("T2", line="12")), ("ack-2", left("T2", line="12")),
        ("ack-3", left()),
    ):  # fmt: skip
        MARKET.acknowledge(shop, key, told)
        seen.append(woo.orders[4711]["status"])

    assert seen == ["processing", "processing", "processing", "completed"]
    assert [x["note"] for x in woo.notes[4711]] == [
        "Sent with DHL, tracking number T1.", "Sent with DHL, tracking number T2.",
    ]  # fmt: skip


@pytest.mark.parametrize("lost", ["POST /orders/4711/notes", "PUT /orders/4711"])
def test_a_shipment_whose_answer_was_lost_is_told_once(woo: FakeWooCommerce, lost: str) -> None:
    woo.sell()
    woo.loses_answer_to = lost
    with pytest.raises(requests.ConnectionError):
        MARKET.acknowledge(a_shop_of(woo), "ack-1", left("T1"))
    MARKET.acknowledge(a_shop_of(woo), "ack-1", left("T1"))

    assert (len(woo.notes[4711]), woo.orders[4711]["status"]) == (1, "completed")


def test_a_refund_whose_answer_was_lost_is_given_once_with_its_taxes(woo: FakeWooCommerce) -> None:
    woo.sell(a_line(quantity=2, total="20.00", total_tax="3.80", taxes=[
        {"id": 75, "total": "3.800004", "subtotal": "3.800004"}]))  # fmt: skip
    woo.loses_answer_to = "POST /orders/4711/refunds"
    with pytest.raises(requests.ConnectionError):
        MARKET.push_refund(a_shop_of(woo), "k", back(1190))
    MARKET.push_refund(a_shop_of(woo), "k", back(1190))

    (made,) = woo.refunds[4711]
    assert (made["amount"], woo.gateway_gave_back, woo.added_back) == (
        "11.90",
        Decimal("11.90"),
        {},
    )
    assert made["asked"]["line_items"] == [
        {"id": 11, "quantity": 1, "refund_total": "10.00",
         "refund_tax": [{"id": 75, "refund_total": "1.90"}]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "changes", "code"),
    [(1001, {}, "too_much"), (500, {"transaction_id": ""}, "no_way_back")],
)
def test_money_that_the_shop_cannot_give_back_is_not_asked_for(
    woo: FakeWooCommerce, amount: int, changes: Any, code: str
) -> None:
    woo.sell(**changes)
    with pytest.raises(Declined) as no:
        MARKET.push_refund(a_shop_of(woo), "k", back(amount))

    assert (no.value.code, woo.refunds[4711]) == (code, [])


def test_what_was_paid_is_given_back_when_an_order_is_off(woo: FakeWooCommerce) -> None:
    woo.sell(shipping_lines=[SHIPPING])
    MARKET.push_cancellation(a_shop_of(woo), OFF)

    assert woo.orders[4711]["status"] == "refunded"
    assert (str(woo.gateway_gave_back), woo.added_back) == ("15.95", {})


def test_what_was_not_paid_is_canceled_and_the_customer_told(woo: FakeWooCommerce) -> None:
    woo.sell(date_paid_gmt=None, status="pending")
    for _ in range(2):
        MARKET.push_cancellation(a_shop_of(woo), OFF)

    assert (woo.orders[4711]["status"], len(woo.notes[4711]), woo.refunds[4711]) == (
        "cancelled", 1, [],
    )  # fmt: skip


def test_a_completed_order_is_not_canceled(woo: FakeWooCommerce) -> None:
    woo.sell(status="completed")
    with pytest.raises(Declined) as no:
        MARKET.push_cancellation(a_shop_of(woo), OFF)
    assert no.value.code == "not_canceled"


@pytest.mark.parametrize(
    ("listing", "product"), [("MUG-1", 9001), ("SHIRT-M", 9002), ("product:9001", 9001),
                             ("product:9000:9002", 9002)],
)  # fmt: skip
def test_stock_is_told_of_what_is_meant(woo: FakeWooCommerce, listing: str, product: int) -> None:
    MARKET.push_stock(a_shop_of(woo), {"listing": listing, "available": 7})

    told = {x["id"]: x["stock_quantity"] for x in woo.products.values() if x["stock_quantity"]}
    assert told == {product: 7}


@pytest.mark.parametrize("listing", ["MUG", "mug-1", "product:1", "product:9001:9002"])
def test_a_bad_listing_is_named(woo: FakeWooCommerce, listing: str) -> None:
    with pytest.raises(Declined) as no:
        MARKET.push_stock(a_shop_of(woo), {"listing": listing, "available": 7})
    assert no.value.code == "not_listed"


def test_a_shop_is_asked_whether_it_knows_us(woo: FakeWooCommerce) -> None:
    MARKET.check(a_shop_of(woo))
    for shop, code in (
        (a_shop_of(woo, consumer_secret="cs_other"), "http_401"),
        (Shop("x", f"{woo.url}/blog", settings=a_shop_of(woo).settings), "no_shop"),
    ):
        with pytest.raises(Declined) as no:
            MARKET.check(shop)
        assert no.value.code == code


def test_a_shop_that_says_not_so_fast_is_waited_for(woo: FakeWooCommerce) -> None:
    woo.answers_first = [(429, {"Retry-After": "40"})]
    with pytest.raises(Pending) as wait:
        MARKET.push_stock(a_shop_of(woo), {"listing": "MUG-1", "available": 7})
    assert 30 < (wait.value.due_at - datetime.now(UTC)).total_seconds() < 41


def test_a_shop_that_is_ill_is_asked_again(woo: FakeWooCommerce) -> None:
    woo.answers_first = [(500, {})]
    with pytest.raises(ConnectionError):
        MARKET.push_stock(a_shop_of(woo), {"listing": "MUG-1", "available": 7})
