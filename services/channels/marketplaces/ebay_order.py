"""What does an order of eBay say? Its amounts in the currency that the buyer pays in.

For a seller in another country eBay states all amounts converted, each rounded by itself, beside
what they were converted from. It is the latter that add up. Taxes that eBay collects and passes on
are in no total, and are none of ours.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from chassis.errors import Refused
from services.channels.domain.news import NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import minor_units
from services.channels.marketplaces.ebay_payload import (
    Contact,
    EbayOrder,
    Instruction,
    LineItem,
    Money,
    Phone,
    Place,
    Prices,
    Step,
)
from services.channels.marketplaces.lines import (
    SoldLine,
    as_sold,
    by_sku,
    by_title,
    left_to_pay,
    pieces,
    settle,
    take_off,
)
from services.channels.marketplaces.moments import moment

SENT, SENT_IN_PART = "FULFILLED", "IN_PROGRESS"


def read_order(order: EbayOrder, channel: str, *, unpaid: bool) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in eBay's words."""
    return as_sold(lambda: _wish(order, channel), unpaid=unpaid)


def listing_of(item: LineItem) -> str:
    """Name what is sold: by SKU, else by item and variation, else by its title."""
    if sku := by_sku(item.sku):
        return sku
    if item.legacy_item_id:
        variation = item.legacy_variation_id if item.legacy_variation_id not in {None, "0"} else ""
        return f"item:{item.legacy_item_id}{variation and ':'}{variation}"
    return by_title(item.title or "")


def _wish(order: EbayOrder, channel: str) -> dict[str, Any]:
    prices, step = order.pricing_summary or Prices(), _step(order)
    value, currency = _of(prices.total)
    total = minor_units("-" if value is None else value, currency, "pricingSummary.total")
    if not order.line_items:
        raise Refused("no_lines", "The order has no lines.", "lineItems")
    lines = [_line(i, x, currency) for i, x in enumerate(order.line_items)]
    delivery = _discounts(lines, prices, currency)
    settle(lines, delivery, 0, total, currency, rows=len(lines))
    for i, item in enumerate(order.line_items):
        if item.line_item_fulfillment_status == SENT_IN_PART:
            told = "Some pieces of it were sent, and how many is not said."
            raise Refused("sent_in_part", told, f"lineItems[{i}].lineItemFulfillmentStatus")
    sent = {x.line_item_id for x in order.line_items if x.line_item_fulfillment_status == SENT}
    left = [line for line in lines if line.line_id not in sent]
    contact = step.ship_to or Contact()
    return {
        "currency": currency,
        "lines": [line.as_line() for line in left],
        "total": left_to_pay(left, delivery, 0) if sent else total,
        "payment": {"method": "external"},
        "ship_to": _address(contact, step.ship_to_reference_id or ""),
        "customer": {
            "email": contact.email or "",
            "name": contact.full_name or "",
            "phone": (contact.primary_phone or Phone()).phone_number or "",
        },
        "delivery": {
            "service": "express" if "express" in (step.shipping_service_code or "").lower()
            else "standard",
            "price": delivery,
        },
        "taxes_included": False,
        "channel": channel,
        "channel_order_id": order.order_id,
        "note": (order.buyer_checkout_notes or "")[:4000],
        "placed_at": moment(order.creation_date),
    }  # fmt: skip


def _of(money: Money | None) -> tuple[Decimal | None, str]:
    """An amount as the buyer pays it, and its currency."""
    if money is None:
        return None, ""
    if money.converted_from_currency:
        return money.converted_from_value, money.converted_from_currency
    return money.value, money.currency or ""


def _amount(money: Money | None, currency: str, field: str) -> int:
    value, its_currency = _of(money)
    if money is not None and its_currency != currency:
        told = f"{its_currency!r} is not the currency of the order, {currency}."
        raise Refused("other_currency", told, field)
    return minor_units(value or 0, currency, field)


def _line(index: int, item: LineItem, currency: str) -> SoldLine:
    where = f"lineItems[{index}]"
    quantity = pieces(item.quantity, f"{where}.quantity")
    if item.line_item_cost is None or item.line_item_cost.value is None:
        raise Refused("no_amount", "It does not say what it costs.", f"{where}.lineItemCost")
    worth = _amount(item.line_item_cost, currency, f"{where}.lineItemCost")
    net = worth
    if item.discounted_line_item_cost is not None:
        field = f"{where}.discountedLineItemCost"
        net = _amount(item.discounted_line_item_cost, currency, field)
    tax = sum(_amount(x.amount, currency, f"{where}.taxes") for x in item.taxes or ())
    if net < 0 or tax < 0:
        raise Refused("no_amount", "An amount is below zero.", where)
    return SoldLine(
        listing_of(item), item.line_item_id or "", quantity, max(worth, net), net, tax,
        item.title or "",
    )  # fmt: skip


def _discounts(lines: Sequence[SoldLine], prices: Prices, currency: str) -> int:
    """Take off what is off the whole order, and tell what delivery costs with what is added."""

    def said(name: str) -> int:
        return _amount(getattr(prices, name), currency, f"pricingSummary.{name}")

    of_lines = sum(line.worth - line.net for line in lines)
    off = max(-said("price_discount") - of_lines, 0)
    delivery = said("delivery_cost") + said("delivery_discount") + said("fee")
    adjustment = said("adjustment")
    take_off(lines, off - min(adjustment, 0), "pricingSummary.priceDiscount")
    delivery += max(adjustment, 0)
    if delivery < 0:
        told = "More is off delivery than it costs."
        raise Refused("does_not_add_up", told, "pricingSummary.deliveryDiscount")
    return delivery


def _step(order: EbayOrder) -> Step:
    instructions = order.fulfillment_start_instructions or [Instruction()]
    return instructions[0].shipping_step or Step()


def _address(contact: Contact, reference: str) -> dict[str, str]:
    place = contact.contact_address or Place()
    if not place.address_line1 or not place.country_code:
        told = "The order does not say where the goods go."
        raise Refused("no_address", told, "fulfillmentStartInstructions")
    second = ", ".join(x for x in (place.address_line2, reference and f"Ref {reference}") if x)
    return {
        "name": contact.full_name or contact.company_name or "customer",
        "company": contact.company_name or "",
        "line1": place.address_line1,
        "line2": second,
        "city": place.city or place.county or "-",
        "region": place.state_or_province or "",
        "postcode": place.postal_code or "",
        "country": place.country_code,
        "phone": (contact.primary_phone or Phone()).phone_number or "",
        "email": contact.email or "",
    }
