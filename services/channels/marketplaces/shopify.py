"""Shopify: orders by signed webhooks; shipments, stock, refunds, cancellations by Admin API."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import requests

from chassis import clock
from chassis.errors import Refused
from chassis.outside import Declined, Pending
from services.channels.domain.news import Cancellation, News, NotForUs
from services.channels.domain.pull import Cursor
from services.channels.marketplaces.amounts import in_decimals, minor_units
from services.channels.marketplaces.asking import UNKNOWN_HERE, ask
from services.channels.marketplaces.marketplace import A_SECOND, Allowance, Can, Page, Setting, Shop
from services.channels.marketplaces.moments import moment
from services.channels.marketplaces.shopify_order import read_order
from services.channels.marketplaces.signing import as_bytes, check_signature

API = "/admin/api/2025-07"
ORDERS_IN_A_PAGE = 100
CANCELED = "orders/cancelled"
ORDER_TOPICS = frozenset(
    {CANCELED, "orders/create", "orders/paid", "orders/updated", "orders/edited"}
)
OVER = frozenset({"refunded", "voided"})
FAILED = frozenset({"cancelled", "error", "failure"})
ITEM_OF_SKU = "query($q: String!) { inventoryItems(first: 1, query: $q) { nodes { id sku } } }"

CANCEL = (
    "mutation($id: ID!, $restock: Boolean!, $note: String) {"
    " orderCancel(orderId: $id, reason: OTHER, refund: true, restock: $restock,"
    " notifyCustomer: true, staffNote: $note) { orderCancelUserErrors { message } } }"
)


class Head(msgspec.Struct):
    """Which order a webhook speaks of, and how it stands."""

    id: int | str | None = None
    updated_at: str | None = None
    cancelled_at: str | None = None
    cancel_reason: str | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None


class Orders(msgspec.Struct):
    """A page of orders, each as it was written."""

    orders: list[msgspec.Raw]


class Shopify:
    """The adapter to Shopify."""

    kind = "shopify"
    title = "Shopify"
    settings: tuple[Setting, ...] = (
        Setting(
            "base_url",
            "Address of the shop",
            "Such as https://my-shop.myshopify.com",
            required=True,
            form=r"https?://[^\s/?#]+/?",
        ),
        Setting("access_token", "Access token", "Of a custom app's Admin API.", secret=True),
        Setting("webhook_secret", "Webhook secret", "Signs what the shop posts.", secret=True),
        Setting("location_id", "Location", "Whose stock we keep; a number.", form=r"[0-9]{1,20}"),
        Setting(
            A_SECOND,
            "Requests a second",
            "Only if Shopify has granted more than 2.",
            form=r"[1-9][0-9]{0,2}",
        ),
    )
    can = frozenset(Can) - {Can.FILES}
    allowance = Allowance(at_once=40, a_second=2.0)

    def check(self, shop: Shop) -> None:
        """Ask the shop for its name."""
        if _request(shop, "GET", "/shop.json").status_code == UNKNOWN_HERE:
            raise Declined("no_shop", "There is no shop of Shopify at this address.")

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a webhook that is not signed with the app's secret (HMAC-SHA256 in Base64)."""
        check_signature(shop.webhook_secret, body, signature)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:
        """Read a webhook, or an order as it stands in a page: it speaks of one order."""
        if topic and topic not in ORDER_TOPICS:
            return [News(NotForUs(f"Topic {topic} is of no interest."))]
        try:
            head = msgspec.json.decode(as_bytes(body), type=Head)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refused("malformed", "The body is no order in JSON.", "body") from None
        if not head.id or "\0" in str(head.id):
            raise Refused("no_id", "The order has no id.", "id")
        said: Any
        if topic == CANCELED or head.cancelled_at:
            why = (head.cancel_reason or "no reason given").replace("\0", "")
            said = Cancellation(f"canceled at Shopify: {why}"[:255])
        elif head.financial_status in OVER:
            said = NotForUs(f"The order is {head.financial_status}.")
        elif head.fulfillment_status == "fulfilled":
            said = NotForUs("The shop has sent it itself.")
        else:
            said = read_order(as_bytes(body), shop.channel)
        return [News(said, str(head.id)[:255], moment(head.updated_at))]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for orders by the time of their last change; Shopify marks pages by `page_info`."""
        asked = {"limit": str(ORDERS_IN_A_PAGE)}
        if cursor.page:
            asked["page_info"] = cursor.page  # which allows no other filter beside it
        else:
            since = cursor.since.isoformat(timespec="seconds")
            asked |= {"status": "any", "order": "updated_at asc", "updated_at_min": since}
        answer = _request(shop, "GET", f"/orders.json?{urlencode(asked)}")
        orders = msgspec.json.decode(answer.content, type=Orders).orders
        moments = [moment(msgspec.json.decode(one, type=Head).updated_at) for one in orders]
        link = answer.links.get("next", {}).get("url", "")
        following = parse_qs(urlsplit(link).query).get("page_info", [""])[0]
        newest = max((at for at in moments if at), default=None)
        return Page([bytes(one).decode() for one in orders], following, newest)

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        """Ask for one order as it stands now."""
        found = _call(shop, "GET", f"/orders/{channel_order_id}.json").get("order")
        return msgspec.json.encode(found).decode() if found else ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Make a fulfillment with the tracking number, unless the shop knows of it already."""
        order, numbers = f"/orders/{told['channel_order_id']}", list(told["tracking_numbers"])
        answer = _call(shop, "GET", f"{order}/fulfillments.json")
        known = [x for x in answer.get("fulfillments", []) if x.get("status") not in FAILED]
        if any(set(numbers) & set(one.get("tracking_numbers", [])) for one in known):
            return
        wanted = {str(line["channel_line_id"]): line["quantity"] for line in told["lines"]}
        found = _call(shop, "GET", f"{order}/fulfillment_orders.json")
        parts = _open_parts(found.get("fulfillment_orders", []), wanted)
        if not parts:
            if _covered(known, wanted):
                return
            raise Declined("nothing_open", "Shopify has nothing open to fulfill in this order.")
        tracking = {"company": told["carrier"], "number": numbers[0] if numbers else ""}
        fulfillment = {
            "line_items_by_fulfillment_order": parts,
            "tracking_info": tracking,
            "notify_customer": False,
        }
        _call(shop, "POST", "/fulfillments.json", {"fulfillment": fulfillment}, key)

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Set what is available of a listing; what was typed in by hand has no stock."""
        if not shop.location_id:
            raise Declined("no_location", "The connection names no location_id for stock.")
        kind, _, rest = str(told["listing"]).partition(":")
        if kind == "title":
            return
        item = _item_of_variant(shop, rest) if kind == "variant" else _item_of_sku(shop, told)
        if not item:
            raise Declined("not_listed", f"The shop does not sell {told['listing']}.")
        body = {
            "location_id": shop.location_id,
            "inventory_item_id": item,
            "available": told["available"],
        }
        _call(shop, "POST", "/inventory_levels/set.json", body)

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Give the money back with a note that names the return, unless that was done already."""
        order = f"/orders/{told['channel_order_id']}"
        known = _call(shop, "GET", f"{order}/refunds.json").get("refunds", [])
        if any(one.get("note") == told["return_id"] for one in known):
            return
        lines = [
            {"line_item_id": line["channel_line_id"], "quantity": line["quantity"],
             "restock_type": "no_restock"}
            for line in told["lines"]
        ]  # fmt: skip
        asked = {"refund": {"refund_line_items": lines}}
        answer = _call(shop, "POST", f"{order}/refunds/calculate.json", asked)
        payments = answer.get("refund", {}).get("transactions", [])
        refund = {
            "note": told["return_id"],
            "notify": False,
            "refund_line_items": lines,
            "transactions": _given_back(payments, **told["amount"]),
        }
        _call(shop, "POST", f"{order}/refunds.json", {"refund": refund}, key)

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Cancel the order, unless it is canceled already; the shop tells the customer."""
        order_id = told["channel_order_id"]
        known = _call(shop, "GET", f"/orders/{order_id}.json").get("order", {})
        if known.get("cancelled_at"):
            return
        wish = {
            "id": f"gid://shopify/Order/{order_id}",
            "restock": told["restock"],
            "note": told["reason"],
        }
        answer = _ask(shop, CANCEL, wish).get("orderCancel") or {}
        if faults := answer.get("orderCancelUserErrors"):
            said = " ".join(str(fault.get("message", "")) for fault in faults)
            raise Declined("not_canceled", f"Shopify does not cancel it: {said}"[:255])


def _open_parts(orders: Sequence[Any], wanted: Mapping[str, int]) -> list[dict[str, Any]]:
    """Where the shop still waits for the pieces: no more of a line than it waits for."""
    left, parts = dict(wanted), []
    for order in orders:
        if order.get("status") in {"closed", "cancelled"}:
            continue
        items = []
        for item in order.get("line_items", []):
            line = str(item.get("line_item_id"))
            room = item.get("fulfillable_quantity", item.get("quantity", 0))
            if taken := min(left.get(line, 0), room):
                left[line] -= taken
                items.append({"id": item["id"], "quantity": taken})
        if items:
            parts.append(
                {"fulfillment_order_id": order["id"], "fulfillment_order_line_items": items}
            )
    return parts


def _covered(known: Sequence[Any], wanted: Mapping[str, int]) -> bool:
    """Tell whether the shop has all pieces down as sent, by us or by hand."""
    sent: dict[str, int] = {}
    for item in (item for one in known for item in one.get("line_items", [])):
        sent[str(item.get("id"))] = sent.get(str(item.get("id")), 0) + item.get("quantity", 0)
    return all(sent.get(line, 0) >= quantity for line, quantity in wanted.items())


def _given_back(payments: Sequence[Any], amount: int, currency: str) -> list[dict[str, Any]]:
    """Take the amount from the order's payments, from each what it has left."""
    parts, left = [], amount
    for payment in payments:
        most = minor_units(payment.get("maximum_refundable") or 0, currency, "maximum_refundable")
        if taken := min(left, most):
            left -= taken
            parts.append(
                {
                    "parent_id": payment.get("parent_id"),
                    "gateway": payment.get("gateway"),
                    "kind": "refund",
                    "amount": in_decimals(taken, currency),
                }
            )
    if left:
        able = in_decimals(amount - left, currency)
        raise Declined("too_much", f"Shopify can give back no more than {able} {currency}.")
    return parts


