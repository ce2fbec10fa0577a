"""What does an order of Shopify say? Its amounts, line by line, and what of it is left to send.

What the shop gives by itself (gift cards, downloads) and what was refunded before we heard of it
is left out; the stated total is lowered by exactly that, so that the rest must still add up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from chassis.errors import Refused
from contracts.orders import PlaceOrder
from services.channels.domain.news import NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import minor_units, spread
from services.channels.marketplaces.checked import checked, invalid
from services.channels.marketplaces.moments import moment
from services.channels.marketplaces.shopify_payload import (
    Amount,
    Buyer,
    Charge,
    LineItem,
    Place,
    ShopifyOrder,
)

UNPAID = frozenset({"pending", "partially_paid", "expired"})
LONGEST_SKU = 64


def read_order(body: bytes, channel: str) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in Shopify's words."""
    try:
        order = msgspec.json.decode(body, type=ShopifyOrder, strict=False)
        lines, dropped = _lines(order)
        if not lines:
            return NotForUs("Nothing of it is left for us to send.")
        sold = checked(_wish(order, channel, lines, dropped), PlaceOrder)
    except (msgspec.ValidationError, Refused) as error:
        refusal = error if isinstance(error, Refused) else invalid(error)
        return Unacceptable(refusal.message, refusal.field or "body")
    return Sold(sold, unpaid=(order.financial_status or "pending") in UNPAID)


@dataclass(slots=True)
class Amounts:
    """A line as it was bought, in minor units."""

    item: LineItem
    quantity: int
    price: int
    discount: int
    tax: int

    @property
    def worth(self) -> int:
        """What it costs without discount and tax."""
        return self.price * self.quantity

    def of(self, left: int) -> "Amounts":
        """The same for what is left of it, rounded down."""
        discount, tax = self.discount * left // self.quantity, self.tax * left // self.quantity
        return Amounts(self.item, left, self.price, discount, tax)

    def net(self, *, included: bool) -> int:
        """What is paid for it."""
        return self.worth - self.discount + (0 if included else self.tax)


def _wish(order: ShopifyOrder, channel: str, lines: list[Amounts], dropped: int) -> dict[str, Any]:
    currency = order.currency or ""
    return {
        "currency": currency,
        "lines": [
            {
                "sku": _listing(x.item),
                "quantity": x.quantity,
                "unit_price": x.price,
                "name": (x.item.name or x.item.title or "")[:255],
                "discount": x.discount,
                "tax": x.tax,
                "channel_line_id": str(x.item.id or ""),
            }
            for x in lines
        ],
        "total": minor_units(order.total_price, currency, "total_price") - dropped,
        "payment": {"method": "external"},
        "ship_to": _ship_to(order),
        "bill_to": _address(order, order.billing_address),
        "customer": _customer(order),
        "delivery": _delivery(order),
        "taxes_included": bool(order.taxes_included),
        "channel": channel,
        "channel_order_id": str(order.id),
        "note": (order.note or "")[:4000],
        "placed_at": moment(order.created_at),
    }


def _lines(order: ShopifyOrder) -> tuple[list[Amounts], int]:
    """What is left to send, and what everything else was paid for."""
    bought = _bought(order)
    kept, dropped, included = [], 0, bool(order.taxes_included)
    for line in bought:
        rest = line.of(_left(order, line))
        dropped += line.net(included=included) - rest.net(included=included)
        if rest.quantity:
            kept.append(rest)
    return kept, dropped


def _left(order: ShopifyOrder, line: Amounts) -> int:
    if line.item.gift_card or line.item.requires_shipping is False:
        return 0
    left = line.item.current_quantity
    if left is None:
        given_back = sum(
            item.quantity or 0
            for refund in order.refunds or ()
            for item in refund.refund_line_items or ()
            if item.line_item_id is not None and str(item.line_item_id) == str(line.item.id)
        )
        left = line.quantity - given_back
    return min(max(left, 0), line.quantity)


