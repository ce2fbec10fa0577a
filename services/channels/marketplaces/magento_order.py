"""What does an order of Magento say? Its amounts, row by row, and what is left to send.

A configurable product stands in two rows: the first has the price and is what is shipped, the
second is what was chosen. A bundle's price stands in its own row, in those of its parts, or in
both. Gift cards, store credit and points lower the grand total, though the goods cost no less.
"""

from collections.abc import Sequence
from decimal import Decimal
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
)
from services.channels.marketplaces.magento_payload import (
    Extension,
    Item,
    MagentoOrder,
    Place,
)
from services.channels.marketplaces.moments import in_gmt

NOTHING_TO_SEND = frozenset({"virtual", "downloadable", "giftcard"})
INSTEAD_OF_MONEY = ("gift_cards_amount", "customer_balance_amount", "reward_currency_amount")
WRAPPING = ("gw_price", "gw_items_price")


def read_order(body: bytes, channel: str, *, unpaid: bool) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in the shop's words."""
    return as_sold(
        lambda: _wish(msgspec.json.decode(body, type=MagentoOrder, strict=False), channel),
        unpaid=unpaid,
    )


def _wish(order: MagentoOrder, channel: str) -> dict[str, Any]:
    currency = order.order_currency_code or ""
    more = order.extension_attributes or Extension()
    total = minor_units("-" if order.grand_total is None else order.grand_total, currency,
                        "grand_total")  # fmt: skip
    total += _sum(more, INSTEAD_OF_MONEY, currency)
    price, tax = _delivery(order, currency)
    price += _sum(more, WRAPPING, currency)
    sold, gone = _lines(order.items or (), currency)
    settle(sold, price, tax, total, currency, rows=len(sold) + 1)
    lines = [line.of(line.quantity - gone[line.line_id]) for line in sold]
    lines = [line for line in lines if line.quantity]
    buyer = order.billing_address or Place()
    whole = len(lines) == len(sold) and not any(gone.values())
    return {
        "currency": currency,
        "lines": [line.as_line() for line in lines],
        "total": total if whole else left_to_pay(lines, price, tax),
        "payment": {"method": "external"},
        "ship_to": _ship_to(order, more),
        "bill_to": _address(order.billing_address, order),
        "customer": {
            "email": order.customer_email or buyer.email or "",
            "name": _name(buyer),
            "phone": buyer.telephone or "",
        },
        "delivery": {
            "service": "express" if "express" in (order.shipping_description or "").lower()
            else "standard",
            "price": price,
            "tax": tax,
        },
        "taxes_included": False,
        "channel": channel,
        "channel_order_id": str(order.entity_id),
        "note": (order.customer_note or "")[:4000],
        "placed_at": in_gmt(order.created_at),
    }  # fmt: skip


def _sum(more: Extension, names: Sequence[str], currency: str) -> int:
    return sum(
        minor_units(getattr(more, name) or 0, currency, f"extension_attributes.{name}")
        for name in names
    )


def _delivery(order: MagentoOrder, currency: str) -> tuple[int, int]:
    price = paid(order.shipping_amount or Decimal(0), currency, "shipping_amount")
    for name, sign in (
        ("shipping_discount_amount", -1), ("shipping_discount_tax_compensation_amount", 1),
    ):  # fmt: skip
        price += sign * minor_units(getattr(order, name) or 0, currency, name)
    if price < 0:
        raise Refused(
            "does_not_add_up", "More is off delivery than it costs.", "shipping_discount_amount"
        )
    tax = paid(order.shipping_tax_amount or Decimal(0), currency, "shipping_tax_amount")
    return price, tax


def _lines(items: Sequence[Item], currency: str) -> tuple[list[SoldLine], dict[str, int]]:
    """Rows that are sold, and how many of each are no more to be sent."""
    types = {str(x.item_id): x.product_type for x in items}
    shown = [
        (i, x) for i, x in enumerate(items)
        if types.get(str(x.parent_item_id)) != "configurable"
    ]  # fmt: skip
    if not shown:
        raise Refused("no_lines", "The order has no lines.", "items")
    lines = [_line(i, x, currency) for i, x in shown]
    for line in lines:
        inside = [x for x in lines if x.part_of and x.part_of == line.line_id]
        if sum(x.worth for x in inside):
            line.worth = line.net = line.tax = 0  # it repeats what its parts cost
    gone = {str(x.item_id or ""): _gone(i, x) for i, x in shown}
    return into_parts(lines), gone


def _line(index: int, item: Item, currency: str) -> SoldLine:
    where = f"items[{index}]"

    def amount(name: str) -> int:
        return minor_units(getattr(item, name) or 0, currency, f"{where}.{name}")

    quantity = pieces(item.qty_ordered, f"{where}.qty_ordered")
    worth = paid(item.row_total, currency, f"{where}.row_total")
    worth += amount("weee_tax_applied_row_amount")
    net = worth - amount("discount_amount") + amount("discount_tax_compensation_amount")
    if net < 0:
        told = "More is off than it costs."
        raise Refused("does_not_add_up", told, f"{where}.discount_amount")
    tax = paid(item.tax_amount or Decimal(0), currency, f"{where}.tax_amount")
    parent = str(item.parent_item_id or "")
    return SoldLine(
        _listing(item), str(item.item_id or ""), quantity, max(worth, net), net, tax,
        item.name or "", parent,
    )  # fmt: skip


def _listing(item: Item) -> str:
    if sku := by_sku(item.sku):
        return sku
    return f"product:{item.product_id}" if item.product_id else by_title(item.name or "")


def _gone(index: int, item: Item) -> int:
    """How many pieces nobody waits for: they need no shipping, are off, sent or given back."""
    if item.product_type in NOTHING_TO_SEND or str(item.is_virtual or "0") in {"1", "True"}:
        return int(item.qty_ordered or 0)
    ordered, canceled, refunded, shipped = (
        int(x or 0)
        for x in (item.qty_ordered, item.qty_canceled, item.qty_refunded, item.qty_shipped)
    )
    if refunded and shipped and max(refunded, shipped) < ordered - canceled:
        told = "Whether what was refunded is what was sent is not known."
        raise Refused("refunded_and_shipped", told, f"items[{index}].qty_refunded")
    return canceled + max(refunded, shipped)


def _ship_to(order: MagentoOrder, more: Extension) -> dict[str, str]:
    ways = [x.shipping for x in more.shipping_assignments or () if x.shipping]
    for place in (*(way.address for way in ways), order.billing_address):
        if address := _address(place, order):
            return address
    told = "The order does not say where the goods go."
    raise Refused("no_address", told, "extension_attributes.shipping_assignments")


def _address(place: Place | None, order: MagentoOrder) -> dict[str, str] | None:
    street = [x.strip() for x in (place.street or ()) if x.strip()] if place else []
    if not place or not street or not place.country_id:
        return None
    return {
        "name": _name(place) or _name(order.billing_address or Place()) or place.company
        or "customer",
        "company": place.company or "",
        "line1": street[0],
        "line2": ", ".join(street[1:])[:255],
        "city": place.city or "-",
        "region": place.region_code or place.region or "",
        "postcode": place.postcode or "",
        "country": place.country_id,
        "phone": place.telephone or "",
        "email": place.email or order.customer_email or "",
    }  # fmt: skip


def _name(place: Place) -> str:
    return f"{place.firstname or ''} {place.lastname or ''}".strip()