def _item_of_variant(shop: Shop, variant: str) -> Any:
    found = _call(shop, "GET", f"/variants/{variant}.json").get("variant", {})
    return found.get("inventory_item_id")


def _item_of_sku(shop: Shop, told: Mapping[str, Any]) -> Any:
    """Find the inventory item by its SKU; the search ignores case and takes parts, we do not."""
    quoted = str(told["listing"]).replace("\\", "\\\\").replace('"', '\\"')
    answer = _ask(shop, ITEM_OF_SKU, {"q": f'sku:"{quoted}"'})
    nodes = answer.get("inventoryItems", {}).get("nodes", [])
    ids = [node["id"] for node in nodes if node.get("sku") == told["listing"]]
    return ids[0].rpartition("/")[2] if ids else None


def _ask(shop: Shop, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    answer = _call(shop, "POST", "/graphql.json", {"query": query, "variables": variables})
    if errors := answer.get("errors"):
        if "THROTTLED" in str(errors):
            raise Pending(clock.now() + timedelta(seconds=2), "Shopify says: not so fast")
        raise Declined("query_refused", "Shopify does not take the query.")
    return answer.get("data") or {}


def _call(shop: Shop, method: str, path: str, body: Any = None, key: str = "") -> dict[str, Any]:
    answer = _request(shop, method, path, body, key)
    if answer.status_code == UNKNOWN_HERE:
        return {}
    return answer.json() if answer.content else {}  # type: ignore[no-any-return]


def _request(
    shop: Shop, method: str, path: str, body: Any = None, key: str = ""
) -> requests.Response:
    headers = {"X-Shopify-Access-Token": shop.access_token, "Idempotency-Key": key}
    return ask(shop, "Shopify", method, f"{shop.base_url}{API}{path}", body=body, headers=headers)
