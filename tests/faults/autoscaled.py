"""Does the number of processes follow the load, by the cluster's own rules, and is nothing lost?

An autoscaler of our own looks every 15 seconds, as the HPA does: at the broker's queues and at each
service's CPU, against the thresholds, limits and policies that deploy/k8s renders. It starts and
stops real processes. Batches are small here, so that two cores can bring a process to its limit.
"""

import asyncio
import json
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import cost
from chassis.testing import eventually
from chassis.topology import Names
from contracts import SERVICES
from deploy.checks.render import NotRendered, render
from deploy.simulation.autoscaler import SYNC_SECONDS, Scaler, scalers_of
from local.journey import order_body
from local.supervisor import System
from tests.faults import checker
from tests.faults.crowd import Crowd
from tests.faults.sale_books import expect
from tests.faults.scenario import NotPossible, scenario
from tests.faults.world import World

ORDERS, AT_ONCE, PATIENCE_SECONDS = 6000, 120, 900.0
CALM_SECONDS = 900.0


def small_batches(state: Path) -> System:
    """Make a system with two processes of each service, the floor of the rules."""
    return System(
        state, lambda _said: None, own_broker=True, drill=True, replicas=2,
        extra={"BATCH": "2", "CALL_LEASE": "60"},
    )  # fmt: skip


class Autoscaler:
    """Starts and stops processes of the services by the rendered rules."""

    def __init__(self, world: World) -> None:
        try:
            rules = scalers_of(render("production"))
        except NotRendered as error:
            raise NotPossible(str(error)) from error
        self._world, self._system = world, world.system
        self._node: Any = world.system.broker  # a private node, which can be asked
        self._error: Exception | None = None
        self._scalers = {name: rules[f"{name}-service"] for name in SERVICES}
        self._cpu: dict[str, float] = {}
        self.most: Counter[str] = Counter()
        self.changes = 0

    @contextmanager
    def at_work(self) -> Iterator["Autoscaler"]:
        """Decide every 15 seconds while the body happens."""
        over = threading.Event()
        thread = threading.Thread(target=self._run, args=(over,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()
        if self._error:
            raise self._error

    def running(self) -> dict[str, int]:
        """Tell how many processes of each service there are."""
        return {name: len(self._system.replicas(name)) for name in SERVICES}

    def at_the_floor(self) -> bool:
        """Tell whether there are no more processes than there must be; raises what broke."""
        if self._error:
            raise self._error
        return all(self.running()[name] == one.floor for name, one in self._scalers.items())

    def _run(self, over: threading.Event) -> None:
        began = time.monotonic()
        try:
            while not over.wait(SYNC_SECONDS):
                try:
                    depth, used = self._depth(), self._used()
                except subprocess.TimeoutExpired:
                    continue  # as the HPA does: what cannot be measured changes nothing
                for name, scaler in self._scalers.items():
                    self._follow(name, scaler, time.monotonic() - began, depth, used[name])
        except Exception as error:  # noqa: BLE001 - raised where the scenario runs
            self._error = error

    def _follow(
        self, name: str, scaler: Scaler, now: float, depth: dict[str, float], cores: float
    ) -> None:
        before = scaler.wanted
        scaler.decide(now, depth, cores)
        if scaler.wanted == before:
            return
        queue = depth[f"oms.{name}"]
        self._world.say(
            f"  {name}: {before} → {scaler.wanted} ({queue:.0f} wait, {cores:.2f} cores)"
        )
        self._system.scale(name, scaler.wanted)
        self.changes += 1
        self.most[name] = max(self.most[name], scaler.wanted)

    def _depth(self) -> dict[str, float]:
        """Messages of each queue, ready or in hand, as the broker's HTTP interface counts them."""
        names, told = Names(""), {}
        for line in self._node.ctl(
            "list_queues", "--no-table-headers", "name", "messages"
        ).splitlines():
            queue, _, number = line.partition("\t")
            told[queue] = float(number)
        queues = {f"oms.{name}": told[names.queue(name)] for name in SERVICES}
        return queues | {f"rpc-{name}": told[names.rpc_queue(name)] for name in SERVICES}

    def _used(self) -> dict[str, float]:
        """Cores that each service has used since the last look, all its processes together."""
        pids = {one: pid for one, pid in self._system.pids().items() if pid}
        now, used = cost.cpu(pids), {}
        for name in SERVICES:
            mine = self._system.replicas(name)
            used[name] = sum(now.get(one, 0.0) - self._cpu.get(one, 0.0) for one in mine)
        self._cpu = now
        return {name: seconds / SYNC_SECONDS for name, seconds in used.items()}


@scenario("scale_out", seconds=600, system=small_batches, sample=False)
def follows_the_load(world: World) -> None:
    """Six thousand orders come as fast as they are taken; processes come for them, and go again."""
    sku = world.new_sku(berlin=10 * ORDERS)
    eventually(lambda: world.rows("orders", "select 1 from skus where sku = :s", s=sku), within=60)
    with Autoscaler(world).at_work() as scaler:
        began = time.monotonic()
        taken = asyncio.run(_rush(world, sku))
        world.say(f"  {taken} orders taken in {time.monotonic() - began:.0f} s")
        most = dict(scaler.most)
        expect(bool(most), "no service was given another process")
        checker.check(world, PATIENCE_SECONDS)
        eventually(scaler.at_the_floor, within=CALM_SECONDS, every=1)
        world.say(f"  at most {most}; {scaler.changes} changes; at the floor again after"
                  f" {time.monotonic() - began:.0f} s")  # fmt: skip
    world.happened("change of processes", scaler.changes)
    placed = world.rows(
        "orders", "select count(*) from orders where lines::text like :s", s=f"%{sku}%"
    )
    expect(placed[0][0] == taken == ORDERS, f"{taken} taken, {placed[0][0]} there")


async def _rush(world: World, sku: str) -> int:
    crowd = Crowd(world.system.port, world.system.api_key, PATIENCE_SECONDS)
    body = json.dumps(order_body([(sku, 1, 500)])).encode()
    numbers = iter(range(ORDERS))
    taken = 0

    async def buy() -> None:
        nonlocal taken
        for number in numbers:
            status, told = await crowd.post("/orders", body, key=f"{sku}-{number}")
            expect(status == 201, f"order {number} was told {status} {told}")
            taken += 1
            await asyncio.sleep(random.uniform(0, 0.01))

    await asyncio.gather(*(buy() for _ in range(AT_ONCE)))
    return taken