def _bought(order: ShopifyOrder) -> list[Amounts]:
    currency = order.currency or ""
    lines = [
        Amounts(
            item,
            item.quantity or 0,
            minor_units(item.price, currency, f"line_items[{i}].price"),
            _sum(item.discount_allocations, currency, f"line_items[{i}].discount_allocations"),
            _sum(item.tax_lines, currency, f"line_items[{i}].tax_lines"),
        )
        for i, item in enumerate(order.line_items or ())
        if (item.quantity or 0) > 0
    ]
    if not lines:
        raise Refused("no_lines", "The order has no lines.", "line_items")
    delivery = _delivery(order)
    missing = _stated(order.total_discounts, currency, "total_discounts") - delivery["discount"]
    missing -= sum(line.discount for line in lines)
    if missing > 0:
        room = [line.worth - line.discount for line in lines]
        if missing > sum(room):
            told = "The discounts are more than the goods cost."
            raise Refused("does_not_add_up", told, "total_discounts")
        for line, share in zip(lines, spread(missing, room), strict=True):
            line.discount += share
    taxes = _stated(order.total_tax, currency, "total_tax") - delivery["tax"]
    if taxes != sum(line.tax for line in lines) and not order.taxes_included:
        if taxes < 0:
            told = "The taxes of lines and delivery are more than the order's."
            raise Refused("does_not_add_up", told, "total_tax")
        for line, tax in zip(lines, spread(taxes, [x.worth for x in lines]), strict=True):
            line.tax = tax
    return lines


def _delivery(order: ShopifyOrder) -> dict[str, Any]:
    currency, price, discount, tax, express = order.currency or "", 0, 0, 0, False
    for i, line in enumerate(order.shipping_lines or ()):
        if line.is_removed:
            continue
        where = f"shipping_lines[{i}]"
        gross = minor_units(line.price or 0, currency, f"{where}.price")
        if line.discounted_price is not None:
            net = minor_units(line.discounted_price, currency, f"{where}.discounted_price")
        else:
            net = gross - _sum(line.discount_allocations, currency, f"{where}.discount_allocations")
        price, discount = price + gross, discount + gross - net
        tax += _sum(line.tax_lines, currency, f"{where}.tax_lines")
        express = express or "express" in (line.title or "").lower()
    service = "express" if express else "standard"
    return {"service": service, "price": price, "discount": discount, "tax": tax}


def _stated(value: Amount, currency: str, field: str) -> int:
    return minor_units(value or 0, currency, field)


def _sum(charges: Sequence[Charge] | None, currency: str, field: str) -> int:
    parts: Iterable[Amount] = (x.price if x.amount is None else x.amount for x in charges or ())
    return sum(minor_units(part or 0, currency, field) for part in parts)


def _listing(item: LineItem) -> str:
    """Name what is sold: by SKU, else by variant, else (typed in by hand) by title."""
    sku = " ".join((item.sku or "").split())
    if sku and len(sku) <= LONGEST_SKU:
        return sku
    if item.variant_id:
        return f"variant:{item.variant_id}"
    return f"title:{' '.join((item.title or item.name or '-').split())}"[:LONGEST_SKU].rstrip()


def _ship_to(order: ShopifyOrder) -> dict[str, str]:
    usual = order.customer.default_address if order.customer else None
    for place in (order.shipping_address, order.billing_address, usual):
        if address := _address(order, place):
            return address
    raise Refused("no_address", "The order does not say where the goods go.", "shipping_address")


def _address(order: ShopifyOrder, place: Place | None) -> dict[str, str] | None:
    if not place or not place.address1 or not place.country_code:
        return None
    name = place.name or f"{place.first_name or ''} {place.last_name or ''}"
    return {
        "name": name.strip() or _customer(order)["name"] or "customer",
        "company": place.company or "",
        "line1": place.address1,
        "line2": place.address2 or "",
        "city": place.city or "-",
        "region": place.province_code or place.province or "",
        "postcode": place.zip or "",
        "country": place.country_code,
        "phone": place.phone or "",
        "email": order.email or "",
    }


def _customer(order: ShopifyOrder) -> dict[str, str]:
    known = order.customer or Buyer()
    return {
        "email": order.email or known.email or "",
        "name": f"{known.first_name or ''} {known.last_name or ''}".strip(),
        "phone": order.phone or known.phone or "",
    }
