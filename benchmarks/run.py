"""How many orders per second, how long does each take, and what does it cost? `make bench`.

python -m benchmarks.run [--quick] [--orders N] [--concurrency N …] [--keep FILE]

Prints one JSON object on standard output, its progress on standard error. What is measured: from
the request that places an order to the commit that opens its picking in the warehouse – stock
reserved, card authorized, order confirmed, routed, stock committed, picking opened.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import cost, goods
from benchmarks.facts import Facts
from benchmarks.figures import cpu_per_order, percentiles, stage_means
from benchmarks.life import Life
from local import database
from local.client import Client
from local.processes import ROOT
from local.supervisor import System

WARM_UP = 400
DONE_WITHIN = 120
IDLE_SECONDS = 5
QUICK = {64: 2000}
WHOLE = {1: 300, 16: 2000, 64: 4000}
PACE = 0.5
ALONE, ALONE_A_SECOND = 100, 4.0
LIVES = 200
LOOPS = 2_000_000


def say(text: str) -> None:
    """Show a line of progress."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


class Bench:
    """A running system under measurement."""

    def __init__(self, system: System, since: str = "") -> None:
        self._system, self._facts = system, Facts(system, since)
        pids = {n: pid for n, pid in system.pids().items() if n != "mail sink"}
        servers: tuple[Any, ...] = (system.broker, system.database)
        self._roots = {**pids, "broker": servers[0].pid, "postgres": servers[1].pid}
        self._placed: dict[str, float] = {}
        self._errors: list[str] = []

    def settings(self) -> dict[str, Any]:
        """Tell how durable everything is."""
        return self._facts.settings()

    def warm_up(self) -> None:
        """Let every process have done its work some hundred times."""
        say(f"warming up with {WARM_UP} orders …")
        self._load(16, WARM_UP, 0.0)
        self._wait_until_done()

    def idle(self) -> dict[str, Any]:
        """Tell what the system uses while nothing is to be done."""
        before, busy = cost.cpu(self._roots), cost.machine_busy()
        time.sleep(IDLE_SECONDS)
        used = sum(_whole(cost.cpu(self._roots)).values()) - sum(_whole(before).values())
        others = cost.machine_busy() - busy - used
        return {
            "cpu_percent_of_a_core": round(100 * used / IDLE_SECONDS, 1),
            "others_cpu_percent_of_a_core": round(100 * max(0.0, others) / IDLE_SECONDS, 1),
        }

    def measure(self, concurrency: int, orders: int, rate: float) -> dict[str, Any]:
        """Place orders, wait until the last one is open for picking, and tell what it took."""
        how = f"{rate:.0f} orders/s" if rate else f"concurrency {concurrency}"
        say(f"{orders} orders at {how} …")
        before, busy, began = cost.cpu(self._roots), cost.machine_busy(), time.time()
        load = self._load(concurrency, orders, rate)
        self._wait_until_done()
        ended, after = time.time(), cost.cpu(self._roots)
        worked = cost.machine_busy() - busy
        sent = {order_id: at for order_id, at, _ in load["sent"]}
        opened = {o: at for o, at in self._facts.opened_at().items() if o in sent}
        first, last = min(sent.values()), max(opened.values())
        answered = max(at for _, _, at in load["sent"])
        used = cpu_per_order(before, after, len(sent))
        ours = used["total"] * len(sent) / 1000 + load["cpu_seconds"]
        figures = {
            "concurrency": concurrency,
            "paced_at_per_second": rate or None,
            "orders": len(sent),
            "seconds": round(last - first, 2),
            "orders_per_second": round(len(sent) / (last - first), 1),
            "accepted_per_second": round(len(sent) / (answered - first), 1),
            "http_ms": percentiles([end - start for _, start, end in load["sent"]]),
            "whole_way_ms": percentiles([opened[o] - at for o, at in sent.items()]),
            "mean_ms_until": stage_means(sent, self._facts.history(), opened),
            "cpu_ms_per_order": used,
            "load_generator_cpu_ms_per_order": round(1000 * load["cpu_seconds"] / len(sent), 2),
            "others_cpu_percent_of_a_core": round(100 * max(0.0, worked - ours) / (ended - began)),
        }
        say(
            f"  {figures['orders_per_second']} orders/s, {used['total']} ms CPU per order,"
            f" HTTP p50 {figures['http_ms']['p50']} ms,"
            f" whole way p50 {figures['whole_way_ms']['p50']} ms"
        )
        return figures

    def life(self, say: Callable[[str], None]) -> dict[str, Any]:
        """Take some of the orders to the customer and back; tell what each stage took."""
        say(f"{LIVES} orders to the doorstep and back …")
        api = Client(self._system.gateway_url, self._system.api_key)
        return Life(api, self._facts, self._roots, say).measure(list(self._placed)[-LIVES:])

    def memory(self) -> dict[str, float]:
        """Tell the memory of each process in MiB."""
        return cost.memory(self._roots)

    def check(self) -> dict[str, Any]:
        """Tell whether all orders that were accepted are where they should be."""
        api = Client(self._system.gateway_url, self._system.api_key)
        return self._facts.check(self._placed, self._errors, api)

    def _load(self, concurrency: int, orders: int, rate: float) -> dict[str, Any]:
        numbers = (self._system.port, concurrency, orders, len(self._placed), rate)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "benchmarks.load", *map(str, numbers)],
            cwd=ROOT, env={**os.environ, "API_KEY": self._system.api_key},
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        load: dict[str, Any] = json.loads(done.stdout)
        if not load["sent"]:
            raise RuntimeError(f"No order was accepted: {load['errors'][:3]}")
        self._placed |= {order_id: sent_at for order_id, sent_at, _ in load["sent"]}
        self._errors += load["errors"]
        return load

    def _wait_until_done(self) -> None:
        until = time.monotonic() + DONE_WITHIN
        while self._facts.opened() < len(self._placed) or any(self._facts.left_over().values()):
            if time.monotonic() > until:
                say(f"after {DONE_WITHIN} s still not done: {self._facts.left_over()}")
                return
            time.sleep(0.25)


