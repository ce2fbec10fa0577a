"""Amazon (Selling Partner API): orders are asked for, shipments and stock are told.

Its orders of 2026-01-01 come whole, a page at a time; those of version 0, which ends in 2027, need
a request for the items of each, and a token for addresses. Amazon posts no webhooks. Refunds and
cancellations go to it as feeds only, which have no key: what became of one that was not answered
cannot be asked, so we send none.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from chassis.errors import Refused
from chassis.outside import Declined
from services.channels.domain.news import Cancellation, News, NotForUs, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import amazon_telling as telling
from services.channels.marketplaces.amazon_asking import call, restricted
from services.channels.marketplaces.amazon_order import AmazonOrder, as_news
from services.channels.marketplaces.amazon_payload import NewOrder, OldOrder
from services.channels.marketplaces.amazon_reading import from_2026, from_v0
from services.channels.marketplaces.lines import body_of, id_of
from services.channels.marketplaces.marketplace import (
    A_SECOND,
    Allowance,
    Can,
    Page,
    Setting,
    Shop,
    ToldNothing,
)
from services.channels.marketplaces.moments import moment
from services.channels.marketplaces.signing import no_webhooks
from services.channels.marketplaces.sweep import written

ORDERS_IN_A_PAGE, OLD_ORDERS_IN_A_PAGE = 50, 10  # an old one costs a request of its own
V0, V2026 = "v0", "2026-01-01"
OLD, NEW = "/orders/v0/orders", "/orders/2026-01-01/orders"
INCLUDED = "BUYER,RECIPIENT,PROCEEDS,FULFILLMENT,CANCELLATION"
LOCAL = r"http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#]*)?"
OPEN = frozenset({"UNSHIPPED", "PARTIALLYSHIPPED"})
NOT_YET = frozenset({"PENDING", "PENDINGAVAILABILITY"})
OVER = frozenset({"SHIPPED", "INVOICEUNCONFIRMED", "UNFULFILLABLE"})
CANCELED = frozenset({"CANCELED", "CANCELLED"})


class Head(msgspec.Struct):
    """Which version has written it."""

    order_id: str | None = msgspec.field(default=None, name="orderId")
    amazon_order_id: str | None = msgspec.field(default=None, name="AmazonOrderId")


class Amazon(ToldNothing):
    """The adapter to Amazon."""

    kind = "amazon"
    title = "Amazon"
    settings: tuple[Setting, ...] = (
        Setting(
            "base_url",
            "Address of the API",
            "Of the region, such as https://sellingpartnerapi-eu.amazon.com",
            required=True,
            form=rf"https://sellingpartnerapi-(na|eu|fe)\.amazon\.com/?|{LOCAL}",
        ),
        Setting("client_id", "Client id", "Of the app.", required=True, form=r"\S+"),
        Setting("client_secret", "Client secret", "Of the app.", secret=True, required=True),
        Setting("refresh_token", "Refresh token", "Of the seller's authorization.", secret=True,
                required=True),
        Setting("seller_id", "Seller id", "Also called merchant token.", required=True,
                form=r"[A-Z0-9]{5,20}"),
        Setting("marketplace_ids", "Marketplaces", "Ids, with commas, such as A1PA6795UKMFR9",
                required=True, form=r"[A-Z0-9]+(,[A-Z0-9]+)*"),
        Setting("orders_version", "Version of orders", f"{V2026} unless said otherwise; or {V0}.",
                form=rf"{V0}|{V2026}"),
        Setting("token_url", "Address of tokens", "Amazon's own unless said otherwise.",
                form=rf"https://[^\s/?#@]+(/[^\s?#]*)?|{LOCAL}"),
        Setting(A_SECOND, "Requests a second", "1 unless said otherwise.",
                form=r"[1-9][0-9]{0,2}"),
    )  # fmt: skip
    can = frozenset({Can.PULL, Can.LOOK_UP, Can.STOCK, Can.ACKNOWLEDGE})
    allowance = Allowance(at_once=20, a_second=1.0)

    def check(self, shop: Shop) -> None:
        """Ask which marketplaces the seller takes part in: that needs the app and the seller."""
        answer = call(shop, "GET", "/sellers/v1/marketplaceParticipations")
        rows = (answer or {}).get("payload")
        if not isinstance(rows, list):
            raise Declined("no_shop", "There is no Selling Partner API at this address.")
        known = {str((row.get("marketplace") or {}).get("id")) for row in rows}
        missing = set(shop.settings.get("marketplace_ids", "").split(",")) - known
        if missing:
            told = f"The seller takes no part in {', '.join(sorted(missing))}."
            raise Declined("no_marketplace", told[:255])

    def verify(self, shop: Shop, body: str, signature: str) -> None:  # noqa: ARG002
        """Refuse webhooks: Amazon posts none."""
        no_webhooks(shop.channel)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:  # noqa: ARG002
        """Read an order as it stands in a page, of either version."""
        head = body_of(body, Head)
        order_id = id_of(head.amazon_order_id or head.order_id, "orderId")
        order: AmazonOrder
        try:
            if head.amazon_order_id:
                old = body_of(body, OldOrder)
                status, by_amazon = old.order_status, old.fulfillment_channel == "AFN"
                changed, order = old.last_update_date, from_v0(old)
            else:
                new = body_of(body, NewOrder)
                state = new.fulfillment
                status = state.fulfillment_status if state else None
                by_amazon = bool(state and state.fulfilled_by == "AMAZON")
                changed, order = new.last_updated_time, from_2026(new)
        except Refused as refusal:
            return [News(Unacceptable(refusal.message, refusal.field), order_id)]
        plain = (status or "").upper().replace("_", "")
        return [News(_said(plain, by_amazon, order, shop), order_id, moment(changed))]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for orders by the time of their last change; Amazon has marks of its own."""
        if (shop.settings.get("orders_version") or V2026) == V0:
            return _old_page(shop, cursor)
        asked = {
            "marketplaceIds": shop.settings.get("marketplace_ids", ""),
            "lastUpdatedAfter": f"{written(cursor.since)}Z",
            "maxResultsPerPage": str(ORDERS_IN_A_PAGE),
            "includedData": INCLUDED,
        }
        if cursor.page:
            asked["paginationToken"] = cursor.page
        found = call(shop, "GET", f"{NEW}?{urlencode(asked)}")
        if not isinstance(found, dict):
            raise Declined("no_orders", "Amazon does not answer with a list of orders.")
        following = (found.get("pagination") or {}).get("nextToken") or ""
        return _page(found.get("orders") or [], "lastUpdatedTime", following)

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        """Ask for one order as it stands now."""
        asked = urlencode({"includedData": INCLUDED})
        found = call(shop, "GET", f"{NEW}/{channel_order_id}?{asked}")
        return msgspec.json.encode(found["order"]).decode() if found else ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Confirm what has left, unless Amazon knows of it already."""
        telling.acknowledge(shop, key, told)

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Set what can be sold of a SKU that the seller sends."""
        telling.push_stock(shop, told)


