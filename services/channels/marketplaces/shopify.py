"""Shopify: orders by signed webhooks; shipments, stock and refunds by its Admin REST API."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import requests

from chassis import clock
from chassis.errors import Refused
from chassis.outside import Declined, Pending
from contracts.orders import Delivery, NewLine, PaymentChoice, PlaceOrder
from contracts.values import Address, Customer
from services.channels.marketplaces.amounts import minor_units, spread
from services.channels.marketplaces.marketplace import Received, Shop

API = "/admin/api/2025-07"
TIMEOUT_SECONDS = 15
ORDER_TOPICS = frozenset({"orders/create", "orders/paid", "orders/updated", "orders/edited"})
PAID = frozenset({"paid", "authorized", "partially_paid", "partially_refunded"})
OVER = frozenset({"refunded", "voided"})
TOO_MANY, SERVER_ERROR, UNKNOWN_HERE = 429, 500, 404


class Shopify:
    """The adapter to Shopify."""

    kind = "shopify"

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a webhook that is not signed with the app's secret (HMAC-SHA256 in Base64)."""
        digest = hmac.new(shop.webhook_secret.encode(), body.encode(), hashlib.sha256).digest()
        expected = base64.b64encode(digest)
        if not shop.webhook_secret or not hmac.compare_digest(expected, signature.encode()):
            raise Refused("bad_signature", "The signature does not fit the body.", "signature")

    def read(self, shop: Shop, topic: str, body: str) -> Received:
        """Read a webhook."""
        try:
            order = json.loads(body)
        except ValueError:
            raise Refused("malformed", "The body is no JSON.", "body") from None
        if not isinstance(order, dict):
            raise Refused("malformed", "The body is no JSON object.", "body")
        if topic == "orders/cancelled":
            reason = f"canceled at Shopify: {order.get('cancel_reason') or 'no reason given'}"
            return Received(_order_id(order), canceled=True, reason=reason)
        if topic not in ORDER_TOPICS:
            return Received(ignored=f"Topic {topic} is of no interest.")
        if order.get("cancelled_at"):
            return Received(_order_id(order), canceled=True, reason="canceled at Shopify")
        status = order.get("financial_status") or "pending"
        if status in OVER:
            return Received(ignored=f"The order is {status}.")
        return Received(
            _order_id(order), read_order(order, shop.channel), unpaid=status not in PAID
        )

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Make a fulfillment with the tracking numbers, unless there is one with them already."""
        order_id, numbers = told["channel_order_id"], list(told["tracking_numbers"])
        known = _call(shop, "GET", f"/orders/{order_id}/fulfillments.json").get("fulfillments", [])
        if any(set(numbers) & set(one.get("tracking_numbers", [])) for one in known):
            return
        found = _call(shop, "GET", f"/orders/{order_id}/fulfillment_orders.json")
        wanted = {str(line["channel_line_id"]): line["quantity"] for line in told["lines"]}
        parts = []
        for one in found.get("fulfillment_orders", []):
            items = [
                {"id": item["id"], "quantity": wanted[str(item["line_item_id"])]}
                for item in one.get("line_items", [])
                if str(item.get("line_item_id")) in wanted
            ]
            if items and one.get("status") not in {"closed", "cancelled"}:
                parts.append(
                    {"fulfillment_order_id": one["id"], "fulfillment_order_line_items": items}
                )
        if not parts:
            raise Declined("nothing_open", "Shopify has nothing open to fulfill in this order.")
        tracking = {"company": told["carrier"], "number": numbers[0] if numbers else ""}
        fulfillment = {
            "line_items_by_fulfillment_order": parts,
            "tracking_info": tracking,
            "notify_customer": False,
        }
        _call(shop, "POST", "/fulfillments.json", {"fulfillment": fulfillment}, key)

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Set what is available of an inventory item."""
        if not shop.location_id:
            raise Declined("no_location", "The connection names no location_id for stock.")
        body = {
            "location_id": shop.location_id,
            "inventory_item_id": told["listing"],
            "available": told["available"],
        }
        _call(shop, "POST", "/inventory_levels/set.json", body)

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Make a refund with a note that names it, unless there is one already."""
        path = f"/orders/{told['channel_order_id']}/refunds.json"
        known = _call(shop, "GET", path).get("refunds", [])
        if any(one.get("note") == told["return_id"] for one in known):
            return
        lines = [
            {"line_item_id": line["channel_line_id"], "quantity": line["quantity"],
             "restock_type": "no_restock"}
            for line in told["lines"]
        ]  # fmt: skip
        refund = {"note": told["return_id"], "notify": False, "refund_line_items": lines}
        _call(shop, "POST", path, {"refund": refund}, key)


def read_order(order: Mapping[str, Any], channel: str) -> PlaceOrder:
    """Read an order as Shopify sends it; the amounts of lines and delivery are exact."""
    currency = str(order.get("currency") or "")
    included = bool(order.get("taxes_included"))
    items = [i for i in order.get("line_items") or [] if (i.get("quantity") or 0) > 0]
    if not items:
        raise Refused("no_lines", "The order has no lines.", "line_items")
    delivery = _delivery(order, currency)
    total = minor_units(order.get("total_price"), currency, "total_price")
    lines = _lines(order, items, currency, included=included)
    try:
        return msgspec.convert(
            {
                "currency": currency,
                "lines": lines,
                "total": total,
                "payment": PaymentChoice(method="external"),
                "ship_to": _ship_to(order),
                "bill_to": _address(order, order.get("billing_address")),
                "customer": _customer(order),
                "delivery": delivery,
                "taxes_included": included,
                "channel": channel,
                "channel_order_id": _order_id(order),
                "note": str(order.get("note") or "")[:4000],
                "placed_at": _time(order.get("created_at")),
            },
            PlaceOrder,
        )
    except msgspec.ValidationError as error:
        raise Refused("unreadable", f"The order cannot be read: {error}", "body") from None


def _lines(
    order: Mapping[str, Any], items: list[Any], currency: str, *, included: bool
) -> list[NewLine]:
    prices = [minor_units(i.get("price"), currency, "line_items.price") for i in items]
    worth = [p * i["quantity"] for p, i in zip(prices, items, strict=True)]
    discounts = [
        sum(
            minor_units(a["amount"], currency, "discount")
            for a in i.get("discount_allocations") or []
        )
        for i in items
    ]
    stated = minor_units(order.get("total_discounts") or 0, currency, "total_discounts")
    for_delivery = sum(
        minor_units(s["price"], currency, "shipping")
        - minor_units(s["discounted_price"], currency, "shipping")
        for s in order.get("shipping_lines") or []
        if s.get("discounted_price") is not None
    )
    missing = stated - for_delivery - sum(discounts)
    if missing > 0:
        room = [w - d for w, d in zip(worth, discounts, strict=True)]
        extra = spread(missing, room)
        discounts = [d + e for d, e in zip(discounts, extra, strict=True)]
    taxes = _taxes(order, items, worth, currency, included=included)
    return [
        NewLine(
            sku=str(item.get("sku") or "").strip()
            or f"variant:{item.get('variant_id') or item.get('title')}",
            quantity=item["quantity"],
            unit_price=price,
            name=str(item.get("name") or item.get("title") or "")[:255],
            discount=discount,
            tax=tax,
            channel_line_id=str(item.get("id") or ""),
        )
        for item, price, discount, tax in zip(items, prices, discounts, taxes, strict=True)
    ]


def _taxes(
    order: Mapping[str, Any], items: list[Any], worth: list[int], currency: str, *, included: bool
) -> list[int]:
    """Each line's taxes; what the order states beyond them is spread by the lines' worth."""
    taxes = [
        sum(minor_units(t["price"], currency, "tax_lines") for t in item.get("tax_lines") or [])
        for item in items
    ]
    stated = minor_units(order.get("total_tax") or 0, currency, "total_tax")
    delivered = _delivery_tax(order, currency)
    if stated - delivered != sum(taxes) and not included:
        return spread(stated - delivered, worth)
    return taxes


def _delivery(order: Mapping[str, Any], currency: str) -> Delivery:
    price = discount = 0
    express = False
    for line in order.get("shipping_lines") or []:
        gross = minor_units(line.get("price") or 0, currency, "shipping_lines.price")
        paid = line.get("discounted_price")
        net = gross if paid is None else minor_units(paid, currency, "shipping_lines")
        price, discount = price + gross, discount + gross - net
        express = express or "express" in str(line.get("title") or "").lower()
    return Delivery(
        service="express" if express else "standard",
        price=price,
        discount=discount,
        tax=_delivery_tax(order, currency),
    )


def _delivery_tax(order: Mapping[str, Any], currency: str) -> int:
    return sum(
        minor_units(tax["price"], currency, "shipping_lines.tax_lines")
        for line in order.get("shipping_lines") or []
        for tax in line.get("tax_lines") or []
    )


def _ship_to(order: Mapping[str, Any]) -> Address:
    customer = order.get("customer") or {}
    for source in (
        order.get("shipping_address"), order.get("billing_address"), customer.get("default_address"),
    ):  # fmt: skip
        if address := _address(order, source):
            return address
    raise Refused(
        "no_address", "The order says nowhere where the goods shall go.", "shipping_address"
    )


def _address(order: Mapping[str, Any], source: Mapping[str, Any] | None) -> Address | None:
    if not source or not source.get("address1") or not source.get("country_code"):
        return None
    name = source.get("name") or f"{source.get('first_name') or ''} {source.get('last_name') or ''}"
    return Address(
        name=name.strip() or _customer(order).name or "customer",
        company=str(source.get("company") or ""),
        line1=source["address1"],
        line2=str(source.get("address2") or ""),
        city=str(source.get("city") or "-"),
        region=str(source.get("province_code") or source.get("province") or ""),
        postcode=str(source.get("zip") or ""),
        country=source["country_code"],
        phone=str(source.get("phone") or ""),
        email=str(order.get("email") or ""),
    )


def _customer(order: Mapping[str, Any]) -> Customer:
    known = order.get("customer") or {}
    name = f"{known.get('first_name') or ''} {known.get('last_name') or ''}".strip()
    return Customer(
        email=str(order.get("email") or known.get("email") or ""),
        name=name,
        phone=str(order.get("phone") or known.get("phone") or ""),
    )


def _order_id(order: Mapping[str, Any]) -> str:
    if not order.get("id"):
        raise Refused("no_id", "The order has no id.", "id")
    return str(order["id"])


def _time(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _call(shop: Shop, method: str, path: str, body: Any = None, key: str = "") -> dict[str, Any]:
    headers = {"X-Shopify-Access-Token": shop.access_token, "Idempotency-Key": key}
    answer = requests.request(
        method, f"{shop.base_url}{API}{path}", json=body, headers=headers, timeout=TIMEOUT_SECONDS
    )
    if answer.status_code == TOO_MANY:
        wait = float(answer.headers.get("Retry-After") or 2)
        raise Pending(clock.now() + timedelta(seconds=wait), "Shopify says: not so fast")
    if answer.status_code >= SERVER_ERROR:
        raise ConnectionError(f"Shopify answers {answer.status_code}")
    if answer.status_code == UNKNOWN_HERE and method == "GET":
        return {}
    if not answer.ok:
        raise Declined(f"http_{answer.status_code}", f"Shopify answers {answer.status_code}")
    return answer.json() if answer.content else {}  # type: ignore[no-any-return]
