"""What does a scenario have in its hands? The running system, people who work in it, its books."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from local.client import Client, Refusal
from local.journey import Staff, order_body
from local.supervisor import System

PATIENCE_SECONDS = 120
PATIENT_TRIES = 50  # about two minutes
_numbers = itertools.count(1)


class World:
    """One running system as the scenarios see it; SKUs and orders are made anew for each."""

    def __init__(self, system: System, seed: int, say: Callable[[str], None]) -> None:
        self.system, self.say = system, say
        self.random = random.Random(seed)
        self.faults: Counter[str] = Counter()
        self.clock_skew = 0.0
        self.parks: set[tuple[str, str]] = set()
        self.parked_before: set[str] = set()
        self.api = Client(system.gateway_url, system.api_key, tries=PATIENT_TRIES)
        self.staff = Staff(self.api, patience=PATIENCE_SECONDS)
        self.till = "till"
        self.api.put(f"/channels/{self.till}", {"kind": "csv", "name": "The till"})

    def begin(self, title: str, seed: int) -> None:
        """Start a scenario: what it draws depends on the seed and on nothing that ran before."""
        self.random = random.Random(f"{seed} {title}")
        self.faults, self.parks = Counter(), set()

    def happened(self, fault: str, times: int = 1) -> None:
        """Count a fault that has really happened: happened("kill -9")."""
        self.faults[fault] += times

    def expects_parked(self, service: str, name: str = "") -> None:
        """Say that this scenario makes a service park messages (of a name, or any)."""
        self.parks.add((service, name))

    def expects_skew(self, seconds: float) -> None:
        """Say that a process lives so many seconds beside the others: histories keep showing it."""
        self.clock_skew = max(self.clock_skew, abs(seconds))

    def orders_accepted(self) -> int:
        """Count the orders that were ever accepted."""
        return int(self.rows("orders", "select count(*) from orders")[0][0])

    def new_sku(self, **stock: int) -> str:
        """Make a SKU with so much stock at each warehouse: new_sku(berlin=1, lyon=2)."""
        sku = f"F{time.time_ns()}-{next(_numbers)}"
        size = {"length_mm": 100, "width_mm": 80, "height_mm": 40}
        self.api.put(
            f"/skus/{sku}",
            {"name": f"thing {sku}", "dimensions": size, "weight_g": 200, "barcodes": [f"B{sku}"]},
        )
        for number, (warehouse, pieces) in enumerate(stock.items()):
            where = {"zone": "T", "sequence": 900 + number, "sku": sku}
            self.api.put(f"/warehouses/{warehouse}/bins/{sku}", where)
            if pieces:
                receipt = {"warehouse_id": warehouse, "quantity": pieces}
                self.api.post(f"/skus/{sku}/receipts", receipt)
        return sku

    def rows(self, service: str, query: str, **values: object) -> list[Any]:
        """Look into a service's database: rows("payments", "select …", order="ord_…")."""
        engine = sa.create_engine(self.system.database_url(service), poolclass=sa.NullPool)
        with engine.begin() as connection:
            done = connection.execute(sa.text(query), values)
            return list(done) if done.returns_rows else []

    def place(self, sku: str, key: str, within: float = 90, **more: Any) -> str:
        """Place an order of one piece as a patient client does: again, with its key, until heard.

        Returns the order's id.
        """
        end = time.monotonic() + within
        while True:
            try:
                answer = self.api.post("/orders", order_body([(sku, 1, 500)], **more), key=key)
            except Refusal as refusal:
                if time.monotonic() > end or refusal.status not in {409, 500, 503}:
                    raise
            else:
                return str(answer["order_id"])

    @contextmanager
    def orders_under_way(self, sku: str, count: int = 24) -> Iterator[list[str]]:
        """Place orders while the body happens; then all must be allocated. Yields their ids."""
        placed: list[str] = []
        with ThreadPoolExecutor(3) as several:
            placing = [several.submit(self.place, sku, f"{sku}-{n}") for n in range(count)]
            placing[3].result(timeout=PATIENCE_SECONDS)
            yield placed
            placed.extend(one.result(timeout=PATIENCE_SECONDS) for one in placing)
        for order_id in placed:
            self.staff.allocated(order_id, within=90)
