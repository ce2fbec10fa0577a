"""What does a shop at Shopify answer? A small one over real HTTP, with one order of three mugs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.fakes.serving import Answer, Moods, served

API = "/admin/api/2025-07"


class FakeShopify(Moods):
    """The state of the shop; it counts what it is told, and refuses what Shopify refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "token"
        self.open = [
            {"id": 1, "status": "closed", "line_items": [an_item(100, 11, 5)]},
            {"id": 2, "status": "open", "line_items": [an_item(200, 11, 2), an_item(201, 12, 1)]},
            {"id": 3, "status": "open", "line_items": [an_item(300, 11, 1)]},
        ]
        self.fulfillments: list[Any] = []
        self.payments = [
            {"parent_id": 801, "gateway": "card", "maximum_refundable": "8.00"},
            {"parent_id": 802, "gateway": "gift", "maximum_refundable": "100.00"},
        ]
        self.refunds: list[Any] = []
        self.order: dict[str, Any] = {}
        self.canceled_at = ""
        self.canceled: list[Any] = []
        self.may_cancel = True
        self.items = {"MUG-1": 9001, "mug-1": 9009}
        self.stock: dict[Any, Any] = {}
        self.orders: list[Any] = []

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Answer as Shopify does; what it has no path for is not found."""
        known = {
            "GET /shop.json": lambda: {"shop": {"name": "Mugs"}},
            "GET /orders/4711/fulfillments.json": lambda: {"fulfillments": self.fulfillments},
            "GET /orders/4711/fulfillment_orders.json": lambda: {"fulfillment_orders": self.open},
            "GET /orders/4711/refunds.json": lambda: {"refunds": self.refunds},
            "POST /orders/4711/refunds.json": lambda: self.refunds.append(body["refund"]),
            "POST /orders/4711/refunds/calculate.json": lambda: self.suggest(),
            "GET /orders/4711.json": lambda: {
                "order": {**self.order, "cancelled_at": self.canceled_at or None}
            },
            "POST /graphql.json": lambda: self.query(body["query"], body["variables"]),
            "GET /variants/808.json": lambda: {"variant": {"inventory_item_id": 9808}},
            "POST /inventory_levels/set.json": lambda: self.set(**body),
        }
        if path == "/fulfillments.json":
            return self.fulfill(body["fulfillment"])
        found = known.get(f"{method} {path}")
        return (200, found() or {}) if found else (404, {"errors": "Not Found"})

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer who shows the token."""
        if headers.get("X-Shopify-Access-Token") != self.token:
            return 401, {"errors": "Invalid API key or access token"}, {}
        if path.startswith("/orders.json?"):
            query = dict(parse_qsl(path.partition("?")[2]))
            return 200, *self.page(query, f"{self.url}{API}/orders.json")
        return *self.answer(method, path, body), {}

    def page(self, query: dict[str, str], url: str) -> tuple[Any, dict[str, str]]:
        """List orders by their last change; the mark of a page is where it begins."""
        if mark := query.get("page_info"):
            assert set(query) == {"page_info", "limit"}, "Shopify allows no filter beside the mark"
            first, since = mark.split("|")
        else:
            assert (query["status"], query["order"]) == ("any", "updated_at asc")
            first, since = "0", query["updated_at_min"]
        found = [x for x in self.orders if moment(x["updated_at"]) >= moment(since)]
        begin, end = int(first), int(first) + int(query["limit"])
        more = {"page_info": f"{end}|{since}", "limit": query["limit"]}
        link = {"Link": f'<{url}?{urlencode(more)}>; rel="next"'} if end < len(found) else {}
        return {"orders": found[begin:end]}, link

    def suggest(self) -> Any:
        told = [{**payment, "kind": "suggested_refund"} for payment in self.payments]
        return {"refund": {"transactions": told}}

    def query(self, query: str, variables: Any) -> Any:
        if "orderCancel(" in query:
            return {"data": {"orderCancel": {"orderCancelUserErrors": self.cancel(variables)}}}
        return self.search(variables["q"])

    def cancel(self, wish: Any) -> list[Any]:
        """Cancel as Shopify does: once, and only what can be canceled."""
        if wish["id"] != "gid://shopify/Order/4711":
            return [{"message": "Order does not exist"}]
        if self.canceled_at or not self.may_cancel:
            return [{"message": "Order cannot be cancelled"}]
        self.canceled_at = "2026-03-02T10:00:00Z"
        self.canceled.append(wish)
        return []

    def search(self, query: str) -> Any:
        """Search as Shopify does, that is without regard to case."""
        sku = query.removeprefix('sku:"').removesuffix('"').lower()
        found = [(name, item) for name, item in self.items.items() if name.lower() == sku]
        nodes = [{"id": f"gid://shopify/InventoryItem/{item}", "sku": sku} for sku, item in found]
        return {"data": {"inventoryItems": {"nodes": nodes}}}

    def set(self, location_id: str, inventory_item_id: Any, available: int) -> None:
        self.stock[str(inventory_item_id)] = available

    def fulfill(self, wish: Any) -> tuple[int, Any]:
        rooms = {
            item["id"]: item
            for order in self.open
            if order["status"] == "open"
            for item in order["line_items"]
        }
        lines = []
        for part in wish["line_items_by_fulfillment_order"]:
            for item in part["fulfillment_order_line_items"]:
                room = rooms.get(item["id"])
                if room is None or item["quantity"] > room["fulfillable_quantity"]:
                    return 422, {"errors": "Invalid fulfillment order line item quantity"}
                room["fulfillable_quantity"] -= item["quantity"]
                lines.append({"id": room["line_item_id"], "quantity": item["quantity"]})
        number = wish["tracking_info"]["number"]
        self.fulfillments.append(
            {
                "status": "success",
                "line_items": lines,
                "tracking_numbers": [number] if number else [],
            }
        )
        return 201, {}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def an_item(item_id: int, line: int, fulfillable: int) -> dict[str, int]:
    return {"id": item_id, "line_item_id": line, "quantity": 9, "fulfillable_quantity": fulfillable}


@contextmanager
def a_shop() -> Iterator[FakeShopify]:
    """Open the shop on a port of its own."""
    shop = FakeShopify()
    with served(shop, shop.serve, API):
        yield shop
