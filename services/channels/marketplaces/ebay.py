"""eBay: orders are asked for by its Fulfillment API, shipments, stock and cancellations are told.

A refund at eBay has neither a key nor a comment that could be found again: one whose answer was
lost might be made twice, so we make none.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from chassis import clock
from chassis.errors import Refused
from chassis.outside import Declined
from services.channels.domain.news import Cancellation, News, NotForUs, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces.asking import UNKNOWN_HERE, ask, json_of
from services.channels.marketplaces.ebay_order import read_order
from services.channels.marketplaces.ebay_payload import Cancel, EbayOrder, Instruction
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
from services.channels.marketplaces.tokens import KEPT, no_token

WHO = "eBay"
ORDERS_IN_A_PAGE, SHOWN_AGAIN = 50, 10
ORDERS = "/sell/fulfillment/v1/order"
SCOPES = " ".join(
    f"https://api.ebay.com/oauth/api_scope/sell.{what}" for what in ("fulfillment", "inventory")
)
LOCAL = r"http://(localhost|127\.0\.0\.1)(:[0-9]+)?"
BY_POST = "SHIP_TO"
OK = frozenset({200, 204})


class Head(msgspec.Struct, rename="camel"):
    """Which order is spoken of."""

    order_id: str | None = None


class Ebay(ToldNothing):
    """The adapter to eBay."""

    kind = "ebay"
    title = "eBay"
    settings: tuple[Setting, ...] = (
        Setting("base_url", "Address of the API", "https://api.ebay.com, or the sandbox's.",
                required=True, form=rf"https://api(\.sandbox)?\.ebay\.com/?|{LOCAL}"),
        Setting("client_id", "Client id", "Also called app id.", required=True, form=r"\S+"),
        Setting("client_secret", "Client secret", "Also called cert id.", secret=True,
                required=True),
        Setting("refresh_token", "Refresh token", "Of the seller's consent.", secret=True,
                required=True),
        Setting(A_SECOND, "Requests a second", "5 unless said otherwise.",
                form=r"[1-9][0-9]{0,2}"),
    )  # fmt: skip
    can = frozenset({Can.PULL, Can.LOOK_UP, Can.STOCK, Can.ACKNOWLEDGE, Can.CANCELLATIONS})
    allowance = Allowance(at_once=20, a_second=5.0)

    def check(self, shop: Shop) -> None:
        """Ask for one order: that needs the app, and the seller's consent."""
        if "orders" not in (_call(shop, "GET", f"{ORDERS}?limit=1") or {}):
            raise Declined("no_shop", "There is no Fulfillment API of eBay at this address.")

    def verify(self, shop: Shop, body: str, signature: str) -> None:  # noqa: ARG002
        """Refuse webhooks: eBay's notifications do not tell of orders as they stand."""
        no_webhooks(shop.channel)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:  # noqa: ARG002
        """Read an order as it stands in a page."""
        order_id = id_of(body_of(body, Head).order_id, "orderId")
        try:
            order = body_of(body, EbayOrder)
        except Refused as refusal:
            return [News(Unacceptable(refusal.message, refusal.field), order_id)]
        return [News(_said(order, shop), order_id, moment(order.last_modified_date))]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for what changed since a moment, by its place in the list.

        In which order eBay lists is not said. What changes meanwhile may move others up: so each
        page shows the last ones of the page before again.
        """
        first = int(cursor.page or 0)
        asked = {
            "filter": f"lastmodifieddate:[{written(cursor.since)}.000Z..]",
            "limit": str(ORDERS_IN_A_PAGE),
            "offset": str(first),
        }
        found = _call(shop, "GET", f"{ORDERS}?{urlencode(asked)}")
        if not isinstance(found, dict) or not isinstance(found.get("orders"), list):
            raise Declined("no_orders", "eBay does not answer with a list of orders.")
        moments = [moment(order.get("lastModifiedDate")) for order in found["orders"]]
        newest = max((at for at in moments if at), default=None)
        behind = first + ORDERS_IN_A_PAGE
        following = str(behind - SHOWN_AGAIN) if behind < int(found.get("total") or 0) else ""
        orders = [msgspec.json.encode(one).decode() for one in found["orders"]]
        return Page(orders, following, newest)

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        """Ask for one order as it stands now."""
        found = _call(shop, "GET", f"{ORDERS}/{channel_order_id}")
        return msgspec.json.encode(found).decode() if found else ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Tell each tracking number that eBay does not know yet, with what is in the parcels.

        Without a number, it is told if eBay has fewer of these pieces down as sent.
        """
        path = f"{ORDERS}/{told['channel_order_id']}/shipping_fulfillment"
        found = _call(shop, "GET", path)
        if found is None:
            raise Declined("no_order", "eBay has no such order any more.")
        known = found.get("fulfillments") or []
        lines = [
            {"lineItemId": line["channel_line_id"], "quantity": line["quantity"]}
            for line in told["lines"]
        ]
        numbers = {re.sub(r"[^0-9A-Za-z]", "", number) for number in told["tracking_numbers"]}
        for number in sorted(numbers - {str(x.get("shipmentTrackingNumber")) for x in known}):
            carrier = re.sub(r"[^0-9A-Za-z]", "", str(told["carrier"]))
            tracking = {"shippingCarrierCode": carrier or "Other", "trackingNumber": number}
            _call(shop, "POST", path, _sent(lines) | tracking)
        if not numbers and not _covered(known, lines):
            _call(shop, "POST", path, _sent(lines))

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Set the quantity of a SKU; listings that name none are not ours to change."""
        listing = str(told["listing"])
        if listing.startswith("title:"):
            return
        wish = {"sku": listing, "shipToLocationAvailability": {"quantity": told["available"]}}
        answer: dict[str, Any] = {}
        if not listing.startswith("item:"):
            path = "/sell/inventory/v1/bulk_update_price_quantity"
            answer = _call(shop, "POST", path, {"requests": [wish]}) or {}
        rows = [x for x in answer.get("responses") or () if x.get("sku") == listing]
        if not rows or rows[0].get("statusCode") == UNKNOWN_HERE:
            raise Declined("not_listed", f"eBay has no listing with the SKU {listing}.")
        if rows[0].get("statusCode") not in OK:
            said = " ".join(str(x.get("message", "")) for x in rows[0].get("errors") or ())
            raise Declined("not_taken", f"eBay does not take it: {said}"[:255])

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Cancel the order, unless that is done or under way; eBay gives the money back."""
        order = _call(shop, "GET", f"{ORDERS}/{told['channel_order_id']}")
        if order is None:
            raise Declined("no_order", "eBay has no such order any more.")
        if (order.get("cancelStatus") or {}).get("cancelState") in {"CANCELED", "IN_PROGRESS"}:
            return
        if order.get("orderFulfillmentStatus") == "FULFILLED":
            raise Declined("not_canceled", "The order is marked as sent at eBay.")
        wish = {
            "legacyOrderId": order.get("legacyOrderId") or order["orderId"],
            "cancelReason": "OUT_OF_STOCK",
        }
        _call(shop, "POST", "/post-order/v2/cancellation", wish, scheme="IAF")


