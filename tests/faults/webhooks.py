"""What if a webhook comes before the answer, twice, too late, or from somebody else?"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from chassis.testing import eventually
from local.journey import CARRIER_SECRET, PROVIDER_SECRET
from tests.faults import travel
from tests.faults.outside import SOLD, WHOM, misbehaving, pack
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World

PATHS = {
    "provider": "/webhooks/payments/sandbox",
    "carrier": "/webhooks/carriers/sandbox",
}
SECRETS = {"provider": PROVIDER_SECRET, "carrier": CARRIER_SECRET}
ORDERS, TIMES = 4, 6
OK, UNAUTHORIZED = 200, 401
HELD = """
select c.state = 'pending' as unanswered from sandbox.provider_ledger l
join outside_calls c on c.kind = 'payments.authorize' and c.key = l.key where l.key = :key
"""
BEFORE = """
select 1 from payments p join outside_calls c on c.subject = p.payment_id
where c.kind = 'payments.authorize' and c.key = :key
  and c.state = 'pending' and p.state = 'authorized'
"""
MONEY = """
select p.state, p.version, (select count(*) from payment_facts f where f.payment_id = p.payment_id)
from payments p where p.order_id = :order
"""
PARCEL = """
select s.state, s.version, b->>'tracking_number' as number,
  jsonb_array_length(b->'events') as events
