"""What does eBay answer? Tokens, a seller's orders, what was sent of them, and quantities."""

import base64
import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from tests.fakes.serving import Answer, Moods, served

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FakeEbay(Moods):
    """The state of a seller's account."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.client, self.tokens_made = BEGAN, uuid4().hex, 0
        self.orders: dict[str, Any] = {}
        self.sent: dict[str, list[Any]] = {}
        self.stock: dict[str, Any] = {"MUG-1": None, "SHIRT-M": None}
        self.bad_skus: set[str] = set()
        self.canceled: list[str] = []
        self.lists_backwards = False

    def sell(self, *items: Any, order_id: str = "4711", **changes: Any) -> Any:
        """Sell something; eBay adds up what it costs."""
        lines = list(items) or [an_item()]
        total = sum(float(x["lineItemCost"]["value"]) for x in lines)
        order = {
            "orderId": order_id, "legacyOrderId": f"legacy-{order_id}",
            "creationDate": "2026-03-01T10:00:00.000Z", "orderFulfillmentStatus": "NOT_STARTED",
            "orderPaymentStatus": "PAID", "cancelStatus": {"cancelState": "NONE_REQUESTED"},
            "pricingSummary": {"deliveryCost": money("0.0"), "total": money(f"{total:.2f}")},
            "fulfillmentStartInstructions": [an_instruction()], "lineItems": lines, **changes,
        }  # fmt: skip
        self.orders[order_id] = order
        self.changed(order)
        return order

    def changed(self, order: Any) -> None:
        """Write down when an order changed; no two do at once."""
        self.now += timedelta(seconds=1)
        order["lastModifiedDate"] = f"{self.now:%Y-%m-%dT%H:%M:%S}.000Z"

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:  # noqa: PLR0911 - an answer for each address
        """Answer who shows a token that was given out."""
        address, _, asked = path.partition("?")
        query, shown = dict(parse_qsl(asked)), headers.get("Authorization") or ""
        parts = address.strip("/").split("/")
        if parts == ["identity", "v1", "oauth2", "token"]:
            known = base64.b64encode(f"{self.client}:hush".encode()).decode()
            if shown != f"Basic {known}" or body["refresh_token"] != "v^1.1":
                return 401, {"error": "invalid_client"}, {}
            self.tokens_made += 1
            return 200, {"access_token": "v^1.1#t", "expires_in": 7200}, {}
        if shown.partition(" ")[2] != "v^1.1#t":
            return 401, {"errors": [{"errorId": 1001}]}, {}
        match method, parts:
            case "GET", ["sell", "fulfillment", "v1", "order"]:
                return 200, self.page(query), {}
            case "GET", ["sell", "fulfillment", "v1", "order", number] if number in self.orders:
                return 200, copy.deepcopy(self.orders[number]), {}
            case _, ["sell", "fulfillment", "v1", "order", number, "shipping_fulfillment"] if (
                number in self.orders
            ):
                sent = self.sent.setdefault(number, [])
                return self.send(self.orders[number], sent, body) if method == "POST" else (
                    200, {"fulfillments": sent, "total": len(sent)}, {}
                )  # fmt: skip
            case "POST", ["sell", "inventory", "v1", "bulk_update_price_quantity"]:
                return 200, {"responses": [self.put(x) for x in body["requests"]]}, {}
            case "POST", ["post-order", "v2", "cancellation"]:
                assert shown.startswith("IAF ")
                self.canceled.append(body["legacyOrderId"])
                order = self.orders[body["legacyOrderId"].removeprefix("legacy-")]
                order["cancelStatus"] = {"cancelState": "CANCELED"}
                return 201, {"cancelId": "1"}, {}
        return 404, {"errors": [{"errorId": 32100}]}, {}

    def page(self, query: Mapping[str, str]) -> Any:
        """What changed since a moment, listed forwards or backwards."""
        since = query.get("filter", "[").partition("[")[2].removesuffix("..]")
        found = [x for x in self.orders.values() if x["lastModifiedDate"] >= since]
        found.sort(key=lambda x: x["lastModifiedDate"], reverse=self.lists_backwards)
        first, size = int(query.get("offset", 0)), int(query["limit"])
        shown = copy.deepcopy(found[first : first + size])
        return {"total": len(found), "offset": first, "limit": size, "orders": shown}

    def send(self, order: Any, sent: list[Any], wish: Any) -> Answer:
        """Take a parcel."""
        number = wish.get("trackingNumber", "")
        if not number.isalnum() and number:
            return 400, {"errors": [{"errorId": 32210}]}, {}
        sent.append({
            "fulfillmentId": number or "999", "shipmentTrackingNumber": number or None,
            "shippingCarrierCode": wish.get("shippingCarrierCode"), "lineItems": wish["lineItems"],
        })  # fmt: skip
        order["orderFulfillmentStatus"] = "IN_PROGRESS"
        self.changed(order)
        return 201, "", {}

    def put(self, wish: Any) -> Any:
        """Set the quantity of a SKU; one that is bad spoils no other."""
        sku = wish["sku"]
        if sku in self.bad_skus or sku not in self.stock:
            status = 400 if sku in self.stock else 404
            return {"sku": sku, "statusCode": status, "errors": [{"message": "It is bad."}]}
        self.stock[sku] = wish["shipToLocationAvailability"]["quantity"]
        return {"sku": sku, "statusCode": 200}


def money(value: str, currency: str = "EUR", **more: str) -> Any:
    """An amount."""
    return {"value": value, "currency": currency, **more}


def an_item(sku: str = "MUG-1", quantity: int = 1, cost: str = "10.0", **more: Any) -> Any:
    """A line; its cost is for all pieces."""
    return {
        "lineItemId": "11", "legacyItemId": "267452304881", "sku": sku, "title": "Blue mug",
        "quantity": quantity, "lineItemCost": money(cost), "taxes": [],
        "lineItemFulfillmentStatus": "NOT_STARTED", **more,
    }  # fmt: skip


def an_instruction(country: str = "DE", **changes: Any) -> Any:
    """Where it goes."""
    place = {"addressLine1": "Main Street 1", "city": "Berlin", "postalCode": "10115",
             "countryCode": country}  # fmt: skip
    contact = {"fullName": "Ann Smith", "contactAddress": place, "primaryPhone": {},
               "email": "x1@members.ebay.com"}  # fmt: skip
    step = {"shipTo": contact, "shippingServiceCode": "DE_DHLPaket", **changes}
    return {"fulfillmentInstructionsType": "SHIP_TO", "shippingStep": step}


@contextmanager
def an_ebay() -> Iterator[FakeEbay]:
    """Open it on a port of its own."""
    account = FakeEbay()
    with served(account, account.serve, ""):
        yield account
