"""How are orders kept in PostgreSQL, and what is locked before a batch is handled?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.keeping import add, insert_rows, load_locked, locked
from chassis.saga_store import SqlRuns, lock_overdue
from chassis.sparing import TAKEN_UP_AT_ONCE
from chassis.work import Work
from chassis.writing import at_end, write
from contracts.inventory import SkuData, SkuSaved
from contracts.orders import (
    CancelChannelOrder,
    EditOrder,
    ImportOrders,
    PlaceOrder,
)
from services.orders.domain.history import Change
from services.orders.domain.order import Order
from services.orders.tables import history, orders, saga_runs, saga_steps, skus
from services.orders.words import terms_of


def runs_of(session: Session) -> SqlRuns:
    """Give the runs of this session's sagas."""
    return SqlRuns(session, saga_steps)


class SqlOrders:
    """Orders in PostgreSQL; history and search terms are written at the end of the batch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._info = session.info

    def get(self, order_id: str) -> Order | None:
        """Find an order and lock it."""
        return locked(self._session, Order, order_id)

    def by_channel(self, channel: str, channel_order_id: str) -> str | None:
        """Find the id of an order by the id that its channel gave it."""
        key = (channel, channel_order_id)
        known: dict[tuple[str, str], str] = self._info.setdefault("by_channel", {})
        if key not in known and key not in self._info.get("channel_looked", ()):
            load_channel_ids(self._session, [key])
        return known.get(key)

    def next_number(self) -> int:
        """Give the next order number, from those drawn for this batch."""
        if not self._info.get("numbers"):
            draw_numbers(self._session, 1)
        return int(self._info["numbers"].pop(0))

    def add(self, order: Order) -> None:
        """Keep a new order."""
        add(self._session, order)
        if order.channel_order_id:
            key = (order.channel, order.channel_order_id)
            self._info.setdefault("by_channel", {})[key] = order.order_id
        self.find_by(order)

    def skus(self) -> Mapping[str, SkuData]:
        """The SKUs that the messages of this batch name, as far as there are such."""
        return self._info.get("skus", {})  # type: ignore[no-any-return]

    def tell(self, order: Order, work: Work, change: Change) -> None:
        """Write a line into the order's history."""
        order.seq += 1
        self._at_end("history").append(
            {
                "order_id": order.order_id,
                "seq": order.seq,
                "at": work.now,
                "actor": change.actor or work.actor,
                "action": change.action,
                "subject": change.subject,
                "before": change.before,
                "after": change.after,
                "reason": change.reason,
                "message_id": work.message_id,
            }
        )

    def find_by(self, order: Order) -> None:
        """Let the order be found by what is in it now."""
        self._at_end("terms")
        self._info["terms_of"][order.order_id] = order

    def find_at(self, order: Order) -> None:
        """Let the order be found at the warehouses that send it."""
        self._at_end("history")
        self._info["found_at"].update(
            (one.warehouse_id, order.placed_at, order.order_id) for one in order.sendings
        )

    def save_sku(self, saved: SkuSaved) -> None:
        """Keep what inventory says of a SKU, unless something newer is known."""
        self._session.connection().exec_driver_sql(
            "insert into skus (sku, version, data) values (%s, %s, %s) on conflict (sku) do update"
            " set version = excluded.version, data = excluded.data"
            " where skus.version < excluded.version",
            (saved.sku.sku, saved.version, msgspec.json.encode(saved.sku).decode()),
        )

    def held_too_long(self, now: Any, spared: Sequence[str] = ()) -> Sequence[str]:
        """Find orders with a hold whose time has run out, and lock them; not the spared ones."""
        query = (
            sa.select(orders.c.order_id)
            .where(orders.c.hold_until <= now, orders.c.order_id.not_in(spared))
            .order_by(orders.c.order_id)
            .limit(TAKEN_UP_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        return self._session.scalars(query).all()

    def overdue(self, now: Any, spared: Sequence[str] = ()) -> Sequence[str]:
        """Find orders with a run whose deadline has passed, and lock them."""
        return lock_overdue(self._session, saga_runs, orders.c.order_id, now, spared)

    def _at_end(self, what: str) -> list[dict[str, Any]]:
        if "history" not in self._info:
            self._info["history"], self._info["terms"], self._info["terms_of"] = [], [], {}
            self._info["found_at"] = set()
            at_end(self._session, _write)
        return self._info[what]  # type: ignore[no-any-return]


def _write(session: Session) -> None:
    insert_rows(session, history, session.info.pop("history", []))
    found_by: dict[str, Order] = session.info.pop("terms_of", {})
    session.info.pop("terms", None)
    if found_by:
        write(
            session,
            "insert into order_search (order_id, placed_at, terms)"
            " select t.i, t.p, array_to_tsvector(string_to_array(t.w, ' '))"
            " from unnest(%s::text[], %s::timestamptz[], %s::text[]) as t(i, p, w)"
            " on conflict (order_id) do update set terms = excluded.terms",
            (
                list(found_by),
                [order.placed_at for order in found_by.values()],
                [terms_of(order) for order in found_by.values()],
            ),
        )
    if found_at := sorted(session.info.pop("found_at", ())):
        write(
            session,
            "insert into order_warehouses (warehouse_id, placed_at, order_id)"
            " select * from unnest(%s::text[], %s::timestamptz[], %s::text[])"
            " on conflict do nothing",
            tuple([row[column] for row in found_at] for column in range(3)),
        )


def load_channel_ids(session: Session, keys: Sequence[tuple[str, str]]) -> None:
    """Find out which of these channel orders are known."""
    rows = session.connection().exec_driver_sql(
        "select o.channel, o.channel_order_id, o.order_id from orders o"
        " join unnest(%s::text[], %s::text[]) as t(c, i)"
        " on o.channel = t.c and o.channel_order_id = t.i where o.channel_order_id <> ''",
        ([k[0] for k in keys], [k[1] for k in keys]),
    )
    known = session.info.setdefault("by_channel", {})
    known.update({(row[0], row[1]): row[2] for row in rows})
    session.info.setdefault("channel_looked", set()).update(keys)


def draw_numbers(session: Session, count: int) -> None:
    """Draw order numbers for a batch."""
    rows = session.connection().exec_driver_sql(
        "select nextval('order_numbers') from generate_series(1, %s)", (count,)
    )
    session.info.setdefault("numbers", []).extend(row[0] for row in rows)


def load_skus(session: Session, wanted: Sequence[str]) -> None:
    """Load what is known of SKUs."""
    rows = session.execute(sa.select(skus.c.sku, skus.c.data).where(skus.c.sku.in_(wanted)))
    session.info.setdefault("skus", {}).update({row.sku: row.data for row in rows})


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock what a batch will touch, with one query for each table."""
    placing = [b for b in bodies if isinstance(b, PlaceOrder)]
    placing += [order for b in bodies if isinstance(b, ImportOrders) for order in b.orders]
    named = [b for b in (*placing, *bodies) if isinstance(b, PlaceOrder | CancelChannelOrder)]
    keys = sorted({(b.channel, b.channel_order_id) for b in named if b.channel_order_id})
    if keys:
        load_channel_ids(session, keys)
    if placing:
        draw_numbers(session, len(placing))
    wanted = [line.sku for b in placing for line in b.lines]
    wanted += [line.sku for b in bodies if isinstance(b, EditOrder) for line in b.added]
    if wanted:
        load_skus(session, sorted(set(wanted)))
    ids = {order_id for b in bodies if (order_id := getattr(b, "order_id", ""))}
    load_orders(session, ids | set(session.info.get("by_channel", {}).values()))


def load_orders(session: Session, ids: Iterable[str]) -> None:
    """Load and lock orders with their runs, and the SKUs of those that are about to ship."""
    loaded = load_locked(session, Order, ids)
    runs_of(session).prepare([order.order_id for order in loaded])
    packing = [o for o in loaded if any(s.status in PACKING for s in o.sendings)]
    if wanted := sorted({line.sku for order in packing for line in order.lines}):
        load_skus(session, wanted)


PACKING = frozenset({"allocated", "picking", "packed"})