def main(arguments: list[str]) -> int:
    """Measure, print the result, return 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure orders per second.")
    parser.add_argument("--quick", action="store_true", help="only concurrency 64, two minutes")
    parser.add_argument("--orders", type=int, default=0, help="so many orders in each measurement")
    parser.add_argument("--concurrency", type=int, nargs="+", default=[], help="only these")
    parser.add_argument("--keep", type=Path, help="write the result into this file as well")
    wish = parser.parse_args(arguments)
    if os.environ.pop("DATABASE_URL", None):
        say("DATABASE_URL is not used: the benchmark starts a PostgreSQL of its own")
    # tells when each order was committed, to the microsecond
    database.SETTINGS["track_commit_timestamp"] = "on"
    plan = QUICK if wish.quick else WHOLE
    chosen = wish.concurrency or list(plan)
    plan = {c: wish.orders or plan.get(c, WHOLE[64]) for c in chosen}
    (ROOT / ".oms").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / ".oms"))
    about = machine()
    try:
        with System(state, say, own_broker=True) as system:
            at_rest = Bench(system).memory()
            goods.stock_up(system.gateway_url, system.api_key, say)
            bench = Bench(system)
            settings = bench.settings()
            bench.warm_up()
            idle = bench.idle()
            # one is over before the next comes; at concurrency 1 it is only accepted
            measured = [] if wish.quick else [bench.measure(1, ALONE, ALONE_A_SECOND)]
            measured += [bench.measure(number, orders, 0.0) for number, orders in plan.items()]
            memory, checks, life, start = bench.memory(), bench.check(), None, None
            if not (wish.quick or wish.concurrency):
                best = max(one["orders_per_second"] for one in measured)
                measured.append(bench.measure(32, round(best * PACE) * 30, round(best * PACE)))
                memory, checks = bench.memory(), bench.check()
                life = bench.life(say)
        if life:
            start = _start_again(state)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    limit = _limit(max(plan))
    for one in measured:
        if one["concurrency"] == limit["at_once"]:
            whole = one["cpu_ms_per_order"]["total"]
            one["times_the_limit"] = round(whole / limit["cpu_ms_per_order"]["total"], 2)
    result = {
        "measured": "from the request to the commit that opens the picking in the warehouse",
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(),
        "machine": about, "settings": settings, "workload": _workload(),
        "idle": idle, "measurements": measured, "limit": limit, "whole_life": life,
        "second_start_seconds": start, "memory_mib_at_rest": at_rest, "memory_mib": memory,
        "checks": checks,
    }  # fmt: skip
    text = json.dumps(result, indent=2)
    print(text)
    if wish.keep:
        wish.keep.write_text(text + "\n")
    say("nothing was lost" if checks["nothing_lost"] else f"SOMETHING IS WRONG: {checks}")
    return 0 if checks["nothing_lost"] else 1


def _start_again(state: Path) -> float:
    """Seconds of a second start, as after Ctrl-C: with databases, tables and goods in place."""
    began = time.monotonic()
    with System(state, say, own_broker=True):
        return round(time.monotonic() - began, 1)


def _limit(at_once: int) -> dict[str, Any]:
    say("the same SQL by one plain process …")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.limit", "--at-once", str(at_once)],
        cwd=ROOT, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    limit: dict[str, Any] = json.loads(done.stdout)
    say(f"  {limit['cpu_ms_per_order']['total']} ms CPU per order")
    return limit


def _whole(used: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in used.items() if not name.startswith("postgres ")}


def _workload() -> dict[str, Any]:
    return {
        "skus": goods.SKUS, "lines": f"1–{goods.MOST_LINES}", "pieces": f"1–{goods.MOST_PIECES}",
        "warehouses": 2, "payment": "card, by the sandbox provider", "warm_up_orders": WARM_UP,
        "idempotency_key": True, "replicas_of_each_service": 1,
    }  # fmt: skip


def machine() -> dict[str, Any]:
    """Tell what all this runs on."""
    info = Path("/proc/cpuinfo").read_text()
    names = [x.partition(": ")[2] for x in info.splitlines() if x.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(), "processor": names[0] if names else platform.machine(),
        "memory_gib": round(memory / 2**30, 1), "python": platform.python_version(),
        "load_before": os.getloadavg()[0], "ms_for_two_million_additions": speed(),
    }  # fmt: skip


def speed() -> int:
    """How fast this machine is just now: milliseconds for a fixed piece of plain Python."""
    began = time.process_time()
    total = 0
    for number in range(LOOPS):
        total += number
    return round(1000 * (time.process_time() - began))


def commit() -> str:
    """Tell which version of the code is measured."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return asked.stdout.strip()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RuntimeError, TimeoutError, subprocess.CalledProcessError) as error:
        sys.exit(f"The benchmark could not be run: {error}")
