"""What if the process that sends webhooks dies, or loses broker or database, while they flow?

A receiver that checks signatures hears of orders. It must hear of everything at least once, and of
each order in order; what comes twice has the id that it had.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.testing import eventually
from local.rabbit_node import PrivateNode
from tests.faults.deaths import POINTS, planted
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World
from tests.integration.receiver import Receiver, subscribe

PROCESS = "deliveries"
TOLD = ("orders.placed.v1", "payments.authorized.v1", "warehouse.routed.v1", "orders.confirmed.v1")
TYPES = {"order.placed", "payment.authorized", "fulfillment.planned", "order.confirmed"}
KEPT = "select event_id, type from webhook_events where subject = :order order by seq"
OPEN = "select 1 from webhook_deliveries where state = 'pending' limit 1"
ORDERS, KILLS = 12, 4
SLOW_SECONDS = 0.5


@scenario("deliveries", seconds=40, cases=POINTS)
def dies_taking_events_in(world: World, point: str) -> None:
    """It dies as it takes events in: each kind of event, at this point."""
    with heard(world) as orders, planted(world, {PROCESS: [f"{point} {wire}" for wire in TOLD]}):
        # batches take several events in at once, so orders go on until each kind had its death
        place(world, orders)
        file = world.system.failpoints(PROCESS)
        for _ in range(ORDERS):
            if not file.read_text().strip():
                break
            place(world, orders, 2)


@scenario("deliveries", seconds=40)
def dies_while_the_receiver_answers(world: World) -> None:
    """It is killed while the receiver has a webhook in its hands, again and again."""
    with heard(world, SLOW_SECONDS) as orders:
        for _ in range(KILLS):
            place(world, orders, 3)
            in_hand = orders.receiver.in_hand
            eventually(lambda in_hand=in_hand: in_hand(), within=60, every=0.01)
            world.system.kill(PROCESS)
            world.happened(f"kill -9 of {PROCESS}, webhook in hand")
            place(world, orders, 1)
            world.system.revive(PROCESS)


@scenario("deliveries", seconds=40, cases=("stopped", "killed"))
def broker(world: World, how: str) -> None:
    """The broker goes away and comes back while webhooks flow."""
    node = world.system.broker
    if not isinstance(node, PrivateNode):
        raise Broken("the drill needs a broker of its own")
    with heard(world, SLOW_SECONDS) as orders:
        place(world, orders)
        node.stop() if how == "stopped" else node.kill()
        world.happened(f"broker {how}")
        node.start()
        place(world, orders)


@scenario("deliveries", seconds=40, cases=("immediate", "killed"))
def database(world: World, how: str) -> None:
    """PostgreSQL dies and recovers while webhooks flow."""
    with heard(world, SLOW_SECONDS) as orders:
        place(world, orders)
        world.system.database.restart(how)
        world.happened(f"database restarted ({how})")
        place(world, orders)


class Heard:
    """Orders that were placed, and who hears of them."""

    def __init__(self, receiver: Receiver, sku: str) -> None:
        self.receiver, self.sku = receiver, sku
        self.ids: list[str] = []


def place(world: World, orders: Heard, count: int = 4) -> None:
    """Place orders."""
    for _ in range(count):
        orders.ids.append(world.place(orders.sku, f"{orders.sku}-{len(orders.ids)}"))


@contextmanager
def heard(world: World, slow: float = 0) -> Iterator[Heard]:
    """Let a receiver hear of the orders that are placed; then it must have heard of all."""
    receiver = Receiver()
    receiver.slow = slow
    receiver.guide.is_genuine.__globals__["TOLERANCE_SECONDS"] = 10**9  # clocks are moved
    subscribe(world.api, receiver)
    orders = Heard(receiver, world.new_sku(berlin=200))
    try:
        yield orders
        receiver.slow = 0
        world.system.wait_until_ready()
        for order_id in orders.ids:
            check(world, receiver, order_id)
        if receiver.wrong:
            raise Broken(f"{len(receiver.wrong)} webhooks were not signed rightly")
        eventually(lambda: not world.rows("gateway", OPEN), within=60)
    finally:
        world.api.session.delete(f"{world.api.url}{receiver.address}")
        receiver.shutdown()
        receiver.server_close()
    again = len(receiver.got) - len({one[0] for one in receiver.got})
    world.happened("webhook that came twice", again)


def check(world: World, receiver: Receiver, order_id: str) -> None:
    """Everything about an order has come, in its order, and nothing else."""

    def types() -> set[str]:
        return {kind for _, kind in receiver.delivered(order_id)}

    try:
        eventually(lambda: types() >= TYPES, within=90)
    except AssertionError:
        raise Broken(f"order {order_id}: nobody heard of {sorted(TYPES - types())}") from None
    kept = [tuple(row) for row in world.rows("gateway", KEPT, order=order_id)]
    came = receiver.about(order_id)
    if strange := {*came} ^ {*kept}:
        raise Broken(f"order {order_id}: lost or invented: {sorted(strange)}")
    places = [kept.index(one) for one in came]
    if places != sorted(places):  # one that comes again comes before the next
        raise Broken(f"order {order_id}: they came in the order {places}")
