"""What if the lines between the processes and the broker are cut, or are dead, or keep silent?"""

import time
from pathlib import Path

import requests

from chassis.testing import eventually
from contracts import SERVICES
from tests.faults.proxy import (
    ACK,
    DELIVER,
    PUBLISH,
    TO_BROKER,
    TO_SERVICE,
    Line,
    ProxiedSystem,
    Proxy,
)
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World

CUTS = 8
CUT_AT = {
    "publish": (TO_BROKER, PUBLISH, (12, 20)),  # committed, half of it is said
    "ack": (TO_BROKER, ACK, (5, 8)),  # committed and said, not acknowledged
    "delivery": (TO_SERVICE, DELIVER, (12, 20)),  # half heard
}
OPEN = "select count(*) from fulfillment_orders where status = 'open'"
LOCK = "due to lock timeout"
ENOUGH, MESSAGES_EACH = 6, 8  # orders open for picking; what was said for each, at least


def proxied_system(state: Path) -> ProxiedSystem:
    """Make a system whose processes reach their broker only through a proxy."""
    return ProxiedSystem(state, lambda _said: None, own_broker=True, drill=True)


@scenario("bus", seconds=40, cases=tuple(CUT_AT), system=proxied_system)
def line_cut_at(world: World, case: str) -> None:
    """Cut lines, of services, relay and gateway alike, in the middle of a batch."""
    direction, method, often = CUT_AT[case]
    proxy, sku = _proxy(world), world.new_sku(berlin=100)
    with (
        world.orders_under_way(sku, 40),
        proxy.cutting(direction, method, world.random.randint(*often), CUTS) as cut,
    ):
        eventually(lambda: cut.done == CUTS, within=90)
    world.happened(f"line cut at {case}", cut.done)


@scenario("bus", seconds=75, system=proxied_system)
def half_open(world: World) -> None:
    """Swallow everything on all lines, both ways, and close none: only heartbeats tell."""
    lines, sku = _proxy(world).lines(), world.new_sku(berlin=100)
    with world.orders_under_way(sku):
        began = time.monotonic()
        for line in lines:
            line.swallows = True
        noticed = _left(lines, TO_BROKER, began)
    broker = _left(lines, TO_SERVICE, began)
    world.say(
        f"  processes left their dead lines after {noticed[0]:.1f} to {noticed[-1]:.1f} s,"
        f" the broker after {broker[0]:.1f} to {broker[-1]:.1f} s"
    )
    world.happened("line half-open", len(lines))


@scenario(
    "bus", seconds=60, cases=("for a while", "for ever", "from the relay"), system=proxied_system
)
def confirms_withheld(world: World, case: str) -> None:
    """The broker takes and delivers everything, but what it confirms does not come back."""
    lines, sku = _proxy(world).lines(), world.new_sku(berlin=100)
    doubled, before = _duplicates(world), world.rows("warehouse", OPEN)[0][0]
    locked = world.system.database.logged(LOCK)
    for line in lines:
        line.withholds = True
    with world.orders_under_way(sku):
        eventually(lambda: world.rows("warehouse", OPEN)[0][0] - before >= ENOUGH, within=90)
        kept = sum(world.rows(name, "select count(*) from outbox")[0][0] for name in SERVICES)
        if kept < ENOUGH * MESSAGES_EACH:
            raise Broken(f"nothing was confirmed, but only {kept} rows are left in the outboxes")
        relay = next(line for line in lines if line.is_relay)
        eventually(lambda: relay.withheld, within=30)  # it has said again what seemed unsaid
        eventually(lambda: _duplicates(world) > doubled, within=30)
        if case == "for ever":
            silent = [line for line in lines if line.withheld]
            seconds = _left(silent, TO_BROKER, time.monotonic())
            world.say(f"  given up after {seconds[-1]:.1f} s more: {len(silent)} silent lines")
            world.happened("line without confirms", len(silent))
        for line in lines:
            if case == "for a while" or not line.is_relay:
                world.happened("confirm withheld", line.let_go())
    if world.system.database.logged(LOCK) != locked:
        raise Broken("a service waited in vain for what the relay has in hand")
    for line in lines:
        line.let_go()
    world.say(f"  {_duplicates(world) - doubled:.0f} messages came twice and changed nothing")


def _proxy(world: World) -> Proxy:
    assert isinstance(world.system, ProxiedSystem)
    return world.system.proxy


def _left(lines: list[Line], direction: str, began: float) -> list[float]:
    """Wait until one end of each line has left it; tell after how many seconds, in order."""
    eventually(lambda: all(direction in line.left_at for line in lines), within=100)
    return sorted(line.left_at[direction] - began for line in lines)


def _duplicates(world: World) -> float:
    """Count the messages that services have seen before; since they were started."""
    total = 0.0
    for name in SERVICES:
        port = world.system.health_port(name)
        text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
        total += sum(
            float(line.split()[-1])
            for line in text.splitlines()
            if line.startswith("oms_duplicates_total")
        )
    return total
