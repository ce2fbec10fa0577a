"""How are connections, orders that came in, listings and stock found in PostgreSQL?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.keeping import add, load_locked, take
from chassis.outside import call_again
from contracts.channels import Connection
from contracts.inventory import SkuData, StockChanged
from contracts.orders import OrdersImported
from services.channels import sql_ways
from services.channels.domain.inbound import Inbound, State
from services.channels.domain.listing import plain_of
from services.channels.domain.stock import Due, Level
from services.channels.pushes import PUSH
from services.channels.tables import (
    connections,
    events,
    inbounds,
    listings,
    metadata,
    skus,
    wanted_stock,
)

calls = metadata.tables["outside_calls"]
TOUCH = (
    "update connections set {0} = :now where channel in (select channel from connections"
    " where channel = :channel and ({0} is null or {0} < :before) for update skip locked)"
)
TAKE_STOCK = sa.text(
    "update stock_to_push set pushed_version = version where sku in ("
    " select sku from stock_to_push where version > pushed_version order by sku limit :limit"
    " for update skip locked) returning sku, version"
)


class SqlChannels:
    """Channels in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session, self._info = session, session.info

    def connection(self, channel: str) -> Connection | None:
        """Find a connection."""
        query = sa.select(connections.c.data).where(connections.c.channel == channel)
        return self._session.scalar(query)

    def version_of(self, channel: str, listing: str = "") -> int:
        """The version of a connection, or of a listing, which is locked; 0 if there is none."""
        table = listings if listing else connections
        which = (table.c.channel == channel) & (
            table.c.listing == listing if listing else sa.true()
        )
        query = sa.select(table.c.version).where(which).with_for_update()
        return self._session.scalar(query) or 0

    def put_connection(self, connection: Connection) -> None:
        """Keep a connection."""
        row = insert(connections).values(channel=connection.channel, data=connection)
        changed = {"data": row.excluded.data, "version": connections.c.version + 1}
        self._session.execute(row.on_conflict_do_update(index_elements=["channel"], set_=changed))
        if connection.push_stock:
            query = sa.select(listings.c.sku).where(listings.c.channel == connection.channel)
            self._tell_again(self._session.scalars(query).all())

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

    def expect(self, channel: str, channel_order_ids: Sequence[str]) -> None:
        """Load orders that will be asked for, all at once."""
        known = self._info.setdefault("inbounds", {})
        keys = {(channel, x) for x in channel_order_ids if x and (channel, x) not in known}
        load_inbounds(self._session, sorted(keys))

    def waiting_for(self, listing: str, channel: str = "") -> Sequence[Inbound]:
        """Find parked orders that wait for a listing of a channel, or of any."""
        query = (
            sa.select(inbounds)
            .where(
                inbounds.c.state == State.PARKED.value,
                sa.text("unmapped @> to_jsonb(cast(:listing as text))").bindparams(listing=listing),
            )
            .order_by(inbounds.c.inbound_id)
            .with_for_update()
        )
        if channel:
            query = query.where(inbounds.c.channel == channel)
        return take(self._session, Inbound, query)

    def skus_of(self, channel: str, wanted: Sequence[str]) -> dict[str, str]:
        """Tell which listings are which SKUs: as mapped, or because they are called like one."""
        known: dict[tuple[str, str], str] = self._info.setdefault("skus", {})
        names = set(wanted)
        if new := sorted(name for name in names if (channel, name) not in known):
            same = sa.select(skus.c.sku).where(skus.c.sku.in_(new))
            known.update({(channel, sku): sku for sku in self._session.scalars(same)})
            mapped = sa.select(listings).where(
                listings.c.channel == channel, listings.c.listing.in_(new)
            )
            rows = self._session.execute(mapped).all()
            known.update({(channel, row.listing): row.sku for row in rows})
            found = {name: known[channel, name] for name in new if (channel, name) in known}
            self._learn(channel, {k: found[k] for k in found.keys() - {r.listing for r in rows}})
        return {name: known[channel, name] for name in names if (channel, name) in known}

    def map(self, channel: str, listing: str, sku: str) -> int:
        """Know which SKU a listing is, and let its shop be told of its stock; give its version."""
        row = self._session.connection().exec_driver_sql(
            "insert into listings (channel, listing, sku) values (%s, %s, %s)"
            " on conflict (channel, listing) do update set sku = excluded.sku,"
            " version = listings.version + 1 returning version",
            (channel, listing, sku),
        )
        self._info.get("skus", {}).pop((channel, listing), None)
        self._tell_again([sku])
        return int(row.scalar_one())

    def _learn(self, channel: str, same: dict[str, str]) -> None:
        """Keep listings that are called like a SKU: their shop is told of stock from now on."""
        if same:
            names = sorted(same)
            self._session.connection().exec_driver_sql(
                "insert into listings (channel, listing, sku)"
                " select %s, s, s from unnest(%s::text[]) as t(s) on conflict do nothing",
                (channel, names),
            )
            self._tell_again(names)

    def _tell_again(self, names: Sequence[str]) -> None:
        """Let stock be told anew; shops that have heard it are not told the same version twice."""
        query = sa.update(wanted_stock).where(wanted_stock.c.sku.in_(names))
        self._session.execute(query.values(pushed_version=0))

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

    def set_out(self, order_id: str, now: datetime) -> None:
        """Remember that an order of a channel has set out on its way."""
        sql_ways.set_out(self._session, order_id, now)

    def arrived(self, order_id: str) -> None:
        """Forget that an order is on its way; most that hear of it were never in between."""
        sql_ways.arrived(self._session, order_id)

    def forget_events(self, before: datetime) -> None:
        """Forget events so old that they do not come again."""
        self._session.execute(sa.delete(events).where(events.c.at < before))

    def inbound_by_id(self, inbound_id: str) -> Inbound | None:
        """Find an order that a channel sent by our own id."""
        query = sa.select(inbounds.c.channel, inbounds.c.channel_order_id)
        row = self._session.execute(query.where(inbounds.c.inbound_id == inbound_id)).first()
        return self.inbound(row.channel, row.channel_order_id) if row else None

    def save_sku(self, sku: SkuData, version: int) -> bool:
        """Know a SKU, with its name and barcodes; return whether it is new."""
        codes = msgspec.json.encode(sku.barcodes).decode()
        row = self._session.connection().exec_driver_sql(
            "insert into skus (sku, version, name, barcodes, plain) values (%s, %s, %s, %s, %s)"
            " on conflict (sku) do update set version = excluded.version, name = excluded.name,"
            " barcodes = excluded.barcodes where skus.version < excluded.version"
            " returning xmax = 0",  # no row was there before
            (sku.sku, version, sku.name, codes, plain_of(sku.sku)),
        )
        return bool(row.scalar())

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

    def level(self, sku: str) -> Level | None:
        """Tell how many of a SKU can be sold."""
        query = sa.select(wanted_stock).where(wanted_stock.c.sku == sku)
        row = self._session.execute(query).first()
        return Level(row.sku, row.available, row.version) if row else None

    def take_stock(self, limit: int) -> list[Due]:
        """Take stock that has changed, for each listing of it in shops that are to be told."""
        pushing = [
            connection.channel
            for connection in self._session.scalars(sa.select(connections.c.data))
            if connection.push_stock
        ]
        rows = self._session.execute(TAKE_STOCK, {"limit": limit}).all()
        versions = {row.sku: row.version for row in rows}
        query = (
            sa.select(listings)
            .where(listings.c.sku.in_(list(versions)), listings.c.channel.in_(pushing))
            .order_by(listings.c.channel, listings.c.listing)
        )
        if not pushing or not rows:
            return []
        found = self._session.execute(query)
        return [Due(x.channel, x.listing, x.sku, versions[x.sku]) for x in found]

    def push_state(self, key: str) -> str:
        """Tell how the call with a key stands: pending, succeeded, refused, failed; or empty."""
        call = self._push(key)
        return call.state if call else ""

    def push_again(self, key: str, now: datetime) -> None:
        """Make a call that was refused or failed due again."""
        if call := self._push(key):
            call_again(self._session, call.id, now)

    def _push(self, key: str) -> Any:
        query = sa.select(calls.c.id, calls.c.state).where(calls.c.kind == PUSH, calls.c.key == key)
        return self._session.execute(query).first()

    def pushed(self, channel: str, now: datetime) -> None:
        """Remember that a channel was told something."""
        self._touch(channel, "last_pushed_at", now)

    def checked(self, channel: str, problem: str, now: datetime) -> None:
        """Remember what a shop said when it was asked whether it knows us."""
        told = sa.update(connections).where(connections.c.channel == channel)
        self._session.execute(told.values(checked_at=now, check_problem=problem))

    def _touch(self, channel: str, column: str, now: datetime) -> None:
        """Write down when, to the second; nobody waits for this row, which all orders pass."""
        touched: set[tuple[str, str]] = self._info.setdefault("touched", set())
        if (channel, column) in touched:
            return
        touched.add((channel, column))
        asked = {"channel": channel, "now": now, "before": now - timedelta(seconds=1)}
        self._session.execute(sa.text(TOUCH.format(column)), asked)


def load_inbounds(session: Session, keys: Sequence[tuple[str, str]]) -> None:
    """Load and lock orders that channels sent."""
    known = session.info.setdefault("inbounds", {})
    known.update(dict.fromkeys(keys))
    by = ("channel", "channel_order_id")
    for inbound in load_locked(session, Inbound, keys, by=by):
        known[inbound.channel, inbound.channel_order_id] = inbound


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load what a batch will touch; news of stock are taken together."""
    told = [x for b in bodies if isinstance(b, OrdersImported) for x in b.orders]
    told += [b for b in bodies if getattr(b, "channel_order_id", "")]
    keys = {(x.channel, x.channel_order_id) for x in told}
    load_inbounds(session, sorted(keys))
    if changed := [b for b in bodies if isinstance(b, StockChanged)]:
        SqlChannels(session).save_stock(changed)
