"""Shopify hears of shipments, stock and refunds once, whatever happens to its answers."""

from typing import Any

import msgspec
import pytest
import requests

from chassis.errors import Refused
from chassis.outside import Declined, Pending
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.shopify import Shopify
from services.channels.tests.builders import SECRET, SHOP, signed
from tests.fakes.shopify import FakeShopify

market = Shopify()


def shop_at(fake: FakeShopify, **changes: Any) -> Shop:
    fields = {"channel": SHOP, "base_url": fake.url, "access_token": "token", "location_id": "77"}
    return Shop(**{**fields, **changes})


def left(*numbers: str, **lines: int) -> dict[str, Any]:
    """What the adapter is told of a shipment: pieces by the shop's own line ids."""
    pieces = lines or {"l11": 1}
    return {
        "channel_order_id": "4711", "carrier": "DHL", "tracking_numbers": list(numbers),
        "lines": [{"channel_line_id": k[1:], "quantity": n} for k, n in pieces.items()],
    }  # fmt: skip


def money(amount: int = 1000, currency: str = "EUR") -> dict[str, Any]:
    return {
        "channel_order_id": "4711", "return_id": "ret_1",
        "amount": {"amount": amount, "currency": currency},
        "lines": [{"channel_line_id": "11", "quantity": 1}],
    }  # fmt: skip


def stock(listing: str = "MUG-1", available: int = 7) -> dict[str, Any]:
    return {"listing": listing, "available": available}


