"""How fast are many orders taken in from a file or a shop, and what do live orders feel of it?

python -m benchmarks.imports [--orders N] [--by csv|pull] [--kill NAME] [--keep FILE]

Prints one JSON object on standard output, its progress on standard error. In the middle one process
is killed by `kill -9`, and at the end every order must be there exactly once. All the while a live
order is placed by the API every two seconds, as it is before the import begins.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from benchmarks import cost, goods
from benchmarks.facts import Facts
from benchmarks.figures import cpu_per_order, percentiles
from benchmarks.run import commit, machine, say
from benchmarks.sources import ManyOrders, as_file
from local import database
from local.client import Client
from local.journey import order_body
from local.processes import ROOT
from local.supervisor import System

CHANNEL = "import"
LOOK_SECONDS, LIVE_SECONDS, ALONE_SECONDS = 2.0, 2.0, 20
IDLE_LIMIT_SECONDS = 600
WATCHED = ("channels", "orders", "gateway")
MANY, WARM = 10_000, 0.1


class Import:
    """A running system that takes many orders in."""

    def __init__(self, system: System, count: int, kill: str) -> None:
        self._system, self._count, self._kill = system, count, kill
        self.facts = Facts(system)
        self.api = Client(system.gateway_url, system.api_key)
        self.live: dict[str, float] = {}
        self.errors: list[str] = []
        self._over = threading.Event()
        self._samples: list[tuple[float, int, dict[str, float]]] = []
        self._spent: dict[str, float] = {}

    def by_file(self) -> str:
        """Bring a file; returns the import's id."""
        self.api.put(f"/channels/{CHANNEL}", {"kind": "csv", "name": "A marketplace's files"})
        began = time.monotonic()
        answer = requests.post(
            f"{self._system.gateway_url}/channels/{CHANNEL}/imports",
            data=as_file("B-", self._count), timeout=600,
            headers={
                "Authorization": f"Bearer {self._system.api_key}", "Content-Type": "text/csv",
                "Idempotency-Key": uuid.uuid4().hex,
            },
        )  # fmt: skip
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        say(f"the file is here ({told['bytes']:,} bytes in {time.monotonic() - began:.1f} s)")
        return str(told["import_id"])

    def by_pull(self, shop: ManyOrders) -> None:
        """Let the shop be asked for all its orders."""
        connection = {
            "kind": "shopify", "name": "A shop", "base_url": shop.url, "access_token": "token",
            "webhook_secret": "secret", "pull_from": "2026-01-01T00:00:00Z",
            "settings": [{"name": "requests_a_second", "value": "20"}],
        }  # fmt: skip
        self.api.put(f"/channels/{CHANNEL}", connection)

    def measure(self, begin: Callable[[], Any]) -> dict[str, Any]:
        """Take all orders in; tell what it took, and what live orders felt of it."""
        buyer = threading.Thread(target=self._buy)
        buyer.start()
        time.sleep(ALONE_SECONDS)
        began, before = time.time(), self._used()
        handle = begin()
        try:
            self._watch(before)
        finally:
            self._over.set()
            buyer.join()
        self._until_quiet()
        ended = time.time()
        self._spend(self._last, self._used())
        return self._figures(began, ended, handle)

    def _watch(self, before: dict[str, float]) -> None:
        """Look on until all orders are accepted; kill a process when half of them are."""
        self._last, killed = before, not self._kill
        accepted, moved_at = 0, time.monotonic()
        while accepted < self._count:
            time.sleep(LOOK_SECONDS)
            found = self._accepted()
            if found != accepted:
                accepted, moved_at = found, time.monotonic()
            if time.monotonic() - moved_at > IDLE_LIMIT_SECONDS:
                raise RuntimeError(f"Nothing has come for minutes; {accepted} orders are here.")
            pids = {name: self._system.pids()[name] for name in WATCHED}
            self._samples.append((time.time(), accepted, cost.memory(pids)))
            if not killed and accepted >= self._count // 2:
                killed = True
                self._kill_one(accepted)

    def _kill_one(self, accepted: int) -> None:
        say(f"kill -9 of {self._kill} after {accepted} orders")
        self._spend(self._last, self._used())
        self._system.kill(self._kill)
        self._system.revive(self._kill)
        self._last = self._used()

    def _accepted(self) -> int:
        return self.facts.count(
            "orders",
            f"select count(*) from orders where channel = '{CHANNEL}'",  # noqa: S608
        )

    def _until_quiet(self) -> None:
        until = time.monotonic() + IDLE_LIMIT_SECONDS
        whole = self._count + len(self.live)
        while self.facts.opened() < whole or any(self.facts.left_over().values()):
            if time.monotonic() > until:
                say(f"not all has come to its end: {self.facts.left_over()}")
                return
            time.sleep(1)

    def _buy(self) -> None:
        """Place live orders, by a client of its own."""
        api = Client(self._system.gateway_url, self._system.api_key)
        while not self._over.wait(LIVE_SECONDS):
            at = time.time()
            try:
                placed = api.post("/orders", order_body([(goods.name_of(0), 1, 500)]))
                self.live[placed["order_id"]] = at
            except Exception as error:  # noqa: BLE001 - told in the result
                self.errors.append(f"{type(error).__name__}: {error}")

    def _used(self) -> dict[str, float]:
        pids = {n: pid for n, pid in self._system.pids().items() if n != "mail sink"}
        servers: tuple[Any, ...] = (self._system.broker, self._system.database)
        return cost.cpu({**pids, "broker": servers[0].pid, "postgres": servers[1].pid})

    def _spend(self, before: dict[str, float], after: dict[str, float]) -> None:
        for name, seconds in after.items():
            spent = self._spent.get(name, 0.0)
            self._spent[name] = spent + max(0.0, seconds - before.get(name, 0.0))

    def _figures(self, began: float, ended: float, handle: Any) -> dict[str, Any]:
        opened = self.facts.opened_at()
        query = (
            "select order_id, channel_order_id, extract(epoch from accepted_at)"  # noqa: S608
            f" from orders where channel = '{CHANNEL}'"
        )
        mine = {row[0]: (row[1], float(row[2])) for row in self.facts.rows("orders", query)}
        accepted_at = max(at for _, at in mine.values())
        allocated_at = max(opened.get(order_id, ended) for order_id in mine)
        ways = {o: opened[o] - at for o, at in self.live.items() if o in opened}
        alone = [way for o, way in ways.items() if self.live[o] < began - LIVE_SECONDS]
        beside = [way for o, way in ways.items() if began <= self.live[o] <= accepted_at]
        told = self.api.get(f"/imports/{handle}") if handle else None
        return {
            "orders": self._count,
            "seconds_to_accepted": round(accepted_at - began, 1),
            "seconds_to_allocated": round(allocated_at - began, 1),
            "accepted_per_second": round(self._count / (accepted_at - began), 1),
            "allocated_per_second": round(self._count / (allocated_at - began), 1),
            "cpu_ms_per_order": cpu_per_order({}, self._spent, self._count + len(beside)),
            "live_order_ms_to_allocated": {
                "before_the_import": percentiles(alone), "beside_it": percentiles(beside),
                "placed_beside_it": len(beside), "errors": self.errors[:5],
            },
            "memory": self._memory(),
            "killed": self._kill or None,
            "import": told,
            "checks": self._check(mine, opened),
        }  # fmt: skip

    def _check(self, mine: dict[str, tuple[str, float]], opened: dict[str, float]) -> Any:
        """Compare what was sent with what is here: each once, in every service."""
        names = [name for name, _ in mine.values()]
        count = "select count(*), count(distinct order_id) from payments"
        payments = [int(number) for number in self.facts.rows("payments", count)[0]]
        whole = self._count + len(self.live)
        found: dict[str, Any] = {
            "sent": self._count, "here": len(names), "different": len(set(names)),
            "open_for_picking": len(mine.keys() & opened.keys()),
            "payments_and_their_orders": payments, "left_over": self.facts.left_over(),
            "stock_differences": len(self.api.get("/stock-audit")["differences"]),
        }  # fmt: skip
        once = len(names) == len(set(names)) == self._count == found["open_for_picking"]
        fine = once and payments == [whole, whole] and not any(found["left_over"].values())
        return {"exactly_once": fine and not found["stock_differences"], **found}

    def _memory(self) -> dict[str, Any]:
        """Peak of each process, and by how much it grew while ten thousand orders came."""
        warm = [x for x in self._samples if x[1] >= self._count * WARM]
        half = self._count // 2
        parts = {
            "before": [x for x in warm if x[1] < half],
            "after": [x for x in warm if x[1] > half],
        }
        return {
            name: {
                "peak_mib": max((x[2][name] for x in self._samples), default=0.0),
                "mib_per_10000_orders": {
                    f"{when}_the_middle": _slope([(x[1], x[2][name]) for x in part])
                    for when, part in parts.items()
                },
            }
            for name in WATCHED
        }


