"""Are orders of Magento read to the cent, pulled without a gap, told once what became of them?"""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from chassis.outside import Declined
from services.channels.domain.news import Cancellation, NotForUs, Sold, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import magento
from services.channels.marketplaces.magento import Magento
from services.channels.marketplaces.marketplace import Shop
from services.channels.tests.builders import adds_up
from services.channels.tests.speeches import a_magento_shop
from tests.fakes.magento import BEGAN, FakeMagento, an_address, an_item

MARKET, SHOP = Magento(), Shop("my-shop")


def read(*items: Any, **changes: Any) -> Any:
    (news,) = MARKET.read(SHOP, "", json.dumps(FakeMagento().sell(*items, **changes)))
    return news.said


def lines_of(order: Any) -> Any:
    return [
        (x.channel_line_id, x.sku, x.quantity, x.unit_price * x.quantity - x.discount, x.tax)
        for x in order.lines
    ]


def test_discounts_and_taxes_are_read_to_the_cent_where_prices_include_tax() -> None:
    order = read(
        an_item(quantity=3, row_total="25.21", discount_amount="3.00",
                discount_tax_compensation_amount="0.48", tax_amount="4.31"),
        grand_total="32.95", shipping_amount="5.00", shipping_tax_amount="0.95",
    ).order  # fmt: skip

    assert lines_of(order) == [("11", "MUG-1", 3, 2269, 431)]
    assert (order.delivery.price, order.delivery.tax, order.total, adds_up(order)) == (
        500, 95, 3295, True,
    )  # fmt: skip


def test_what_gift_cards_and_store_credit_pay_is_no_discount() -> None:
    order = read(grand_total="3.00", extension_attributes={
        "gift_cards_amount": "5.00", "customer_balance_amount": "2.00",
        "shipping_assignments": [{"shipping": {"address": an_address()}}],
    }).order  # fmt: skip

    assert (order.total, order.lines[0].discount, adds_up(order)) == (1000, 0, True)


def test_a_configurable_product_is_one_line_by_which_it_is_shipped() -> None:
    order = read(
        an_item("SHIRT-M", item_id=1, product_type="configurable"),
        an_item("SHIRT-M", row_total=0, item_id=2, parent_item_id=1),
    ).order

    assert lines_of(order) == [("1", "SHIRT-M", 1, 1000, 0)]


@pytest.mark.parametrize(("of_bundle", "of_parts"), [(30, (0, 0)), (30, (20, 10)), (0, (20, 10))])
def test_what_a_bundle_costs_is_counted_once_wherever_it_stands(
    of_bundle: int, of_parts: tuple[int, int]
) -> None:
    order = read(
        an_item("KIT", row_total=of_bundle, item_id=1, product_type="bundle"),
        an_item("A", 2, of_parts[0], item_id=2, parent_item_id=1),
        an_item("B", 1, of_parts[1], item_id=3, parent_item_id=1),
        grand_total=30,
    ).order

    assert lines_of(order) == [("2", "A", 2, 2000, 0), ("3", "B", 1, 1000, 0)]
    assert adds_up(order)


def test_what_needs_no_shipping_and_what_is_gone_is_left_out_with_its_price() -> None:
    order = read(
        an_item("EBOOK", item_id=1, product_type="downloadable"),
        an_item("A", 3, 30, item_id=2, qty_canceled=1),
        an_item("B", 2, 20, item_id=3, qty_shipped=2, qty_refunded=1),
        an_item("C", 2, 20, item_id=4, qty_refunded=1),
    ).order

    assert lines_of(order) == [("2", "A", 2, 2000, 0), ("4", "C", 1, 1000, 0)]
    assert (order.total, adds_up(order)) == (3000, True)


def test_an_order_of_which_it_is_not_known_what_is_left_is_refused() -> None:
    said = read(an_item(quantity=3, row_total=30, qty_shipped=1, qty_refunded=1))

    assert isinstance(said, Unacceptable)
    assert said.field == "items[0].qty_refunded"


@pytest.mark.parametrize(
    ("state", "kind", "unpaid"),
    [("processing", Sold, False), ("new", Sold, True), ("payment_review", Sold, True),
     ("holded", Sold, True), ("complete", NotForUs, None), ("closed", NotForUs, None),
     ("canceled", Cancellation, None), ("strange", Unacceptable, None)],
)  # fmt: skip
def test_what_an_order_is_for_us_depends_on_its_state(state: str, kind: Any, unpaid: Any) -> None:
    said = read(state=state)

    assert isinstance(said, kind)
    assert unpaid is None or said.unpaid == unpaid


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"qty_ordered": 1.5}, "items[0].qty_ordered"), ({"row_total": None}, "items[0].row_total"),
     ({"row_total": "10.001"}, "items[0].row_total"),
     ({"discount_amount": 11}, "items[0].discount_amount"), ({"row_total": 9}, "total")],
)  # fmt: skip
def test_what_cannot_be_taken_is_named(changes: Any, field: str) -> None:
    order = FakeMagento().sell()
    order["items"][0] |= changes
    (news,) = MARKET.read(SHOP, "", json.dumps(order))

    assert isinstance(news.said, Unacceptable)
    assert news.said.field == field


def test_an_order_without_an_address_says_so() -> None:
    said = read(billing_address=None, extension_attributes={})

    assert isinstance(said, Unacceptable)
    assert said.field == "extension_attributes.shipping_assignments"


