"""WooCommerce: orders by signed webhooks or asked for; the rest by its REST API, version 3.

WooCommerce knows no shipments: what has left becomes a note to the customer with the tracking
number, and a mark at the order; the order is completed when marks cover all its pieces.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests

from chassis.outside import Declined
from services.channels.domain.news import Cancellation, News, NotForUs, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import woocommerce_telling as telling
from services.channels.marketplaces.lines import body_of, id_of
from services.channels.marketplaces.marketplace import A_SECOND, Allowance, Can, Page, Setting, Shop
from services.channels.marketplaces.moments import in_gmt
from services.channels.marketplaces.signing import as_bytes, check_signature
from services.channels.marketplaces.sweep import Place, written
from services.channels.marketplaces.woocommerce_asking import call, request
from services.channels.marketplaces.woocommerce_order import read_order

ORDERS_IN_A_PAGE = 50
DELETED = "order.deleted"
ORDER_TOPICS = frozenset({DELETED, "order.created", "order.updated", "order.restored"})
UNPAID, READY = frozenset({"pending", "on-hold"}), "processing"
CANCELED = frozenset({"cancelled", "trash"})
NOTHING_TO_SEND = frozenset({"completed", "refunded", "failed", "checkout-draft", "auto-draft"})
PING = re.compile(r"webhook_id=[0-9]{1,20}")
LOCAL = r"http://(localhost|127\.0\.0\.1)(:[0-9]+)?"


class Head(msgspec.Struct):
    """Which order is spoken of, and how it stands."""

    id: int | str | None = None
    status: str | None = None
    date_modified_gmt: str | None = None
    refunds: list[Any] | None = None


class WooCommerce:
    """The adapter to WooCommerce."""

    kind = "woocommerce"
    title = "WooCommerce"
    settings: tuple[Setting, ...] = (
        Setting(
            "base_url",
            "Address of the shop",
            "Such as https://shop.example or https://shop.example/store, with https.",
            required=True,
            form=rf"(https://[^\s/?#@]+|{LOCAL})(/[^\s?#]*)?",
        ),
        Setting("consumer_key", "Consumer key", "Of a key with the right to write.", secret=True,
                required=True, form=r"ck_[0-9a-zA-Z]+"),
        Setting("consumer_secret", "Consumer secret", "Shown once, with the key.", secret=True,
                required=True, form=r"cs_[0-9a-zA-Z]+"),
        Setting("webhook_secret", "Webhook secret", "Signs what the shop posts.", secret=True),
        Setting(
            A_SECOND,
            "Requests a second",
            "What the shop's server takes; 5 unless said otherwise.",
            form=r"[1-9][0-9]{0,2}",
        ),
    )  # fmt: skip
    can = frozenset(Can) - {Can.FILES}
    allowance = Allowance(at_once=10, a_second=5.0)

    def check(self, shop: Shop) -> None:
        """Ask for one order: that needs the address and the key."""
        try:
            answer = request(shop, "GET", "/orders?per_page=1")
            known = answer.ok and isinstance(answer.json(), list)
        except requests.JSONDecodeError:
            known = False
        if not known:
            raise Declined("no_shop", "There is no REST API of WooCommerce at this address.")

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a webhook that is not signed, but for the ping that comes when it is set up.

        The ping is not signed by any shop, says nothing, and must be answered well.
        """
        if not PING.fullmatch(body):
            check_signature(shop.webhook_secret, body, signature)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:
        """Read a webhook, or an order as it stands in a page: it speaks of one order."""
        if PING.fullmatch(body):
            return []
        if topic and topic not in ORDER_TOPICS:
            return [News(NotForUs(f"Topic {topic} is of no interest."))]
        head = body_of(body, Head)
        order_id = id_of(head.id, "id")
        changed_at = in_gmt(head.date_modified_gmt)
        said = _said(head, shop, topic, body)
        if isinstance(said, Unacceptable) and said.field.startswith("refunds"):
            changed_at = None  # pulled, it says more, and nothing newer
        return [News(said, order_id, changed_at)]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for orders by the time of their last change, of those that changed after one."""
        place = Place.of(cursor)
        asked = {
            "per_page": str(ORDERS_IN_A_PAGE), "page": str(place.number), "orderby": "modified",
            "order": "asc", "status": "any", "dates_are_gmt": "true",
            "modified_after": written(place.since),
        }  # fmt: skip
        orders = call(shop, "GET", f"/orders?{urlencode(asked)}")
        if not isinstance(orders, list):
            raise Declined("no_orders", "WooCommerce does not answer with a list of orders.")
        moments = [in_gmt(order.get("date_modified_gmt")) for order in orders]
        newest = max((at for at in moments if at), default=None)
        following = ""
        if len(orders) == ORDERS_IN_A_PAGE:
            following = place.behind(newest and newest - timedelta(seconds=1))
        told = [_with_refunds(shop, order) for order in orders]
        return Page([msgspec.json.encode(one).decode() for one in told], following, newest)

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        """Ask for one order as it stands now."""
        found = call(shop, "GET", f"/orders/{channel_order_id}")
        return msgspec.json.encode(_with_refunds(shop, found)).decode() if found else ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the customer the tracking number, and complete the order if all has left."""
        telling.acknowledge(shop, key, told)

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Set what is available of a listing; what was typed in by hand has no stock."""
        telling.push_stock(shop, told)

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Give the money back for a reason that names the return, unless that was done already."""
        telling.push_refund(shop, told)

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Give back what was paid, and cancel the order, unless it is off already."""
        telling.push_cancellation(shop, told)


def _said(head: Head, shop: Shop, topic: str, body: str) -> Any:
    status = head.status or ""
    if topic == DELETED or status in CANCELED:
        return Cancellation("deleted at WooCommerce" if topic == DELETED or status == "trash"
                            else "canceled at WooCommerce")  # fmt: skip
    if status in NOTHING_TO_SEND:
        return NotForUs(f"The order is {status}.")
    if not status:
        return Unacceptable("It says no status: it is no order.", "status")
    if status != READY and status not in UNPAID:
        told = f"Whether an order that is {status[:40]!r} is to be sent is not known."
        return Unacceptable(told, "status")
    return read_order(as_bytes(body), shop.channel, unpaid=status in UNPAID)


def _with_refunds(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    """Say which lines were refunded, where that matters: an order that is still to be sent."""
    if not order.get("refunds") or order.get("status") != READY:
        return order
    return {**order, "refunds": telling.refunds_of(shop, order["id"])}