def _slope(points: list[tuple[int, float]]) -> float | None:
    """Least squares, in MiB for each ten thousand orders."""
    if len(points) < 3:  # noqa: PLR2004 - two points are always a line
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return (
        round(MANY * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread, 2)
        if spread
        else None
    )


def main(arguments: list[str]) -> int:
    """Measure, print the result, return 1 if an order is missing or there twice."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--by", choices=("csv", "pull"), default="csv")
    parser.add_argument("--kill", default="channels", help="which process dies ('' for none)")
    parser.add_argument("--keep", type=Path, help="write the result into this file as well")
    wish = parser.parse_args(arguments)
    os.environ.pop("DATABASE_URL", None)
    database.SETTINGS["track_commit_timestamp"] = "on"
    (ROOT / ".oms").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="imports-", dir=ROOT / ".oms"))
    about = machine()
    try:
        with System(state, say, own_broker=True) as system, ManyOrders(wish.orders) as shop:
            goods.stock_up(system.gateway_url, system.api_key, say)
            run = Import(system, wish.orders, wish.kill)
            say(f"{wish.orders} orders by {wish.by} …")
            begin = run.by_file if wish.by == "csv" else lambda: run.by_pull(shop)
            figures = run.measure(begin)
            asked = {"pages": shop.asked, "too_fast": shop.too_fast}
    finally:
        shutil.rmtree(state, ignore_errors=True)
    result = {
        "measured": f"{wish.orders} orders by {wish.by}",
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(),
        "machine": about, **figures, "shop_was_asked": asked if wish.by == "pull" else None,
    }  # fmt: skip
    text = json.dumps(result, indent=2)
    print(text)
    if wish.keep:
        wish.keep.write_text(text + "\n")
    fine = result["checks"]["exactly_once"]
    say("every order is here exactly once" if fine else f"SOMETHING IS WRONG: {result['checks']}")
    return 0 if fine else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RuntimeError, TimeoutError, subprocess.CalledProcessError) as error:
        sys.exit(f"The benchmark could not be run: {error}")
