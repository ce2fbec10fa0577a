"""What if whoever receives our webhooks stumbles, or we die while one is on its way?

Whatever happens, a receiver hears of everything about an order, in order: the next event is not
sent before the one before was taken. What comes twice comes under the same id, and next to itself.
"""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from chassis.testing import eventually
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World
from tests.integration.receiver import Receiver, subscribe

ORDERS = 8
CONFIRMED = ("order.placed", "payment.authorized", "fulfillment.planned", "order.confirmed")
HANGS_UP = 0
BAD = (500, 503, HANGS_UP, 302, 429, HANGS_UP, 500, 404, 503, HANGS_UP, 400, 500)
KEPT = "select event_id from webhook_events where subject = :order order by seq"
FOR_DAYS = "update webhook_lanes set since = since - interval '4 days', due_at = now()"
WITHIN_SECONDS = 180


@scenario("deliveries", seconds=60)
def the_receiver_stumbles(world: World) -> None:
    """It answers with errors, leads elsewhere, hangs up, and is slow; then it is well."""
    with receiving(world) as receiver:
        receiver.statuses = itertools.chain(BAD, itertools.repeat(200))
        receiver.slow = 0.5
        orders = some_orders(world)
        eventually(lambda: refused(receiver) >= len(BAD), within=WITHIN_SECONDS)
        receiver.slow = 0.0
        all_arrive(world, receiver, orders)
        attempts_are_shown(world, receiver)
        world.happened("refused or broken off", refused(receiver))


@scenario("deliveries", seconds=60, cases=("deliveries", "gateway"))
def killed(world: World, process: str) -> None:
    """A process dies three times while the receiver has not answered."""
    with receiving(world) as receiver:
        receiver.slow = 0.5
        orders: list[str] = []
        for _ in range(3):
            heard = len(receiver.got)
            orders += some_orders(world, 3)
            eventually(lambda heard=heard: len(receiver.got) > heard, within=WITHIN_SECONDS)
            world.system.kill(process)
            world.happened(f"kill -9 of {process}")
            world.system.revive(process)
        receiver.slow = 0.0
        all_arrive(world, receiver, orders)


@scenario("deliveries", seconds=60, cases=("gone", "given_up"))
def people_decide(world: World, why: str) -> None:
    """It says that it is gone for good, or fails for days: people see it, and send it all again."""
    with receiving(world) as receiver:
        answer = HTTPStatus.GONE if why == "gone" else HTTPStatus.INTERNAL_SERVER_ERROR
        receiver.statuses = itertools.repeat(answer)
        orders = some_orders(world, 3)
        kind = {"gone": "paused", "given_up": "given_up"}[why]

        def wait_for_people() -> Any:
            if why == "given_up":
                world.rows("gateway", FOR_DAYS)
            found = world.api.get("/exceptions")["exceptions"]
            here = [one for one in found if one["kind"] == kind]
            return [one for one in here if one["exception_id"].endswith(receiver.identity)]

        [one] = eventually(wait_for_people, within=WITHIN_SECONDS, every=1)
        if why == "given_up":
            all_are_dead(world, receiver, len(CONFIRMED) * len(orders))
        world.happened(f"{kind}: {one['problem'].partition(':')[0]}")
        receiver.statuses = itertools.repeat(200)
        receiver.got.clear()
        decision = {"decision": "retry", "reason": "it is back"}
        world.api.post(f"/exceptions/{one['exception_id']}/decisions", decision)
        all_arrive(world, receiver, orders)


