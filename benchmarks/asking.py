"""What does somebody at work ask the API, and how long does each answer take?

Lists by every filter, searches by every kind of word, order pages, counts of saved views: with
values of real orders of all ages, drawn anew for each request; one request at a time.
"""

import http.client
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from benchmarks.facts import Facts
from benchmarks.figures import percentiles
from benchmarks.spread import CHANNELS, TAGS
from local.catalogue import WAREHOUSES
from local.supervisor import System

Request = tuple[str, str, bytes]
Ask = Callable[[str, Any], Request]
SAMPLE = (
    "select order_id, number, channel_order_id, customer->>'email' as email,"
    " customer->>'phone' as phone, customer_name, ship_to->>'postcode' as postcode,"
    " lines->0->>'sku' as sku, sendings->0->'tracking_numbers'->>0 as tracking, placed_at"
    " from orders tablesample bernoulli ({percent}) order by random() limit {count}"
)
DRAWN = {
    "status": ("pending", "confirmed", "completed", "canceled"),
    "payment_status": (
        "pending", "authorized", "paid", "partially_refunded", "voided", "failed",
    ),
    "fulfillment_status": (
        "unfulfilled", "on_hold", "fulfilled", "delivered", "canceled", "backordered",
    ),
    "channel": ("api", *CHANNELS),
    "tag": TAGS,
    "warehouse_id": (*WAREHOUSES, "nowhere"),
    "total_from": (1_000, 3_000, 5_000, 100_000),
}  # fmt: skip
LISTS = (
    "newest", "after", "status", "payment_status", "fulfillment_status", "channel", "tag", "days",
    "status after", "channel after", "tag after", "status channel", "status payment_status",
    "status payment_status fulfillment_status", "status days", "tag status", "tag channel",
    "warehouse_id", "warehouse_id after", "warehouse_id status", "warehouse_id tag", "total_from",
    "total_from status", "warehouse_id total_from",
)  # fmt: skip
SEARCHES = (
    "number", "start of number", "external id", "start of external id", "e-mail",
    "e-mail's domain", "phone", "name", "last name", "start of name", "one letter", "one digit",
    "postcode", "SKU", "tracking number", "name and postcode", "nothing has it",
    "last name, status", "last name, days", "last name, channel", "postcode, tag",
    "last name, warehouse_id",
)  # fmt: skip
VIEWS: tuple[dict[str, Any], ...] = (
    {}, {"status": "pending"}, {"status": "confirmed"}, {"fulfillment_status": "on_hold"},
    {"status": "confirmed", "fulfillment_status": "unfulfilled"}, {"payment_status": "pending"},
    {"payment_status": "partially_refunded"}, {"fulfillment_status": "fulfilled"},
    {"channel": "outlet", "status": "confirmed"}, {"tag": "to-check"},
    {"status": "completed", "channel": "shop-de"}, {"status": "canceled", "channel": "api"},
    {"warehouse_id": "berlin", "status": "confirmed"}, {"total_from": 5_000},
)  # fmt: skip
WARM_UP = 3


class Asking:
    """Puts questions to a gateway and notes how long the answers take."""

    def __init__(self, system: System, facts: Facts, times: int, orders: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", system.port, timeout=60)
        self._key, self._times, self._dice = system.api_key, times, random.Random(times)
        percent = min(100.0, 100 * 5 * times / orders)
        rows = facts.rows("orders", SAMPLE.format(percent=percent, count=times))
        self._orders = [row._asdict() for row in rows]

    def measure(self) -> dict[str, Any]:
        """Ask everything, and tell for each kind of question how long it took."""
        return {
            "list": self._kind(dict.fromkeys(LISTS, self._list)),
            "search": self._kind(dict.fromkeys(SEARCHES, self._search)),
            "order page": self._kind({"order page": self._page}),
            "history": self._kind({"history": self._history}),
            "counts": self._kind({"one view": self._one_view, "all views": self._all_views}),
        }

    def _kind(self, asked: Mapping[str, Ask]) -> dict[str, Any]:
        taken: dict[str, list[float]] = {name: [] for name in asked}
        for turn in range(-WARM_UP, max(20, self._times // len(asked))):
            for name, make in asked.items():
                seconds = self._ask(make(name, self._dice.choice(self._orders)))
                if turn >= 0:
                    taken[name].append(seconds)
        whole = [seconds for several in taken.values() for seconds in several]
        each = {name: percentiles(seconds) for name, seconds in taken.items()}
        return {"requests": len(whole), "ms": percentiles(whole), "each": each}

    def _ask(self, request: Request) -> float:
        method, path, body = request
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        began = time.perf_counter()
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return seconds

    def _list(self, name: str, order: Any) -> Request:
        return "GET", f"/orders?{urlencode(self._filters(name.split(), order))}", b""

    def _search(self, name: str, order: Any) -> Request:
        what, *more = name.split(", ")
        query = {"text": _texts(order)[what], **self._filters(more, order)}
        return "GET", f"/orders?{urlencode(query)}", b""

    def _filters(self, names: Sequence[str], order: Any) -> dict[str, str]:
        """Values for filters; `after` is as deep in the list as the order is old."""
        query: dict[str, str] = {
            name: str(self._dice.choice(DRAWN[name])) for name in names if name in DRAWN
        }
        first = order["placed_at"].replace(microsecond=0)
        if "after" in names:
            query["after"] = f"{order['placed_at'].isoformat()}|{order['order_id']}"
        if "days" in names:
            last = first + timedelta(days=self._dice.choice((1, 7, 30)))
            query |= {"placed_from": first.isoformat(), "placed_to": last.isoformat()}
        return query

    def _page(self, _name: str, order: Any) -> Request:
        return "GET", f"/orders/{order['order_id']}", b""

    def _history(self, _name: str, order: Any) -> Request:
        return "GET", f"/orders/{order['order_id']}/history", b""

    def _one_view(self, _name: str, _order: Any) -> Request:
        return _count(self._dice.choice(VIEWS))

    def _all_views(self, _name: str, _order: Any) -> Request:
        return _count(*VIEWS)


def _texts(order: Any) -> dict[str, str]:
    """What somebody types to find an order."""
    number, name, code = str(order["number"]), order["customer_name"], order["channel_order_id"]
    return {
        "number": number, "start of number": number[:4], "external id": code,
        "start of external id": code[:5], "e-mail": order["email"],
        "e-mail's domain": order["email"].partition("@")[2], "phone": order["phone"],
        "name": name, "last name": name.split()[-1], "start of name": name[:3],
        "one letter": name[0], "one digit": number[0], "postcode": order["postcode"],
        "SKU": order["sku"], "tracking number": order["tracking"] or number,
        "name and postcode": f"{name} {order['postcode']}", "nothing has it": f"qqq{number}",
    }  # fmt: skip


def _count(*views: Mapping[str, Any]) -> Request:
    return "POST", "/orders/counts", json.dumps({"views": views}).encode()
