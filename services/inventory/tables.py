"""Where is stock kept? Balances and their ledger, reservations, SKUs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from chassis import clock
from chassis.store import Instant, Packed, add, insert_rows, load_locked, locked, new_metadata
from chassis.transaction import Unit
from contracts.inventory import SkuData, StockChanged
from contracts.values import Placement
from services.inventory.domain.reservation import Reservation
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Movement, Shelves, Stock

metadata = new_metadata()
skus = sa.Table(
    "skus",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("data", Packed(SkuData), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("stock_version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, sa.Computed("data->>'name'", persisted=True), nullable=False),
    sa.Index("ix_skus_prefix", sa.text("lower(sku) text_pattern_ops")),
    sa.Index("ix_skus_name", sa.text("lower(name) text_pattern_ops")),
)
barcodes = sa.Table(
    "barcodes",
    metadata,
    sa.Column("barcode", sa.Text, primary_key=True),
    sa.Column("sku", sa.Text, sa.ForeignKey("skus.sku"), nullable=False, index=True),
)
stock = sa.Table(
    "stock",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
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
reservations = sa.Table(
    "reservations",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("placements", Packed(tuple[Placement, ...]), nullable=False),
    sa.Column("skus", ARRAY(sa.Text), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_reservations_due", "expires_at", postgresql_where=sa.text("state = 'active'")),
)
done = sa.Table(
    "done_once",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
_mapped = orm.registry(metadata=metadata)
_mapped.map_imperatively(Stock, stock)
_mapped.map_imperatively(Reservation, reservations)
_mapped.map_imperatively(SkuRecord, skus, exclude_properties=["name"])
EXPIRED_AT_ONCE = 100


class SqlInventory:
    """Inventory in PostgreSQL; the ledger is written when the batch is finished."""

    def __init__(self, work: Unit) -> None:
        self._session, self._info, self._actor = work.session, work.session.info, work.actor

    def shelves(self, wanted: Iterable[str]) -> Shelves:
        """The balances of these SKUs, and of whatever else this batch touches."""
        shelves = _shelves(self._session)
        missing = set(wanted) - self._info["stock_loaded"]
        if missing:
            load_stock(self._session, missing)
        self._info.setdefault("actors", {})[len(shelves.movements)] = self._actor
        return shelves

    def reservation(self, order_id: str, round_: int) -> Reservation | None:
        """Find the reservation of one round of an order."""
        return next((r for r in self.reservations(order_id) if r.round == round_), None)

    def reservations(self, order_id: str) -> Sequence[Reservation]:
        """Find all reservations of an order, by round."""
        by_order = self._info.setdefault("by_order", {})
        if order_id not in by_order:
            load_reservations(self._session, {order_id})
        return sorted(by_order[order_id], key=lambda r: r.round)

    def add(self, reservation: Reservation) -> None:
        """Keep a new reservation."""
        reservation.skus = sorted({p.sku for p in reservation.placements})
        self._info["by_order"].setdefault(reservation.order_id, []).append(reservation)
        add(self._session, reservation)

    def expire_due(self, wanted: Iterable[str], now: datetime) -> Sequence[Reservation]:
        """Find reservations of these SKUs whose time is up."""
        query = _due(now).where(reservations.c.skus.overlap(sorted(wanted)))
        return self._take(query)

    def all_due(self, now: datetime) -> Sequence[Reservation]:
        """Find reservations whose time is up."""
        return self._take(_due(now))

    def _take(self, query: Any) -> Sequence[Reservation]:
        found = list(self._session.scalars(query))
        by_order = self._info.setdefault("by_order", {})
        for order_id in {r.order_id for r in found} - by_order.keys():
            load_reservations(self._session, {order_id})
        load_stock(self._session, {p.sku for r in found for p in r.placements})
        return [r for r in found if r.state == "active"]

    def is_done(self, key: str) -> bool:
        """Tell whether something that must happen once has happened."""
        known: dict[str, bool] = self._info.setdefault("done", {})
        if key not in known:
            row = self._session.execute(sa.select(done.c.key).where(done.c.key == key)).first()
            known[key] = row is not None
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

    def owner_of(self, barcode: str) -> str | None:
        """Find out which SKU has a barcode."""
        return self._session.scalar(sa.select(barcodes.c.sku).where(barcodes.c.barcode == barcode))

    def keep_barcodes(self, data: SkuData) -> None:
        """Write down a SKU's barcodes."""
        self._session.flush()
        self._session.execute(sa.delete(barcodes).where(barcodes.c.sku == data.sku))
        rows = [{"barcode": code, "sku": data.sku} for code in dict.fromkeys(data.barcodes)]
        insert_rows(self._session, barcodes, rows)

    def has_warehouse(self, warehouse_id: str) -> bool:
        """Tell whether goods were ever at a warehouse."""
        query = sa.select(stock.c.sku).where(stock.c.warehouse_id == warehouse_id).limit(1)
        return self._session.scalar(query) is not None


