"""How is what was found to be read: which things are in a payload, and what does each state?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.channels.marketplaces.peppol_reading import first, root_of, text


@dataclass(frozen=True)
class Source:
    """How one system writes orders.

    `things` gives each thing that a payload holds. `states` gives an order's total and currency.
    `whole` tells whether nothing of it is left out because it was refunded or is not sent.
    """

    kind: str
    things: Callable[[Any], Any]
    states: Callable[[Any], tuple[str, str]]
    whole: Callable[[Any], bool]
    lines: str = "line_items"


def inside(told: Any, *names: str) -> Any:
    """Open what is wrapped in these names, one after the other, where it is."""
    for name in names:
        told = told.get(name, told) if isinstance(told, dict) else told
    return told


def _woo_things(told: Any) -> Any:
    told = inside(told, "data")
    batch = [told.get(x) for x in ("create", "update", "delete")] if isinstance(told, dict) else []
    parts = [part for part in batch if isinstance(part, list)]
    return [one for part in parts for one in part] if parts else told


def _needs_all(items: Iterable[Any]) -> bool:
    return not any(x.get("gift_card") or x.get("requires_shipping") is False for x in items)


def _magento_things(told: Any) -> Any:
    is_page = isinstance(told, dict) and "search_criteria" in told
    return inside(told, "items") if is_page else inside(told, "event", "data", "value")


def _magento_whole(order: Any) -> bool:
    gone = ("qty_canceled", "qty_refunded", "qty_shipped")
    return all(
        x["product_type"] != "downloadable" and not any(x.get(name) for name in gone)
        for x in order["items"]
    )


def _ebay_total(money: Any) -> tuple[str, str]:
    """What the buyer pays, in the buyer's currency."""
    value, currency = (
        money.get(f"convertedFrom{x.title()}") or money[x] for x in ("value", "currency")
    )
    return str(value), currency


def _ubl_total(document: str) -> tuple[str, str]:
    """What the goods of a document cost with tax, in full."""
    said = first(root_of(document), "AnticipatedMonetaryTotal")
    stated = text(said, "TaxInclusiveAmount", "PayableAmount")
    return stated, text(root_of(document), "DocumentCurrencyCode")


SOURCES = {
    "shopify": Source(
        "shopify",
        lambda told: inside(told, "response", "body", "orders", "order"),
        lambda order: (str(order["total_price"]), order["currency"]),
        lambda order: not order.get("refunds") and _needs_all(order["line_items"]),
    ),
    "woocommerce": Source(
        "woocommerce",
        _woo_things,
        lambda order: (str(order["total"]), order["currency"]),
        lambda order: not order.get("refunds"),
    ),
    "amazon-sp-api": Source(
        "amazon",
        lambda told: inside(told, "sandbox", "response", "payload", "order", "Orders"),
        lambda order: (
            str(order["proceeds"]["grandTotal"]["amount"]),
            order["proceeds"]["grandTotal"]["currencyCode"],
        ),
        lambda order: not any(x["fulfillment"]["quantityFulfilled"] for x in order["orderItems"]),
        "orderItems",
    ),
    "ebay": Source(
        "ebay",
        lambda told: inside(told, "orders"),
        lambda order: _ebay_total(order["pricingSummary"]["total"]),
        lambda order: (
            not any(x["lineItemFulfillmentStatus"] == "FULFILLED" for x in order["lineItems"])
        ),
        "lineItems",
    ),
    "square-pos": Source(
        "square",
        lambda told: inside(told, "orders", "order"),
        lambda order: (str(order["total_money"]["amount"]), order["total_money"]["currency"]),
        lambda _order: True,
    ),
    "b2b-ubl-peppol": Source("peppol", lambda told: told, _ubl_total, lambda _order: True, ""),
    "magento": Source(
        "magento",
        _magento_things,
        lambda order: (str(order["grand_total"]), order["order_currency_code"]),
        _magento_whole,
        "items",
    ),
}


def states_its_lines(sent: Any) -> bool:
    """Whether the sum of the lines that a shop states is that of its lines."""
    stated = sent.get("total_line_items_price")
    if stated is None:
        return True
    made = sum(Decimal(str(x["price"])) * x["quantity"] for x in sent["line_items"])
    return Decimal(stated) == made
