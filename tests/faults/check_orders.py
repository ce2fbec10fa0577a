"""Is every accepted order at its end, or in somebody's hands? And is its history whole?

In somebody's hands means: a step with a deadline that waits for staff, customer or carrier who
really can do it; a hold; or a problem that people see. When all is quiet, nobody may wait for the
answer of a service any more: then it was lost, even if a timer would ask again one day.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.faults.damage import LOST, STUCK, TOLD, Books, Damage

RUNS = """
select o.order_id, o.state, r.run_id, r.saga, r.step, r.phase, r.attempts, r.deadline, r.problem,
  jsonb_array_length(o.holds) > 0 as held, r.data->>'fulfillment_order_id' as sending
from orders o join saga_runs r on r.subject_id = o.order_id
where r.phase in ('forward', 'backward', 'waiting')
"""
IDLE = """
select order_id, state, captured, payment_status, fulfillment_status from orders o
where state in ('pending', 'confirmed') and not exists (
  select 1 from saga_runs r where r.subject_id = o.order_id
  and r.phase in ('forward', 'backward', 'waiting'))
"""
RETURNS = """
select o.return_id, o.order_id, o.state, r.step, r.phase, r.attempts, r.deadline, r.problem
from returns o left join saga_runs r on r.subject_id = o.return_id
  and r.phase in ('forward', 'backward', 'waiting')
"""
PAYMENTS = "select order_id from payments where state in ('pending', 'requires_action')"
PICKING = """
select fulfillment_order_id, order_id, status from fulfillment_orders
where status in ('open', 'in_progress')
"""
PARCELS = """
select fulfillment_order_id, shipped_at is not null as has_left from shipments
where fulfillment_order_id <> '' and state not in ('pending', 'failed', 'voided')
"""
NUMBERED = """
select o.order_id, o.seq, count(h.seq) as lines, coalesce(max(h.seq), 0) as last
from orders o left join order_history h using (order_id)
group by o.order_id having count(h.seq) <> o.seq or coalesce(max(h.seq), 0) <> o.seq
"""
BACKWARDS = """
select order_id, seq, action, at, before_at from (
  select order_id, seq, action, at, lag(at) over (partition by order_id order by seq) as before_at
  from order_history) h
where at < before_at - make_interval(secs => :slack)
"""
TWICE_TOLD = """
select order_id, action, subject, count(*) as times from order_history
where message_id <> '' group by order_id, action, subject, before, after, reason, message_id
having count(*) > 1
union all
select order_id, action, subject, count(*) from order_history
where action in ('placed', 'payment authorized', 'label bought', 'shipped', 'delivered',
  'channel told', 'restocked', 'return opened', 'return received', 'return inspected',
  'return completed', 'refunded')
group by order_id, action, subject, after, case when action = 'refunded' then reason end
having count(*) > 1
"""
UNTOLD = """
select o.order_id, o.state, o.captured, o.refunded, o.shipped, o.delivered,
  count(*) filter (where h.action = 'placed' and h.seq = 1) as placed,
  max(h.seq) filter (where h.action = 'status' and h.after = o.state) as at_state,
  max(h.seq) filter (where h.action = 'status') as last_state,
  count(*) filter (where h.action = 'payment captured') as told_captured,
  count(*) filter (where h.action in ('refunded', 'payment voided')) as told_refunded,
  count(*) filter (where h.action = 'shipped') as told_shipped,
  count(*) filter (where h.action = 'delivered') as told_delivered
from (select *,
  (select count(*) from jsonb_array_elements(sendings) s
    where s->>'status' in ('shipped', 'delivered')) as shipped,
  (select count(*) from jsonb_array_elements(sendings) s
    where s->>'status' = 'delivered') as delivered from orders) o