def _due(now: datetime) -> Any:
    return (
        sa.select(Reservation)
        .where(reservations.c.state == "active", reservations.c.expires_at <= now)
        .order_by(reservations.c.order_id, reservations.c.round)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )


def _shelves(session: Session) -> Shelves:
    session.info.setdefault("stock_loaded", set())
    shelves: Shelves = session.info.setdefault("shelves", Shelves({}))
    return shelves


def load_stock(session: Session, wanted: Iterable[str]) -> None:
    """Load and lock the balances of SKUs at all warehouses, in one order for everybody."""
    shelves = _shelves(session)
    missing = sorted(set(wanted) - session.info["stock_loaded"])
    for balance in load_locked(session, Stock, missing, by=stock.c.sku):
        shelves.balances[balance.sku, balance.warehouse_id] = balance
    session.info["stock_loaded"].update(missing)


def load_reservations(session: Session, order_ids: Iterable[str]) -> None:
    """Load and lock all reservations of orders."""
    by_order: dict[str, list[Reservation]] = session.info.setdefault("by_order", {})
    missing = sorted(set(order_ids) - by_order.keys())
    for order_id in missing:
        by_order[order_id] = []
    for reservation in load_locked(session, Reservation, missing, by=reservations.c.order_id):
        by_order[reservation.order_id].append(reservation)


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock what a batch will touch: reservations, what is done, then stock by SKU."""
    orders = {order_id for b in bodies if (order_id := getattr(b, "order_id", ""))}
    load_reservations(session, orders)
    keys = [f"off:{order_id}" for order_id in sorted(orders)]
    keys += [f"fulfilled:{f}" for b in bodies if (f := getattr(b, "fulfillment_order_id", ""))]
    if keys:
        rows = session.scalars(sa.select(done.c.key).where(done.c.key.in_(keys)))
        session.info["done"] = dict.fromkeys(keys, False) | dict.fromkeys(rows, True)
    wanted = {
        p.sku for kept in session.info["by_order"].values() for r in kept for p in r.placements
    }
    for body in bodies:
        for name in ("lines", "placements", "units"):
            wanted.update(item.sku for item in getattr(body, name, ()))
        if isinstance(sku := getattr(body, "sku", None), str):
            wanted.add(sku)
    load_stock(session, wanted)


def finish(work: Unit) -> None:
    """Write the ledger and new balances of a batch, and tell which SKUs have changed."""
    session, info = work.session, work.session.info
    insert_rows(session, done, info.pop("done_now", []))
    shelves: Shelves | None = info.get("shelves")
    if shelves is None or not shelves.movements:
        return
    for balance in shelves.balances.values():
        if balance not in session:
            session.add(balance)
    insert_rows(session, movements, _ledger_rows(shelves.movements, info["actors"]))
    _tell_changed(work, shelves)


def _ledger_rows(made: Sequence[Movement], actors: dict[int, str]) -> list[dict[str, Any]]:
    rows, actor, now = [], "", clock.now()
    for i, movement in enumerate(made):
        actor = actors.get(i, actor)
        rows.append(
            {
                "at": now,
                "sku": movement.sku,
                "warehouse_id": movement.warehouse_id,
                "kind": movement.kind,
                "on_hand": movement.on_hand,
                "reserved": movement.reserved,
                "allocated": movement.allocated,
                "unavailable": movement.unavailable,
                "cause": movement.cause,
                "actor": actor,
                "reason": movement.reason,
            }
        )
    return rows


def _tell_changed(work: Unit, shelves: Shelves) -> None:
    touched = sorted(shelves.touched)
    if not touched:
        return
    rows = work.session.connection().exec_driver_sql(
        "update skus set stock_version = stock_version + 1 where sku = any(%s)"
        " returning sku, stock_version",
        (touched,),
    )
    for sku, version in sorted(rows.all()):
        changed = StockChanged(sku=sku, available=shelves.available(sku), version=version)
        work.send(changed, correlation_id=sku)
