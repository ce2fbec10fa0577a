"""Does it hold for long? Load for minutes, and every five seconds a random process is killed.

The highest load is measured first, by orders as fast as they are taken; 70 % of it is then placed
in step with time, whatever dies. Meanwhile some orders go the whole way: they are picked, packed,
shipped, delivered, and one piece of each comes back. At the end nothing may wait anywhere, and
what was kept to know duplicates by must have been forgotten again.

SOAK_SECONDS=180 python -m tests.faults soak/for_minutes      is shorter or longer than ten minutes
"""

import asyncio
import copy
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from chassis.testing import eventually
from local.client import Client, Refusal
from local.journey import Staff, order_body
from local.supervisor import System
from tests.faults import checker
from tests.faults.crowd import Crowd
from tests.faults.riot import Riot
from tests.faults.sale_books import expect
from tests.faults.scenario import scenario
from tests.faults.travel import back_and_forth
from tests.faults.vitals import Vitals
from tests.faults.world import World

SECONDS = int(os.environ.get("SOAK_SECONDS", "600"))
SHARE, KILL_EVERY_SECONDS, SAY_EVERY_SECONDS = 0.7, 5.0, 10.0
LONGEST_PEACE_SECONDS = 60.0  # between two kills, where starting again takes its time
SKUS, PIECES = 12, 1_000_000
AT_ONCE, MEASURED_SECONDS, LONGEST_MEASURED = 32, 12.0, 90.0
INBOX_KEPT_SECONDS, PRUNED_WITHIN_SECONDS = 120, 100.0
OUTBOX_AGE_SECONDS = 120.0
MIB_PER_MINUTE = 6.0
PATIENCE_SECONDS, QUIET_WITHIN_SECONDS = 180.0, 240.0
TRAVELERS = 2
UNAVAILABLE, CREATED = 500, 201


def forgetful_system(state: Path) -> System:
    """Make a system whose inboxes keep minutes instead of days."""
    kept = {"INBOX_KEPT": str(INBOX_KEPT_SECONDS)}
    return System(state, lambda _said: None, own_broker=True, drill=True, extra=kept)


@scenario("soak", seconds=90, system=forgetful_system)
def for_seconds(world: World) -> None:
    """Twenty seconds of it."""
    Soak(world, 20).run()


@scenario("soak", seconds=SECONDS + 150, system=forgetful_system, sample=False)
def for_minutes(world: World) -> None:
    """Ten minutes of it, or SOAK_SECONDS."""
    Soak(world, SECONDS).run()


class Patient(Client):
    """A client that asks again, with the same key, whatever dies under it."""

    def _call(self, method: str, path: str, **more: Any) -> requests.Response:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return super()._call(method, path, **more)
            except requests.RequestException:
                if time.monotonic() > end:
                    raise
            except Refusal as refusal:
                if not (refusal.passes or refusal.status >= UNAVAILABLE) or time.monotonic() > end:
                    raise