@pytest.mark.parametrize("at_once", [False, True])
def test_a_pull_finds_all_page_by_page_and_ends(
    shop_at_magento: FakeMagento, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(magento, "ORDERS_IN_A_PAGE", 3)
    for number in range(1, 10):
        order = shop_at_magento.sell(order_id=number)
        if at_once:
            order["updated_at"] = "2026-03-02 09:00:01"
    cursor, found = Cursor(since=BEGAN - timedelta(days=1)), set()
    for _ in range(12):
        page = MARKET.pull(a_magento_shop(shop_at_magento), cursor)
        found |= {json.loads(text)["entity_id"] for text in page.orders}
        if not page.next:
            break
        cursor = cursor.after(page.next, page.newest)

    assert (found, page.next) == (set(range(1, 10)), "")


def left(*numbers: str, quantity: int = 1) -> Any:
    return {"channel_order_id": "4711", "carrier": "DHL", "tracking_numbers": list(numbers),
            "lines": [{"channel_line_id": "11", "quantity": quantity}]}  # fmt: skip


def back(amount: int) -> Any:
    return {"channel_order_id": "4711", "return_id": "ret_1",
            "amount": {"amount": amount, "currency": "EUR"},
            "lines": [{"channel_line_id": "11", "quantity": 1}]}  # fmt: skip


OFF = {"channel_order_id": "4711", "reason": "sold out", "restock": True}


def test_a_shipment_whose_answer_was_lost_is_made_once_with_all_its_tracks(
    shop_at_magento: FakeMagento,
) -> None:
    shop_at_magento.sell(an_item(quantity=2, row_total=20))
    shop = a_magento_shop(shop_at_magento)
    shop_at_magento.loses_answer_to = "POST /order/4711/ship"
    with pytest.raises(requests.ConnectionError):
        MARKET.acknowledge(shop, "ack-1", left("T1", "T2"))
    MARKET.acknowledge(shop, "ack-1", left("T1", "T2"))

    (made,) = shop_at_magento.shipments
    assert [(x["title"], x["track_number"]) for x in made["tracks"]] == [
        ("DHL", "T1"), ("DHL", "T2"),
    ]  # fmt: skip
    MARKET.acknowledge(shop, "ack-2", left("T3"))
    assert shop_at_magento.orders[4711]["state"] == "complete"


@pytest.mark.parametrize("amount", [1000, 500, 1100])
def test_a_refund_is_made_once_with_exactly_what_we_say(
    shop_at_magento: FakeMagento, amount: int
) -> None:
    shop_at_magento.sell(an_item(quantity=3, row_total="25.21", tax_amount="4.79"))
    shop_at_magento.loses_answer_to = (
        f"POST /invoice/{shop_at_magento.invoices[0]['entity_id']}/refund"
    )
    with pytest.raises(requests.ConnectionError):
        MARKET.push_refund(a_magento_shop(shop_at_magento), "k", back(amount))
    MARKET.push_refund(a_magento_shop(shop_at_magento), "k", back(amount))

    assert [x["grand_total"] for x in shop_at_magento.memos] == [amount / 100]
    assert shop_at_magento.added_back == []


def test_money_that_magento_cannot_give_back_is_not_asked_for(shop_at_magento: FakeMagento) -> None:
    shop_at_magento.sell()
    with pytest.raises(Declined) as no:
        MARKET.push_refund(a_magento_shop(shop_at_magento), "k", back(1001))
    assert no.value.code == "too_much"
    shop_at_magento.invoices[0]["transaction_id"] = None
    with pytest.raises(Declined) as no:
        MARKET.push_refund(a_magento_shop(shop_at_magento), "k", back(1000))
    assert (no.value.code, shop_at_magento.memos) == ("no_way_back", [])


def test_what_is_left_of_a_payment_is_given_back_when_the_order_is_off(
    shop_at_magento: FakeMagento,
) -> None:
    shop_at_magento.sell(an_item(quantity=2, row_total=20), shipping_amount=5, grand_total=25)
    shop = a_magento_shop(shop_at_magento)
    MARKET.push_refund(shop, "k", back(700))
    MARKET.push_cancellation(shop, OFF)

    assert [x["grand_total"] for x in shop_at_magento.memos] == [7.0, 18.0]
    assert (shop_at_magento.orders[4711]["state"], shop_at_magento.added_back) == (
        "closed", ["11"],
    )  # fmt: skip


def test_what_was_not_paid_is_canceled_and_what_is_complete_is_not(
    shop_at_magento: FakeMagento,
) -> None:
    shop_at_magento.sell(paid=False, state="new")
    MARKET.push_cancellation(a_magento_shop(shop_at_magento), OFF)
    assert shop_at_magento.orders[4711]["state"] == "canceled"

    shop_at_magento.sell(state="complete")
    with pytest.raises(Declined) as no:
        MARKET.push_cancellation(a_magento_shop(shop_at_magento), OFF)
    assert no.value.code == "not_canceled"


def test_stock_is_told_of_the_sku_that_is_meant_and_of_no_other(
    shop_at_magento: FakeMagento,
) -> None:
    shop = a_magento_shop(shop_at_magento, location_id="central")
    for listing in ("MUG-1", "product:9002"):
        MARKET.push_stock(shop, {"listing": listing, "available": 7})
    with pytest.raises(Declined) as no:
        MARKET.push_stock(shop, {"listing": "Mug-1", "available": 7})

    assert no.value.code == "not_listed"
    assert shop_at_magento.stock == {("central", "MUG-1"): 7, ("central", "SHIRT-M"): 7}


def test_a_shop_is_asked_whether_it_knows_us(shop_at_magento: FakeMagento) -> None:
    MARKET.check(a_magento_shop(shop_at_magento))
    for shop, code in (
        (a_magento_shop(shop_at_magento, access_token="other"), "http_401"),
        (Shop("x", f"{shop_at_magento.url}/blog", shop_at_magento.token), "no_shop"),
    ):
        with pytest.raises(Declined) as no:
            MARKET.check(shop)
        assert no.value.code == code