@scenario("deliveries", seconds=60)
def sent_once_more(world: World) -> None:
    """What happened is asked for once more, while more happens and the receiver stumbles."""
    with receiving(world) as receiver:
        before = some_orders(world, 4)
        all_arrive(world, receiver, before)
        first = {order: [i for i, _ in receiver.about(order)] for order in before}
        since = min(event["timestamp"] for _, event, _ in receiver.got)
        receiver.got.clear()
        receiver.statuses = itertools.chain(BAD[:6], itertools.repeat(200))
        world.api.post(f"{receiver.address}/replay", {"since": since})
        after = some_orders(world, 4)
        all_arrive(world, receiver, [*before, *after])
        for order in before:
            again = list(dict.fromkeys(i for i, _ in receiver.about(order)))
            if again != list(dict.fromkeys(first[order])):
                raise Broken(f"order {order}: {first[order]} came again as {again}")
        world.happened("events sent once more", sum(map(len, first.values())))


@contextmanager
def receiving(world: World) -> Iterator[Receiver]:
    """Let a receiver hear of everything, as long as the scenario lasts."""
    receiver = Receiver()
    # clocks that other scenarios have moved are not the receiver's: it takes any time
    receiver.guide.is_genuine.__globals__["TOLERANCE_SECONDS"] = 10**9
    subscribe(world.api, receiver)
    receiver.identity = receiver.address.rpartition("/")[2]
    try:
        yield receiver
        if receiver.wrong:
            raise Broken(f"{len(receiver.wrong)} deliveries were not signed as the guide says")
    finally:
        world.api.session.delete(f"{world.api.url}{receiver.address}")
        receiver.shutdown()
        receiver.server_close()


def some_orders(world: World, count: int = ORDERS) -> list[str]:
    """Place orders, as patient clients do."""
    sku = world.new_sku(berlin=1000)
    return [world.place(sku, f"{sku}-{number}") for number in range(count)]


def refused(receiver: Receiver) -> int:
    """How many deliveries were not taken so far."""
    return sum(not is_taken(status) for _, _, status in receiver.got)


def is_taken(status: int) -> bool:
    """Whether the receiver has said that it has it."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def all_arrive(world: World, receiver: Receiver, orders: list[str]) -> None:
    """Wait until everything about the orders was taken, and see that nothing overtook."""
    began = time.monotonic()
    for order in orders:
        eventually(
            lambda order=order: {t for _, t in receiver.delivered(order)} >= set(CONFIRMED),
            within=max(10.0, WITHIN_SECONDS - (time.monotonic() - began)),
        )
        check_order(world, receiver, order)


def check_order(world: World, receiver: Receiver, order: str) -> None:
    """Raise Broken unless an order's events came one after the other, each until it was taken."""
    kept = [row.event_id for row in world.rows("gateway", KEPT, order=order)]
    came = [(i, status) for i, e, status in list(receiver.got) if order in str(e)]
    taken: list[str] = []
    for event_id, status in came:
        expected = kept[len(taken)] if len(taken) < len(kept) else ""
        if event_id not in {expected, *taken[-1:]}:
            raise Broken(f"order {order}: {event_id} came before {expected} was taken, or again")
        if is_taken(status) and event_id == expected:
            taken.append(event_id)
    if taken != kept:
        raise Broken(f"order {order}: of {kept} only {taken} arrived")


def attempts_are_shown(world: World, receiver: Receiver) -> None:
    """Each try is there to be looked at, with what was answered."""

    def told() -> int:
        listed = world.api.get(f"{receiver.address}/deliveries", limit=200)["deliveries"]
        tried = [one["delivery_id"] for one in listed if one["attempts"] > 1]
        tries = [world.api.get(f"/webhook-deliveries/{one}")["tries"] for one in tried]
        return sum(not is_taken(one["status"] or 0) for of_one in tries for one in of_one)

    eventually(lambda: told() == refused(receiver), within=30)


def all_are_dead(world: World, receiver: Receiver, count: int) -> None:
    """Wait until so many deliveries were given up; days pass for those that wait."""

    def there() -> bool:
        world.rows("gateway", FOR_DAYS)
        listed = world.api.get(f"{receiver.address}/deliveries", state="dead", limit=200)
        return len(listed["deliveries"]) >= count

    eventually(there, within=WITHIN_SECONDS, every=1)
