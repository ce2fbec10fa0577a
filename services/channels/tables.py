"""Where does channels keep things? Connections, orders that came in, listings, stock to push."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Session

from chassis.store import Instant, Packed, add, load_locked, new_metadata
from contracts.channels import Connection
from contracts.inventory import SkuSaved, StockChanged
from contracts.orders import PlaceOrder
from services.channels.domain.inbound import Inbound, State

metadata = new_metadata()
connections = sa.Table(
    "connections",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("data", Packed(Connection), nullable=False),
    sa.Column("last_received_at", Instant),
    sa.Column("last_pushed_at", Instant),
)
inbounds = sa.Table(
    "inbound_orders",
    metadata,
    sa.Column("inbound_id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("channel_order_id", sa.Text, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("order", Packed(PlaceOrder)),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("unmapped", Packed(tuple[str, ...]), nullable=False),
    sa.Column("unpaid", sa.Boolean, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("canceled", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("channel", "channel_order_id"),
    sa.Index("ix_inbound_orders_state", "state", sa.text("inbound_id desc")),
    sa.Index(
        "ix_inbound_orders_unmapped",
        "unmapped",
        postgresql_using="gin",
        postgresql_where=sa.text("state = 'parked'"),
    ),
)
listings = sa.Table(
    "listings",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("listing", sa.Text, primary_key=True),
    sa.Column("sku", sa.Text, nullable=False, index=True),
)
skus = sa.Table(
    "skus",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
events = sa.Table(
    "channel_events",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
)
wanted_stock = sa.Table(
    "stock_to_push",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("available", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("pushed_version", sa.BigInteger, nullable=False),
    sa.Index("ix_stock_to_push_due", "sku", postgresql_where=sa.text("version > pushed_version")),
)
orm.registry(metadata=metadata).map_imperatively(Inbound, inbounds)
TAKE_STOCK = sa.text(
    "update stock_to_push set pushed_version = version where sku in ("
    " select sku from stock_to_push where version > pushed_version order by sku limit :limit"
    " for update skip locked) returning sku, available, version"
)


class SqlChannels:
    """Channels in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session, self._info = session, session.info

    def connection(self, channel: str) -> Connection | None:
        """Find a connection."""
        query = sa.select(connections.c.data).where(connections.c.channel == channel)
        return self._session.scalar(query)

    def put_connection(self, connection: Connection) -> None:
        """Keep a connection."""
        self._session.connection().exec_driver_sql(
            "insert into connections (channel, data) values (%s, %s)"
            " on conflict (channel) do update set data = excluded.data",
            (connection.channel, msgspec.json.encode(connection).decode()),
        )

    def inbound(self, channel: str, channel_order_id: str) -> Inbound | None:
        """Find an order that a channel sent."""
        known: dict[tuple[str, str], Inbound | None] = self._info.setdefault("inbounds", {})
        key = (channel, channel_order_id)
        if key not in known:
            load_inbounds(self._session, [key])
        return known[key]

    def add(self, inbound: Inbound) -> None:
        """Keep an order that a channel sent."""
        self._info["inbounds"][inbound.channel, inbound.channel_order_id] = inbound
        add(self._session, inbound)
        self._touch(inbound.channel, "last_received_at", inbound.received_at)

    def waiting_for(self, channel: str, listing: str) -> Sequence[Inbound]:
        """Find parked orders that wait for a listing."""
        query = (
            sa.select(Inbound)
            .where(
                inbounds.c.state == State.PARKED.value,
                inbounds.c.channel == channel,
                sa.text("unmapped @> to_jsonb(cast(:listing as text))").bindparams(listing=listing),
            )
            .order_by(inbounds.c.inbound_id)
            .with_for_update()
        )
        return self._session.scalars(query).all()

    def skus_of(self, channel: str, wanted: Sequence[str]) -> dict[str, str]:
        """Tell which listings are which SKUs: as mapped, or because they are called like one."""
        names = sorted(set(wanted))
        same = sa.select(skus.c.sku, skus.c.sku).where(skus.c.sku.in_(names))
        mapped = sa.select(listings.c.listing, listings.c.sku).where(
            listings.c.channel == channel, listings.c.listing.in_(names)
        )
        known = {row[0]: row[0] for row in self._session.execute(same)}
        return known | {row[0]: row[1] for row in self._session.execute(mapped)}

    def map(self, channel: str, listing: str, sku: str) -> None:
        """Know which SKU a listing is."""
        self._session.connection().exec_driver_sql(
            "insert into listings (channel, listing, sku) values (%s, %s, %s)"
            " on conflict (channel, listing) do update set sku = excluded.sku",
            (channel, listing, sku),
        )

    def is_sku(self, sku: str) -> bool:
        """Tell whether there is such a SKU."""
        return self._session.scalar(sa.select(skus.c.sku).where(skus.c.sku == sku)) is not None

    def is_news(self, channel: str, event_id: str, now: datetime) -> bool:
        """Tell whether an event of a channel comes for the first time, and remember it."""
        row = self._session.connection().exec_driver_sql(
            "insert into channel_events (channel, event_id, at) values (%s, %s, %s)"
            " on conflict do nothing returning 1",
            (channel, event_id, now),
        )
        return row.first() is not None

    def save_sku(self, event: SkuSaved) -> None:
        """Know a SKU."""
        self._session.connection().exec_driver_sql(
            "insert into skus (sku, version) values (%s, %s) on conflict (sku) do nothing",
            (event.sku.sku, event.version),
        )

    def save_stock(self, changed: Sequence[StockChanged]) -> None:
        """Remember what channels should be told of SKUs' stock; older news changes nothing."""
        newest: dict[str, StockChanged] = {}
        for event in changed:
            if event.sku not in newest or newest[event.sku].version < event.version:
                newest[event.sku] = event
        rows = [newest[sku] for sku in sorted(newest)]
        self._session.connection().exec_driver_sql(
            "insert into stock_to_push (sku, available, version, pushed_version)"
            " select s, a, v, 0 from unnest(%s::text[], %s::bigint[], %s::bigint[]) as t(s, a, v)"
            " on conflict (sku) do update set available = excluded.available,"
            " version = excluded.version where stock_to_push.version < excluded.version",
            ([r.sku for r in rows], [r.available for r in rows], [r.version for r in rows]),
        )

    def take_stock(self, limit: int) -> list[tuple[str, str, int, int]]:
        """Take stock that has changed: (channel, listing, available, version) for each listing."""
        pushing = [
            connection.channel
            for connection in self._session.scalars(sa.select(connections.c.data))
            if connection.push_stock
        ]
        rows = self._session.execute(TAKE_STOCK, {"limit": limit}).all()
        if not pushing or not rows:
            return []
        query = sa.select(listings).where(
            listings.c.sku.in_([row.sku for row in rows]), listings.c.channel.in_(pushing)
        )
        changed = {row.sku: row for row in rows}
        return [
            (x.channel, x.listing, changed[x.sku].available, changed[x.sku].version)
            for x in self._session.execute(query.order_by(listings.c.channel, listings.c.listing))
        ]

    def pushed(self, channel: str, now: datetime) -> None:
        """Remember that a channel was told something."""
        self._touch(channel, "last_pushed_at", now)

    def _touch(self, channel: str, column: str, now: datetime) -> None:
        self._session.execute(
            sa.update(connections).where(connections.c.channel == channel).values({column: now})
        )


def load_inbounds(session: Session, keys: Sequence[tuple[str, str]]) -> None:
    """Load and lock orders that channels sent."""
    known = session.info.setdefault("inbounds", {})
    known.update(dict.fromkeys(keys))
    by = sa.tuple_(inbounds.c.channel, inbounds.c.channel_order_id)
    for inbound in load_locked(session, Inbound, keys, by=by):
        known[inbound.channel, inbound.channel_order_id] = inbound


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load what a batch will touch; news of stock are taken together."""
    keys = {(b.channel, b.channel_order_id) for b in bodies if getattr(b, "channel_order_id", "")}
    load_inbounds(session, sorted(keys))
    if changed := [b for b in bodies if isinstance(b, StockChanged)]:
        SqlChannels(session).save_stock(changed)
