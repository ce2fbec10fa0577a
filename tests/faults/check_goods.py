"""Did every piece and every label move once? By the stock ledger and by the carrier's own."""

from collections import Counter
from collections.abc import Iterator

from services.inventory.ledger import UNTRUE_BALANCES
from services.inventory.queries import UNTRUE_RESERVATIONS
from tests.faults.damage import LOST, MONEY, OVERSOLD, TWICE, Books, Damage

NEGATIVE = """
select sku, warehouse_id, on_hand, reserved, allocated, unavailable from stock
where least(on_hand, reserved, allocated, unavailable) < 0
  or on_hand < reserved + allocated + unavailable
"""
KEPT = """
select order_id, sum(p.quantity) as pieces
from reservations, jsonb_to_recordset(placements) as p(quantity bigint)
where state in ('active', 'committed') group by order_id
"""
HELD = """
select cause, sum(reserved + allocated) as pieces,
  -sum(on_hand) filter (where kind = 'fulfilled') as gone
from stock_movements where kind <> 'received' and kind <> 'adjusted' and kind <> 'restocked'
group by cause
"""
SENDINGS = """
select o.order_id, s->>'fulfillment_order_id' as sending, s->>'status' as status,
  (select coalesce(sum((i->>'quantity')::int), 0)
    from jsonb_array_elements(s->'lines') i) as pieces,
  exists (select 1 from saga_runs r where r.run_id = o.order_id || ':'
    || (s->>'fulfillment_order_id') and (r.phase = 'done' or r.step in
    ('capture', 'channel', 'delivery'))) as booked
from orders o, jsonb_array_elements(o.sendings) s
"""
RESTOCKED = """
select cause, reason, sum(on_hand) as pieces, count(*) as times
from stock_movements where kind = 'restocked' group by cause, reason
"""
INSPECTED = """
select r.return_id, r.order_id, r.state, i->>'disposition' as disposition,
  sum((i->>'quantity')::int) as pieces
from returns r, jsonb_array_elements(r.lines) l, jsonb_array_elements(l->'inspected') i
group by 1, 2, 3, 4
"""
LABELS = """
select coalesce(s.order_id, '') as order_id, regexp_replace(l.key, '-[0-9]+$', '') as shipment_id,
  s.state, s.void_asked, count(*) filter (where l.sold is not null) as bought,
  count(*) filter (where l.sold is not null and l.voided_at is null) as valid
from sandbox.carrier_ledger l
left join shipments s on s.shipment_id = regexp_replace(l.key, '-[0-9]+$', '')
group by 1, 2, 3, 4
"""
UNLABELED = """
select s.order_id, s.shipment_id, s.state from shipments s
where s.carrier = 'sandbox' and s.state not in ('pending', 'failed', 'voided') and not exists (
  select 1 from sandbox.carrier_ledger l
  where l.sold is not null and l.key like s.shipment_id || '-%')
"""
PER_PURPOSE = """
select order_id, fulfillment_order_id || return_id as purpose, count(*) as number
from shipments where state not in ('voided', 'failed') group by 1, 2 having count(*) > 1
"""
GONE = frozenset({"scrap", "missing"})


def look(books: Books) -> Iterator[Damage]:
    """Compare balances, ledger, reservations, sendings, returns and labels."""
    yield from _balances(books)
    yield from _pieces_of_orders(books)
    yield from _restocks(books)
    yield from _labels(books)


def _balances(books: Books) -> Iterator[Damage]:
    for row in books.rows("inventory", NEGATIVE):
        found = f"{row.on_hand} on hand, {row.reserved} reserved, {row.allocated} allocated"
        yield Damage(OVERSOLD, f"{row.sku} at {row.warehouse_id}", found)
    for row in books.rows("inventory", UNTRUE_BALANCES.text, whole=True):
        yield Damage(OVERSOLD, f"{row.sku} at {row.warehouse_id}", "not the ledger's sum")
    for row in books.rows("inventory", UNTRUE_RESERVATIONS.text):
        yield Damage(OVERSOLD, f"{row.sku} at {row.warehouse_id}", "not what orders hold")


def _pieces_of_orders(books: Books) -> Iterator[Damage]:
    """What an order holds and what has left, by the ledger, is what it was promised and sent."""
    sendings = {row.sending: row for row in books.rows("orders", SENDINGS)}
    held: Counter[str] = Counter()
    for row in books.rows("inventory", HELD):
        sending = sendings.get(row.cause)
        held[sending.order_id if sending else row.cause] += int(row.pieces)
        gone = int(row.gone or 0)
        if sending and gone > sending.pieces:
            found = f"{row.cause}: {gone} pieces left the books, {sending.pieces} were sent"
            yield Damage(TWICE, sending.order_id, found)
    gone_by = {row.cause: int(row.gone or 0) for row in books.rows("inventory", HELD)}
    for which, sending in sendings.items():
        left = sending.status in {"shipped", "delivered"} and sending.booked
        if left and gone_by.get(which, 0) < sending.pieces:
            found = f"{which}: {sending.pieces} pieces were sent, {gone_by.get(which, 0)} left the "
            yield Damage(OVERSOLD, sending.order_id, f"{found}books")
    kept = Counter({row.order_id: int(row.pieces) for row in books.rows("inventory", KEPT)})
    for order_id in held.keys() | kept.keys():
        if held[order_id] != kept[order_id]:
            found = (
                f"{held[order_id]} pieces are kept for it by the ledger, {kept[order_id]} by its"
            )
            yield Damage(TWICE, order_id, f"{found} reservations")


def _restocks(books: Books) -> Iterator[Damage]:
    booked: dict[tuple[str, str], int] = {
        (row.cause, row.reason): int(row.pieces) for row in books.rows("inventory", RESTOCKED)
    }
    for row in books.rows("returns", INSPECTED):
        wanted = 0 if row.disposition in GONE else int(row.pieces)
        back = booked.pop((row.return_id, row.disposition), 0)
        what = f"{row.return_id}: {wanted} × {row.disposition} inspected, {back} booked in"
        if back > wanted:
            yield Damage(TWICE, row.order_id, what)
        elif back < wanted and row.state == "completed":
            yield Damage(LOST, row.order_id, what)
    for (return_id, disposition), pieces in booked.items():
        found = f"{pieces} × {disposition} booked in that nobody inspected"
        yield Damage(TWICE, return_id, found)


def _labels(books: Books) -> Iterator[Damage]:
    for row in books.rows("shipping", LABELS):
        about = row.order_id or row.shipment_id
        if row.valid > 1:
            found = f"{row.valid} labels of {row.bought} bought for {row.shipment_id} are valid"
            yield Damage(TWICE, about, found)
        if row.state is None and row.bought:
            yield Damage(TWICE, about, f"{row.bought} label bought for no shipment of ours")
        if row.state == "voided" and row.valid and not row.void_asked:
            yield Damage(MONEY, about, f"{row.shipment_id} is voided, its label is still paid for")
    for row in books.rows("shipping", UNLABELED):
        found = f"{row.shipment_id} is {row.state}, but the carrier sold no label for it"
        yield Damage(LOST, row.order_id, found)
    for row in books.rows("shipping", PER_PURPOSE):
        yield Damage(TWICE, row.order_id, f"{row.number} shipments for {row.purpose}")
