"""What does an order of Square say: is it to be sent, or was it handed over at the counter?"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from chassis.errors import Refused
from contracts.inventory import CountedUnits
from services.channels.domain.news import CounterSale, NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import minor_units
from services.channels.marketplaces.checked import checked
from services.channels.marketplaces.lines import (
    SoldLine,
    as_sold,
    by_sku,
    by_title,
    pieces,
    settle,
)
from services.channels.marketplaces.moments import moment
from services.channels.marketplaces.square_payload import (
    Fulfillment,
    LineItem,
    Money,
    Place,
    Recipient,
    Shipment,
    SquareOrder,
)

BY_POST = "SHIPMENT"
NO_GOODS = frozenset({"GIFT_CARD", "CUSTOM_AMOUNT"})


def listing_of(item: LineItem) -> str:
    """Name what is sold: by SKU, else by its variation in the catalog, else by what was typed."""
    if sku := by_sku(item.sku):
        return sku
    if item.catalog_object_id:
        return f"variation:{item.catalog_object_id}"[:64]
    return by_title(item.name or "")


def to_be_sent(order: SquareOrder) -> Fulfillment | None:
    """The shipment that somebody waits for, if one does."""
    kept = [x for x in order.fulfillments or () if x.state not in {"CANCELED", "FAILED"}]
    return next((x for x in kept if x.type == BY_POST), None)


def read_sale(order: SquareOrder, warehouse_id: str) -> CounterSale | NotForUs | Unacceptable:
    """Read what went over the counter; typed amounts and gift cards are no goods."""
    try:
        changes = _changes(order)
        wish = [{"sku": sku, "change": change} for sku, change in changes.items() if change]
        units = checked(wish, tuple[CountedUnits, ...])
    except Refused as refusal:
        return Unacceptable(refusal.message, refusal.field or "line_items")
    if not units:
        return NotForUs("No goods went over the counter.")
    if not warehouse_id:
        told = "The connection does not say from which warehouse the counter sells."
        return Unacceptable(told, "warehouse_id")
    return CounterSale(warehouse_id, units)


def _changes(order: SquareOrder) -> dict[str, int]:
    """How many of each listing there are more, or fewer."""
    changes: dict[str, int] = {}
    back = [x for one in order.returns or () for x in one.return_line_items or ()]
    for sign, name, items in ((-1, "line_items", order.line_items or ()), (1, "returns", back)):
        for i, item in enumerate(items):
            if item.item_type not in NO_GOODS and (item.catalog_object_id or item.sku):
                quantity = pieces(item.quantity, f"{name}[{i}].quantity")
                listing = listing_of(item)
                changes[listing] = changes.get(listing, 0) + sign * quantity
    return changes


def read_order(order: SquareOrder, channel: str) -> Sold | NotForUs | Unacceptable:
    """Read an order that is to be sent; what cannot be accepted names the field at fault."""
    due = (order.net_amount_due_money or Money()).amount or 0
    return as_sold(lambda: _wish(order, channel), unpaid=due > 0)


def _wish(order: SquareOrder, channel: str) -> dict[str, Any]:
    stated = order.total_money or Money()
    currency, total = stated.currency or "", stated.amount
    if total is None or total < 0:
        raise Refused("no_amount", "The order does not state its total.", "total_money")
    minor_units(0, currency, "total_money")
    if not order.line_items:
        raise Refused("no_lines", "The order has no lines.", "line_items")
    lines = [_line(i, x, currency) for i, x in enumerate(order.line_items)]
    delivery = sum(
        _amount(getattr(order, name), currency, name)
        for name in ("total_service_charge_money", "total_tip_money")
    )
    settle(lines, delivery, 0, total, currency, rows=len(lines) + 1)
    no_goods = {x.uid for x in order.line_items if x.item_type in NO_GOODS}
    left = [line for line in lines if line.line_id not in no_goods]
    gone = [line for line in lines if line.line_id in no_goods]
    shipment = (to_be_sent(order) or Fulfillment()).shipment_details or Shipment()
    recipient = shipment.recipient or Recipient()
    return {
        "currency": currency,
        "lines": [line.as_line() for line in left],
        "total": total - sum(line.net + line.tax for line in gone),
        "payment": {"method": "external"},
        "ship_to": _address(recipient),
        "customer": {
            "email": recipient.email_address or "",
            "name": recipient.display_name or "",
            "phone": recipient.phone_number or "",
        },
        "delivery": {
            "service": "express" if "express" in (shipment.shipping_type or "").lower()
            else "standard",
            "price": delivery,
        },
        "taxes_included": False,
        "channel": channel,
        "channel_order_id": order.id,
        "note": (shipment.shipping_note or "")[:4000],
        "placed_at": moment(order.created_at),
    }  # fmt: skip


def _line(index: int, item: LineItem, currency: str) -> SoldLine:
    where = f"line_items[{index}]"
    quantity = pieces(item.quantity, f"{where}.quantity")
    if item.total_money is None or item.total_money.amount is None:
        raise Refused("no_amount", "It does not say what it costs.", f"{where}.total_money")
    tax = _amount(item.total_tax_money, currency, f"{where}.total_tax_money")
    net = _amount(item.total_money, currency, f"{where}.total_money") - tax
    off = _amount(item.total_discount_money, currency, f"{where}.total_discount_money")
    if net < 0 or tax < 0 or off < 0:
        raise Refused("no_amount", "An amount is below zero.", where)
    name = " ".join(x for x in (item.name, item.variation_name) if x)
    return SoldLine(listing_of(item), item.uid or "", quantity, net + off, net, tax, name)


def _amount(money: Money | None, currency: str, field: str) -> int:
    if money is None:
        return 0
    if money.currency != currency:
        told = f"{money.currency!r} is not the currency of the order, {currency}."
        raise Refused("other_currency", told, field)
    return money.amount or 0


def _address(recipient: Recipient) -> dict[str, str]:
    place = recipient.address or Place()
    if not place.address_line_1 or not place.country:
        told = "The order does not say where the goods go."
        raise Refused("no_address", told, "fulfillments.shipment_details.recipient")
    second = ", ".join(x for x in (place.address_line_2, place.address_line_3) if x)
    return {
        "name": recipient.display_name or place.organization or "customer",
        "company": place.organization or "",
        "line1": place.address_line_1,
        "line2": second,
        "city": place.locality or "-",
        "region": place.administrative_district_level_1 or "",
        "postcode": place.postal_code or "",
        "country": place.country,
        "phone": recipient.phone_number or "",
        "email": recipient.email_address or "",
    }


def sent_pieces(items: Sequence[Any], marks: Sequence[str]) -> bool:
    """Whether marks such as `uid=2,uid2=1` cover all pieces of goods."""
    gone: dict[str, int] = {}
    for mark in marks:
        for part in mark.split(","):
            line, _, quantity = part.rpartition("=")
            gone[line] = gone.get(line, 0) + int(quantity)
    return all(
        gone.get(x["uid"], 0) >= Decimal(x["quantity"])
        for x in items
        if x.get("item_type") not in NO_GOODS
    )
