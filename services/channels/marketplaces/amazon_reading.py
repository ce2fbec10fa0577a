"""How do the two versions of Amazon's orders say the same thing? Version 0, and 2026-01-01."""

from typing import Any

from services.channels.marketplaces.amazon_order import AmazonItem, AmazonOrder, Part
from services.channels.marketplaces.amazon_payload import (
    Buyer,
    Fulfillment,
    Item,
    Money,
    NewOrder,
    OldBuyer,
    OldGift,
    OldItem,
    OldMoney,
    OldOrder,
    OldPlace,
    OldWish,
    Place,
    Proceeds,
    Product,
    Recipient,
)

OLD_PARTS = (
    ("item_price", "item", 1), ("promotion_discount", "discount", 1), ("item_tax", "tax", 1),
    ("promotion_discount_tax", "tax", -1), ("shipping_price", "delivery", 1),
    ("shipping_discount", "delivery", -1), ("cod_fee", "delivery", 1),
    ("cod_fee_discount", "delivery", -1), ("shipping_tax", "delivery_tax", 1),
    ("shipping_discount_tax", "delivery_tax", -1),
)  # fmt: skip
GIFT_PARTS = (("gift_wrap_price", "delivery", 1), ("gift_wrap_tax", "delivery_tax", 1))


def from_v0(order: OldOrder) -> AmazonOrder:
    """Read an order of version 0, with its items beside it."""
    total, buyer = order.order_total or OldMoney(), order.buyer_info or OldBuyer()
    place = order.shipping_address or OldPlace()
    return AmazonOrder(
        order_id=order.amazon_order_id or "",
        placed_at=order.purchase_date or "",
        currency=total.currency_code or "",
        total=total.amount,
        total_field="OrderTotal",
        service=order.shipment_service_level_category or "",
        items=[_old_item(i, x) for i, x in enumerate(order.order_items or ())],
        address=_address(place, place.district or place.county),
        address_field="ShippingAddress",
        buyer_name=buyer.buyer_name or "",
        buyer_email=buyer.buyer_email or "",
    )


def from_2026(order: NewOrder) -> AmazonOrder:
    """Read an order of 2026-01-01."""
    total = (order.proceeds or Proceeds()).grand_total or Money()
    buyer, state = order.buyer or Buyer(), order.fulfillment or Fulfillment()
    place = (order.recipient or Recipient()).delivery_address or Place()
    return AmazonOrder(
        order_id=order.order_id or "",
        placed_at=order.created_time or "",
        currency=total.currency_code or "",
        total=total.amount,
        total_field="proceeds.grandTotal",
        service=state.fulfillment_service_level or "",
        items=[_new_item(i, x) for i, x in enumerate(order.order_items or ())],
        address={
            **_address(place, place.municipality or place.district_or_county),
            "company": place.company_name or "",
        },
        address_field="recipient.deliveryAddress",
        buyer_name=buyer.buyer_name or "",
        buyer_email=buyer.buyer_email or "",
    )


def _old_item(index: int, item: OldItem) -> AmazonItem:
    where, parts = f"OrderItems[{index}]", []
    gift = item.buyer_info or OldGift()
    for source, names in ((item, OLD_PARTS), (gift, GIFT_PARTS)):
        for name, what, sign in names:
            money = getattr(source, name)
            if money is not None:
                currency = money.currency_code or ""
                parts.append(Part(what, money.amount, currency, f"{where}.{name}", sign))
    wish = item.buyer_requested_cancel or OldWish()
    unwanted = str(wish.is_buyer_requested_cancel).lower() == "true"
    return AmazonItem(
        item.order_item_id or "", item.seller_sku or "", item.asin or "", item.title or "",
        item.quantity_ordered, int(item.quantity_shipped or 0), where, parts,
        (wish.buyer_cancel_reason or "no reason given") if unwanted else "",
    )  # fmt: skip


def _new_item(index: int, item: Item) -> AmazonItem:
    where, parts = f"orderItems[{index}]", []
    for row in (item.proceeds or Proceeds()).breakdowns or ():
        money = row.subtotal or Money()
        currency, field = money.currency_code or "", f"{where}.proceeds"
        if row.type == "TAX":
            details = [
                (x.subtype, x.value or Money()) for x in row.detailed_breakdowns or ()
            ]  # fmt: skip
            of_goods = [x for kind, x in details if kind in {"ITEM", "DISCOUNT"}] if details else []
            others = [x for kind, x in details if kind not in {"ITEM", "DISCOUNT"}]
            parts += [
                Part("tax", x.amount, currency, field) for x in (of_goods if details else [money])
            ]
            parts += [Part("delivery_tax", x.amount, currency, field) for x in others]
        elif row.type == "DISCOUNT":  # below zero
            parts.append(Part("discount", money.amount, currency, field, -1))
        else:
            what = "item" if row.type == "ITEM" else "delivery"
            parts.append(Part(what, money.amount, currency, field))
    product, state = item.product or Product(), item.fulfillment or Fulfillment()
    wish = item.cancellation.cancellation_request if item.cancellation else None
    return AmazonItem(
        item.order_item_id or "", product.seller_sku or "", product.asin or "",
        product.title or "", item.quantity_ordered, int(state.quantity_fulfilled or 0), where,
        parts, (wish.cancel_reason or "no reason given") if wish else "",
    )  # fmt: skip


def _address(place: Any, part_of_city: str | None) -> dict[str, str]:
    """An address as we keep it; Amazon's lines may be empty from the first on."""
    lines = [x.strip() for x in (place.address_line1, place.address_line2, place.address_line3)
             if x and x.strip()]  # fmt: skip
    return {
        "name": place.name or "customer",
        "line1": lines[0] if lines else "",
        "line2": ", ".join(lines[1:])[:255],
        "city": place.city or part_of_city or "-",
        "region": place.state_or_region or "",
        "postcode": place.postal_code or "",
        "country": place.country_code or "",
        "phone": (place.phone or "")[:64],
    }