from shipments s, jsonb_array_elements(s.boxes) b
where s.order_id = :order and s.fulfillment_order_id <> ''
"""


@scenario("webhooks", seconds=40)
def the_provider_posts_before_it_answers(world: World) -> None:
    """The money is known to be held by the webhook; the answer that follows adds nothing."""
    sku = world.new_sku(berlin=100)

    def go(number: int) -> int:
        order_id = world.place(sku, f"{sku}-{number}", **misbehaving("provider", "late"))
        key = f"auth-{order_id}"
        eventually(lambda: world.rows("payments", HELD, key=key), within=60)
        if (status := post(world, "provider", event_of(world, "provider", order_id))) != OK:
            raise Broken(f"order {order_id}: the webhook was answered {status}")
        first = bool(world.rows("payments", BEFORE, key=key))
        travel.there_and_back(world.staff, order_id)
        return first

    happened_to(world, "webhook before the answer", go)


@scenario("webhooks", seconds=40)
def the_carrier_posts_before_it_answers(world: World) -> None:
    """A parcel is on its way by the webhook when we do not know yet that its label was sold."""
    sku = world.new_sku(berlin=100)

    def go(number: int) -> int:
        order_id = world.place(sku, f"{sku}-{number}", **misbehaving("carrier", "late"))
        pack(world, order_id)
        [sold] = eventually(lambda: world.rows("shipping", SOLD, order=order_id), within=60)
        event = scanned(sold.number, "in_transit")
        status = post(world, "carrier", event)
        if status != OK:  # they post again what was not taken
            eventually(lambda: post(world, "carrier", event) == OK, within=60, every=0.5)
        world.staff.deliver(order_id)
        events = world.rows("shipping", PARCEL, order=order_id)[0].events
        if events != 1 + len(("in_transit", "out_for_delivery", "delivered")):
            raise Broken(f"order {order_id}: {events} events are known of its parcel")
        return bool(sold.unanswered)

    happened_to(world, "webhook before the answer", go)


@scenario("webhooks", seconds=40, cases=WHOM)
def replayed(world: World, whom: str) -> None:
    """What was posted comes again, many times at once, and again when all is over."""
    sku = world.new_sku(berlin=100)

    def go(number: int) -> int:
        order_id = world.place(sku, f"{sku}-{number}")
        world.staff.pick_and_pack(order_id)
        event = event_of(world, whom, order_id)
        with ThreadPoolExecutor(TIMES) as several:
            taken = list(several.map(lambda _: post(world, whom, event), range(TIMES)))
        world.staff.hand_over(order_id)
        world.staff.deliver(order_id)
        before = books_of(world, whom, order_id)
        taken += [post(world, whom, event) for _ in range(2)]
        if (now := books_of(world, whom, order_id)) != before:
            raise Broken(f"order {order_id}: a replay changed {before} into {now}")
        if set(taken) != {OK}:
            raise Broken(f"order {order_id}: a replay was answered {sorted(set(taken))}")
        return len(taken) - 1

    happened_to(world, "webhook replayed", go)


@scenario("webhooks", seconds=30, cases=WHOM)
def forged(world: World, whom: str) -> None:
    """Somebody else posts; or a body that was signed is changed, or another one's signature used.

    Each is refused and changes nothing, and the genuine one is taken afterwards.
    """
    sku = world.new_sku(berlin=100)

    def go(number: int) -> int:
        more = {"payment": {"method": "card", "token": "tok_action"}} if whom == "provider" else {}
        order_id = world.place(sku, f"{sku}-{number}", **more)
        if whom == "provider":
            eventually(
                lambda: books_of(world, whom, order_id)[:1] == ["requires_action"], within=60
            )
        else:
            world.staff.pick_and_pack(order_id)
        event = event_of(world, whom, order_id)
        before = books_of(world, whom, order_id)
        forgeries = forgeries_of(whom, event, turned(whom, event))
        answered = {post_raw(world, whom, body, signature) for body, signature in forgeries}
        if answered != {UNAUTHORIZED}:
            raise Broken(f"order {order_id}: forgeries were answered {sorted(answered)}")
        if (now := books_of(world, whom, order_id)) != before:
            raise Broken(f"order {order_id}: a forgery changed {before} into {now}")
        genuinely(world, whom, event, order_id)
        if books_of(world, whom, order_id) == before:
            raise Broken(f"order {order_id}: the genuine webhook changed nothing, either")
        world.staff.allocated(order_id)
        return len(forgeries)

    happened_to(world, "webhook forged", go)


@scenario("webhooks", seconds=40, cases=WHOM)
def stale(world: World, whom: str) -> None:
    """Old news come long after newer ones: they turn nothing back."""
    sku = world.new_sku(berlin=100)

    def go(number: int) -> int:
        order_id = world.place(sku, f"{sku}-{number}")
        world.staff.ship_whole(order_id)
        before = books_of(world, whom, order_id)
        event = event_of(world, whom, order_id)
        if whom == "carrier":
            event |= {"at": (datetime.now(UTC) - timedelta(days=2)).isoformat()}
        for old in (event, turned(whom, event)):
            if (status := post(world, whom, old)) != OK:
                raise Broken(f"order {order_id}: old news were answered {status}")
        if (now := books_of(world, whom, order_id))[0] != before[0]:
            raise Broken(f"order {order_id}: old news turned {before} into {now}")
        return 2

    happened_to(world, "stale webhook", go)


def happened_to(world: World, fault: str, go: Callable[[int], int]) -> None:
    """Let it happen to several orders at once, and count how often it did."""
    with ThreadPoolExecutor(ORDERS) as several:
        times = sum(several.map(go, range(ORDERS)))
    if not times:
        raise Broken(f"there was no {fault}")
    world.happened(fault, times)


def event_of(world: World, whom: str, order_id: str) -> dict[str, str]:
    """What is posted of an order: its money is held, or its parcel is on its way."""
    if whom == "provider":
        return {"type": "payment.authorized", "key": f"auth-{order_id}"}
    return scanned(world.rows("shipping", PARCEL, order=order_id)[0].number, "in_transit")


def scanned(number: str, status: str) -> dict[str, str]:
    """A scan of a parcel."""
    at = datetime.now(UTC).isoformat()
    return {"id": uuid.uuid4().hex, "tracking_number": number, "status": status, "at": at}


def turned(whom: str, event: dict[str, str]) -> dict[str, str]:
    """The same event, turned into a bad one."""
    if whom == "provider":
        return event | {"type": "payment.declined"}
    return event | {"id": uuid.uuid4().hex, "status": "lost"}


def forgeries_of(
    whom: str, event: dict[str, str], changed: dict[str, str]
) -> list[tuple[bytes, str]]:
    """Bodies with signatures that do not fit them."""
    body, other = as_body(event), as_body(changed)
    right = sign(whom, body)
    [neighbor] = set(WHOM) - {whom}
    return [
        (other, right),  # a body that was changed
        (other, ""),
        (other, sign(neighbor, other)),  # signed with what another one knows
        (other, hmac.new(b"guess", other, hashlib.sha256).hexdigest()),
        (body, right[:-1]),
        (body + b" ", right),
    ]


def genuinely(world: World, whom: str, event: dict[str, str], order_id: str) -> None:
    """Post the genuine event; the customer has confirmed at the provider before."""
    if whom == "provider":
        confirm = "update sandbox.provider_ledger set status = 'succeeded' where key = :key"
        world.rows("payments", confirm, key=f"auth-{order_id}")
    if (status := post(world, whom, event)) != OK:
        raise Broken(f"order {order_id}: the genuine webhook was answered {status}")


def books_of(world: World, whom: str, order_id: str) -> list[Any]:
    """What is known of an order's payment, or of its parcels."""
    service, query = {"provider": ("payments", MONEY), "carrier": ("shipping", PARCEL)}[whom]
    return [value for row in world.rows(service, query, order=order_id) for value in row]


def post(world: World, whom: str, event: dict[str, str]) -> int:
    """Post an event as they do, signed; return the status of the answer."""
    body = as_body(event)
    return post_raw(world, whom, body, sign(whom, body))


def post_raw(world: World, whom: str, body: bytes, signature: str) -> int:
    """Post a body with a signature; return the status of the answer."""
    headers = {"Content-Type": "application/json", "X-Signature": signature}
    url = f"{world.system.gateway_url}{PATHS[whom]}"
    return requests.post(url, data=body, headers=headers, timeout=30).status_code


def sign(whom: str, body: bytes) -> str:
    """Sign a body with the secret that is shared with them."""
    return hmac.new(SECRETS[whom], body, hashlib.sha256).hexdigest()


def as_body(event: dict[str, str]) -> bytes:
    """Write an event as it is posted."""
    return json.dumps(event).encode()
