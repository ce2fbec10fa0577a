"""What does a shop at Shopify answer? A small one over real HTTP, with one order of three mugs."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

API = "/admin/api/2025-07"


class FakeShopify:
    """The state of the shop; it counts what it is told, and refuses what Shopify refuses."""

    def __init__(self) -> None:
        self.url = ""
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
        self.items = {"MUG-1": 9001, "mug-1": 9009}
        self.variants = {"808": 9808}
        self.stock: dict[Any, Any] = {}
        self.answers_first: list[tuple[int, dict[str, str]]] = []
        self.loses_answer_to = ""
        self.asked: list[str] = []

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        order = re.fullmatch(r"/orders/4711/(.+)\.json", path)
        what = order[1] if order else path
        match method, what:
            case "GET", "fulfillments":
                return 200, {"fulfillments": self.fulfillments}
            case "GET", "fulfillment_orders":
                return 200, {"fulfillment_orders": self.open}
            case "POST", "/fulfillments.json":
                return self.fulfill(body["fulfillment"])
            case "GET", "refunds":
                return 200, {"refunds": self.refunds}
            case "POST", "refunds/calculate":
                told = [{**p, "kind": "suggested_refund"} for p in self.payments]
                return 200, {"refund": {"transactions": told}}
            case "POST", "refunds":
                self.refunds.append(body["refund"])
                return 201, body
            case "POST", "/graphql.json":
                sku = body["variables"]["q"].removeprefix('sku:"').removesuffix('"')
                found = [x for x in self.items if x.lower() == sku.lower()]
                nodes = [{"id": f"gid://shopify/InventoryItem/{self.items[x]}", "sku": x}
                         for x in found]  # fmt: skip
                return 200, {"data": {"inventoryItems": {"nodes": nodes}}}
            case "GET", where if where.startswith("/variants/"):
                item = self.variants.get(where[10:-5])
                return (200, {"variant": {"inventory_item_id": item}}) if item else (404, {})
            case "POST", "/inventory_levels/set.json":
                self.stock[str(body["inventory_item_id"])] = body["available"]
                return 200, body
        return 404, {"errors": "Not Found"}

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


def an_item(item_id: int, line: int, fulfillable: int) -> dict[str, int]:
    return {"id": item_id, "line_item_id": line, "quantity": 9, "fulfillable_quantity": fulfillable}


@contextmanager
def a_shop() -> Iterator[FakeShopify]:
    """Open the shop on a port of its own."""
    shop = FakeShopify()

    class Door(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Be quiet."""

        def do_GET(self) -> None:
            self.serve("GET")

        def do_POST(self) -> None:
            self.serve("POST")

        def serve(self, method: str) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.removeprefix(API)
            shop.asked.append(f"{method} {path}")
            headers: dict[str, str] = {}
            if shop.answers_first:
                status, headers = shop.answers_first.pop(0)
                answer: Any = {}
            elif self.headers["X-Shopify-Access-Token"] != shop.token:
                status, answer = 401, {"errors": "Invalid API key or access token"}
            else:
                status, answer = shop.answer(method, path, json.loads(raw) if raw else None)
            if shop.loses_answer_to == f"{method} {path}":
                shop.loses_answer_to, self.close_connection = "", True
                return
            told = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(told))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
