"""How does a Shopify shop behave? It posts signed webhooks, and takes what it is told by its API.

A small stand-in on this machine with the addresses that the adapter uses.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.client import Client, Refusal

PAYLOADS = Path(__file__).parent / "payloads"
ADDRESS = re.compile(r"^/admin/api/[^/]+/(?:orders/(?P<order>\d+)/)?(?P<what>[\w/]+)\.json")
TIMEOUT_SECONDS = 30


class Shop:
    """A shop with orders; what it was told stays in `fulfillments` and `refunds`."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.secret, self.token = secrets.token_hex(16), secrets.token_hex(16)
        self.orders: dict[str, dict[str, Any]] = {}
        self.fulfillments: dict[str, list[dict[str, Any]]] = {}
        self.refunds: dict[str, list[dict[str, Any]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(self))

    def __enter__(self) -> Self:
        """Open the shop."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        """Close it."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def sells(self, payload: str) -> str:
        """Take an order of a customer, as kept in a payload; return its id."""
        order = json.loads((PAYLOADS / payload).read_text())
        self.orders[str(order["id"])] = order
        return str(order["id"])

    def tell(self, api: Client, topic: str, order_id: str, event_id: str = "") -> dict[str, Any]:
        """Post a webhook about an order, signed; raises Refusal with the reason."""
        body, headers = self.webhook(topic, order_id, event_id)
        answer = api.session.post(
            f"{api.url}/webhooks/channels/{self.channel}", data=body, timeout=TIMEOUT_SECONDS,
            headers=headers,
        )  # fmt: skip
        if not answer.ok:
            raise Refusal(answer.status_code, answer.json())
        told: dict[str, Any] = answer.json()
        return told

    def webhook(
        self, topic: str, order_id: str, event_id: str = ""
    ) -> tuple[bytes, dict[str, str]]:
        """Write a webhook about an order: its body, and the headers that sign it."""
        body = json.dumps(self.orders[order_id], ensure_ascii=False).encode()
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        return body, {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Event-Id": event_id or uuid.uuid4().hex,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        }

    def get(self, order_id: str, what: str) -> dict[str, Any]:
        """Answer a question about an order."""
        if order_id not in self.orders:
            return {}
        if what == "fulfillments":
            return {"fulfillments": self.fulfillments.get(order_id, [])}
        if what == "refunds":
            return {"refunds": self.refunds.get(order_id, [])}
        if what == "fulfillment_orders":
            items = [
                {"id": line["id"], "line_item_id": line["id"], "quantity": line["quantity"]}
                for line in self.orders[order_id]["line_items"]
            ]
            one = {"id": int(order_id), "order_id": int(order_id), "status": "open"}
            return {"fulfillment_orders": [{**one, "line_items": items}]}
        return {}

    def post(self, order_id: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """Take what the shop is told."""
        if what == "refunds/calculate":
            most = self.orders[order_id]["total_price"]
            paid = {"parent_id": 1, "gateway": "card", "maximum_refundable": most}
            return {"refund": {"transactions": [{**paid, "kind": "suggested_refund"}]}}
        if what == "refunds":
            self.refunds.setdefault(order_id, []).append(body["refund"])
        elif what == "fulfillments":
            made = body["fulfillment"]
            numbers = [made["tracking_info"]["number"]]
            parts = made["line_items_by_fulfillment_order"]
            of = str(parts[0]["fulfillment_order_id"])
            self.fulfillments.setdefault(of, []).append(
                {"status": "success", "tracking_numbers": numbers}
            )
        return body


def _answering(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        """Gives HTTP requests to the shop."""

        def do_GET(self) -> None:
            """Called for each GET."""
            order_id, what = self._asked()
            known = self.path.endswith("/shop.json")
            self._show({"shop": {}} if known else shop.get(order_id, what))

        def do_POST(self) -> None:
            """Called for each POST."""
            order_id, what = self._asked()
            length = int(self.headers.get("Content-Length") or 0)
            self._show(shop.post(order_id, what, json.loads(self.rfile.read(length) or b"{}")))

        def log_message(self, *_: object) -> None:
            """Keep the screen for the orders."""

        def _asked(self) -> tuple[str, str]:
            found = ADDRESS.match(self.path)
            return (found["order"] or "", found["what"]) if found else ("", "")

        def _show(self, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(HTTPStatus.OK if answer else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Answers
