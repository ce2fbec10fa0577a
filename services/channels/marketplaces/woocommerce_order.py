"""What does an order of WooCommerce say? Its amounts, line by line, and what is left to send.

WooCommerce states all amounts without tax, even where prices include it, and a line by its sum.
A sum that its quantity does not divide becomes the next higher price and a discount, to the cent.
Taxes are rounded by the shop in one of two ways; what a line's tax lacks to make up the total, a
unit for each row at most, is added to the taxes. More than that does not add up, and is refused.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from chassis.errors import Refused
from contracts.orders import PlaceOrder
from services.channels.domain.news import NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import in_decimals, minor_units, spread
from services.channels.marketplaces.checked import checked, invalid
from services.channels.marketplaces.moments import in_gmt
from services.channels.marketplaces.woocommerce_payload import (
    REFUNDED,
    LineItem,
    Place,
    RefundedItem,
    Row,
    WooOrder,
)

LONGEST_SKU, LARGEST_QUANTITY = 64, 1_000_000


def read_order(body: bytes, channel: str, *, unpaid: bool) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in the shop's words."""
    try:
        order = msgspec.json.decode(body, type=WooOrder, strict=False)
        wish = _wish(order, channel)
        if not wish["lines"]:
            return NotForUs("Nothing of it is left for us to send.")
        sold = checked(wish, PlaceOrder)
    except (msgspec.ValidationError, Refused) as error:
        refusal = error if isinstance(error, Refused) else invalid(error)
        return Unacceptable(refusal.message, refusal.field or "body")
    return Sold(sold, unpaid=unpaid)


