"""Where is stock kept? Balances and their ledger, reservations, SKUs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from chassis.keeping import add, flush, insert_rows, keep, load_locked, locked, take
from chassis.retention import kept
from chassis.store import Instant, Packed, new_metadata
from chassis.transaction import Unit
from contracts.inventory import SkuData
from contracts.values import Placement
from services.inventory.domain.reservation import Reservation, State
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Shelves, Stock

metadata = new_metadata()
skus = sa.Table(
    "skus",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("data", Packed(SkuData), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("stock_version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, sa.Computed("data->>'name'", persisted=True), nullable=False),
)
sa.Index(
    "ix_skus_prefix",
    sa.func.lower(skus.c.sku).label("start"),
    postgresql_ops={"start": "text_pattern_ops"},
)
sa.Index(
    "ix_skus_name",
    sa.func.lower(skus.c.name).label("start"),
    postgresql_ops={"start": "text_pattern_ops"},
)
barcodes = sa.Table(
    "barcodes",
    metadata,
    sa.Column("barcode", sa.Text, primary_key=True),
    sa.Column("sku", sa.Text, sa.ForeignKey("skus.sku"), nullable=False, index=True),
    sa.Index("ix_barcodes_prefix", "barcode", postgresql_ops={"barcode": "text_pattern_ops"}),
)
stock = sa.Table(
    "stock",
    metadata,
    sa.Column("sku", sa.Text, sa.ForeignKey("skus.sku"), primary_key=True),
    sa.Column("warehouse_id", sa.Text, primary_key=True),
    sa.Column("on_hand", sa.BigInteger, nullable=False),
    sa.Column("reserved", sa.BigInteger, nullable=False),
    sa.Column("allocated", sa.BigInteger, nullable=False),
    sa.Column("unavailable", sa.BigInteger, nullable=False),
    sa.CheckConstraint(
        "on_hand >= 0 and reserved >= 0 and allocated >= 0 and unavailable >= 0",
        name="not_negative",
    ),
    sa.CheckConstraint("on_hand >= reserved + allocated + unavailable", name="never_oversold"),
)
movements = sa.Table(
    "stock_movements",
    metadata,
    sa.Column("movement_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("warehouse_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("on_hand", sa.BigInteger, nullable=False),
    sa.Column("reserved", sa.BigInteger, nullable=False),
    sa.Column("allocated", sa.BigInteger, nullable=False),
    sa.Column("unavailable", sa.BigInteger, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("ix_stock_movements_sku", "sku", "movement_id"),
)
closings = sa.Table(
    "stock_closings",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("warehouse_id", sa.Text, primary_key=True),
    sa.Column("movement_id", sa.BigInteger, nullable=False),
    sa.Column("on_hand", sa.BigInteger, nullable=False),
    sa.Column("reserved", sa.BigInteger, nullable=False),
    sa.Column("allocated", sa.BigInteger, nullable=False),
    sa.Column("unavailable", sa.BigInteger, nullable=False),
    sa.Column("closed_at", Instant, nullable=False),
    sa.Column("read_at", Instant, nullable=False),
)
reservations = sa.Table(
    "reservations",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("placements", Packed(tuple[Placement, ...]), nullable=False),
    sa.Column("skus", ARRAY(sa.Text), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("refused_attempt", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint(
        "state in ('active', 'committed', 'fulfilled', 'expired', 'released')", name="state"
    ),
    sa.Index("ix_reservations_due", "expires_at", postgresql_where=sa.text("state = 'active'")),
    sa.Index(
        "ix_reservations_kept",
        "order_id",
        postgresql_where=sa.text("state in ('active', 'committed')"),
    ),
)
done = sa.Table(
    "done_once",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    info=kept("marks_kept_days", "off:ord_", "fulfilled:ful_", "restocked:ret_", "sold:"),
)
keep(SkuRecord, skus, without=["name"])
keep(Stock, stock)
keep(Reservation, reservations)
EXPIRED_AT_ONCE = 100


class SqlInventory:
    """Inventory in PostgreSQL; the ledger is written when the batch is finished."""

    def __init__(self, work: Unit) -> None:
        self._session, self._info, self._actor = work.session, work.session.info, work.actor

    def shelves(self, skus: Iterable[str]) -> Shelves:
        """The balances of these SKUs, and of whatever else this batch touches."""
        load_stock(self._session, skus)
        shelves = shelves_of(self._session)
        self._info.setdefault("actors", {})[len(shelves.movements)] = self._actor
        return shelves

    def reservation(self, order_id: str, round_: int) -> Reservation | None:
        """Find the reservation of one round of an order."""
        return next((r for r in self.reservations(order_id) if r.round == round_), None)

    def reservations(self, order_id: str) -> Sequence[Reservation]:
        """Find all reservations of an order, by round."""
        load_reservations(self._session, {order_id})
        return sorted(self._info["by_order"][order_id], key=lambda r: r.round)

    def add(self, reservation: Reservation) -> None:
        """Keep a new reservation."""
        load_reservations(self._session, {reservation.order_id})
        reservation.skus = sorted({p.sku for p in reservation.placements})
        self._info["by_order"][reservation.order_id].append(reservation)
        add(self._session, reservation)

    def due(self, skus: Iterable[str], now: datetime) -> Sequence[Reservation]:
        """Find reservations of these SKUs whose time is up, as far as this batch has locked them.

        Looking for others now would lock stock out of order; those are for the timer.
        """
        wanted = set(skus)
        return [
            r
            for r in self._info.get("due", ())
            if r.state == State.ACTIVE and r.expires_at <= now and wanted.intersection(r.skus)
        ]

    def all_due(self, now: datetime) -> Sequence[Reservation]:
        """Find and lock reservations whose time is up."""
        found = load_due(self._session, now)
        load_stock(self._session, {p.sku for r in found for p in r.placements})
        return found

    def is_done(self, key: str) -> bool:
        """Tell whether something that must happen once has happened."""
        known: dict[str, bool] = self._info.setdefault("done", {})
        if key not in known:
            load_done(self._session, [key])
        return known[key]

    def mark_done(self, key: str, now: datetime) -> None:
        """Remember that it has happened."""
        self._info.setdefault("done", {})[key] = True
        self._info.setdefault("done_now", []).append({"key": key, "at": now})

    def sku(self, sku: str) -> SkuRecord | None:
        """Find a SKU and lock it."""
        return locked(self._session, SkuRecord, sku)

    def add_sku(self, record: SkuRecord) -> None:
        """Keep a new SKU."""
        add(self._session, record)

    def owners_of(self, codes: Iterable[str]) -> Mapping[str, str]:
        """Find out which SKU has each of these barcodes; those that none has are left out."""
        query = sa.select(barcodes.c.barcode, barcodes.c.sku)
        found = self._session.execute(query.where(barcodes.c.barcode.in_(list(codes))))
        return {row.barcode: row.sku for row in found}

    def keep_barcodes(self, data: SkuData) -> None:
        """Write down a SKU's barcodes in place of those it had."""
        flush(self._session)
        self._session.execute(sa.delete(barcodes).where(barcodes.c.sku == data.sku))
        rows = [{"barcode": code, "sku": data.sku} for code in dict.fromkeys(data.barcodes)]
        insert_rows(self._session, barcodes, rows)


