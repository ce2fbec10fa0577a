"""What if the broker dies, or messages come twice, in disorder, late, unreadable, or too many?"""

import http.client
import json
import uuid
from typing import Any

import pika

from chassis.testing import eventually
from contracts import SERVICES
from local.rabbit_node import PrivateNode
from tests.faults import lines  # noqa: F401 - its scenarios are of this group
from tests.faults.books import check_done_once
from tests.faults.detour import held
from tests.faults.scenario import Broken, scenario
from tests.faults.shuffler import shuffled
from tests.faults.travel import back_and_forth
from tests.faults.world import World

A_DAY = 24 * 3600
LATE_ORDERS = 6
HELD_UP = (
    "inventory.reserve.v1", "inventory.reserved.v1", "payments.authorize.v1",
    "payments.authorized.v1", "warehouse.route.v1", "warehouse.routed.v1", "inventory.commit.v1",
    "inventory.committed.v1", "warehouse.open.v1",
)  # fmt: skip
SETTLED = ("canceled", "completed", "expired")
BOUND, TOO_MANY, BROKER_GROWTH_MIB = 5, 60, 64


@scenario("bus", seconds=45, cases=("stopped", "killed"))
def broker(world: World, how: str) -> None:
    """The broker ends, cleanly or not; all processes notice; it comes back."""
    node, sku = _node(world), world.new_sku(berlin=100)
    with world.orders_under_way(sku, 40):
        before = node.pid
        if how == "stopped":
            node.stop()
        else:
            node.kill()
        eventually(lambda: {_status(world, one, "/ready") for one in SERVICES} == {503}, within=60)
        if {_status(world, one, "/live") for one in SERVICES} != {200}:
            raise Broken("a process calls itself dead because the broker is away")
        node.start()
    if node.pid == before:
        raise Broken("the broker is still the same process")
    world.happened(f"broker {how}")


@scenario("bus", seconds=45)
def twice_and_in_disorder(world: World) -> None:
    """All messages of a journey there and back come twice, some late, in a random order."""
    sku, other = world.new_sku(berlin=10), world.new_sku(berlin=100)
    with shuffled(_node(world), world.random) as shuffler, world.orders_under_way(other):
        page = back_and_forth(world.api, world.staff, world.till, sku)
    check_done_once(page, world.rows, sku)
    if len(shuffler.doubled) < len(HELD_UP) * 3:
        raise Broken(f"only these were doubled: {sorted(shuffler.doubled)}")
    world.happened("message doubled and shuffled", shuffler.doubled.total())


@scenario("bus", seconds=30, cases=HELD_UP)
def a_day_late(world: World, wire: str) -> None:
    """Messages are held back for a day: deadlines pass, the journey does what it can, they come."""
    sku = world.new_sku(berlin=100)
    with held(_node(world), wire) as detour:
        placed = [world.place(sku, f"{sku}-{n}") for n in range(LATE_ORDERS)]
        eventually(lambda: detour.waiting() >= LATE_ORDERS, within=90)
        waiting = _deadlines(world, placed)
        world.system.move_clock(A_DAY)
        eventually(lambda: _passed(world, placed, waiting), within=90)
        world.happened(f"{wire} a day late", detour.waiting())
    became = [_settled(world, order_id) for order_id in placed]
    sold = sum(one == "allocated" for one in became)
    world.say(
        f"  {sold} of {LATE_ORDERS} allocated, the others: {sorted({*became} - {'allocated'})}"
    )
    left = eventually(lambda: _available(world, sku, LATE_ORDERS - sold), within=60)
    if not left:
        raise Broken(f"{sold} were sold, but the stock says otherwise")


@scenario("bus", seconds=25)
def unreadable(world: World) -> None:
    """What cannot be read or is not known is parked with the reason, and its neighbours go on."""
    sku, parked = world.new_sku(berlin=100), {}
    bad = [
        ("inventory.reserve.v1", b"\xff\xfe no text", "cannot be read"),
        ("inventory.reserve.v1", b'{"order_id": 7}', "cannot be read"),
        ("inventory.reserve.v9", b"{}", "does not know"),  # a version that is not known
        ("nobody.knows_this.v1", b"{}", "does not know"),
    ]
    for name, _, _ in bad:
        world.expects_parked("inventory", name)
    with world.orders_under_way(sku):
        for name, body, reason in bad * 5:
            parked[_put(world, "inventory", name, body)] = reason
    query = "select message_id, state, reason from deferred where message_id = any(:ids)"
    rows = world.rows("inventory", query, ids=list(parked))
    found = {row.message_id: row.state == "parked" and parked[row.message_id] in row.reason
             for row in rows}  # fmt: skip
    if found != dict.fromkeys(parked, True):
        raise Broken(f"{len(parked)} unreadable messages were sent, but parked are: {rows}")
    world.happened("unreadable message", len(parked))
    drop = "delete from deferred where message_id = any(:ids)"
    world.rows("inventory", drop, ids=list(parked))


