"""What if a process dies by `kill -9` in the middle of anything? At each step, at each point.

    kills/commits/X    X dies before the commit of each step that it has a part in, and after it
    kills/publishes/X  X dies after it has said what follows, before it has acknowledged
    kills/edits/X      X dies at each step of an edit of lines, before its commit and after it
    kills/relay        the relay dies at each message that a dead service has left to it
    kills/idle/X       X dies with nothing in hand while each step waits for somebody else
    kills/some         one death of each process, drawn by the seed, all in one journey

Two orders travel at a time, one by the API and one from a shop that is told of everything; each
goes to the customer, and half of it comes back.
"""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from contracts import SERVICES
from local.journey import Staff, order_body, until
from tests.faults.books import check_done_once
from tests.faults.deaths import EDITS, LEFT_TO_THE_RELAY, POINTS, STEPS, planted
from tests.faults.scenario import Broken, scenario
from tests.faults.shops import Outlet
from tests.faults.travel import PATIENCE_SECONDS, back_and_forth, sold_by
from tests.faults.world import World

LEFT_OVER = 9  # of ten pieces, when two were sold and one came back
ALL = (*SERVICES, "gateway", "relay")
# Which step waits for whom; where it is people, they are asked to wait a moment.
WAITED_FOR = (
    ("order", "stock", "inventory"), ("order", "payment", "payments"),
    ("order", "routing", "warehouse"), ("order", "commit", "inventory"),
    ("fulfillment", "packing", ""), ("fulfillment", "label", "shipping"),
    ("fulfillment", "handover", ""), ("fulfillment", "goods", "inventory"),
    ("fulfillment", "capture", "payments"), ("fulfillment", "channel", "channels"),
    ("fulfillment", "delivery", ""), ("return", "label", "shipping"), ("return", "goods", ""),
    ("return", "restock", "inventory"), ("return", "refund", "payments"),
)  # fmt: skip
PEOPLE = {
    "packing": "packing", "handover": "handover", "delivery": "delivery", "goods": "return goods",
}  # fmt: skip


@scenario("kills", seconds=150, cases=tuple(STEPS), sample=False)
def commits(world: World, process: str) -> None:
    """It dies before the commit, comes again, and dies after it before it has said anything."""
    _travel_through(world, {process: _lines(process, POINTS[:2])})


@scenario("kills", seconds=80, cases=tuple(STEPS), sample=False)
def publishes(world: World, process: str) -> None:
    """It dies after it has said everything, before the broker or the client knows it is done."""
    _travel_through(world, {process: _lines(process, POINTS[2:])})


@scenario("kills", seconds=90, cases=tuple(EDITS), sample=False)
def edits(world: World, process: str) -> None:
    """It dies while lines are edited, and each edit is made whole, or not at all."""
    staff = Staff(world.api, PATIENCE_SECONDS)
    several = [world.new_sku(berlin=10) for _ in range(2)]
    placed = [world.api.post("/orders", order_body([(sku, 2, 500)]))["order_id"] for sku in several]
    pages = [staff.allocated(order_id) for order_id in placed]
    lines = [f"{point} {step}" for step in EDITS[process] for point in POINTS[:2]]
    with planted(world, {process: lines}):
        for page, quantity, total in zip(pages, (3, 1), (1990, 990), strict=True):
            order = page["order"]
            wish = {"line_id": order["lines"][0]["line_id"], "quantity": quantity}
            where = f"/orders/{order['order_id']}/edits"
            world.api.post(where, {"reason": "they have called", "lines": [wish]})
            staff.wait_for(
                order["order_id"], "edited", lambda p, total=total: p["order"]["total"] == total
            )
    for order_id, paid in zip(placed, (1990, 990), strict=True):
        staff.ship_whole(order_id)
        staff.wait_for(order_id, "paid", lambda p, paid=paid: p["order"]["captured"] == paid)


@scenario("kills", seconds=45)
def some(world: World) -> None:
    """Each process dies once in one journey, wherever chance wants it."""
    deaths = {process: [world.random.choice(_lines(process, POINTS))] for process in STEPS}
    for process, lines in deaths.items():
        world.say(f"  {process} dies {lines[0]}")
    _travel_through(world, deaths)


@scenario("kills", seconds=240, sample=False)
def relay(world: World) -> None:
    """Services die after commits, and the relay while it publishes what they have left."""
    deaths: dict[str, list[str]] = {"relay": []}
    for process, step, wire in LEFT_TO_THE_RELAY:
        deaths.setdefault(process, []).append(f"after_commit {step}")
        deaths["relay"] += [f"{point} {wire}" for point in POINTS]
    sku, staff = world.new_sku(berlin=10), Staff(world.api, PATIENCE_SECONDS)
    with planted(world, deaths):
        page = back_and_forth(world.api, staff, world.till, sku)
    check_done_once(page, world.rows, sku)