def _said(order: EbayOrder, shop: Shop) -> Any:
    cancel = (order.cancel_status or Cancel()).cancel_state
    kinds = [x.fulfillment_instructions_type for x in order.fulfillment_start_instructions
             or [Instruction()]]  # fmt: skip
    if cancel in {"CANCELED", "IN_PROGRESS"}:
        told = "A cancellation is under way at eBay."
        is_off = cancel == "CANCELED"
        return Cancellation("canceled at eBay") if is_off else Unacceptable(told, "cancelStatus")
    if order.order_payment_status in {"FULLY_REFUNDED", "FAILED"}:
        return NotForUs(f"The order is {order.order_payment_status.lower()}.")
    if order.order_fulfillment_status == "FULFILLED":
        return NotForUs("The seller has sent it already.")
    if order.order_payment_status not in {"PAID", "PARTIALLY_REFUNDED", "PENDING"}:
        status = str(order.order_payment_status)[:40]
        return Unacceptable(f"Whether an order that is {status!r} is paid is not known.",
                            "orderPaymentStatus")  # fmt: skip
    if any(kind and kind != BY_POST for kind in kinds):
        return NotForUs(f"Nothing is to be sent: {kinds[0]}.")
    return read_order(order, shop.channel, unpaid=order.order_payment_status == "PENDING")


def _sent(lines: Sequence[Any]) -> dict[str, Any]:
    return {"lineItems": list(lines), "shippedDate": f"{written(clock.now())}.000Z"}


def _covered(known: Sequence[Any], lines: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether eBay has all these pieces down as sent."""
    sent: dict[str, int] = {}
    for item in (item for one in known for item in one.get("lineItems") or ()):
        name = str(item.get("lineItemId"))
        sent[name] = sent.get(name, 0) + int(item.get("quantity") or 1)
    return all(sent.get(x["lineItemId"], 0) >= x["quantity"] for x in lines)


def _call(shop: Shop, method: str, path: str, body: Any = None, scheme: str = "Bearer") -> Any:
    """Ask for what the answer says; None if there is no such thing."""
    headers = {"Authorization": f"{scheme} {_token(shop)}"}
    answer = ask(shop, WHO, method, f"{shop.base_url}{path}", body=body, headers=headers)
    return json_of(answer, WHO)


def _token(shop: Shop) -> str:
    names = ("client_id", "client_secret", "refresh_token")
    client, secret, refresh = (shop.settings.get(name, "") for name in names)
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "scope": SCOPES}

    def make() -> Mapping[str, Any]:
        url = f"{shop.base_url}/identity/v1/oauth2/token"
        try:
            made: Mapping[str, Any] = ask(
                shop, WHO, "POST", url, data=form, auth=(client, secret)
            ).json()
        except Declined:
            raise no_token(WHO) from None
        return made

    return KEPT.of((shop.base_url, client, secret, refresh), make)
