"""What does an order of Amazon say, whichever version of its API has given it?

Amounts are for all pieces of an item. Whether they include taxes depends on the marketplace, and
is not said: what makes the stated total is how they are meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chassis.errors import Refused
from services.channels.domain.news import NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import in_decimals, minor_units
from services.channels.marketplaces.lines import (
    SoldLine,
    as_sold,
    by_sku,
    by_title,
    left_to_pay,
    pieces,
)
from services.channels.marketplaces.moments import moment

FAST = frozenset({"EXPEDITED", "NEXTDAY", "NEXT_DAY", "SAMEDAY", "SAME_DAY", "SECONDDAY",
                  "SECOND_DAY", "PRIORITY"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """An amount of an item: what for, how much, with which sign, and where it stands."""

    what: str
    value: Decimal | None
    currency: str
    where: str
    sign: int = 1


@dataclass(frozen=True, slots=True)
class AmazonItem:
    """An item; its parts are for `item`, `discount`, `tax`, `delivery`, `delivery_tax`."""

    item_id: str
    sku: str
    asin: str
    title: str
    ordered: Decimal | None
    shipped: int
    where: str
    parts: Sequence[Part]
    unwanted: str = ""


@dataclass(frozen=True, slots=True)
class AmazonOrder:
    """An order as both versions say it."""

    order_id: str
    placed_at: str
    currency: str
    total: Decimal | None
    total_field: str
    service: str
    items: Sequence[AmazonItem]
    address: dict[str, str] = field(default_factory=dict)
    address_field: str = ""
    buyer_name: str = ""
    buyer_email: str = ""


def as_news(order: AmazonOrder, channel: str) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in Amazon's words."""
    return as_sold(lambda: _wish(order, channel))


def listing_of(item: AmazonItem) -> str:
    """Name what is sold: by the seller's SKU, else by Amazon's number, else by its title."""
    return by_sku(item.sku) or (f"asin:{item.asin}" if item.asin else by_title(item.title))


def _wish(order: AmazonOrder, channel: str) -> dict[str, Any]:
    currency = order.currency
    if order.total is None:
        raise Refused("no_amount", "The order does not state its total.", order.total_field)
    total = minor_units(order.total, currency, order.total_field)
    if not order.items:
        raise Refused("no_lines", "The order has no lines.", "OrderItems")
    lines = [_line(x, currency) for x in order.items]
    price = sum(_sum(x, "delivery", currency) for x in order.items)
    tax = sum(_sum(x, "delivery_tax", currency) for x in order.items)
    included = _is_included(lines, price, tax, total, order)
    if not order.address.get("line1") or not order.address.get("country"):
        told = "Amazon does not say where the goods go: our key may not see addresses."
        raise Refused("no_address", told, order.address_field)
    gone = {x.item_id: x.shipped for x in order.items}
    left = [line.of(line.quantity - gone[line.line_id]) for line in lines]
    left = [line for line in left if line.quantity]
    if any(gone.values()):
        total = left_to_pay(left, price, tax)
        if included:
            total -= sum(line.tax for line in left) + tax
    unwanted = [x.unwanted for x in order.items if x.unwanted]
    return {
        "currency": currency,
        "lines": [line.as_line() for line in left],
        "total": total,
        "payment": {"method": "external"},
        "ship_to": {**order.address, "email": order.buyer_email},
        "customer": {"email": order.buyer_email, "name": order.buyer_name},
        "delivery": {
            "service": "express" if order.service.upper() in FAST else "standard",
            "price": price,
            "tax": tax,
        },
        "taxes_included": included,
        "channel": channel,
        "channel_order_id": order.order_id,
        "note": " ".join(f"The buyer wants it no more: {why}" for why in unwanted)[:4000],
        "placed_at": moment(order.placed_at),
    }


def _line(item: AmazonItem, currency: str) -> SoldLine:
    quantity = pieces(item.ordered, f"{item.where}.quantity")
    if not any(part.what == "item" for part in item.parts):
        raise Refused("no_amount", "It does not say what it costs.", f"{item.where}.price")
    worth, off, tax = (_sum(item, what, currency) for what in ("item", "discount", "tax"))
    if off > worth or tax < 0:
        raise Refused("does_not_add_up", "More is off than it costs.", item.where)
    return SoldLine(listing_of(item), item.item_id, quantity, worth, worth - off, tax, item.title)


def _sum(item: AmazonItem, what: str, currency: str) -> int:
    amount = 0
    for part in item.parts:
        if part.what == what:
            if part.currency != currency:
                told = f"{part.currency!r} is not the currency of the order, {currency}."
                raise Refused("other_currency", told, part.where)
            amount += part.sign * minor_units(part.value or 0, currency, part.where)
    return amount


def _is_included(
    lines: Sequence[SoldLine], price: int, tax: int, total: int, order: AmazonOrder
) -> bool:
    """Whether taxes are in the prices: so it is if the total is made without adding them."""
    without = sum(line.net for line in lines) + price
    taxes = sum(line.tax for line in lines) + tax
    if total == without + taxes:
        return False
    if total == without:
        return True
    made, stated = (in_decimals(x, order.currency) for x in (without, total))
    told = f"Items and delivery make {made} without taxes, the total is {stated}."
    raise Refused("does_not_add_up", told, order.total_field)