@dataclass(slots=True)
class Amounts:
    """A line in minor units: what its pieces cost, what is off, and the tax."""

    item: LineItem
    quantity: int
    worth: int
    net: int
    tax: int

    def of(self, left: int) -> "Amounts":
        """The same for what is left of it, rounded down."""
        left = max(left, 0)
        parts = (x * left // self.quantity for x in (self.worth, self.net, self.tax))
        return Amounts(self.item, left, *parts)

    def as_line(self) -> dict[str, Any]:
        """As orders take it: a price for a piece, and what is off the whole line."""
        price = -(-self.worth // self.quantity)
        return {
            "sku": listing_of(self.item),
            "quantity": self.quantity,
            "unit_price": price,
            "name": html.unescape(self.item.name or "")[:255],
            "discount": price * self.quantity - self.net,
            "tax": self.tax,
            "channel_line_id": str(self.item.id or ""),
        }


def listing_of(item: LineItem) -> str:
    """Name what is sold: by SKU, else by product and variation, else by what was typed."""
    sku = " ".join((item.sku or "").split())
    if sku and len(sku) <= LONGEST_SKU:
        return sku
    if item.product_id and str(item.product_id) != "0":
        variation = item.variation_id if str(item.variation_id or "0") != "0" else ""
        return f"product:{item.product_id}{variation and ':'}{variation}"
    return f"title:{' '.join(html.unescape(item.name or '-').split())}"[:LONGEST_SKU].rstrip()


def _wish(order: WooOrder, channel: str) -> dict[str, Any]:
    currency = order.currency or ""
    lines, price, delivery_tax, total = _amounts(order, currency)
    lines = _left(order, lines)
    left = sum(line.net + line.tax for line in lines) + price + delivery_tax
    titles = " ".join(row.method_title or "" for row in order.shipping_lines or ()).lower()
    return {
        "currency": currency,
        "lines": [line.as_line() for line in lines],
        "total": left if order.refunds else total,
        "payment": {"method": "external"},
        "ship_to": _ship_to(order),
        "bill_to": _address(order.billing, order.billing),
        "customer": _customer(order.billing or Place()),
        "delivery": {
            "service": "express" if "express" in titles else "standard",
            "price": price,
            "tax": delivery_tax,
        },
        "taxes_included": False,
        "channel": channel,
        "channel_order_id": str(order.id),
        "note": (order.customer_note or "")[:4000],
        "placed_at": in_gmt(order.date_created_gmt),
    }


def _amounts(order: WooOrder, currency: str) -> tuple[list[Amounts], int, int, int]:
    """Lines, price and tax of delivery with what else is charged, and the total; they add up."""
    total = minor_units(order.total if order.total is not None else "-", currency, "total")
    lines = _into_bundles([_line(i, x, currency) for i, x in enumerate(order.line_items or ())])
    if not lines:
        raise Refused("no_lines", "The order has no lines.", "line_items")
    price, delivery_tax = _rows(order.shipping_lines, currency, "shipping_lines", 0, 0)
    price, delivery_tax = _rows(order.fee_lines, currency, "fee_lines", price, delivery_tax)
    off = min(price, 0)  # fees below zero are discounts: what delivery cannot bear, the goods do
    off_tax = min(delivery_tax, 0)
    price, delivery_tax = price - off, delivery_tax - off_tax
    room = [line.net for line in lines]
    if -off > sum(room):
        raise Refused("does_not_add_up", "The discounts are more than the goods cost.", "fee_lines")
    for line, share in zip(lines, spread(-off, room), strict=True):
        line.net -= share
    tax = total - sum(line.net for line in lines) - price - delivery_tax
    missing = tax - off_tax - sum(line.tax for line in lines)
    rows = len(lines) + len(order.shipping_lines or ()) + len(order.fee_lines or ())
    if tax < 0 or abs(missing) > rows:
        made = in_decimals(total - missing, currency)
        told = f"Lines, delivery, fees and taxes make {made}, the total is {order.total}."
        raise Refused("does_not_add_up", told, "total")
    if tax != sum(line.tax for line in lines):
        taxes = [line.tax for line in lines]
        weights = taxes if sum(taxes) else [max(line.net, 1) for line in lines]
        for line, share in zip(lines, spread(tax, weights), strict=True):
            line.tax = share
    return lines, price, delivery_tax, total


def _line(index: int, item: LineItem, currency: str) -> Amounts:
    where = f"line_items[{index}]"
    quantity = item.quantity if item.quantity is not None else Decimal(0)
    if not quantity.is_finite() or quantity != int(quantity) or not (
        0 < quantity <= LARGEST_QUANTITY
    ):  # fmt: skip
        told = f"{str(quantity)[:40]} is no whole number from 1 to {LARGEST_QUANTITY}."
        raise Refused("no_quantity", told, f"{where}.quantity")
    net = _amount(item.total, currency, f"{where}.total")
    worth = max(_amount(item.subtotal, currency, f"{where}.subtotal"), net)
    tax = _amount(item.total_tax, currency, f"{where}.total_tax")
    return Amounts(item, int(quantity), worth, net, tax)


def _into_bundles(lines: list[Amounts]) -> list[Amounts]:
    """Give what a bundle costs to the lines that are in it: it is they that are sent."""
    kept = []
    for line in lines:
        inside = [x for x in lines if x.item.bundled_by and x.item.bundled_by == line.item.id]
        if not inside:
            kept.append(line)
            continue
        weights = [x.worth for x in inside]
        weights = weights if sum(weights) else [x.quantity for x in inside]
        for name in ("worth", "net", "tax"):
            shares = spread(getattr(line, name), weights)
            for part, share in zip(inside, shares, strict=True):
                setattr(part, name, getattr(part, name) + share)
        for part in inside:
            part.worth = max(part.worth, part.net)
    return kept


def _left(order: WooOrder, lines: list[Amounts]) -> list[Amounts]:
    """Take off the pieces that were refunded before; the order itself does not say which."""
    refunded: dict[str, int] = {}
    for i, refund in enumerate(order.refunds or ()):
        if refund.line_items is None:
            told = "A part was refunded, and WooCommerce does not post which: it must be pulled."
            raise Refused("refunded_in_part", told, f"refunds[{i}]")
        for item in refund.line_items:
            line = _refunded_line(item)
            refunded[line] = refunded.get(line, 0) + abs(int(item.quantity or 0))
    rest = [line.of(line.quantity - refunded.get(str(line.item.id), 0)) for line in lines]
    return [line for line in rest if line.quantity]


def _refunded_line(item: RefundedItem) -> str:
    values = [str(x.value) for x in item.meta_data or () if x.key == REFUNDED]
    return values[0] if values else ""


def _rows(
    rows: Sequence[Row] | None, currency: str, field: str, price: int, tax: int
) -> tuple[int, int]:
    for i, row in enumerate(rows or ()):
        price += minor_units(row.total or 0, currency, f"{field}[{i}].total")
        tax += minor_units(row.total_tax or 0, currency, f"{field}[{i}].total_tax")
    return price, tax


def _amount(value: Decimal | None, currency: str, field: str) -> int:
    amount = minor_units("-" if value is None else value, currency, field)
    if amount < 0:
        raise Refused("no_amount", f"{value} is below zero.", field)
    return amount


def _ship_to(order: WooOrder) -> dict[str, str]:
    for place in (order.shipping, order.billing):
        if address := _address(place, order.billing):
            return address
    raise Refused("no_address", "The order does not say where the goods go.", "shipping")


def _address(place: Place | None, billing: Place | None) -> dict[str, str] | None:
    if not place or not place.address_1 or not place.country:
        return None
    buyer = _customer(billing or Place())
    return {
        "name": _name(place) or buyer["name"] or place.company or "customer",
        "company": place.company or "",
        "line1": place.address_1,
        "line2": place.address_2 or "",
        "city": place.city or "-",
        "region": place.state or "",
        "postcode": place.postcode or "",
        "country": place.country,
        "phone": place.phone or buyer["phone"],
        "email": buyer["email"],
    }


def _customer(billing: Place) -> dict[str, str]:
    return {
        "email": billing.email or "",
        "name": _name(billing),
        "phone": billing.phone or "",
    }


def _name(place: Place) -> str:
    return f"{place.first_name or ''} {place.last_name or ''}".strip()
