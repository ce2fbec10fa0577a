"""Square: the till of a shop, and what it sells to be sent.

What went over the counter, paid in cash or by card, is no order for us: it is taken off the books
of the counter's warehouse, and what is brought back to the counter goes back on them. Square posts
only that something has changed; then it is asked what.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chassis.errors import Refused
from chassis.outside import Declined
from services.channels.domain.news import Cancellation, Hint, News, NotForUs, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import square_telling as telling
from services.channels.marketplaces.lines import body_of, id_of
from services.channels.marketplaces.marketplace import A_SECOND, Allowance, Can, Page, Setting, Shop
from services.channels.marketplaces.moments import moment
from services.channels.marketplaces.signing import check_signature
from services.channels.marketplaces.square_asking import call
from services.channels.marketplaces.square_order import read_order, read_sale, to_be_sent
from services.channels.marketplaces.square_payload import Event, SquareOrder
from services.channels.marketplaces.sweep import written

ORDERS_IN_A_PAGE = 50
STATES = ("OPEN", "COMPLETED", "CANCELED")
LOCAL = r"http://(localhost|127\.0\.0\.1)(:[0-9]+)?"


class Head(msgspec.Struct):
    """Which order is spoken of."""

    id: str | None = None
    state: str | None = None


class Square:
    """The adapter to Square."""

    kind = "square"
    title = "Square (till)"
    settings: tuple[Setting, ...] = (
        Setting(
            "base_url",
            "Address of the API",
            "https://connect.squareup.com, or the sandbox's.",
            required=True,
            form=rf"https://connect\.squareup(sandbox)?\.com/?|{LOCAL}",
        ),
        Setting("access_token", "Access token", "Of the app.", secret=True, required=True),
        Setting("location_id", "Location", "The shop at Square whose sales we hear of.",
                required=True, form=r"[0-9A-Z]{6,40}"),
        Setting("warehouse_id", "Warehouse", "Ours, from which the counter sells.",
                form=r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}"),
        Setting("webhook_secret", "Signature key", "Signs what Square posts.", secret=True),
        Setting("webhook_url", "Address of the webhook", "As it was told to Square, to the letter.",
                form=r"https?://[^\s#]+"),
        Setting(A_SECOND, "Requests a second", "5 unless said otherwise.",
                form=r"[1-9][0-9]{0,2}"),
    )  # fmt: skip
    can = frozenset(Can) - {Can.FILES}
    allowance = Allowance(at_once=20, a_second=5.0)

    def check(self, shop: Shop) -> None:
        """Ask for the location: that needs the token, and that the location is the seller's."""
        if call(shop, "GET", f"/v2/locations/{shop.location_id}") is None:
            raise Declined("no_location", "Square knows no such location.")

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a webhook that is not signed together with the address that it is posted to."""
        signed = shop.settings.get("webhook_url", "") + body
        check_signature(shop.webhook_secret, signed, signature)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:  # noqa: ARG002
        """Read a webhook, which only hints, or an order as it stands in a page."""
        event = body_of(body, Event)
        if event.merchant_id and event.type and event.event_id:
            of_orders = event.type.startswith(("order.", "refund.", "payment."))
            what = f"Events of {event.type.partition('.')[0][:40]} are of no interest."
            return [News(Hint() if of_orders else NotForUs(what))]
        order_id = id_of(body_of(body, Head).id, "id")
        try:
            order = body_of(body, SquareOrder)
        except Refused as refusal:
            return [News(Unacceptable(refusal.message, refusal.field), order_id)]
        return [News(_said(order, shop), order_id, moment(order.updated_at))]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for orders by the time of their last change; Square has marks of its own."""
        changed = {"updated_at": {"start_at": f"{written(cursor.since)}Z"}}
        wish: dict[str, Any] = {
            "location_ids": [shop.location_id],
            "limit": ORDERS_IN_A_PAGE,
            "query": {
                "filter": {"date_time_filter": changed, "state_filter": {"states": STATES}},
                "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
            },
        }
        if cursor.page:
            wish["cursor"] = cursor.page
        found = call(shop, "POST", "/v2/orders/search", wish) or {}
        orders = found.get("orders") or []
        moments = [moment(order.get("updated_at")) for order in orders]
        newest = max((at for at in moments if at), default=None)
        told = [msgspec.json.encode(x).decode() for x in telling.with_skus(shop, orders)]
        return Page(told, found.get("cursor") or "", newest)

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        """Ask for one order as it stands now."""
        found = call(shop, "GET", f"/v2/orders/{channel_order_id}")
        orders = telling.with_skus(shop, [found["order"]] if found else [])
        return msgspec.json.encode(orders[0]).decode() if orders else ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the tracking number, and complete the shipment if all has left."""
        telling.acknowledge(shop, key, told)

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Tell how many are counted at the location; what was typed in by hand has no stock."""
        telling.push_stock(shop, told)

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Give the money back by the card that paid, for a reason that names the return."""
        telling.push_refund(shop, key, told)

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Give back what was paid, and call the shipment off."""
        telling.push_cancellation(shop, told)


def _said(order: SquareOrder, shop: Shop) -> Any:
    if order.state == "CANCELED":
        return Cancellation("canceled at Square")
    shipment = to_be_sent(order)
    if shipment and shipment.state == "COMPLETED":
        return NotForUs("The shop has sent it itself.")
    if shipment:
        return read_order(order, shop.channel)
    if order.state == "COMPLETED":
        return read_sale(order, shop.settings.get("warehouse_id", ""))
    if order.state not in STATES:
        told = f"Whether an order that is {str(order.state)[:40]!r} was sold is not known."
        return Unacceptable(told, "state")
    return NotForUs("The sale is not completed, and nothing of it is to be sent.")
