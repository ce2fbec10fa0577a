"""Do two releases work side by side? At noon, on the same queues and databases, both ways.

The release before is taken out of the history: OLD=COMMIT, or what was there a commit ago. First
the tables are brought up to date while only old processes run, as deploy/roll-out does it; then
each service has one process of each release, under an old and under a new gateway; then all is
new. Going back is the same way, but for the tables, which stay.
"""

import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from chassis.testing import eventually
from contracts import SERVICES
from local.client import Client
from local.journey import Staff
from local.processes import ROOT
from local.supervisor import System
from tests.faults import checker
from tests.faults.scenario import NotPossible, scenario
from tests.faults.travel import back_and_forth
from tests.faults.world import PATIENCE_SECONDS, PATIENT_TRIES, World

TRAVELERS, AT_EACH_STAGE, STAGE_SECONDS = 3, 4, 600.0
ONCE = ("gateway", "deliveries")


def old_release(state: Path) -> System:
    """Make a system of the release before, with two processes of each service."""
    old = state / "old"
    wanted = os.environ.get("OLD", "HEAD~1")
    old.mkdir(parents=True)
    try:
        packed = subprocess.run(
            ["git", "archive", wanted], cwd=ROOT, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotPossible(f"git has no release {wanted} here") from error
    subprocess.run(["tar", "-x", "-C", str(old)], input=packed.stdout, check=True)
    return System(
        state, lambda _said: None, own_broker=True, drill=True, replicas=2, root=old,
        extra={"CALL_LEASE": "60"},
    )  # fmt: skip


class Travels:
    """Orders that go to their customers and partly come back, one after the other, all the time."""

    def __init__(self, world: World) -> None:
        self._world, self._over = world, threading.Event()
        self.arrived = 0
        self._lock = threading.Lock()
        self._going: list[Future[None]] = []

    @contextmanager
    def under_way(self) -> Iterator["Travels"]:
        """Let them travel while the body happens; raises what went wrong on the way."""
        with ThreadPoolExecutor(TRAVELERS) as people:
            self._going = [people.submit(self._travel) for _ in range(TRAVELERS)]
            try:
                yield self
            finally:
                self._over.set()
            for one in self._going:
                one.result()

    def go_on(self) -> None:
        """Wait until some more have come back, begun in whatever stage."""
        wanted = self.arrived + AT_EACH_STAGE

        def arrived() -> bool:
            for one in self._going:
                if one.done():
                    one.result()  # nobody ends by himself: it raises why
            return self.arrived >= wanted

        eventually(arrived, within=STAGE_SECONDS, every=0.2)

    def _travel(self) -> None:
        world = self._world
        api = Client(world.system.gateway_url, world.system.api_key, tries=PATIENT_TRIES)
        staff = Staff(api, patience=PATIENCE_SECONDS)
        while not self._over.is_set():
            back_and_forth(api, staff, world.till, world.new_sku(berlin=10))
            with self._lock:
                self.arrived += 1


@scenario("upgrade", seconds=240, system=old_release, sample=False)
def at_noon(world: World) -> None:
    """The release before is replaced by this one while orders come and go."""
    firsts, seconds = _halves(world)
    with Travels(world).under_way() as travels:
        travels.go_on()
        world.system.migrate(ROOT)
        _stage(world, travels, "old processes on new tables")
        _replace(world, firsts, ROOT)
        _stage(world, travels, "half and half under an old gateway")
        _replace(world, ONCE, ROOT)
        _stage(world, travels, "half and half under a new gateway")
        _replace(world, seconds, ROOT)
        _stage(world, travels, "all new")
    checker.check(world)


@scenario("upgrade", seconds=240, system=old_release, sample=False)
def back_again(world: World) -> None:
    """This release is taken back while orders come and go; what it made stays readable."""
    old = world.system.state / "old"
    firsts, seconds = _halves(world)
    world.system.migrate(ROOT)
    _replace(world, [n for n in (*firsts, *seconds, *ONCE) if _root(world, n) != ROOT], ROOT)
    with Travels(world).under_way() as travels:
        travels.go_on()
        _replace(world, firsts, old)
        _stage(world, travels, "half and half under a new gateway")
        _replace(world, ONCE, old)
        _stage(world, travels, "half and half under an old gateway")
        _replace(world, seconds, old)
        _stage(world, travels, "all old on new tables")
    checker.check(world)


def _halves(world: World) -> tuple[list[str], list[str]]:
    pairs = [world.system.replicas(service) for service in (*SERVICES, "relay")]
    return [first for first, _ in pairs], [second for _, second in pairs]


def _root(world: World, name: str) -> Path:
    return world.system.processes[name].root


def _replace(world: World, names: list[str] | tuple[str, ...], root: Path) -> None:
    for name in names:
        world.system.replace(name, root)
        world.happened("replaced process")


def _stage(world: World, travels: Travels, what: str) -> None:
    before = travels.arrived
    travels.go_on()
    world.say(f"  {what}: {travels.arrived - before} orders there and back")
