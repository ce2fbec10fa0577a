"""Is the system as fast with a million orders as with none?

python -m benchmarks.growth [--orders 1000000] [--days 365] [--load 4000] [--quick] [--keep FILE]

Starts a system, measures it empty, fills its databases (generate.py), measures it again: orders
per second, lists, searches, pages and counts by the API, bytes per order; and what placing orders
costs while all that is old is being forgotten. Prints one JSON object on standard output, its
progress on standard error. With a million orders it needs 40 GB of disk for a while.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import generate, goods
from benchmarks.asking import Asking
from benchmarks.facts import Facts
from benchmarks.patterns import Pattern
from benchmarks.run import Bench, commit, machine, say
from chassis.ids import first_of
from contracts import SERVICES
from local import database
from local.ports import wait_for
from local.processes import ROOT
from local.supervisor import System

CONCURRENCY, TIMES = 64, 400
PACE, PACED_SECONDS = 30.0, 120
SHORT = {"INBOX_KEPT": "3600", "CALLS_KEPT_DAYS": "1", "STEPS_KEPT_DAYS": "1"}
SHORT |= {"SCANS_KEPT_DAYS": "1", "HISTORY_KEPT_DAYS": "200", "LEDGER_KEPT_DAYS": "200"}
FORGOTTEN = (
    "inbox", "outside_calls", "saga_steps", "scans", "order_history", "stock_movements",
)  # fmt: skip
FEW_ORDERS = 50_000
NOT_CLOSED = (
    "select count(*) from skus k where exists (select from stock_movements m where m.sku = k.sku)"
    " and not exists (select from stock_closings c where c.sku = k.sku)"
)


class Growth:
    """One system on one PostgreSQL, before and after it has grown."""

    def __init__(self, state: Path, load: int) -> None:
        self._state, self._load = state, load

    def empty(self) -> tuple[dict[str, Any], list[Pattern]]:
        """Measure the empty system, and take an order to each fate."""
        with self._system() as system:
            goods.stock_up(system.gateway_url, system.api_key, say)
            measured = self._throughput(Bench(system))
            say("taking an order to each fate …")
            return measured, generate.make_patterns(system, say)

    def full(self, orders: int) -> dict[str, Any]:
        """Measure the full system: what is asked, how long it takes; and orders per second."""
        with self._system() as system:
            facts, since = Facts(system), f"ord_{first_of(datetime.now(UTC))}"
            # a system that has lived has closed its ledger all along; this one has it from a copy
            say("closing the ledger …")
            wait_for("the ledger", lambda: not facts.count("inventory", NOT_CLOSED), within=900)
            say("asking …")
            asked = Asking(system, facts, TIMES, orders).measure()
            for kind, figures in asked.items():
                say(f"  {kind}: p50 {figures['ms']['p50']} ms, p95 {figures['ms']['p95']} ms")
            bench = Bench(system, since)
            throughput = self._throughput(bench)
            return {"asked": asked, "throughput": throughput, "checks": bench.check()}

    def forgetting(self) -> dict[str, Any]:
        """Place orders while all that is older than a day is forgotten, which is nearly all."""
        with self._system() as system:
            bench = Bench(system, f"ord_{first_of(datetime.now(UTC))}")
            bench.warm_up()
            calm = bench.measure(16, round(PACE * PACED_SECONDS), PACE)
        with self._system(SHORT) as system:
            bench = Bench(system, f"ord_{first_of(datetime.now(UTC))}")
            bench.warm_up()
            before, began = _rows(system), time.monotonic()
            busy = bench.measure(16, round(PACE * PACED_SECONDS), PACE)
            seconds, after = time.monotonic() - began, _rows(system)
            checks = bench.check()
        return {
            "settings": SHORT, "paced_at_per_second": PACE, "seconds": round(seconds),
            "rows_forgotten": {name: before[name] - after[name] for name in before},
            "http_ms_calm": calm["http_ms"], "http_ms_meanwhile": busy["http_ms"],
            "whole_way_ms_calm": calm["whole_way_ms"],
            "whole_way_ms_meanwhile": busy["whole_way_ms"], "checks": checks,
        }  # fmt: skip

    def _throughput(self, bench: Bench) -> dict[str, Any]:
        bench.warm_up()
        figures = bench.measure(CONCURRENCY, self._load, 0.0)
        return {**figures, "memory_mib": bench.memory()}

    @contextmanager
    def _system(self, extra: dict[str, str] | None = None) -> Iterator[System]:
        with System(self._state, say, own_broker=True, extra=extra) as system:
            yield system


def _rows(system: System) -> dict[str, int]:
    """How many rows the tables have of which something is forgotten, over all services."""
    facts = Facts(system)
    there = "select count(*) from pg_class where relname = '{}' and relkind = 'r'"
    return {
        name: sum(
            facts.count(service, f"select count(*) from {name}")  # noqa: S608
            for service in SERVICES
            if facts.count(service, there.format(name))
        )
        for name in FORGOTTEN
    }


def main(arguments: list[str]) -> int:
    """Measure, print the result, return 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--orders", type=int, default=1_000_000, help="orders that there shall be")
    parser.add_argument("--days", type=int, default=365, help="over how many days")
    parser.add_argument("--load", type=int, default=4000, help="orders placed in a measurement")
    parser.add_argument("--quick", action="store_true", help=f"{FEW_ORDERS} orders, load 1000")
    parser.add_argument("--keep", type=Path, help="write the result into this file as well")
    wish = parser.parse_args(arguments)
    if wish.quick:
        wish.orders, wish.load = FEW_ORDERS, 1000
    if os.environ.pop("DATABASE_URL", None):
        say("DATABASE_URL is not used: the benchmark starts a PostgreSQL of its own")
    database.SETTINGS["track_commit_timestamp"] = "on"
    (ROOT / ".oms").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="growth-", dir=ROOT / ".oms"))
    about, growth = machine(), Growth(state, wish.load)
    try:
        empty, patterns = growth.empty()
        say(f"filling the databases with {wish.orders} orders …")
        filled = generate.fill(state / "postgres", patterns, wish.orders, wish.days, say)
        full = growth.full(wish.orders)
        forgetting = growth.forgetting()
    finally:
        shutil.rmtree(state, ignore_errors=True)
    ratio = full["throughput"]["orders_per_second"] / empty["orders_per_second"]
    costs = [m["cpu_ms_per_order"]["total"] for m in (empty, full["throughput"])]
    result = {
        "measured": "a system with many orders, against the same one without",
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(),
        "machine": about, "throughput_ratio": round(ratio, 3),
        "cpu_ratio": round(costs[1] / costs[0], 3),
        "filled": filled, "empty": empty, **full, "forgetting": forgetting,
    }  # fmt: skip
    text = json.dumps(result, indent=2)
    print(text)
    if wish.keep:
        wish.keep.write_text(text + "\n")
    say(f"{100 * ratio:.0f} % of the orders per second of the empty system")
    good = full["checks"]["nothing_lost"] and forgetting["checks"]["nothing_lost"]
    say("nothing was lost" if good else f"SOMETHING IS WRONG: {full['checks']}")
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RuntimeError, TimeoutError) as error:
        sys.exit(f"The benchmark could not be run: {error}")
