"""What does an order cost when each service runs several times? CPU per order, against one of each.

python -m benchmarks.scale_out [--replicas 1,2,4] [--orders N] [--rounds N] [--keep FILE]

For each number a whole system is started with so many processes of each service and of the relay,
on the same queues and databases. Prints one JSON object on standard output, with the mean batch of
each service beside its cost: what is handled together is what makes an order cheap.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks import goods
from benchmarks.facts import Facts
from benchmarks.run import Bench, say
from contracts import SERVICES
from local import database
from local.processes import ROOT
from local.supervisor import System

NUMBERED = re.compile(r"-\d+$")
BATCHES = re.compile(r"^oms_batch_size_(sum|count)\{.*\} (\S+)$", re.MULTILINE)
DEADLOCKS = "select sum(deadlocks) from pg_stat_database"


def by_service(used: Mapping[str, Any]) -> dict[str, float]:
    """Add up the replicas of each service."""
    sums: dict[str, float] = defaultdict(float)
    for name, value in used.items():
        if isinstance(value, float | int):
            sums[NUMBERED.sub("", name)] += value
    return {name: round(value, 2) for name, value in sums.items()}


def compare(costs: Mapping[int, list[float]]) -> dict[str, float]:
    """How much more an order costs than with the fewest replicas, in percent."""
    fewest = mean(costs[min(costs)])
    return {str(n): round(100 * (mean(several) / fewest - 1), 1) for n, several in costs.items()}


def batches(system: System) -> dict[str, tuple[float, float]]:
    """Messages and batches so far, of all replicas of each service."""
    found = {}
    for service in SERVICES:
        sums = {"sum": 0.0, "count": 0.0}
        for name in system.replicas(service):
            url = f"http://127.0.0.1:{system.health_port(name)}/metrics"
            with urllib.request.urlopen(url, timeout=10) as answer:
                for what, value in BATCHES.findall(answer.read().decode()):
                    sums[what] += float(value)
        found[service] = (sums["sum"], sums["count"])
    return found


def measure(replicas: int, orders: int, concurrency: int) -> dict[str, Any]:
    """Start a system with so many replicas, place orders, tell what each cost."""
    state = Path(tempfile.mkdtemp(prefix="scale-out-", dir=ROOT / ".oms"))
    try:
        with System(state, say, own_broker=True, replicas=replicas) as system:
            goods.stock_up(system.gateway_url, system.api_key, say)
            bench = Bench(system)
            bench.warm_up()
            idle, before = bench.idle(), batches(system)
            figures = bench.measure(concurrency, orders, 0.0)
            handled = {
                service: (messages - before[service][0], max(1.0, count - before[service][1]))
                for service, (messages, count) in batches(system).items()
            }
            deadlocks = int(Facts(system).rows("orders", DEADLOCKS)[0][0])
            return {
                "replicas": replicas,
                "idle": idle,
                **{n: figures[n] for n in ("orders", "orders_per_second", "whole_way_ms",
                                           "others_cpu_percent_of_a_core")},
                "cpu_ms_per_order": by_service(figures["cpu_ms_per_order"]),
                "messages_in_a_batch": {s: round(m / n, 1) for s, (m, n) in handled.items()},
                "batches_per_order": {
                    s: round(n / figures["orders"], 2) for s, (_, n) in handled.items()
                },
                "deadlocks": deadlocks,
                "memory_mib": round(sum(bench.memory().values())),
                "checks": bench.check(),
            }  # fmt: skip
    finally:
        shutil.rmtree(state, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Measure each number of replicas; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="CPU per order with several replicas.")
    parser.add_argument("--replicas", default="1,2,4", help="how many of each service, in turn")
    parser.add_argument("--orders", type=int, default=3000, help="in each measurement")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=1, help="measure all so many times")
    parser.add_argument("--keep", type=Path, help="write the result into this file as well")
    wish = parser.parse_args(arguments)
    database.SETTINGS["track_commit_timestamp"] = "on"  # when each order was committed
    (ROOT / ".oms").mkdir(exist_ok=True)
    numbers = [int(text) for text in wish.replicas.split(",")]
    measured, costs = [], defaultdict(list)
    for _ in range(wish.rounds):
        for replicas in numbers:
            say(f"{replicas} of each service …")
            one = measure(replicas, wish.orders, wish.concurrency)
            measured.append(one)
            costs[replicas].append(one["cpu_ms_per_order"]["total"])
            say(f"  {one['cpu_ms_per_order']['total']} ms, batches {one['messages_in_a_batch']}")
    lost = [one for one in measured if not one["checks"]["nothing_lost"]]
    result = {
        "measured": "CPU from the request to the commit that opens the picking, all processes",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "concurrency": wish.concurrency,
        "more_than_one_replica_percent": compare(costs),
        "measurements": measured,
    }
    text = json.dumps(result, indent=2)
    print(text)
    if wish.keep:
        wish.keep.write_text(text + "\n")
    say("SOMETHING IS WRONG: see checks" if lost else "nothing was lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
