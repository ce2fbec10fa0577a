"""How do the shops of each adapter say the same thing, and what have they heard?

An adapter is checked by the conformance suite as soon as it has a speech here.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from services.channels.marketplaces.amazon import Amazon
from services.channels.marketplaces.csv_drop import CsvDrop
from services.channels.marketplaces.csv_orders import CsvOrders
from services.channels.marketplaces.ebay import Ebay
from services.channels.marketplaces.magento import Magento
from services.channels.marketplaces.marketplace import Marketplace, Shop
from services.channels.marketplaces.peppol import Peppol
from services.channels.marketplaces.shopify import Shopify
from services.channels.marketplaces.square import Square
from services.channels.marketplaces.woocommerce import WooCommerce
from services.channels.tests.builders import an_item, an_order
from services.channels.tests.documents import a_line as a_row_of_ubl
from services.channels.tests.documents import a_ubl_order
from tests.fakes import amazon as at_amazon
from tests.fakes import ebay as at_ebay
from tests.fakes import square as at_square
from tests.fakes.amazon import FakeAmazon, an_amazon
from tests.fakes.ebay import FakeEbay, an_ebay
from tests.fakes.magento import FakeMagento, a_magento, an_address
from tests.fakes.magento import an_item as a_row
from tests.fakes.shopify import a_shop
from tests.fakes.square import FakeSquare, a_square
from tests.fakes.woocommerce import FakeWooCommerce, a_line, a_place, a_woo_shop

HEAD = "order_id,sku,quantity,unit_price,name,line1,city,country,currency,taxes_included,tax"
Heard = Callable[[], Any]


@dataclass(frozen=True)
class Speech:
    """How an adapter's shops sell two mugs, and a shop that can be told something.

    `opened` gives the shop and what it has heard: counts of shipments, refunds, cancellations, and
    the stock of MUG-1. `hears` tells which of that the shops of this kind can hear.
    """

    market: Marketplace
    topic: str
    order: Callable[[str, str, str], str]
    opened: Callable[[], AbstractContextManager[tuple[Shop, Heard]]]
    hears: tuple[int, int, int, int | None] = (1, 1, 1, 7)


def _total(price: str) -> str:
    return str(2 * float(price)) if price.replace(".", "").isdigit() else price


def _shopify_order(price: str, currency: str, country: str) -> str:
    order = an_order(an_item("MUG-1", 2, price), total=_total(price), currency=currency)
    order["shipping_address"]["country_code"] = country
    return json.dumps(order)


@contextmanager
def _shopify_shop() -> Iterator[tuple[Shop, Heard]]:
    with a_shop() as fake:
        fake.order = json.loads(_shopify_order("10.00", "EUR", "DE"))
        shop = Shop("my-channel", fake.url, "token", "", "77")
        yield shop, lambda: (
            len(fake.fulfillments), len(fake.refunds), len(fake.canceled), fake.stock.get("9001"),
        )  # fmt: skip


def _csv_order(price: str, currency: str, country: str) -> str:
    return f"{HEAD}\n4711,MUG-1,2,{price},Ann,Main Street 1,Berlin,{country},{currency},no,0"


@contextmanager
def _no_shop() -> Iterator[tuple[Shop, Heard]]:
    yield Shop("my-channel"), lambda: (0, 0, 0, None)


def _woo_order(price: str, currency: str, country: str) -> str:
    total = _total(price)
    order = {
        "id": 4711, "status": "processing", "currency": currency, "total": total,
        "date_modified_gmt": "2026-03-01T10:00:00", "shipping": a_place(country=country),
        "billing": a_place(), "line_items": [a_line("MUG-1", 2, total)],
    }  # fmt: skip
    return json.dumps(order)


def a_shop_of(fake: FakeWooCommerce, **changes: Any) -> Shop:
    """A connection to a fake of WooCommerce."""
    known = {"consumer_key": "ck_1", "consumer_secret": "cs_1", **changes}
    return Shop("my-channel", fake.url, webhook_secret="hush", settings=known)


@contextmanager
def _woo_shop() -> Iterator[tuple[Shop, Heard]]:
    with a_woo_shop() as fake:
        fake.sell(a_line("MUG-1", 2, "20.00"))

        def heard() -> Any:
            marks = [x for x in fake.orders[4711]["meta_data"] if x["key"].startswith("_oms_ack-")]
            back = [x for x in fake.refunds[4711] if x["reason"].startswith("ret_")]
            off = [x for x in fake.refunds[4711] if x["reason"] == "sold out"]
            told = [x for x in fake.notes[4711] if "T1" in x["note"]]
            assert len(told) == len(marks)
            return len(marks), len(back), len(off), fake.products[9001]["stock_quantity"]

        yield a_shop_of(fake), heard


def _magento_order(price: str, currency: str, country: str) -> str:
    total = _total(price)
    order = FakeMagento().sell(a_row("MUG-1", 2), order_currency_code=currency, grand_total=total)
    order["items"][0]["row_total"] = total
    way = {"shipping": {"address": an_address(country_id=country)}}
    order["extension_attributes"]["shipping_assignments"] = [way]
    return json.dumps(order)


@contextmanager
def _magento_shop() -> Iterator[tuple[Shop, Heard]]:
    with a_magento() as fake:
        fake.sell(a_row("MUG-1", 2, 20))

        def heard() -> Any:
            said = [x["comments"][0]["comment"] for x in fake.memos]
            return (
                len(fake.shipments), said.count("ret_1"), said.count("sold out"),
                fake.stock.get(("default", "MUG-1")),
            )  # fmt: skip

        yield a_magento_shop(fake), heard


def a_magento_shop(fake: FakeMagento, **changes: Any) -> Shop:
    """A connection to a fake of Magento."""
    return Shop("my-channel", fake.url, **{"access_token": fake.token, **changes})


def _amazon_order(price: str, currency: str, country: str) -> str:
    total = _total(price)
    item = at_amazon.an_item("MUG-1", 2, total="0", currency=currency, breakdowns=[
        {"type": "ITEM", "subtotal": at_amazon.money(total, currency)}])  # fmt: skip
    order = FakeAmazon().sell(item, recipient={
        "deliveryAddress": at_amazon.an_address(countryCode=country)})  # fmt: skip
    order["proceeds"]["grandTotal"] = at_amazon.money(total, currency)
    return json.dumps(order)


@contextmanager
def _amazon_account() -> Iterator[tuple[Shop, Heard]]:
    with an_amazon() as fake:
        fake.sell(at_amazon.an_item("MUG-1", 2, "20.00"))
        yield a_seller(fake), lambda: (
            len(fake.orders["4711"]["packages"]), 0, 0, fake.stock["MUG-1"],
        )  # fmt: skip


def a_seller(fake: FakeAmazon, **changes: Any) -> Shop:
    """A connection to a fake of Amazon."""
    known = {
        **fake.secrets, "seller_id": "A2SELLER", "marketplace_ids": at_amazon.MARKET,
        "token_url": f"{fake.url}/auth/o2/token", **changes,
    }  # fmt: skip
    return Shop("my-channel", fake.url, settings=known)


def _ebay_order(price: str, currency: str, country: str) -> str:
    total = at_ebay.money(_total(price), currency)
    item = at_ebay.an_item("MUG-1", 2, "0", lineItemCost={**total, "value": "0"})
    order = FakeEbay().sell(item, pricingSummary={"total": total})
    order["lineItems"][0]["lineItemCost"] = total
    order["fulfillmentStartInstructions"] = [at_ebay.an_instruction(country)]
    return json.dumps(order)


@contextmanager
def _ebay_account() -> Iterator[tuple[Shop, Heard]]:
    with an_ebay() as fake:
        fake.sell(at_ebay.an_item("MUG-1", 2, "20.0"))
        yield an_ebay_seller(fake), lambda: (
            len(fake.sent["4711"]), 0, len(fake.canceled), fake.stock["MUG-1"],
        )  # fmt: skip


def an_ebay_seller(fake: FakeEbay, **changes: Any) -> Shop:
    """A connection to a fake of eBay."""
    known = {"client_id": fake.client, "client_secret": "hush", "refresh_token": "v^1.1", **changes}
    return Shop("my-channel", fake.url, settings=known)


def _square_order(price: str, currency: str, country: str) -> str:
    amount: Any = price
    if _total(price) != price:
        amount = float(_total(price)) * (1 if currency == "JPY" else 100)
        amount = int(amount) if amount == int(amount) else amount
    item = at_square.an_item("", 2, 0, sku="MUG-1")
    order = FakeSquare().sell(item, fulfillments=[at_square.a_shipment(country)])
    order["total_money"] = item["total_money"] = {"amount": amount, "currency": currency}
    return json.dumps(order)


@contextmanager
def _square_account() -> Iterator[tuple[Shop, Heard]]:
    with a_square() as fake:
        fake.sell(at_square.an_item(quantity=2, total=2000))

        def heard() -> Any:
            said = [x["reason"] for x in fake.refunds.values()]
            marks = fake.orders["4711"].get("metadata", {})
            return len(marks), said.count("ret_1"), said.count("sold out"), fake.stock.get("MUG-1")

        yield a_till(fake), heard


def a_till(fake: FakeSquare, **changes: Any) -> Shop:
    """A connection to a fake of Square."""
    known = {"warehouse_id": "berlin", "webhook_url": fake.webhook, **changes}
    return Shop("my-channel", fake.url, fake.token, fake.key, at_square.LOCATION, known)


def _ubl_order(price: str, currency: str, country: str) -> str:
    row = a_row_of_ubl(2, price, _total(price), currency=currency)
    return a_ubl_order(row, total=_total(price), currency=currency, country=country)


def _dropped_order(price: str, currency: str, country: str) -> str:
    file = {"name": "orders.csv", "at": "2026-03-01T10:00:00Z",
            "text": _csv_order(price, currency, country)}  # fmt: skip
    return json.dumps(file)


SPEECHES = (
    Speech(Shopify(), "orders/create", _shopify_order, _shopify_shop),
    Speech(WooCommerce(), "order.created", _woo_order, _woo_shop),
    Speech(Magento(), "", _magento_order, _magento_shop),
    Speech(Amazon(), "", _amazon_order, _amazon_account, hears=(1, 0, 0, 7)),
    Speech(Ebay(), "", _ebay_order, _ebay_account, hears=(1, 0, 1, 7)),
    Speech(Square(), "", _square_order, _square_account),
    Speech(Peppol(), "", _ubl_order, _no_shop, hears=(0, 0, 0, None)),
    Speech(CsvDrop(), "", _dropped_order, _no_shop, hears=(0, 0, 0, None)),
    Speech(CsvOrders(), "", _csv_order, _no_shop, hears=(0, 0, 0, None)),
)
