"""What does an order cost over its whole life? CPU stage by stage, to the doorstep and back.

People's requests are counted with what follows from them, until every message is handled and every
call made; each person looks at the order's page once for a stage, as people do.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks import cost
from benchmarks.facts import Facts
from benchmarks.figures import cpu_per_order
from contracts import SERVICES
from local.client import Client
from local.journey import Staff

PEOPLE = 8
QUIET_WITHIN = 120
LEFT = (
    "select (select count(*) from outbox) + (select count(*) from deferred)"
    " + (select count(*) from outside_calls where state = 'pending'"
    " and due_at < now() + interval '1 hour')"
)
Say = Callable[[str], None]


class Life:
    """Takes orders that are open for picking to the customer, and one piece of each back."""

    def __init__(self, api: Client, facts: Facts, roots: dict[str, int], say: Say) -> None:
        self._api, self._staff, self._facts = api, Staff(api), facts
        self._roots, self._say = roots, say
        self._returns: dict[str, str] = {}

    def measure(self, orders: Sequence[str]) -> dict[str, Any]:
        """Take them through all stages; tell CPU milliseconds per order of each."""
        stages: dict[str, Any] = {}
        for name, act in (
            ("picked, packed, labeled", self._pick_and_pack),
            ("shipped, captured", self._hand_over),
            ("delivered", self._deliver),
            ("return asked for", self._ask_back),
            ("returned, restocked, refunded", self._take_back),
        ):
            before, began = cost.cpu(self._roots), time.time()
            with ThreadPoolExecutor(PEOPLE) as people:
                list(people.map(act, orders))
            self._wait_until_quiet()
            seconds = time.time() - began
            used = cpu_per_order(before, cost.cpu(self._roots), len(orders))
            stages[name] = {
                "orders_per_second": round(len(orders) / seconds, 1), "cpu_ms_per_order": used,
            }  # fmt: skip
            self._say(f"  {name}: {used['total']} ms CPU per order")
        return {"orders": len(orders), "stages": stages, "finished": self._finished(orders)}

    def _page(self, order_id: str) -> Any:
        return self._api.get(f"/orders/{order_id}")

    def _pick_and_pack(self, order_id: str) -> None:
        for fulfillment in self._page(order_id)["fulfillments"]:
            if fulfillment["status"] == "open":
                self._staff.pack(self._staff.pick(fulfillment))

    def _hand_over(self, order_id: str) -> None:
        for shipment in self._page(order_id)["shipments"]:
            self._api.post(f"/shipments/{shipment['shipment_id']}/handover")

    def _deliver(self, order_id: str) -> None:
        for shipment in self._page(order_id)["shipments"]:
            for parcel in shipment["parcels"]:
                for status in ("in_transit", "out_for_delivery", "delivered"):
                    self._staff.track(parcel["tracking_number"], status)

    def _ask_back(self, order_id: str) -> None:
        line = self._page(order_id)["order"]["lines"][0]["line_id"]
        wanted = {"lines": [{"line_id": line, "quantity": 1, "reason": "unwanted"}]}
        opened = self._api.post(f"/orders/{order_id}/returns", wanted)
        self._returns[order_id] = opened["return_id"]

    def _take_back(self, order_id: str) -> None:
        where = f"/returns/{self._returns[order_id]}"
        line = self._api.get(where)["lines"][0]["line_id"]
        arrived = {"line_id": line, "quantity": 1}
        receipt = {"receipt_id": order_id, "warehouse_id": "berlin", "lines": [arrived]}
        self._api.post(f"{where}/receipts", receipt)
        found = {**arrived, "grade": "A", "disposition": "restock"}
        self._api.post(f"{where}/inspection", {"lines": [found]})

    def _wait_until_quiet(self) -> None:
        until = time.monotonic() + QUIET_WITHIN
        while any(self._facts.count(service, LEFT) for service in SERVICES):
            if time.monotonic() > until:
                raise RuntimeError(f"after {QUIET_WITHIN} s there is still something to do")
            time.sleep(0.3)

    def _finished(self, orders: Sequence[str]) -> int:
        """Count those whose return is completed and refunded, by their histories."""
        done = {"delivered", "restocked", "refunded", "return completed"}
        told = self._facts.rows(
            "orders",
            "select order_id, array_agg(distinct action) from order_history group by order_id",
        )
        histories = {row[0]: set(row[1]) for row in told}
        return sum(done <= histories.get(order_id, set()) for order_id in orders)
