"""Do shops and their orders hear the truth? Stock as told, and orders as they came in."""

from collections.abc import Iterator

from tests.faults.damage import LOST, OVERSOLD, Books, Damage

STOCK = """
select s.sku, s.stock_version as version, coalesce(sum(t.on_hand - t.reserved - t.allocated
  - t.unavailable), 0) as available
from skus s left join stock t using (sku) where s.stock_version > 0 group by s.sku
"""
HEARD = "select sku, version, available from stock_to_push"
TOLD = """
select distinct on (x.channel, x.listing) x.channel, x.listing, l.sku, x.state, x.available
from (
  select request->>'channel' as channel, request->>'listing' as listing, state, created_at,
    (request->>'version')::bigint as version, (result->>'available')::bigint as available
  from outside_calls where kind = 'channels.push' and request->>'action' = 'stock') x
join listings l on l.channel = x.channel and l.listing = x.listing
join connections c on c.channel = x.channel and (c.data->>'push_stock')::boolean
order by x.channel, x.listing, x.version desc, x.created_at desc
"""
UNANSWERED = """
select channel, channel_order_id, received_at from inbound_orders where state = 'handed_over'
"""
PLACED = "select order_id, channel, channel_order_id from inbound_orders where state = 'placed'"
ANSWERED = """
select convert_from(body, 'utf8')::jsonb->>'order_id' as order_id from idempotent_requests
where status = 201 and convert_from(body, 'utf8') like '{"order_id"%'
"""


def look(books: Books) -> Iterator[Damage]:
    """Compare what channels know of stock and orders with what is so."""
    heard = {row.sku: row for row in books.rows("channels", HEARD)}
    available = {}
    for row in books.rows("inventory", STOCK):
        available[row.sku] = int(row.available)
        known = heard.get(row.sku)
        if known is None or (known.version, known.available) != (row.version, row.available):
            what = (known.available, known.version) if known else None
            found = f"{row.available} can be sold (version {row.version}), channels know {what}"
            yield Damage(OVERSOLD, row.sku, found)
    for row in books.rows("channels", TOLD):
        if row.state == "succeeded" and row.available != available.get(row.sku, 0):
            found = f"{row.channel} was told {row.available} last, {available.get(row.sku, 0)} can"
            yield Damage(OVERSOLD, row.sku, f"{found} be sold")
    yield from _orders(books)


def _orders(books: Books) -> Iterator[Damage]:
    known = {row.order_id for row in books.rows("orders", "select order_id from orders")}
    for row in books.rows("channels", UNANSWERED):
        found = f"handed over at {row.received_at}, neither accepted nor refused"
        yield Damage(LOST, f"{row.channel} {row.channel_order_id}", found)
    for row in books.rows("channels", PLACED):
        if row.order_id not in known:
            about = f"{row.channel} {row.channel_order_id}"
            yield Damage(LOST, about, f"{row.order_id} was accepted, but is not there")
    for row in books.rows("gateway", ANSWERED):
        if row.order_id not in known:
            yield Damage(LOST, row.order_id, "the client was told its number, but it is not there")
