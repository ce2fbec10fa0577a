"""What does a shop at WooCommerce answer? One with products, orders, notes and refunds."""

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.serving import Answer, Moods, served

API = "/wp-json/wc/v3"
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOT_FOUND = 404, {"code": "woocommerce_rest_invalid_id", "message": "Invalid ID."}, {}


class FakeWooCommerce(Moods):
    """The state of the shop. It refuses what WooCommerce refuses, and keeps a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.secret, self.webhook_secret = "ck_1", "cs_1", "hush"
        self.now = BEGAN
        self.orders: dict[int, Any] = {}
        self.notes: dict[int, list[Any]] = {}
        self.refunds: dict[int, list[Any]] = {}
        self.products = {
            9001: {"id": 9001, "sku": "MUG-1", "type": "simple", "stock_quantity": None},
            9002: {"id": 9002, "sku": "SHIRT-M", "type": "variation", "parent_id": 9000,
                   "stock_quantity": None},
            9003: {"id": 9003, "sku": "MUG-10", "type": "simple", "stock_quantity": None},
        }  # fmt: skip
        self.added_back: dict[Any, int] = {}
        self.gateway_gave_back = Decimal(0)
        self.numbers = iter(range(5000, 10**6))

    def sell(self, *items: Any, order_id: int = 4711, **changes: Any) -> Any:
        """Sell something; the shop adds up what it costs."""
        lines = list(items) or [a_line()]
        amounts = [Decimal(x["total"]) + Decimal(x["total_tax"]) for x in lines]
        shipping = changes.get("shipping_lines", [])
        amounts += [Decimal(x["total"]) + Decimal(x["total_tax"]) for x in shipping]
        order = {
            "id": order_id, "status": "processing", "currency": "EUR", "total": str(sum(amounts)),
            "date_created_gmt": "2026-03-01T10:00:00", "date_paid_gmt": "2026-03-01T10:00:05",
            "transaction_id": "ch_1", "payment_method": "stripe", "billing": a_place(),
            "shipping": a_place(), "line_items": lines, "shipping_lines": [], "fee_lines": [],
            "meta_data": [], "refunds": [], **changes,
        }  # fmt: skip
        self.orders[order_id] = order
        self.changed(order)
        return order

    def changed(self, order: Any) -> None:
        """Write down when an order changed; no two do at once."""
        self.now += timedelta(seconds=1)
        order["date_modified_gmt"] = self.now.strftime("%Y-%m-%dT%H:%M:%S")

    def webhook(self, order_id: int = 4711, topic: str = "order.updated") -> tuple[Any, str]:
        """What the shop posts: headers and body."""
        body = json.dumps(self.orders[order_id])
        digest = hmac.new(self.webhook_secret.encode(), body.encode(), hashlib.sha256).digest()
        return {
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Delivery-ID": f"{next(self.numbers)}",
            "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
        }, body

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:  # noqa: PLR0911 - an answer for each address
        """Answer who shows key and secret."""
        shown = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        if headers.get("Authorization") != f"Basic {shown}":
            return 401, {"code": "woocommerce_rest_cannot_view"}, {}
        address, _, asked = path.partition("?")
        query = dict(parse_qsl(asked))
        match method, address.strip("/").split("/"):
            case "GET", ["orders"]:
                return 200, self.page(query), {}
            case "GET", ["products"]:
                # the search takes whatever begins so: who asks has to look closely
                found = [x for x in self.products.values() if x["sku"].startswith(query["sku"])]
                return 200, copy.deepcopy(found)[::-1], {}
            case "PUT", ["products", product]:
                return self.put_product(int(product), 0, body)
            case "PUT", ["products", parent, "variations", variation]:
                return self.put_product(int(variation), int(parent), body)
            case _, ["orders", number, *rest] if order := self.orders.get(int(number)):
                return self.of_order(method, order, "/".join(rest), query, body)
        return NOT_FOUND

    def of_order(self, method: str, order: Any, what: str, query: Any, body: Any) -> Answer:  # noqa: PLR0911 - the same
        """Answer what is asked about one order."""
        notes = self.notes.setdefault(order["id"], [])
        refunds = self.refunds.setdefault(order["id"], [])
        match method, what:
            case "GET", "":
                return 200, copy.deepcopy(order), {}
            case "PUT", "":
                self.change(order, body)
                return 200, copy.deepcopy(order), {}
            case "GET", "notes":
                wanted = query.get("type") == "customer"
                return 200, [x for x in notes if x["customer_note"] or not wanted], {}
            case "POST", "notes":
                notes.append({"id": next(self.numbers), **body})
                return 201, notes[-1], {}
            case "GET", "refunds":
                return 200, copy.deepcopy(refunds)[: int(query.get("per_page", 10))], {}
            case "POST", "refunds":
                return self.refund(order, refunds, body)
        return NOT_FOUND

    def page(self, query: Any) -> list[Any]:
        """List orders by their last change, of those that changed after a moment."""
        if "orderby" in query:
            told = (query["orderby"], query["order"], query["status"], query["dates_are_gmt"])
            assert told == ("modified", "asc", "any", "true")
        since = query.get("modified_after", "")
        found = [x for x in self.orders.values() if x["date_modified_gmt"] > since]
        found.sort(key=lambda x: (x["date_modified_gmt"], x["id"]))
        size, number = int(query.get("per_page", 10)), int(query.get("page", 1))
        assert size <= 100, "WooCommerce gives 100 at most"
        return copy.deepcopy(found[size * (number - 1) : size * number])

    def change(self, order: Any, wish: Any) -> None:
        """Change an order; what is kept beside is kept by its key."""
        kept = {x["key"]: x for x in order["meta_data"]}
        kept |= {x["key"]: dict(x) for x in wish.get("meta_data", [])}
        order |= {**wish, "meta_data": list(kept.values())}
        self.changed(order)

    def refund(self, order: Any, known: list[Any], wish: Any) -> Answer:
        """Give money back; all of it makes the order `refunded`."""
        amount = Decimal(wish["amount"])
        left = Decimal(order["total"]) - sum(Decimal(x["amount"]) for x in known)
        if not 0 < amount <= left:
            return 400, {"code": "woocommerce_rest_invalid_order_refund"}, {}
        if wish.get("api_refund", True):
            if not order["transaction_id"]:
                return 500, {"code": "woocommerce_rest_cannot_create_order_refund"}, {}
            self.gateway_gave_back += amount
        items = []
        for line in wish.get("line_items", []):
            (sold,) = [x for x in order["line_items"] if x["id"] == line["id"]]
            assert {tax["id"] for tax in line.get("refund_tax", [])} <= {
                tax["id"] for tax in sold.get("taxes", [])
            }
            items.append(a_refunded(line["id"], line["quantity"], line["refund_total"]))
            if wish.get("api_restock", True):
                name = sold["sku"]
                self.added_back[name] = self.added_back.get(name, 0) + line["quantity"]
        made = {
            "id": next(self.numbers), "amount": str(amount), "reason": wish["reason"],
            "line_items": items, "asked": wish,
        }  # fmt: skip
        known.append(made)
        order["refunds"].append({"id": made["id"], "reason": "", "total": f"-{amount}"})
        if amount == left:
            order["status"] = "refunded"
        self.changed(order)
        return 201, made, {}

    def put_product(self, product: int, parent: int, wish: Any) -> Answer:
        """Change a product or, only by its product's address, a variation."""
        found = self.products.get(product)
        if found is None or found.get("parent_id", 0) != parent:
            return 400, {"code": "woocommerce_rest_product_invalid_id"}, {}
        assert wish["manage_stock"] is True, "without it the quantity is passed over"
        found["stock_quantity"] = wish["stock_quantity"]
        return 200, dict(found), {}