def _said(status: str, by_amazon: bool, order: AmazonOrder, shop: Shop) -> Any:
    if status in CANCELED:
        return Cancellation("canceled at Amazon")
    if by_amazon:
        return NotForUs("Amazon sends it itself.")
    if status in OVER or status in NOT_YET:
        return NotForUs(f"The order is {status.lower()}.")
    if not status:
        return Unacceptable("It says no status: it is no order.", "OrderStatus")
    if status not in OPEN:
        told = f"Whether an order that is {status[:40]!r} is to be sent is not known."
        return Unacceptable(told, "OrderStatus")
    return as_news(order, shop.channel)


def _old_page(shop: Shop, cursor: Cursor) -> Page:
    """A page of version 0: each order that we are to send, with its items."""
    token = restricted(shop, OLD, ("buyerInfo", "shippingAddress"))
    asked = {"MarketplaceIds": shop.settings.get("marketplace_ids", ""),
             "MaxResultsPerPage": str(OLD_ORDERS_IN_A_PAGE)}  # fmt: skip
    if cursor.page:
        asked["NextToken"] = cursor.page
    else:
        asked["LastUpdatedAfter"] = f"{written(cursor.since)}Z"
    found = call(shop, "GET", f"{OLD}?{urlencode(asked)}", shown=token)
    page = (found or {}).get("payload")
    if not isinstance(page, dict):
        raise Declined("no_orders", "Amazon does not answer with a list of orders.")
    orders = [_with_items(shop, order) for order in page.get("Orders") or []]
    return _page(orders, "LastUpdateDate", page.get("NextToken") or "")


def _with_items(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    """Give an order its items, where that matters: one that is still to be sent, by us."""
    status = str(order.get("OrderStatus", "")).upper()
    if status not in OPEN or order.get("FulfillmentChannel") == "AFN":
        return order
    items: list[Any] = []
    path = f"{OLD}/{order['AmazonOrderId']}/orderItems"
    following = ""
    while True:
        asked = f"?{urlencode({'NextToken': following})}" if following else ""
        payload = (call(shop, "GET", f"{path}{asked}") or {}).get("payload") or {}
        items += payload.get("OrderItems") or []
        following = payload.get("NextToken") or ""
        if not following:
            return {**order, "OrderItems": items}


def _page(orders: Sequence[Mapping[str, Any]], changed: str, following: str) -> Page:
    moments = [moment(order.get(changed)) for order in orders]
    newest = max((at for at in moments if at), default=None)
    return Page([msgspec.json.encode(one).decode() for one in orders], following, newest)
