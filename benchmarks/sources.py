"""Where do the orders of an import come from? A file, or a shop that is asked page by page.

Both know order number N without having kept any: what it buys follows from its number.
"""

import json
import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.goods import MOST_LINES, MOST_PIECES, SKUS, name_of

HEAD = "order_id,sku,quantity,unit_price,name,line1,postcode,city,country,email,delivery_price\r\n"
WHO = "Ada Reader,Lindenstr. 5,10969,Berlin,DE,ada@example.com,4.90"
ROWS_IN_A_PIECE = 2_000
Bought = Callable[[int], list[tuple[str, int, int]]]
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TOO_FAST_EVERY = 50


def wanted(number: int) -> list[tuple[str, int, int]]:
    """What order N buys: one to three (SKU, pieces, price in cents)."""
    dice = random.Random(number)
    chosen = dice.sample(range(SKUS), dice.randint(1, MOST_LINES))
    return [(name_of(n), dice.randint(1, MOST_PIECES), 500 + n) for n in chosen]


def as_file(prefix: str, count: int) -> Iterator[bytes]:
    """Write a file of orders, piece by piece: a row for each line."""
    piece = [HEAD]
    for number in range(count):
        piece += [
            f"{prefix}{number},{sku},{quantity},{cents / 100:.2f},{WHO}\r\n"
            for sku, quantity, cents in wanted(number)
        ]
        if len(piece) >= ROWS_IN_A_PIECE:
            yield "".join(piece).encode()
            piece = []
    yield "".join(piece).encode()


class ManyOrders:
    """A shop as Shopify's Admin API shows it; each fiftieth time it is asked too fast.

    `bought` tells what order N buys.
    """

    def __init__(self, count: int, bought: Bought = wanted) -> None:
        self.count, self.asked, self.too_fast, self._bought = count, 0, 0, bought
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

    def page(self, query: dict[str, list[str]]) -> tuple[list[dict[str, Any]], str]:
        """Give a page and the query of the next one; the mark of a page is its first number."""
        if mark := query.get("page_info"):
            first = int(mark[0])
        else:
            since = datetime.fromisoformat(query["updated_at_min"][0])
            first = max(0, int((since - BEGAN).total_seconds()))
        end = min(self.count, first + int(query["limit"][0]))
        more = {"limit": query["limit"][0], "page_info": end}
        orders = [_order(n, self._bought(n)) for n in range(first, end)]
        return orders, urlencode(more) if end < self.count else ""


def _order(number: int, lines: list[tuple[str, int, int]]) -> dict[str, Any]:
    total = sum(quantity * cents for _, quantity, cents in lines) + 490
    at = (BEGAN + timedelta(seconds=number)).isoformat()
    return {
        "id": 1_000_000 + number, "currency": "EUR", "financial_status": "paid",
        "total_price": f"{total / 100:.2f}", "taxes_included": True, "email": "ada@example.com",
        "created_at": at, "updated_at": at, "shipping_lines": [{"price": "4.90"}],
        "shipping_address": {
            "name": "Ada Reader", "address1": "Lindenstr. 5", "city": "Berlin", "zip": "10969",
            "country_code": "DE",
        },
        "line_items": [
            {"id": number * 10 + i, "sku": sku, "quantity": quantity, "price": f"{cents / 100:.2f}",
             "title": f"thing {sku}", "variant_id": i + 1, "requires_shipping": True}
            for i, (sku, quantity, cents) in enumerate(lines)
        ],
    }  # fmt: skip


def _answering(shop: ManyOrders) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        """Gives HTTP requests to the shop."""

        def do_GET(self) -> None:
            """Called for each GET."""
            address = urlsplit(self.path)
            shop.asked += 1
            if address.path.endswith("/shop.json"):
                self._show(200, {"shop": {}}, {})
            elif not address.path.endswith("/orders.json"):
                self._show(404, {}, {})
            elif shop.asked % TOO_FAST_EVERY == 0:
                shop.too_fast += 1
                self._show(429, {}, {"Retry-After": "1.0"})
            else:
                orders, following = shop.page(parse_qs(address.query))
                link = f'<{shop.url}{address.path}?{following}>; rel="next"'
                self._show(200, {"orders": orders}, {"Link": link} if following else {})

        def log_message(self, *_: object) -> None:
            """Be quiet."""

        def _show(self, status: int, answer: dict[str, Any], headers: dict[str, str]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Answers
