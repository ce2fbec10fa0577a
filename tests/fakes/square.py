"""What does Square answer? A catalog, orders, payments with refunds, and counts of stock."""

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.serving import Answer, Moods, served

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOCATION = "057P5VYJ4A5X1"
NOT_FOUND = 404, {"errors": [{"code": "NOT_FOUND"}]}, {}


class FakeSquare(Moods):
    """The state of a seller's account. A key that was used before changes nothing more."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.token, self.key = BEGAN, "EAAA", "hush"
        self.webhook = "https://oms.example/webhooks/channels/till"
        self.skus = {"VAR1": "MUG-1", "VAR2": "SHIRT-M", "VAR3": "mug-1"}
        self.orders: dict[str, Any] = {}
        self.payments: dict[str, Any] = {}
        self.refunds: dict[str, Any] = {}
        self.keys: dict[str, Any] = {}
        self.stock: dict[str, int] = {}

    def sell(self, *items: Any, order_id: str = "4711", cash: bool = False, **changes: Any) -> Any:
        """Sell something, to be sent unless told otherwise."""
        lines = list(items) or [an_item()]
        total = sum(x["total_money"]["amount"] for x in lines)
        order = {
            "id": order_id, "location_id": LOCATION, "state": "OPEN", "version": 1,
            "created_at": "2026-03-01T10:00:00Z", "line_items": lines,
            "total_money": money(total), "fulfillments": [a_shipment()],
            "tenders": [{"id": f"pay-{order_id}"}], **changes,
        }  # fmt: skip
        self.payments[f"pay-{order_id}"] = {
            "id": f"pay-{order_id}", "amount_money": order["total_money"],
            "source_type": "CASH" if cash else "CARD",
        }  # fmt: skip
        self.orders[order_id] = order
        self.changed(order)
        return order

    def over_the_counter(self, *items: Any, **changes: Any) -> Any:
        """Sell something that the customer takes along."""
        return self.sell(*items, fulfillments=[], **{"state": "COMPLETED", **changes})

    def changed(self, order: Any) -> None:
        """Write down when an order changed; no two do at once."""
        self.now += timedelta(seconds=1)
        order["updated_at"] = f"{self.now:%Y-%m-%dT%H:%M:%S}Z"

    def event(self, kind: str = "order.updated") -> tuple[str, str]:
        """What Square posts: body and signature."""
        body = json.dumps({"merchant_id": "M1", "type": kind, "event_id": "e-1",
                           "data": {"type": "order", "id": "4711"}})  # fmt: skip
        signed = hmac.new(self.key.encode(), (self.webhook + body).encode(), hashlib.sha256)
        return body, base64.b64encode(signed.digest()).decode()

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer who shows the token."""
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"errors": [{"code": "UNAUTHORIZED"}]}, {}
        assert headers.get("Square-Version")
        if (key := (body or {}).get("idempotency_key")) in self.keys and key:
            return self.keys[key]
        answer = self.answer(method, path.strip("/").split("/")[1:], body)
        if key and answer[0] < 300:
            self.keys[key] = answer
        return answer

    def answer(self, method: str, parts: list[str], body: Any) -> Answer:  # noqa: PLR0911 - an answer for each address
        """Answer what is asked."""
        match method, parts:
            case "GET", ["locations", number] if number == LOCATION:
                return 200, {"location": {"id": LOCATION}}, {}
            case "POST", ["orders", "search"]:
                return 200, self.page(body), {}
            case "GET", ["orders", number] if number in self.orders:
                return 200, {"order": copy.deepcopy(self.orders[number])}, {}
            case "PUT", ["orders", number]:
                return self.change(self.orders[number], body["order"])
            case "POST", ["catalog", what]:
                return 200, {"objects": self.found(what, body)}, {}
            case "GET", ["payments", number] if number in self.payments:
                return 200, {"payment": copy.deepcopy(self.payments[number])}, {}
            case "GET", ["refunds", number] if number in self.refunds:
                return 200, {"refund": self.refunds[number]}, {}
            case "POST", ["refunds"]:
                return self.refund(body)
            case "POST", ["inventory", "changes", "batch-create"]:
                for one in body["changes"]:
                    count = one["physical_count"]
                    assert count["location_id"] == LOCATION
                    self.stock[self.skus[count["catalog_object_id"]]] = int(count["quantity"])
                return 200, {"counts": []}, {}
        return NOT_FOUND

    def page(self, wish: Any) -> Any:
        """Orders by their last change; a mark goes on with the same question."""
        asked = wish["query"]
        assert asked["sort"] == {"sort_field": "UPDATED_AT", "sort_order": "ASC"}
        since = asked["filter"]["date_time_filter"]["updated_at"]["start_at"]
        states = asked["filter"]["state_filter"]["states"]
        found = [x for x in self.orders.values()
                 if x["updated_at"] >= since and x["state"] in states]  # fmt: skip
        found.sort(key=lambda x: x["updated_at"])
        first = int(wish.get("cursor") or 0)
        last = first + wish["limit"]
        more = {"cursor": str(last)} if last < len(found) else {}
        return {"orders": copy.deepcopy(found[first:last]), **more}

    def found(self, what: str, wish: Any) -> list[Any]:
        """Variations by their ids, or by a search that takes no notice of case."""
        known = [{"id": k, "item_variation_data": {"sku": v}} for k, v in self.skus.items()]
        if what == "batch-retrieve":
            return [x for x in known if x["id"] in wish["object_ids"]]
        value = wish["query"]["exact_query"]["attribute_value"].lower()
        return [x for x in known if x["item_variation_data"]["sku"].lower() == value][::-1]

    def change(self, order: Any, wish: Any) -> Answer:
        """Change an order as it was known."""
        if wish["version"] != order["version"]:
            return 409, {"errors": [{"code": "VERSION_MISMATCH"}]}, {}
        known = {x["uid"]: x for x in order["fulfillments"]}
        for one in wish.get("fulfillments", []):
            known[one["uid"]] |= one
        order["metadata"] = order.get("metadata", {}) | wish.get("metadata", {})
        order["version"] += 1
        self.changed(order)
        return 200, {"order": copy.deepcopy(order)}, {}

    def refund(self, wish: Any) -> Answer:
        """Give money back."""
        assert len(wish["idempotency_key"]) <= 45
        payment = self.payments[wish["payment_id"]]
        back = payment.get("refunded_money", money(0))["amount"]
        amount = wish["amount_money"]["amount"]
        if not 0 < amount <= payment["amount_money"]["amount"] - back:
            return 400, {"errors": [{"code": "REFUND_AMOUNT_INVALID"}]}, {}
        number = f"ref-{len(self.refunds) + 1}"
        self.refunds[number] = {"id": number, "amount_money": money(amount),
                                "reason": wish["reason"]}  # fmt: skip
        payment["refunded_money"] = money(back + amount)
        payment["refund_ids"] = [*payment.get("refund_ids", []), number]
        return 200, {"refund": self.refunds[number]}, {}


def money(amount: int, currency: str = "EUR") -> Any:
    """An amount."""
    return {"amount": amount, "currency": currency}


def an_item(variation: str = "VAR1", quantity: int = 1, total: int = 1000, **more: Any) -> Any:
    """A line of an order, without the SKU that only the catalog knows."""
    return {
        "uid": "11", "catalog_object_id": variation, "name": "Mug", "variation_name": "Blue",
        "quantity": str(quantity), "item_type": "ITEM", "total_money": money(total), **more,
    }  # fmt: skip


def a_shipment(country: str = "DE", **changes: Any) -> Any:
    """Something that is to be sent."""
    address = {"address_line_1": "Main Street 1", "locality": "Berlin", "postal_code": "10115",
               "country": country}  # fmt: skip
    recipient = {"display_name": "Ann Smith", "email_address": "ann@example.com",
                 "address": address}  # fmt: skip
    return {"uid": "f1", "type": "SHIPMENT", "state": "PROPOSED",
            "shipment_details": {"recipient": recipient}, **changes}  # fmt: skip


@contextmanager
def a_square() -> Iterator[FakeSquare]:
    """Open it on a port of its own."""
    account = FakeSquare()
    with served(account, account.serve, ""):
        yield account
