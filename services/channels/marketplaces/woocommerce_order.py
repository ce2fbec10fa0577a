"""What does an order of WooCommerce say? Its amounts, line by line, and what is left to send.

WooCommerce states all amounts without tax, even where prices include it, and a line by its sum.
Taxes are rounded by the shop in one of two ways, which `lines.settle` makes up for.
"""

import html
from collections.abc import Sequence
from typing import Any

import msgspec

from chassis.errors import Refused
from services.channels.domain.news import NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import minor_units
from services.channels.marketplaces.lines import (
    SoldLine,
    as_sold,
    by_sku,
    by_title,
    into_parts,
    left_to_pay,
    paid,
    pieces,
    settle,
    take_off,
)
from services.channels.marketplaces.moments import in_gmt
from services.channels.marketplaces.woocommerce_payload import (
    REFUNDED,
    LineItem,
    Place,
    RefundedItem,
    Row,
    WooOrder,
)


def read_order(body: bytes, channel: str, *, unpaid: bool) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in the shop's words."""
    return as_sold(
        lambda: _wish(msgspec.json.decode(body, type=WooOrder, strict=False), channel),
        unpaid=unpaid,
    )


def listing_of(item: LineItem) -> str:
    """Name what is sold: by SKU, else by product and variation, else by what was typed."""
    if sku := by_sku(item.sku):
        return sku
    if item.product_id and str(item.product_id) != "0":
        variation = item.variation_id if str(item.variation_id or "0") != "0" else ""
        return f"product:{item.product_id}{variation and ':'}{variation}"
    return by_title(html.unescape(item.name or ""))


def _wish(order: WooOrder, channel: str) -> dict[str, Any]:
    currency = order.currency or ""
    lines, price, delivery_tax, total = _amounts(order, currency)
    lines = _left(order, lines)
    titles = " ".join(row.method_title or "" for row in order.shipping_lines or ()).lower()
    return {
        "currency": currency,
        "lines": [line.as_line() for line in lines],
        "total": left_to_pay(lines, price, delivery_tax) if order.refunds else total,
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


def _amounts(order: WooOrder, currency: str) -> tuple[list[SoldLine], int, int, int]:
    """Lines, price and tax of delivery with what else is charged, and the total; they add up."""
    total = minor_units(order.total if order.total is not None else "-", currency, "total")
    lines = into_parts([_line(i, x, currency) for i, x in enumerate(order.line_items or ())])
    if not lines:
        raise Refused("no_lines", "The order has no lines.", "line_items")
    price, delivery_tax = _rows(order.shipping_lines, currency, "shipping_lines", 0, 0)
    price, delivery_tax = _rows(order.fee_lines, currency, "fee_lines", price, delivery_tax)
    off = min(price, 0)  # fees below zero are discounts: what delivery cannot bear, the goods do
    off_tax = min(delivery_tax, 0)
    price, delivery_tax = price - off, delivery_tax - off_tax
    take_off(lines, -off, "fee_lines")
    rows = len(lines) + len(order.shipping_lines or ()) + len(order.fee_lines or ())
    settle(lines, price, delivery_tax, total, currency, rows=rows, off_tax=off_tax)
    return lines, price, delivery_tax, total


def _line(index: int, item: LineItem, currency: str) -> SoldLine:
    where = f"line_items[{index}]"
    quantity = pieces(item.quantity, f"{where}.quantity")
    net = paid(item.total, currency, f"{where}.total")
    worth = max(paid(item.subtotal, currency, f"{where}.subtotal"), net)
    tax = paid(item.total_tax, currency, f"{where}.total_tax")
    name, bundle = html.unescape(item.name or ""), str(item.bundled_by or "")
    return SoldLine(listing_of(item), str(item.id or ""), quantity, worth, net, tax, name, bundle)


def _left(order: WooOrder, lines: list[SoldLine]) -> list[SoldLine]:
    """Take off the pieces that were refunded before; the order itself does not say which."""
    refunded: dict[str, int] = {}
    for i, refund in enumerate(order.refunds or ()):
        if refund.line_items is None:
            told = "A part was refunded, and WooCommerce does not post which: it must be pulled."
            raise Refused("refunded_in_part", told, f"refunds[{i}]")
        for item in refund.line_items:
            line = _refunded_line(item)
            refunded[line] = refunded.get(line, 0) + abs(int(item.quantity or 0))
    rest = [line.of(line.quantity - refunded.get(line.line_id, 0)) for line in lines]
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