class Soak:
    """Load, deaths and travelers on one system, for some seconds."""

    def __init__(self, world: World, seconds: float) -> None:
        self._world, self._seconds = world, seconds
        self._crowd = Crowd(world.system.port, world.system.api_key, PATIENCE_SECONDS)
        self._vitals = Vitals(world)
        self._riot = Riot(world.system, world.random, KILL_EVERY_SECONDS)
        self._skus = [world.new_sku(berlin=PIECES, lyon=PIECES) for _ in range(SKUS)]
        self._accepted: list[str] = []
        self._refused: list[str] = []
        self._traveled = 0
        self._lost_travelers: list[str] = []

    def run(self) -> None:
        """Measure, load and kill, wait until all is quiet, and look at what was seen."""
        self._wait_until_known(*self._skus)
        highest = self._highest_load()
        rate = SHARE * highest
        self._world.say(f"  the highest load is {highest:.0f} orders/s; {rate:.0f} are placed now")
        with self._vitals.watched(), self._telling():
            with self._travelers():
                began = time.monotonic()
                with self._riot.at_work():
                    asyncio.run(self._place_in_step(rate))
                loaded = time.monotonic() - began
            checker.check(self._world, QUIET_WITHIN_SECONDS)
        self._report(loaded)
        self._check()
        self._see_pruned()

    def _wait_until_known(self, *skus: str) -> None:
        known = "select count(*) from skus where sku = any(:skus)"
        eventually(
            lambda: self._world.rows("orders", known, skus=list(skus))[0][0] == len(skus),
            within=60,
        )

    def _highest_load(self) -> float:
        """Orders per second from the first wish to the last picking that is open."""
        asyncio.run(self._place_for(MEASURED_SECONDS / 4))  # everybody has done it once
        self._wait_until_open()
        before, began = self._open(), time.monotonic()
        asyncio.run(self._place_for(MEASURED_SECONDS))
        self._wait_until_open()
        return (self._open() - before) / (time.monotonic() - began)

    def _wait_until_open(self) -> None:
        wanted = len(self._accepted)
        eventually(lambda: self._open() >= wanted, within=LONGEST_MEASURED, every=0.3)

    def _open(self) -> int:
        query = (
            "select count(distinct order_id) from fulfillment_orders where status <> 'scheduled'"
        )
        return int(self._world.rows("warehouse", query)[0][0])

    async def _place_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds

        async def one_after_the_other() -> None:
            while time.monotonic() < end:
                await self._place()

        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))

    async def _place_in_step(self, rate: float) -> None:
        """Place so many a second, come what may: who is not answered does not hold up the next."""
        began, placing = time.monotonic(), []
        while (now := time.monotonic() - began) < self._seconds:
            while len(placing) < now * rate:
                placing.append(asyncio.create_task(self._place()))
            await asyncio.sleep(0.02)
        await asyncio.gather(*placing)

    async def _place(self) -> None:
        sku = self._world.random.choice(self._skus)
        body = json.dumps(order_body([(sku, self._world.random.randint(1, 3), 500)])).encode()
        status, told = await self._crowd.post("/orders", body, key=uuid.uuid4().hex)
        if status == CREATED:
            self._accepted.append(told["order_id"])
        else:
            self._refused.append(f"{status} {told}")

    @contextmanager
    def _travelers(self) -> Iterator[None]:
        over = threading.Event()
        threads = [threading.Thread(target=self._travel, args=(over,)) for _ in range(TRAVELERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _travel(self, over: threading.Event) -> None:
        """Take one order after the other to the customer, and a piece of it back."""
        system = self._world.system
        api = Patient(system.gateway_url, system.api_key)
        world = copy.copy(self._world)
        world.api = api
        staff = Staff(api, patience=PATIENCE_SECONDS)
        while not over.is_set():
            sku = ""
            try:
                sku = world.new_sku(berlin=10)
                self._wait_until_known(sku)
                back_and_forth(api, staff, self._world.till, sku)
            except Exception as error:  # noqa: BLE001 - whatever it was, it is told at the end
                self._lost_travelers.append(f"{sku}: {type(error).__name__}: {error}")
            else:
                self._traveled += 1

    @contextmanager
    def _telling(self) -> Iterator[None]:
        over, began = threading.Event(), time.monotonic()

        def tell() -> None:
            while not over.wait(SAY_EVERY_SECONDS):
                now, killed = self._vitals.now, sum(self._riot.killed.values())
                self._world.say(
                    f"  {time.monotonic() - began:4.0f} s: {len(self._accepted)} placed, {killed}"
                    f" killed, {self._traveled} there and back; waiting: {now.queues} in queues,"
                    f" {now.outbox} in outboxes; inboxes {now.inbox}, oldest"
                    f" {now.inbox_age:.0f} s; {self._vitals.memory():.0f} MiB"
                )

        thread = threading.Thread(target=tell, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _report(self, seconds: float) -> None:
        world, killed = self._world, self._riot.killed
        times = sum(killed.values())
        world.happened("kill -9", times)
        world.happened("order there and back", self._traveled)
        world.say(
            f"  {times} kills, one every {seconds / max(1, times):.1f} s: {dict(killed)};"
            f" asked again: {dict(self._crowd.asked_again)}"
        )
        world.say(f"  at most: {self._vitals.most}")
        for name, one in self._vitals.growth().items():
            world.say(
                f"  memory of {name}: {one.mib_per_minute:+.2f} MiB a minute"
                f" ({one.lives} lives, {one.seconds:.0f} s)"
            )
        if not self._vitals.growth():
            world.say("  nothing lived long enough to judge its memory")

    def _check(self) -> None:
        most, killed = self._vitals.most, self._riot.killed
        enough = max(1, int(self._seconds / LONGEST_PEACE_SECONDS))
        expect(sum(killed.values()) >= enough, f"only {dict(killed)} were killed")
        expect(not self._refused, f"{len(self._refused)} orders were refused: {self._refused[:3]}")
        expect(not self._lost_travelers, f"did not arrive: {self._lost_travelers[:3]}")
        expect(self._traveled > 0, "nothing went the whole way")
        kept = self._world.rows(
            "orders", "select count(*) from orders where order_id = any(:ids)", ids=self._accepted
        )[0][0]
        wanted = len(set(self._accepted))
        expect(kept == wanted, f"{kept} of {wanted} orders are there")
        growth = self._vitals.growth()
        grown = {n: g for n, g in growth.items() if g.mib_per_minute > MIB_PER_MINUTE}
        expect(not grown, f"memory grows: {grown}")
        late = INBOX_KEPT_SECONDS + PRUNED_WITHIN_SECONDS
        expect(most.inbox_age < late, f"an inbox kept something for {most.inbox_age:.0f} s")
        outbox = f"something was in an outbox for {most.outbox_age:.0f} s"
        expect(most.outbox_age < OUTBOX_AGE_SECONDS, outbox)

    def _see_pruned(self) -> None:
        """Let the time pass after which a message cannot come again: all inboxes become empty."""
        before = self._vitals.look().inbox
        expect(before > 0, "there was nothing to be pruned")
        self._world.system.move_clock(INBOX_KEPT_SECONDS + 1)
        eventually(lambda: not self._vitals.look().inbox, within=PRUNED_WITHIN_SECONDS, every=1)
        self._world.say(f"  {before} rows of inboxes were pruned")
