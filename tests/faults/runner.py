"""How are the scenarios run? On as few systems as can be, one after the other, each checked."""

import random
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from local import catalogue
from local.processes import ROOT
from local.supervisor import System
from tests.faults import checker, scenario
from tests.faults.scenario import Scenario
from tests.faults.world import World

KEPT, BROKEN, NOT_RUN = "kept", "BROKEN", "not run"
START_SECONDS = 20  # a system of its own, for those who draw a sample
LONGEST_SECONDS = 60  # in a sample
Say = Callable[[str], None]


@dataclass(slots=True)
class Result:
    """What became of one scenario."""

    title: str
    group: str
    seconds: float = 0.0
    orders: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    verdict: str = NOT_RUN
    reason: str = ""


def choose(scenarios: Sequence[Scenario], names: Sequence[str]) -> list[Scenario]:
    """Take the scenarios of these groups, titles or patterns; all if none is named."""
    if not names:
        return list(scenarios)
    return [
        one
        for one in scenarios
        if any(
            one.title == name or one.title.startswith(f"{name}/") or fnmatchcase(one.title, name)
            for name in names
        )
    ]


def drawable(scenarios: Sequence[Scenario]) -> dict[str, list[Scenario]]:
    """Tell which scenarios of each group a sample may have: those that do not take long."""
    groups: dict[str, list[Scenario]] = {}
    for one in scenarios:
        if one.sample and one.seconds <= LONGEST_SECONDS:
            groups.setdefault(one.group, []).append(one)
    return groups


def draw(scenarios: Sequence[Scenario], seed: int, seconds: int) -> list[Scenario]:
    """Draw scenarios by the seed: one of each group, then others, while they take so long."""
    chance, groups = random.Random(seed), drawable(scenarios)
    drawn, left = [], float(seconds)
    for members in groups.values():
        chance.shuffle(members)
    firsts = [members.pop() for members in groups.values()]
    others = [one for members in groups.values() for one in members]
    chance.shuffle(others)
    for number, one in enumerate([*firsts, *others]):
        new = one.system not in {other.system for other in drawn}
        cost = one.seconds + (START_SECONDS if new else 0)
        if number < len(firsts) or cost <= left:
            drawn.append(one)
            left -= cost
    return drawn


def run_all(
    scenarios: Sequence[Scenario], seed: int, say: Say, *, keep: bool = False
) -> list[Result]:
    """Run the scenarios; stop at the first promise that was not kept."""
    results = {one.title: Result(one.title, one.group) for one in scenarios}
    for factory in dict.fromkeys(one.system for one in scenarios):
        mine = [one for one in scenarios if one.system is factory]
        (ROOT / ".oms").mkdir(exist_ok=True)
        state = Path(tempfile.mkdtemp(prefix="faults-", dir=ROOT / ".oms"))
        kept = False
        try:
            say(f"starting a system for {len(mine)} scenarios …")
            with factory(state) as system:
                make_ready(system)
                world = World(system, seed, say)
                for number, one in enumerate(mine, 1):
                    say(f"{number} of {len(mine)}: {one.title} (about {one.seconds} s)")
                    run_one(one, world, seed, results[one.title])
                    if results[one.title].verdict == BROKEN:
                        kept = True
                        break
        except scenario.NotPossible as lacking:
            say(f"  NOT RUN: {lacking}")
            for one in mine:
                results[one.title].reason = f"not possible here: {lacking}"
        finally:
            if kept or keep:
                say(f"what the processes wrote is in {state / 'logs'}")
            else:
                shutil.rmtree(state, ignore_errors=True)
        if kept:
            break
    return list(results.values())


def make_ready(system: System) -> None:
    """Load what every scenario counts on: warehouses, cartons, some goods."""
    catalogue.load(system.gateway_url, system.api_key, lambda _said: None)


def run_one(one: Scenario, world: World, seed: int, result: Result) -> None:
    """Run a scenario and look at the whole system afterwards; the result says what was found."""
    began, orders_before = time.monotonic(), world.orders_accepted()
    world.begin(one.title, seed)
    try:
        scenario.run(one, world)
        checker.check(world)
    except scenario.NotPossible as lacking:
        result.verdict, result.reason = NOT_RUN, f"not possible here: {lacking}"
        world.say(f"  NOT RUN: {result.reason}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the verdict
        result.verdict, result.reason = BROKEN, f"{type(error).__name__}: {error}"
        world.say(f"  BROKEN: {result.reason}")
        world.say(traceback.format_exc(limit=-4))
    else:
        result.verdict = KEPT
    result.seconds = round(time.monotonic() - began, 1)
    result.faults = dict(world.faults)
    try:
        result.orders = world.orders_accepted() - orders_before
    except Exception as error:  # noqa: BLE001 - a broken system may not even count
        world.say(f"  the orders cannot be counted: {error}")
    if result.verdict == KEPT:
        world.say(f"  kept: {result.orders} orders, {sum(result.faults.values())} faults,"
                  f" {result.seconds} s")  # fmt: skip
