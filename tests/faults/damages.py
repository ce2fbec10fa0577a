"""What can be wrong with a system? Each kind of damage, and what the checker is to say to it.

`sql` does it, statement by statement, in one service's database; `seen` is which promise is broken
of which order (done, waiting or off), SKU or stock, and that nothing else is.
"""

from dataclasses import dataclass

from tests.faults.damage import LOST, MONEY, OVERSOLD, STUCK, TOLD, TWICE


@dataclass(frozen=True)
class Planted:
    """One kind of damage."""

    service: str
    sql: str
    seen: frozenset[tuple[str, str]]

    @property
    def statements(self) -> list[str]:
        """The statements, one by one."""
        return [one.strip() for one in self.sql.split(";") if one.strip()]


def _is(service: str, sql: str, *seen: tuple[str, str]) -> Planted:
    return Planted(service, sql, frozenset(seen))


MOVED_AGAIN = """
insert into stock_movements (at, sku, warehouse_id, kind, on_hand, reserved, allocated, unavailable,
  cause, actor, reason)
select at, sku, warehouse_id, kind, on_hand, reserved, allocated, unavailable, cause, actor, reason
from stock_movements where sku = :sku and kind = '{}' order by movement_id limit 1
"""
CHARGED_AGAIN = """
insert into sandbox.provider_ledger
select (jsonb_populate_record(l, jsonb_build_object('key', {}))).* from sandbox.provider_ledger l
where held_by = 'auth-' || :done and operation = '{}'
"""
CALL = """
insert into outside_calls (id, kind, key, subject, correlation_id, actor, request, state, attempts,
  created_at, due_at, done_at, result) values ('call_x', '{}', 'x', 'x', :waiting, 'x',
  '{}', '{}', 1, now(), now() - interval '1 hour', now(), '{}')
"""
ASIDE = """
insert into deferred (message_id, name, correlation_id, headers, body, state, attempts, first_at,
  due_at, reason, stack)
values ('msg_x', 'inventory.reserve.v1', :waiting, '{{}}', '', '{}', 1, now(),
  now() - interval '1 hour', 'it hurts', '')
"""
LABELED_AGAIN = """
insert into sandbox.carrier_ledger
select (jsonb_populate_record(l, jsonb_build_object('key', {}))).* from sandbox.carrier_ledger l
where key like (select shipment_id from shipments where order_id = :done and return_id = '') || '-%'
"""
RUN = "update saga_runs set {} where subject_id = :waiting and saga = 'fulfillment'"
LINE = "update order_history set {} where order_id = :done and action = '{}'"
DAMAGES = {
    "a second charge under another try": _is(
        "payments", CHARGED_AGAIN.format("regexp_replace(key, '-1$', '-2')", "capture"),
        (MONEY, "done"), (TWICE, "done"),
    ),
    "a charge that nobody wanted": _is(
        "payments", CHARGED_AGAIN.format("'cap-strange-' || :done || '-1'", "capture"),
        (MONEY, "done"), (TWICE, "done"),
    ),
    "a second refund": _is(
        "payments", CHARGED_AGAIN.format("key || '9'", "refund"),
        (MONEY, "done"), (TWICE, "done"),
    ),
    "more refunded than was captured": _is(
        "payments", """
        update sandbox.provider_ledger set amount = 9999 where operation = 'refund' and
          held_by = 'auth-' || :done
    """,
        (MONEY, "done"),
    ),
    "an order that costs something else than its lines": _is(
        "orders", "update orders set total = total + 1 where order_id = :waiting",
        (MONEY, "waiting"),
    ),
    "more asked for than an edit has left": _is(
        "payments", "update payments set lowered = amount where order_id = :done",
        (MONEY, "done"),
    ),
    "a charge in our books alone": _is(
        "payments", """
        delete from sandbox.provider_ledger where held_by = 'auth-' || :done and
          operation = 'capture'
    """,
        (MONEY, "done"),
    ),
    "a fact of a payment lost": _is(
        "payments", """
        delete from payment_facts where kind = 'captured' and payment_id = (select
          payment_id from payments where order_id = :done)
    """,
        (MONEY, "done"), (TOLD, "done"),
    ),
    "an order that thinks it took more": _is(
        "orders", """
        update orders set captured = captured + 1 where order_id = :done
    """,
        (MONEY, "done"),
    ),
    "money held for an order that is off": _is(
        "payments", """
        delete from sandbox.provider_ledger where held_by = 'auth-' || :off
    """,
        (MONEY, "off"),
    ),
    "a second label": _is(
        "shipping", LABELED_AGAIN.format("regexp_replace(key, '-1$', '-2')"),
        (TWICE, "done"),
    ),
    "a label for nobody": _is(
        "shipping", LABELED_AGAIN.format("'shp_nobody-1'"),
        (TWICE, "shp_nobody"),
    ),
    "a label in our books alone": _is(
        "shipping", """
        delete from sandbox.carrier_ledger where key like (select shipment_id from
          shipments where order_id = :done and return_id <> '') || '-%'
    """,
        (LOST, "done"),
    ),
    "a lost row of the stock ledger": _is(
        "inventory", """
        delete from stock_movements where sku = :sku and kind = 'received'
    """,
        (OVERSOLD, "stock"),
    ),
    "a balance that is off": _is(
        "inventory", """
        update stock set on_hand = on_hand + 1 where sku = :sku
    """,
        (OVERSOLD, "sku"), (OVERSOLD, "stock"),
    ),
    "more promised than is there": _is(
        "inventory", """
        alter table stock drop constraint ck_stock_never_oversold;
        update stock set on_hand = 0 where sku = :sku
    """,
        (OVERSOLD, "sku"), (OVERSOLD, "stock"),
    ),
    "restocked twice": _is(
        "inventory", MOVED_AGAIN.format("restocked") + ";" + """
        update stock set on_hand = on_hand + 1 where sku = :sku
    """,
        (OVERSOLD, "sku"), (TWICE, "done"),
    ),
    "booked out twice": _is(
        "inventory", MOVED_AGAIN.format("fulfilled") + ";" + """
        update stock set on_hand = on_hand - 2, allocated = allocated - 1 where sku =
          :sku
    """,
        (OVERSOLD, "sku"), (OVERSOLD, "stock"), (TWICE, "done"),
    ),
    "reserved twice": _is(
        "inventory", MOVED_AGAIN.format("reserved") + ";" + """
        update stock set reserved = reserved + 2 where sku = :sku
    """,
        (OVERSOLD, "sku"), (OVERSOLD, "stock"), (TWICE, "done"),
    ),
    "a step without timer and owner": _is(
        "orders", RUN.format("deadline = null"),
        (STUCK, "waiting"),
    ),
    "a step that is overdue unseen": _is(
        "orders", RUN.format("deadline = now() - interval '1 hour'"),
        (STUCK, "waiting"),
    ),
    "a step at a gate that nothing holds shut": _is(
        "orders", RUN.format("attempts = 0, deadline = null"),
        (STUCK, "waiting"),
    ),
    "a step whose answer was lost": _is(
        "orders", RUN.format("step = 'goods'"),
        (LOST, "waiting"),
    ),
    "a step that staff cannot see": _is(
        "warehouse", """
        update fulfillment_orders set status = 'canceled' where order_id = :waiting
    """,
        (LOST, "waiting"),
    ),
    "an order without any run": _is(
        "orders", """
        delete from saga_runs where subject_id = :waiting
    """,
        (STUCK, "waiting"),
    ),
    "a run of an order that is off": _is(
        "orders", """
        update saga_runs set phase = 'forward' where subject_id = :off and saga =
          'order'
    """,
        (STUCK, "off"),
    ),
    "a pick list of an order that is off": _is(
        "warehouse", """
        update fulfillment_orders set status = 'open' where order_id = :off
    """,
        (LOST, "off"),
    ),
    "a return without a run": _is(
        "returns", """
        update returns set state = 'inspected' where order_id = :done
    """,
        (STUCK, "done"),
    ),
    "a gap in the history": _is(
        "orders", """
        delete from order_history where order_id = :done and action = 'packed'
    """,
        (TOLD, "done"),
    ),
    "a history that goes back in time": _is(
        "orders", LINE.format("at = at - interval '1 hour'", "packed"),
        (TOLD, "done"),
    ),
    "something told twice": _is(
        "orders", """
        insert into order_history select order_id, seq + 1000, now(), actor, action,
          subject, before, after, reason, 'msg_y' from order_history where order_id =
          :done and action = 'restocked';
        update order_history set seq = (select seq + 1 from orders where order_id =
          :done) where order_id = :done and seq > 1000;
        update orders set seq = seq + 1 where order_id = :done
    """,
        (TOLD, "done"),
    ),
    "something not told": _is(
        "orders", LINE.format("action = 'note'", "payment captured"),
        (TOLD, "done"),
    ),
    "a parked message": _is(
        "payments", ASIDE.format("parked"),
        (LOST, "waiting"),
    ),
    "a message put aside and forgotten": _is(
        "payments", ASIDE.format("waiting"),
        (LOST, "waiting"),
    ),
    "a message in the outbox": _is(
        "returns", """
        insert into outbox (message_id, wire, correlation_id, headers, body) values
          ('msg_z', 'payments.refund.v1', :done, '{}', '{}')
    """,
        (LOST, "done"),
    ),
    "a call that nobody makes": _is(
        "shipping", CALL.format("shipping.mail", "{}", "pending", "{}"),
        (LOST, "waiting"),
    ),
    "an order that channels believe in": _is(
        "channels", """
        insert into inbound_orders (inbound_id, channel, channel_order_id, received_at,
          state, reason, unmapped, unpaid, order_id, canceled, version) values ('inb_x',
          'till', '77', now(), 'placed', '', '[]', false, 'ord_x', false, 1)
    """,
        (LOST, "till 77"),
    ),
    "an order handed over into nothing": _is(
        "channels", """
        insert into inbound_orders (inbound_id, channel, channel_order_id, received_at,
          state, reason, unmapped, unpaid, order_id, canceled, version) values ('inb_x',
          'till', '78', now(), 'handed_over', '', '[]', false, '', false, 1)
    """,
        (LOST, "till 78"),
    ),
    "an order that a client was promised": _is(
        "gateway", """
        insert into idempotent_requests (request_id, fingerprint, at, status, headers,
          body) values ('x', '', now(), 201, '{}', '{"order_id"\\: "ord_y"}')
    """,
        (LOST, "ord_y"),
    ),
    "stock that channels do not know": _is(
        "channels", """
        update stock_to_push set available = available + 1 where sku = :sku
    """,
        (OVERSOLD, "sku"),
    ),
    "a shop that was told too much": _is(
        "channels", """
        insert into connections (channel, data) values ('s', '{"push_stock"\\: true}');
        insert into listings (channel, listing, sku) values ('s', 'l', :sku)
    """ + ";" + CALL.format(
            "channels.push",
            '{"action"\\: "stock", "channel"\\: "s", "listing"\\: "l", "version"\\: 9}',
            "succeeded", '{"available"\\: 900}',
        ),
        (OVERSOLD, "sku"),
    ),
}  # fmt: skip
