"""What if the payment provider or the carrier misbehaves?

They are the sandbox ones; a card's token, or a customer's name, makes them misbehave for one
order in everything that is asked of them. What they really did is in ledgers of their own, by
which the checker counts.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chassis.testing import eventually
from local.journey import order_body
from tests.faults.journeys import arrived, call_off, journeys_under_way
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World

WHOM = ("provider", "carrier")
BOOKS = {"provider": "payments", "carrier": "shipping"}
CALLS = """
select kind, key, attempts, extract(epoch from done_at - created_at) as seconds from outside_calls
where correlation_id = any(:orders) and state = 'succeeded'
  and kind not in ('payments.poll', 'shipping.mail')
"""
AWAY = {
    "provider": "select count(*) from sandbox.provider_ledger where fails and token = 'tok_outage'",
    "carrier": "select count(*) from sandbox.carrier_ledger where sold is null and way = 'OUTAGE'",
}
HELD = "select count(*) from sandbox.provider_ledger where key = any(:keys)"
UNANSWERED = "select count(*) from outside_calls where key = any(:keys) and state = 'pending'"
LET_GO = """
select count(*) from sandbox.provider_ledger
where operation = 'void' and held_by = any(:keys) and not fails
"""
SOLD = """
select l.key, l.sold->'parcels'->0->>0 as number, c.state = 'pending' as unanswered
from sandbox.carrier_ledger l join outside_calls c on c.kind = 'shipping.buy' and c.key = l.key
where c.correlation_id = :order and l.sold is not null
"""
VOIDED_LATE = """
select count(*) from outside_calls b join outside_calls v on v.subject = b.subject
where b.kind = 'shipping.buy' and v.kind = 'shipping.void' and b.correlation_id = :order
  and v.created_at >= b.done_at
