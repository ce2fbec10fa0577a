"""Was every amount taken and given back once? By the provider's own ledger, then by ours."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.faults.damage import LOST, MONEY, TOLD, TWICE, Books, Damage

# What the provider did for each intent: a key without its try, `cap-full_1-ord_1-2` → `…-ord_1`.
MOVED = """
select regexp_replace(key, '-[0-9]+$', '') as intent, operation, held_by,
  split_part(held_by, '-', 2) as order_id,
  count(*) filter (where status = 'succeeded' and not fails) as times,
  coalesce(sum(amount) filter (where status = 'succeeded' and not fails), 0) as amount
from sandbox.provider_ledger where operation in ('capture', 'refund') group by 1, 2, 3
"""
WANTED = """
select 'cap-' || c.capture_id || '-' || c.order_id as intent, 'capture' as operation,
  c.order_id, c.amount, c.state from captures c join payments p using (order_id)
where p.edit = 0 and p.method = 'card' and c.amount > 0
union all
select 'ref-' || r.order_id || '-' || r.refund_id, 'refund', r.order_id, r.amount, r.state
from refunds r join payments p using (order_id) where p.edit = 0 and p.method = 'card'
"""
# An edited order may have several holds and payments: `auth-ord_1`, and `auth-ord_1-2` of an edit.
HELD = """
select split_part(a.key, '-', 2) as order_id, a.key, a.status, a.amount as held,
  coalesce(sum(m.amount) filter (where m.operation = 'capture'), 0) as captured,
  coalesce(sum(m.amount) filter (where m.operation = 'refund'), 0) as refunded,
  bool_or(m.operation = 'void') as let_go
from sandbox.provider_ledger a left join sandbox.provider_ledger m
  on m.held_by = a.key and m.status = 'succeeded' and not m.fails
where a.operation = 'authorize' group by a.key, a.status, a.amount
"""
PAYMENTS = """
select p.order_id, p.amount, p.lowered, p.authorized, p.captured, p.refunded, p.claimed, p.seq,
  count(f.seq) as facts, coalesce(max(f.seq), 0) as last,
  coalesce(sum(f.amount) filter (where f.kind = 'authorized'), 0) as fact_authorized,
  coalesce(sum(f.amount) filter (where f.kind = 'captured'), 0) as fact_captured,
  coalesce(sum(f.amount) filter (where f.kind = 'refunded'), 0) as fact_refunded
from payments p left join payment_facts f using (payment_id) group by p.payment_id
"""
ORDERS = """
select order_id, state, captured, refunded, total, delivery_net,
  (select coalesce(sum((l->>'total')::bigint), 0) from jsonb_array_elements(lines) l) as lines
from orders
"""
OFF = frozenset({"canceled", "expired"})


def look(books: Books) -> Iterator[Damage]:
    """Compare the provider's ledger with what was wanted, and with our own books."""
    yield from _each_once(books)
    payments = _by_order(books.rows("payments", PAYMENTS))
    held = _by_order(books.rows("payments", HELD))
    orders = {row.order_id: row for row in books.rows("orders", ORDERS)}
    for order in orders.values():
        if order.total != order.lines + order.delivery_net:
            found = f"it costs {order.total}, its lines and delivery {order.lines} and "
            yield Damage(MONEY, order.order_id, f"{found}{order.delivery_net}")
    for order_id, several in payments.items():
        for payment in several:
            yield from _adds_up(payment)
        if (known := orders.get(order_id)) is None:
            yield Damage(LOST, order_id, "there is a payment, but no such order")
        elif order_id not in books.waiting:
            yield from _agrees(several, held.get(order_id, []), known)
    for order_id, holds in held.items():
        for one in holds:
            if not one.refunded <= one.captured <= one.held:
                found = f"{one.key}: held {one.held}, took {one.captured}, refunded {one.refunded}"
                yield Damage(MONEY, order_id, found)
            if order_id not in payments:
                found = f"the provider holds {one.held}, of which we know nothing"
                yield Damage(MONEY, order_id, found)


def _by_order(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


def _each_once(books: Books) -> Iterator[Damage]:
    wanted = {(w.operation, w.intent): w for w in books.rows("payments", WANTED)}
    for moved in books.rows("payments", MOVED):
        want = wanted.pop((moved.operation, moved.intent), None)
        what = f"{moved.operation} {moved.intent}"
        if moved.times > 1:
            found = f"the provider did {what} {moved.times} times, {moved.amount} in all"
            yield Damage(TWICE, moved.order_id, found)
        if want is None:
            if moved.times:
                found = f"the provider did {what} of {moved.amount}, which nobody wanted"
                yield Damage(TWICE, moved.order_id, found)
        elif want.state == "succeeded" and (moved.times == 0 or want.amount != moved.amount):
            found = f"{what}: {want.amount} wanted, {moved.amount} moved at the provider"
            yield Damage(MONEY, moved.order_id, found)
        elif want.state == "failed" and moved.times:
            found = f"{what}: failed by our books, {moved.amount} moved at the provider"
            yield Damage(MONEY, moved.order_id, found)
    for (operation, intent), want in wanted.items():
        if want.state == "succeeded":
            found = f"{operation} {intent} of {want.amount} is in our books, not at the provider"
            yield Damage(MONEY, want.order_id, found)


def _adds_up(payment: Any) -> Iterator[Damage]:
    sums = (payment.authorized, payment.captured, payment.refunded)
    facts = (payment.fact_authorized, payment.fact_captured, payment.fact_refunded)
    if sums != facts:
        found = f"authorized, captured, refunded are {sums}, their facts sum up to {facts}"
        yield Damage(MONEY, payment.order_id, found)
    if not payment.facts == payment.last == payment.seq:
        found = f"{payment.facts} facts of the payment, numbered to {payment.last}; {payment.seq}"
        yield Damage(TOLD, payment.order_id, f"{found} were written")
    if not payment.refunded <= payment.captured <= payment.authorized <= payment.amount:
        found = f"of {payment.amount}: authorized, captured, refunded are {sums}"
        yield Damage(MONEY, payment.order_id, found)
    if payment.claimed > payment.amount - payment.lowered:
        found = f"{payment.claimed} were asked for of {payment.amount} less {payment.lowered}"
        yield Damage(MONEY, payment.order_id, found)


def _agrees(payments: Sequence[Any], holds: Sequence[Any], order: Any) -> Iterator[Damage]:
    ours = _taken(payments)
    if ours != (order.captured, order.refunded):
        found = f"payments captured and refunded {ours}, the order says "
        yield Damage(MONEY, order.order_id, f"{found}{(order.captured, order.refunded)}")
    if holds and ours != (theirs := _taken(holds)):
        found = f"by our books {ours} were captured and refunded, by the provider's {theirs}"
        yield Damage(MONEY, order.order_id, found)
    if order.state not in OFF:
        return
    captured, refunded = ours
    if captured > refunded:
        found = f"it is {order.state}, but {captured - refunded} were kept"
        yield Damage(MONEY, order.order_id, found)
    for one in holds:
        if one.status == "succeeded" and not one.let_go and one.held > one.captured:
            found = f"it is {order.state}, but the provider still holds {one.held - one.captured}"
            yield Damage(MONEY, order.order_id, found)


def _taken(rows: Iterable[Any]) -> tuple[int, int]:
    several = list(rows)
    return sum(int(row.captured) for row in several), sum(int(row.refunded) for row in several)