join order_history h using (order_id)
group by o.order_id, o.state, o.captured, o.refunded, o.shipped, o.delivered
"""
GRACE = timedelta(seconds=60)
SLACK_SECONDS = 1.0
OVER = frozenset({"declined", "completed", "canceled", "expired"})


def look(books: Books) -> Iterator[Damage]:
    """Look at the runs of all orders and returns, and at the histories."""
    yield from _runs(books)
    yield from _returns(books)
    yield from _histories(books)


def _runs(books: Books) -> Iterator[Damage]:
    paying = {row.order_id for row in books.rows("payments", PAYMENTS)}
    picking = {row.fulfillment_order_id: row for row in books.rows("warehouse", PICKING)}
    parcels = {row.fulfillment_order_id: row.has_left for row in books.rows("shipping", PARCELS)}
    off = set()
    for run in books.rows("orders", RUNS):
        where = f"{run.saga}.{run.step} ({run.phase})"
        if run.state in {"canceled", "expired"}:
            off.add(run.order_id)
            yield Damage(STUCK, run.order_id, f"it is {run.state}, but {where} is still open")
        elif run.phase == "waiting" or (run.problem and run.phase == "forward"):
            continue  # people see it
        elif run.attempts == 0:
            if not run.held:
                yield Damage(
                    STUCK, run.order_id, f"{where} waits at a gate that nothing holds shut"
                )
        elif run.deadline is None:
            yield Damage(STUCK, run.order_id, f"{where} has neither timer nor owner")
        elif run.deadline < books.now - GRACE:
            found = f"{where} is overdue since {run.deadline}, and nobody was told"
            yield Damage(STUCK, run.order_id, found)
        elif run.order_id not in books.waiting and not _owned(run, paying, picking, parcels):
            found = f"{where} waits for an answer that nobody owes; its timer is {run.deadline}"
            yield Damage(LOST, run.order_id, found)
    for order in books.rows("orders", IDLE):
        found = f"{order.state}, {order.payment_status}, {order.fulfillment_status}, and no run"
        yield Damage(STUCK, order.order_id, found)
    states = dict(books.rows("orders", "select order_id, state from orders"))
    for one in picking.values():
        if states.get(one.order_id) not in {"pending", "confirmed"}:
            found = f"{one.fulfillment_order_id} is {one.status}, but the order is "
            yield Damage(LOST, one.order_id, f"{found}{states.get(one.order_id)}")


def _owned(run: Any, paying: set[str], picking: Any, parcels: dict[str, bool]) -> bool:
    """Tell whether people or the outside can really do what the step waits for."""
    if run.phase == "backward":
        return False
    return {
        "payment": run.order_id in paying,
        "packing": run.sending in picking,
        "handover": parcels.get(run.sending) is False,
        "delivery": parcels.get(run.sending) is True,
    }.get(run.step, False)


def _returns(books: Books) -> Iterator[Damage]:
    for one in books.rows("returns", RETURNS):
        where = f"{one.return_id} is {one.state}, at {one.step} ({one.phase})"
        if one.step is None:
            if one.state not in OVER and one.state != "requested":
                yield Damage(STUCK, one.order_id, f"{where}, and has no run")
        elif one.state in OVER:
            yield Damage(STUCK, one.order_id, f"{where}, which is still open")
        elif one.phase == "waiting" or one.problem:
            continue  # people see it
        elif one.deadline is None or one.deadline < books.now - GRACE:
            yield Damage(STUCK, one.order_id, f"{where}, its timer is {one.deadline}")
        elif one.step != "goods" and not {one.order_id, one.return_id} & books.waiting:
            yield Damage(LOST, one.order_id, f"{where} waits for an answer that nobody owes")


def _histories(books: Books) -> Iterator[Damage]:
    for row in books.rows("orders", NUMBERED):
        found = f"{row.lines} lines, numbered to {row.last}; {row.seq} were written"
        yield Damage(TOLD, row.order_id, found)
    for row in books.rows("orders", BACKWARDS, slack=SLACK_SECONDS + books.skew):
        found = f"line {row.seq} ({row.action}) is of {row.at}, the one before of {row.before_at}"
        yield Damage(TOLD, row.order_id, found)
    for row in books.rows("orders", TWICE_TOLD):
        found = f"{row.action} {row.subject} is told {row.times} times"
        yield Damage(TOLD, row.order_id, found)
    captures = dict(books.rows("payments", CAPTURES))
    for row in books.rows("orders", UNTOLD):
        for what, told in _untold(row, captures.get(row.order_id, 0)):
            if not told and row.order_id not in books.waiting:
                yield Damage(TOLD, row.order_id, f"that it was {what} is not told")


CAPTURES = """
select order_id, count(*) as number from captures where state = 'succeeded' group by order_id
"""


def _untold(row: Any, captures: int) -> Iterator[tuple[str, bool]]:
    yield "placed", row.placed == 1
    yield row.state, row.state == "pending" or row.at_state == row.last_state
    yield "captured", row.told_captured == captures
    yield "refunded", not row.refunded or bool(row.told_refunded)
    yield "shipped", row.told_shipped >= row.shipped
    yield "delivered", row.told_delivered >= row.delivered