@pytest.mark.parametrize("signature", ["", "ä", "\ud800", "AAAA"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(Refused):
        market.verify(Shop(SHOP, webhook_secret=SECRET), "{}", signature)


def test_a_shop_without_a_secret_cannot_be_impersonated_with_an_empty_one() -> None:
    with pytest.raises(Refused):
        market.verify(Shop(SHOP), "{}", signed("{}", ""))


def test_a_shops_secrets_are_not_shown() -> None:
    shown = repr(Shop(SHOP, access_token="token-x", webhook_secret="hush-x"))

    assert ("token-x" in shown, "hush-x" in shown) == (False, False)


def test_a_shipment_is_told_piece_by_piece_where_the_shop_waits_for_it(fake: FakeShopify) -> None:
    market.acknowledge(shop_at(fake), "k", left("T1", l11=3))

    (told,) = fake.fulfillments
    assert told["tracking_numbers"] == ["T1"]
    assert told["line_items"] == [{"id": 11, "quantity": 2}, {"id": 11, "quantity": 1}]


def test_a_shipment_whose_answer_was_lost_is_not_told_twice(fake: FakeShopify) -> None:
    fake.loses_answer_to = "POST /fulfillments.json"
    with pytest.raises(requests.ConnectionError):
        market.acknowledge(shop_at(fake), "k", left("T1"))

    market.acknowledge(shop_at(fake), "k", left("T1"))

    assert len(fake.fulfillments) == 1


def test_a_second_parcel_of_the_same_line_is_told_too(fake: FakeShopify) -> None:
    market.acknowledge(shop_at(fake), "k1", left("T1"))
    market.acknowledge(shop_at(fake), "k2", left("T2"))

    assert [one["tracking_numbers"] for one in fake.fulfillments] == [["T1"], ["T2"]]


def test_what_the_shop_has_down_as_sent_already_needs_not_be_told(fake: FakeShopify) -> None:
    fake.open.clear()
    fake.fulfillments = [{"status": "success", "line_items": [{"id": 11, "quantity": 1}]}]

    market.acknowledge(shop_at(fake), "k", left())

    assert len(fake.fulfillments) == 1


@pytest.mark.parametrize("status", ["cancelled", "error", "failure"])
def test_a_fulfillment_that_failed_in_the_shop_is_none(fake: FakeShopify, status: str) -> None:
    old = {"status": status, "tracking_numbers": ["T1"], "line_items": [{"id": 11, "quantity": 1}]}
    fake.fulfillments = [old]

    market.acknowledge(shop_at(fake), "k", left("T1"))

    assert [one["status"] for one in fake.fulfillments] == [status, "success"]


def test_a_shop_that_waits_for_nothing_of_it_says_no(fake: FakeShopify) -> None:
    with pytest.raises(Declined) as no:
        market.acknowledge(shop_at(fake), "k", left("T1", l99=1))
    assert no.value.code == "nothing_open"


@pytest.mark.parametrize(
    ("listing", "item"), [("MUG-1", "9001"), ("mug-1", "9009"), ("variant:808", "9808")]
)
def test_stock_is_set_for_the_item_of_the_listing(
    fake: FakeShopify, listing: str, item: str
) -> None:
    market.push_stock(shop_at(fake), stock(listing, 7))
    market.push_stock(shop_at(fake), stock(listing, 0))

    assert fake.stock == {item: 0}


@pytest.mark.parametrize("listing", ["NO-SUCH", "variant:1", 'a" OR sku:"MUG-1'])
def test_stock_of_what_the_shop_does_not_sell_is_declined(fake: FakeShopify, listing: str) -> None:
    with pytest.raises(Declined) as no:
        market.push_stock(shop_at(fake), stock(listing))
    assert (no.value.code, fake.stock) == ("not_listed", {})


def test_what_was_typed_into_an_order_by_hand_has_no_stock(fake: FakeShopify) -> None:
    market.push_stock(shop_at(fake), stock("title:Engraving"))

    assert fake.asked == []


def test_stock_needs_a_location(fake: FakeShopify) -> None:
    with pytest.raises(Declined) as no:
        market.push_stock(shop_at(fake, location_id=""), stock())
    assert no.value.code == "no_location"


def test_a_refund_takes_from_each_payment_what_it_has_left(fake: FakeShopify) -> None:
    market.push_refund(shop_at(fake), "k", money(1000))

    (refund,) = fake.refunds
    given = [(part["parent_id"], part["amount"], part["kind"]) for part in refund["transactions"]]
    assert given == [(801, "8.00", "refund"), (802, "2.00", "refund")]
    assert refund["refund_line_items"] == [
        {"line_item_id": "11", "quantity": 1, "restock_type": "no_restock"}
    ]


def test_a_refund_in_yen_has_no_cents(fake: FakeShopify) -> None:
    fake.payments = [{"parent_id": 1, "gateway": "card", "maximum_refundable": "1500"}]

    market.push_refund(shop_at(fake), "k", money(1200, "JPY"))

    assert fake.refunds[0]["transactions"][0]["amount"] == "1200"


def test_a_refund_whose_answer_was_lost_is_not_made_twice(fake: FakeShopify) -> None:
    fake.loses_answer_to = "POST /orders/4711/refunds.json"
    with pytest.raises(requests.ConnectionError):
        market.push_refund(shop_at(fake), "k", money())

    market.push_refund(shop_at(fake), "k", money())

    assert [refund["note"] for refund in fake.refunds] == ["ret_1"]


def test_more_than_was_paid_there_is_not_given_back(fake: FakeShopify) -> None:
    with pytest.raises(Declined, match=r"no more than 108\.00 EUR"):
        market.push_refund(shop_at(fake), "k", money(10_801))
    assert fake.refunds == []


def off(**changes: Any) -> dict[str, Any]:
    fields = {"channel_order_id": "4711", "reason": "sold out", "restock": False}
    return {**fields, **changes}


def test_an_order_that_is_off_is_canceled_with_our_reason(fake: FakeShopify) -> None:
    market.push_cancellation(shop_at(fake), off())

    (told,) = fake.canceled
    assert (told["note"], told["restock"]) == ("sold out", False)


def test_an_order_that_the_shop_has_canceled_already_is_left_alone(fake: FakeShopify) -> None:
    fake.canceled_at = "2026-03-01T10:00:00Z"

    market.push_cancellation(shop_at(fake), off())

    assert fake.asked == ["GET /orders/4711.json"]


def test_a_cancellation_whose_answer_was_lost_is_not_told_twice(fake: FakeShopify) -> None:
    fake.loses_answer_to = "POST /graphql.json"
    with pytest.raises(requests.ConnectionError):
        market.push_cancellation(shop_at(fake), off())

    market.push_cancellation(shop_at(fake), off())

    assert len(fake.canceled) == 1


@pytest.mark.parametrize(
    ("order", "told"), [("4711", "cannot be cancelled"), ("4712", "does not exist")]
)
def test_what_the_shop_does_not_cancel_is_said_with_its_reason(
    fake: FakeShopify, order: str, told: str
) -> None:
    fake.may_cancel = False

    with pytest.raises(Declined, match=told) as no:
        market.push_cancellation(shop_at(fake), off(channel_order_id=order))
    assert no.value.code == "not_canceled"


def test_a_shop_in_a_hurry_is_asked_later(fake: FakeShopify) -> None:
    fake.answers_first = [(429, {"Retry-After": "2.0"})]

    with pytest.raises(Pending):
        market.acknowledge(shop_at(fake), "k", left("T1"))


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_shop_in_trouble_is_asked_again(fake: FakeShopify, status: int) -> None:
    fake.answers_first = [(status, {})]

    with pytest.raises(ConnectionError):
        market.push_stock(shop_at(fake), stock())


def test_a_wrong_token_is_declined_and_not_repeated_in_the_reason(fake: FakeShopify) -> None:
    with pytest.raises(Declined) as no:
        market.push_stock(shop_at(fake, access_token="old-token"), stock())
    assert (no.value.code, "old-token" in no.value.reason) == ("http_401", False)


def test_what_is_told_can_be_stored(fake: FakeShopify) -> None:
    told = msgspec.json.decode(msgspec.json.encode(left("T1", l12=1)))

    market.acknowledge(shop_at(fake), "k", told)

    assert fake.fulfillments[0]["line_items"] == [{"id": 12, "quantity": 1}]