def a_line(sku: str = "MUG-1", quantity: int = 1, total: str = "10.00", **more: Any) -> Any:
    """A line of an order, paid as it was priced unless said otherwise."""
    return {
        "id": 11, "name": "Blue mug", "sku": sku, "product_id": 9001, "variation_id": 0,
        "quantity": quantity, "subtotal": total, "subtotal_tax": "0.00", "total": total,
        "total_tax": "0.00", "taxes": [], "meta_data": [], **more,
    }  # fmt: skip


def a_place(**changes: Any) -> Any:
    """An address."""
    return {
        "first_name": "Ann", "last_name": "Smith", "company": "", "address_1": "Main Street 1",
        "address_2": "", "city": "Berlin", "state": "", "postcode": "10115", "country": "DE",
        "email": "ann@example.com", "phone": "", **changes,
    }  # fmt: skip


def a_refunded(line: int, quantity: int, total: str) -> Any:
    """A line of a refund: it stands beside the line that it is of, and is below zero."""
    return {
        "id": 90000 + line, "quantity": -quantity, "total": f"-{total}",
        "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(line)}],
    }  # fmt: skip


@contextmanager
def a_woo_shop() -> Iterator[FakeWooCommerce]:
    """Open the shop on a port of its own."""
    shop = FakeWooCommerce()
    with served(shop, shop.serve, API):
        yield shop
