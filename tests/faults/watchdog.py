"""What if, by a fault of ours, nobody moves an order any more? Then people see it, and can mend it.

Each kind of neglect is planted into the books of an order of its own, while the system runs. Each
must appear among the exceptions, once in the order's history and in no other order's; and when
people press the button, the order goes on as if nothing had been.
"""

import time
from collections.abc import Mapping
from typing import Any

from chassis.testing import eventually
from local.client import Refusal
from tests.faults.journeys import call_off
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World

SEEN_SECONDS = 90
REFUSED = 409
NO_RUN = "delete from saga_runs where subject_id = :order and saga = 'order'"
NO_DEADLINE = "update saga_runs set deadline = null where subject_id = :order and phase = 'forward'"
NO_BACK_HALF = "delete from saga_runs where subject_id = :order and saga = 'fulfillment'"
NOT_ALLOCATED = """
update orders set sendings = jsonb_set(sendings, '{0,status}', '"planned"'),
  lines = jsonb_set(jsonb_set(lines, '{0,open}', '1'), '{0,allocated}', '0') where order_id = :order
"""
CANCELING = "update orders set canceling = 'a slip of the pen' where order_id = :order"
HIDE = """
update saga_runs set subject_id = 'hidden:' || subject_id
where subject_id = :order and saga = 'fulfillment'
"""
SHOW = "update saga_runs set subject_id = :order where subject_id = 'hidden:' || :order"
PARK = """
insert into deferred (message_id, name, correlation_id, headers, body, state, attempts, first_at,
  due_at, reason, stack)
values ('parked-' || :order, 'nobody.knows.v1', :order, '{}', '', 'parked', 1, now(), now(),
  'planted', '')
"""
NO_ANSWER = """
update outside_calls set state = 'pending', done_at = null, attempts = 6, error = 'planted',
  due_at = now() + interval '1 day' where kind = 'shipping.mail' and subject = :order
"""


@scenario("watchdog", seconds=60)
def neglected_orders_go_on_when_asked_again(world: World) -> None:
    """Runs without a deadline, without a back half, without anything: retry mends each."""
    sku = world.new_sku(berlin=20)
    planted = {
        "no_timer": allocated(world, sku, NO_DEADLINE),
        "not_sent_out": allocated(world, sku, NO_BACK_HALF),
        "journey_over": allocated(world, sku, NO_BACK_HALF, NOT_ALLOCATED),
        "cancellation": allocated(world, sku, CANCELING),
        "no_journey": unpaid(world, sku, NO_RUN),
    }
    found = all_seen(world, planted)
    for kind, one in found.items():
        decide(world, one, "retry")
        world.happened(f"exception {kind}, retried")
    none_left(world, planted)
    canceled = planted.pop("cancellation")
    world.staff.wait_for(canceled, "canceled", lambda p: p["order"]["status"] == "canceled")
    call_off(world, planted.pop("no_journey"))
    for order_id in planted.values():
        world.staff.ship_whole(order_id)


@scenario("watchdog", seconds=60)
def neglected_orders_are_given_back(world: World) -> None:
    """The same, and people give the orders up: everything is given back."""
    sku = world.new_sku(berlin=20)
    planted = {
        "no_timer": allocated(world, sku, NO_DEADLINE),
        "not_sent_out": allocated(world, sku, NO_BACK_HALF),
        "journey_over": allocated(world, sku, NO_BACK_HALF, NOT_ALLOCATED),
        "no_journey": allocated(world, sku, NO_RUN),
    }
    found = all_seen(world, planted)
    if found["no_journey"]["allowed"] != ["compensate"]:
        raise Broken(f"a confirmed order may not begin anew: {found['no_journey']}")
    for kind, one in found.items():
        decide(world, one, "compensate")
        world.happened(f"exception {kind}, compensated")
    none_left(world, planted)
    for order_id in planted.values():
        world.staff.wait_for(order_id, "canceled", lambda p: p["order"]["status"] == "canceled")