def shelves_of(session: Session) -> Shelves:
    """The balances that a batch has loaded."""
    shelves: Shelves = session.info.setdefault("shelves", Shelves())
    return shelves


def load_stock(session: Session, wanted: Iterable[str]) -> None:
    """Load and lock the balances of SKUs at all warehouses, in one order for everybody."""
    loaded: set[str] = session.info.setdefault("stock_loaded", set())
    if missing := sorted(set(wanted) - loaded):
        shelves = shelves_of(session)
        for balance in load_locked(session, Stock, missing, by=("sku",)):
            shelves.put(balance)
        loaded.update(missing)


def load_reservations(session: Session, order_ids: Iterable[str]) -> None:
    """Load and lock all reservations of orders."""
    by_order: dict[str, list[Reservation]] = session.info.setdefault("by_order", {})
    missing = sorted(set(order_ids) - by_order.keys())
    by_order.update((order_id, []) for order_id in missing)
    for reservation in load_locked(session, Reservation, missing, by=("order_id",)):
        by_order[reservation.order_id].append(reservation)


def load_due(session: Session, now: datetime, *of: str) -> Sequence[Reservation]:
    """Load and lock reservations whose time is up: all, or those of some SKUs.

    What somebody else works on is left out: it waits for nobody, so it cannot deadlock.
    """
    query = (
        sa.select(reservations)
        .where(reservations.c.state == State.ACTIVE.value, reservations.c.expires_at <= now)
        .order_by(reservations.c.expires_at)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    if of:
        query = query.where(reservations.c.skus.overlap(sorted(of)))
    return take(session, Reservation, query)


def load_done(session: Session, keys: Sequence[str]) -> None:
    """Find out which of these things have happened."""
    rows = session.scalars(sa.select(done.c.key).where(done.c.key.in_(keys)))
    known: dict[str, bool] = session.info.setdefault("done", {})
    known.update(dict.fromkeys(keys, False) | dict.fromkeys(rows, True))