@scenario("kills", seconds=90, cases=ALL, sample=False)
def idle(world: World, process: str) -> None:
    """Each step is held still while it waits for somebody, and the process dies meanwhile."""
    sku = world.new_sku(berlin=10)
    gates = {stage: threading.Event() for stage in PEOPLE.values()}
    reached = {stage: threading.Event() for stage in PEOPLE.values()}

    def between(stage: str) -> None:
        if stage == "return label":
            frozen.add("shipping")  # not before: it has to hear that the parcels have arrived
        if stage in reached:
            reached[stage].set()
        if stage in gates and not gates[stage].wait(timeout=300):
            raise Broken(f"nobody let {stage} go on")

    frozen, staff = Frozen(world), Staff(world.api, PATIENCE_SECONDS)
    with ThreadPoolExecutor(1) as apart:
        frozen.add("inventory")
        travel = apart.submit(back_and_forth, world.api, staff, world.till, sku, between)
        try:
            for number, (saga, step, participant) in enumerate(WAITED_FOR):
                _until_at(world, f"till-{sku}", saga, step)
                if not participant and not reached[PEOPLE[step]].wait(timeout=120):
                    raise Broken(f"nobody came to {step}")  # they want to see the whole page
                world.system.kill(process)
                later = WAITED_FOR[number + 1 : number + 2] if step != "delivery" else ()
                upcoming = later[0][2] if later else ""
                if process == participant:  # it goes on as soon as it lives again
                    frozen.add(upcoming)
                world.system.revive(process)
                world.happened(f"kill -9 of {process}, idle")
                frozen.add(upcoming)
                frozen.thaw(participant)
                if not participant:
                    gates[PEOPLE[step]].set()
        finally:
            for gate in gates.values():
                gate.set()
            frozen.end()
            page = travel.result()
    check_done_once(page, world.rows, sku)


class Frozen:
    """Processes that are stopped for a while, as they are."""

    def __init__(self, world: World) -> None:
        self._system, self._over = world.system, False
        self._pids: dict[str, int] = {}

    def add(self, name: str) -> None:
        """Stop a process where it is."""
        if name and name not in self._pids and not self._over:
            self._pids[name] = until(f"{name} lives", lambda: self._system.pids()[name])
            os.kill(self._pids[name], signal.SIGSTOP)

    def end(self) -> None:
        """Let all go on, and stop none any more."""
        self._over = True
        self.thaw(*ALL)

    def thaw(self, *names: str) -> None:
        """Let them go on, if they were not killed meanwhile."""
        for pid in [self._pids.pop(name) for name in names if name in self._pids]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _until_at(world: World, channel_order_id: str, saga: str, step: str) -> None:
    """Wait until an order's journey, or its return's, waits at a step."""
    orders = (
        "select 1 from saga_runs r join orders o on o.order_id = r.subject_id"
        " where o.channel_order_id = :which and r.saga = :saga and r.step = :step"
        " and r.phase = 'forward' and r.attempts > 0"
    )
    returns = (
        "select 1 from saga_runs r join returns t on t.return_id = r.subject_id"
        " join sales s on s.order_id = t.order_id where s.channel_order_id = :which"
        " and r.saga = :saga and r.step = :step and r.phase = 'forward' and r.attempts > 0"
    )
    service, query = ("returns", returns) if saga == "return" else ("orders", orders)
    values = {"which": channel_order_id, "saga": saga, "step": step}
    until(f"{saga}.{step}", lambda: world.rows(service, query, **values), within=120)


def _lines(process: str, points: Sequence[str]) -> list[str]:
    return [f"{point} {step}" for step in STEPS[process] for point in points]


def _travel_through(world: World, deaths: Mapping[str, Sequence[str]]) -> None:
    """Let an order of ours and one of a shop travel while these deaths happen."""
    ours, theirs = world.new_sku(berlin=10), world.new_sku(berlin=10)
    number, staff = str(world.random.randrange(10**9, 10**10)), Staff(world.api, PATIENCE_SECONDS)
    with Outlet(f"shop-{number}", f"L-{theirs}") as shop, ThreadPoolExecutor(2) as several:
        shop.connect(world.api, theirs)
        with planted(world, deaths):
            first = several.submit(back_and_forth, world.api, staff, world.till, ours)
            second = several.submit(sold_by, shop, world.api, staff, number)
            page, _ = first.result(), second.result()
        check_done_once(page, world.rows, ours)
        _check_told(world, shop, number)


def _check_told(world: World, shop: Outlet, number: str) -> None:
    """The shop has heard once of what left and of what came back, and of the stock that is left."""
    until("the shop hears of its stock", lambda: shop.stock == LEFT_OVER, within=60)
    pending = "select 1 from outside_calls where state = 'pending' and request->>'channel' = :shop"
    until(
        "the shop has heard everything",
        lambda: not world.rows("channels", pending, shop=shop.channel),
        within=60,
    )
    heard = (len(shop.fulfillments.get(number, [])), len(shop.refunds.get(number, [])))
    if heard != (1, 1):
        raise Broken(f"the shop heard of {heard[0]} shipments and {heard[1]} refunds of {number}")