@scenario("bus", seconds=60)
def queue_at_its_bound(world: World) -> None:
    """A consumer is away until its queue is full: what is too much stays with the senders."""
    node, sku = _node(world), world.new_sku(berlin=TOO_MANY + 10)
    bound = json.dumps({"max-length": BOUND})
    node.ctl("set_policy", "--apply-to", "queues", "bound", r"^oms\.payments$", bound)
    before = _memory_mib(node)
    world.system.kill("payments")
    try:
        placed = [world.place(sku, f"{sku}-{n}") for n in range(TOO_MANY)]
        eventually(lambda: _pushed_back(world) >= TOO_MANY - 2 * BOUND, within=90)
        in_queue, grown = _depth(node, "oms.payments"), _memory_mib(node) - before
        pushed_back = _pushed_back(world)
    finally:
        world.system.revive("payments")
    for order_id in placed:
        world.staff.allocated(order_id, within=120)
    node.ctl("clear_policy", "bound")
    world.say(f"  {in_queue} in the queue, {pushed_back} pushed back, broker {grown:+.1f} MiB")
    if in_queue > 3 * BOUND:
        raise Broken(f"the queue is bound to {BOUND}, but {in_queue} were in it")
    if grown > BROKER_GROWTH_MIB:
        raise Broken(f"the broker grew by {grown:.0f} MiB")
    world.happened("message pushed back", pushed_back)


def _node(world: World) -> PrivateNode:
    assert isinstance(world.system.broker, PrivateNode)
    return world.system.broker


def _status(world: World, process: str, page: str) -> int:
    port = world.system.health_port(process)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", page)
    return connection.getresponse().status


def _deadlines(world: World, placed: list[str]) -> dict[str, Any]:
    query = "select run_id, deadline from saga_runs where subject_id = any(:ids)"
    return {row.run_id: row.deadline for row in world.rows("orders", query, ids=placed)}


def _passed(world: World, placed: list[str], before: dict[str, Any]) -> bool:
    """Tell whether every run that had a deadline has another one now, or none any more."""
    now = _deadlines(world, placed)
    return all(now.get(run) != deadline for run, deadline in before.items() if deadline)


def _settled(world: World, order_id: str) -> str:
    """Wait until an order is open for picking or at an end; tell which."""

    def status(page: Any) -> str:
        if page["order"]["status"] in SETTLED:
            return str(page["order"]["status"])
        live = {one["status"] for one in page["fulfillments"]}
        return "allocated" if live & {"open", "in_progress"} else ""

    return status(world.staff.wait_for(order_id, "allocated or at an end", status))


def _available(world: World, sku: str, left: int) -> bool:
    return bool(world.api.get(f"/skus/{sku}")["available"] == 100 - LATE_ORDERS + left)


def _put(world: World, service: str, wire: str, body: bytes) -> str:
    """Put a message straight into a service's queue."""
    message_id = f"msg-{uuid.uuid4().hex}"
    told = pika.BasicProperties(type=wire, message_id=message_id, delivery_mode=2)
    with pika.BlockingConnection(pika.URLParameters(world.system.broker.uri)) as connection:
        connection.channel().basic_publish("", f"oms.{service}", body, told)
    return message_id


def _depth(node: PrivateNode, queue: str) -> int:
    with pika.BlockingConnection(pika.URLParameters(node.uri)) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)


def _pushed_back(world: World) -> int:
    query = "select count(*) from outbox where wire = 'payments.authorize.v1'"
    return int(world.rows("orders", query)[0][0])


def _memory_mib(node: PrivateNode) -> float:
    return int(node.ctl("eval", "erlang:memory(total).")) / 2**20