"""
KEPT_LABELS = """
select count(*) from sandbox.carrier_ledger l join shipments s on l.key like s.shipment_id || '-%'
where s.order_id = any(:orders) and l.sold is not null and l.voided_at is null
"""
HALF_AN_HOUR, A_LITTLE = 31 * 60, 15


@scenario("outside", seconds=45, cases=WHOM)
def times_out_after_doing_it(world: World, whom: str) -> None:
    """Everything is done, but each first answer is a timeout; nothing may be done twice."""
    calls = travel_with(world, whom, "timeout")
    must_hold([call for call in calls if call.attempts < 2], "were not asked for a second time")
    world.happened(f"timeout of the {whom}", len(calls))


@scenario("outside", seconds=60, cases=WHOM)
def answers_late_and_twice(world: World, whom: str) -> None:
    """An answer takes so long that it is asked for again: both come, and one of them counts."""
    calls = travel_with(world, whom, "late")
    must_hold([call for call in calls if call.attempts < 2], "were answered once only")
    world.happened(f"second answer of the {whom}", len(calls))


@scenario("outside", seconds=45, cases=WHOM)
def is_slow(world: World, whom: str) -> None:
    """Each answer takes a second; whoever does not need it goes on beside."""
    with world.orders_under_way(world.new_sku(berlin=100)):
        calls = travel_with(world, whom, "sluggish", count=12)
    must_hold([call for call in calls if call.seconds < 1], "were answered at once")
    world.happened(f"slow answer of the {whom}", len(calls))


@scenario("outside", seconds=60, cases=WHOM)
def answers_500_for_a_minute(world: World, whom: str) -> None:
    """It does nothing but answer 500 for a minute, each time when it is first asked."""
    sku = world.new_sku(berlin=100)

    def all_arrived() -> bool:
        if world.rows(BOOKS[whom], AWAY[whom])[0][0]:
            world.system.move_clock(A_LITTLE)  # the minute passes, and so does what we wait
        return all(one.done() for one in going)

    with journeys_under_way(world, sku, **misbehaving(whom, "outage")) as going:
        eventually(all_arrived, within=300, every=0.7)
    # a label is given back when it was sold, and then the minute is over
    made = calls_of(world, whom, arrived(going))
    calls = [call for call in made if call.kind != "shipping.void"]
    must_hold([call for call in calls if call.attempts < 3], "were answered in the minute")
    world.happened(f"500 of the {whom}", sum(call.attempts - 1 for call in calls))


@scenario("outside", seconds=40)
def provider_answers_when_it_was_given_up(world: World) -> None:
    """The money is held when nobody waits any more: the order is off, and the money let go of."""
    sku = world.new_sku(berlin=100)
    orders = [world.place(sku, f"{sku}-{n}", **misbehaving("provider", "late")) for n in range(4)]
    keys = [f"auth-{order_id}" for order_id in orders]
    eventually(lambda: world.rows("payments", HELD, keys=keys)[0][0] == len(keys), within=60)
    world.system.move_clock(HALF_AN_HOUR)
    late = world.rows("payments", UNANSWERED, keys=keys)[0][0]
    for order_id in orders:
        world.staff.wait_for(order_id, "off", lambda page: page["order"]["status"] == "canceled")
    eventually(lambda: world.rows("payments", LET_GO, keys=keys)[0][0] == len(keys), within=60)
    if not late:
        raise Broken("the provider had answered before the orders were given up")
    world.happened("answer after it was given up", late)


@scenario("outside", seconds=40)
def carrier_answers_when_it_is_called_off(world: World) -> None:
    """The label is sold while the order is called off: it is given back as soon as we know."""
    sku = world.new_sku(berlin=100)
    orders = [world.place(sku, f"{sku}-{n}", **misbehaving("carrier", "late")) for n in range(4)]
    with ThreadPoolExecutor(len(orders)) as several:
        late = sum(several.map(lambda order_id: called_off_while_sold(world, order_id), orders))
    if left := world.rows("shipping", KEPT_LABELS, orders=orders)[0][0]:
        raise Broken(f"{left} labels of orders that were called off are not given back")
    if not late:
        raise Broken("the carrier had answered before the orders were called off")
    world.happened("answer after it was called off", late)


def called_off_while_sold(world: World, order_id: str) -> bool:
    """Pack an order, and call it off when the carrier has sold the label but not said so."""
    pack(world, order_id)
    eventually(lambda: world.rows("shipping", SOLD, order=order_id), within=60)
    call_off(world, order_id)
    [(voided_before_answer,)] = world.rows("shipping", VOIDED_LATE, order=order_id)
    return bool(voided_before_answer)


def pack(world: World, order_id: str) -> None:
    """Pick and pack an order; its label is asked for, and not waited for."""
    for fulfillment in world.staff.allocated(order_id)["fulfillments"]:
        world.staff.pack(world.staff.pick(fulfillment))


def misbehaving(whom: str, way: str) -> dict[str, Any]:
    """What an order must be like to meet a provider or a carrier that misbehaves in this way."""
    if whom == "provider":
        return {"payment": {"method": "card", "token": f"tok_{way}"}}
    return {"ship_to": order_body([])["ship_to"] | {"name": f"{way.upper()} Reader"}}


def travel_with(world: World, whom: str, way: str, count: int = 6) -> list[Any]:
    """Take orders there and back with one who misbehaves; return the calls that were made."""
    sku = world.new_sku(berlin=100)
    with journeys_under_way(world, sku, count, **misbehaving(whom, way)) as going:
        orders = arrived(going)
    return calls_of(world, whom, orders)


def calls_of(world: World, whom: str, orders: Sequence[str]) -> list[Any]:
    """The calls that were made for these orders, each of which had to meet the misbehaviour."""
    calls = world.rows(BOOKS[whom], CALLS, orders=list(orders))
    kinds = {call.kind.partition(".")[2] for call in calls}
    wanted = {"provider": {"authorize", "capture", "refund", "void"}, "carrier": {"buy", "void"}}[
        whom
    ]
    if not wanted <= kinds:
        raise Broken(f"the {whom} was never asked to {' or '.join(sorted(wanted - kinds))}")
    return calls


def must_hold(against: Sequence[Any], what: str) -> None:
    """Raise Broken if the drill did not happen to some of the calls."""
    if against:
        keys = ", ".join(call.key for call in against[:5])
        raise Broken(f"{len(against)} calls {what}: {keys}")