@scenario("watchdog", seconds=60)
def what_has_left_is_not_given_back_and_others_tell_theirs(world: World) -> None:
    """A parcel under way that nobody follows; a call without an answer; a parked message."""
    order_id = world.place(world.new_sku(berlin=1), f"left-{time.time_ns()}")
    world.staff.pick_and_pack(order_id)
    world.staff.hand_over(order_id)
    mailed = lambda: world.rows(  # noqa: E731 - a probe
        "shipping", "select 1 from outside_calls where kind = 'shipping.mail'"
        " and subject = :order and state = 'succeeded'", order=order_id,
    )  # fmt: skip
    eventually(mailed, within=SEEN_SECONDS)
    world.rows("orders", HIDE, order=order_id)
    world.rows("shipping", NO_ANSWER, order=order_id)
    world.rows("payments", PARK, order=order_id)
    kinds = dict.fromkeys(("not_sent_out", "call", "parked"), order_id)
    found = all_seen(world, kinds)
    for kind, decision in (
        ("not_sent_out", "compensate"),
        ("call", "skip"),
        ("parked", "compensate"),
    ):
        refused(world, found[kind], decision)
    world.rows("orders", SHOW, order=order_id)
    decide(world, found["call"], "retry")
    decide(world, found["parked"], "skip")
    none_left(world, kinds)
    for kind in kinds:
        world.happened(f"exception {kind}, mended")
    told = {line["action"]: line for line in world.staff.deliver(order_id)["history"]}
    for action in ("does not go on", "goes on", "call retried", "message dropped"):
        if action not in told:
            raise Broken(f"the history does not tell that it {action}: {list(told)}")
    if told["message dropped"]["reason"] != "it was planted":
        raise Broken(f"the history does not tell why: {told['message dropped']}")


def allocated(world: World, sku: str, *damage: str) -> str:
    """Take an order as far as picking, and damage its books."""
    order_id = world.place(sku, f"{sku}-{time.time_ns()}")
    world.staff.allocated(order_id)
    for statement in damage:
        world.rows("orders", statement, order=order_id)
    return order_id


def unpaid(world: World, sku: str, damage: str) -> str:
    """Let an order wait for its money, and damage its books."""
    slow = {"method": "card", "token": "tok_slow"}
    order_id = world.place(sku, f"{sku}-{time.time_ns()}", payment=slow)
    world.staff.wait_for(
        order_id, "waits for its money", lambda p: p["order"]["payment_status"] == "pending"
    )
    world.rows("orders", damage, order=order_id)
    return order_id


def exceptions(world: World) -> list[Any]:
    """Read all that does not go on, page by page."""
    found: list[Any] = []
    after = ""
    while True:
        page = world.api.get("/exceptions", after=after, limit=20)
        if page["missing"]:
            raise Broken(f"{page['missing']} did not answer")
        found += page["exceptions"]
        if not (after := page["next"]):
            return found


def all_seen(world: World, planted: Mapping[str, str]) -> dict[str, Any]:
    """Wait until each kind is seen at its order, and see that no other is there."""
    ours = set(planted.values())

    def seen() -> dict[str, Any]:
        mine = [one for one in exceptions(world) if one["order_id"] in ours]
        return {one["kind"]: one for one in mine if planted.get(one["kind"]) == one["order_id"]}

    found: dict[str, Any] = {}
    eventually(lambda: found.update(seen()) or found.keys() == planted.keys(), within=SEEN_SECONDS)
    more = [one for one in exceptions(world) if one["order_id"] in ours]
    if len(more) != len(planted):
        raise Broken(f"{len(planted)} faults were planted, and people see {more}")
    for one in found.values():
        if not (one["problem"] and one["owner"] and one["allowed"]):
            raise Broken(f"people are not told what to do: {one}")
        world.say(f"{one['exception_id']}: {one['problem']} {one['allowed']}")
    return found


def none_left(world: World, planted: Mapping[str, str]) -> None:
    """Wait until none of the orders is an exception any more."""
    ours = set(planted.values())
    eventually(
        lambda: not [one for one in exceptions(world) if one["order_id"] in ours],
        within=SEEN_SECONDS,
    )


def decide(world: World, one: Any, decision: str) -> None:
    """Press a button."""
    wish = {"decision": decision, "reason": "it was planted"}
    world.api.post(f"/exceptions/{one['exception_id']}/decisions", wish)


def refused(world: World, one: Any, decision: str) -> None:
    """Press a button that must not work."""
    try:
        decide(world, one, decision)
    except Refusal as refusal:
        if refusal.status != REFUSED:
            raise
        return
    raise Broken(f"{decision} was taken, which {one['exception_id']} does not allow")
