"""Magento 2 and Adobe Commerce: orders are asked for, everything else is told, by REST.

Magento itself posts no webhooks, so its orders are pulled. An order that is edited there becomes
another one: the old one is canceled, and both come with the pull.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chassis.outside import Declined
from services.channels.domain.news import Cancellation, News, NotForUs, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import magento_telling as telling
from services.channels.marketplaces.lines import body_of, id_of
from services.channels.marketplaces.magento_asking import STORE, call, page
from services.channels.marketplaces.magento_order import read_order
from services.channels.marketplaces.marketplace import A_SECOND, Allowance, Can, Page, Setting, Shop
from services.channels.marketplaces.moments import in_gmt
from services.channels.marketplaces.signing import as_bytes, no_webhooks
from services.channels.marketplaces.sweep import Place

ORDERS_IN_A_PAGE = 50
UNPAID = frozenset({"new", "pending_payment", "payment_review", "holded"})
READY, CANCELED = "processing", "canceled"
NOTHING_TO_SEND = frozenset({"complete", "closed"})


class Head(msgspec.Struct):
    """Which order is spoken of, and how it stands."""

    entity_id: int | str | None = None
    state: str | None = None
    updated_at: str | None = None


class Magento:
    """The adapter to Magento 2."""

    kind = "magento"
    title = "Magento 2, Adobe Commerce"
    settings: tuple[Setting, ...] = (
        Setting(
            "base_url",
            "Address of the shop",
            "Such as https://shop.example, without /rest.",
            required=True,
            form=r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?)(/[^\s?#]*)?",
        ),
        Setting(
            "access_token",
            "Access token",
            "Of an integration that may use its token as a bearer token.",
            secret=True,
            required=True,
        ),
        Setting(STORE, "Store code", "`default` unless said otherwise.", form=r"[a-z][a-z0-9_]*"),
        Setting("location_id", "Source", "Whose stock we keep, such as `default`.",
                form=r"[A-Za-z0-9_-]{1,64}"),
        Setting(
            A_SECOND,
            "Requests a second",
            "What the shop's server takes; 5 unless said otherwise.",
            form=r"[1-9][0-9]{0,2}",
        ),
    )  # fmt: skip
    can = frozenset(Can) - {Can.FILES, Can.WEBHOOKS}
    allowance = Allowance(at_once=10, a_second=5.0)

    def check(self, shop: Shop) -> None:
        """Ask for the shop's stores: that needs the address and the token."""
        if not isinstance(call(shop, "GET", "/store/storeViews"), list):
            raise Declined("no_shop", "There is no REST API of Magento at this address.")

    def verify(self, shop: Shop, body: str, signature: str) -> None:  # noqa: ARG002
        """Refuse webhooks: Magento posts none."""
        no_webhooks(shop.channel)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:  # noqa: ARG002
        """Read an order as it stands in a page."""
        head = body_of(body, Head)
        order_id = id_of(head.entity_id, "entity_id")
        return [News(_said(head, shop, body), order_id, in_gmt(head.updated_at))]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for orders by the time of their last change."""
        place = Place.of(cursor)
        since = place.since.strftime("%Y-%m-%d %H:%M:%S")
        more = {
            "sortOrders][0][field": "updated_at", "sortOrders][0][direction": "ASC",
            "pageSize": str(ORDERS_IN_A_PAGE), "currentPage": str(place.number),
        }  # fmt: skip
        orders, fitting = page(shop, "/orders", ("updated_at", since, "gteq"), **more)
        moments = [in_gmt(order.get("updated_at")) for order in orders]
        newest = max((at for at in moments if at), default=None)
        # behind the last page Magento shows the last one again
        ends = fitting <= ORDERS_IN_A_PAGE * place.number
        following = "" if ends else place.behind(newest)
        return Page([msgspec.json.encode(one).decode() for one in orders], following, newest)

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        """Ask for one order as it stands now."""
        found = call(shop, "GET", f"/orders/{channel_order_id}")
        return msgspec.json.encode(found).decode() if found else ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Make a shipment with its tracks, unless Magento knows of it already."""
        telling.acknowledge(shop, key, told)

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Set what a source has of a SKU; what was typed in by hand has no stock."""
        telling.push_stock(shop, told)

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Make a credit memo that names the return, unless that was done already."""
        telling.push_refund(shop, told)

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Give back what was paid and cancel the order, unless it is off already."""
        telling.push_cancellation(shop, told)


def _said(head: Head, shop: Shop, body: str) -> Any:
    state = head.state or ""
    if state == CANCELED:
        return Cancellation("canceled at Magento")
    if state in NOTHING_TO_SEND:
        return NotForUs(f"The order is {state}.")
    if not state:
        return Unacceptable("It says no state: it is no order.", "state")
    if state != READY and state not in UNPAID:
        told = f"Whether an order that is {state[:40]!r} is to be sent is not known."
        return Unacceptable(told, "state")
    return read_order(as_bytes(body), shop.channel, unpaid=state in UNPAID)
