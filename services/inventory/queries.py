"""What can be asked of inventory?"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from chassis.keeping import read, read_one
from contracts import inventory as said
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Stock
from services.inventory.ledger import UNTRUE_BALANCES
from services.inventory.tables import barcodes, movements, skus, stock

UNTRUE_RESERVATIONS = sa.text(
    "select coalesce(s.sku, r.sku) as sku, coalesce(s.warehouse_id, r.warehouse_id) as warehouse_id"
    " from (select * from stock where reserved > 0 or allocated > 0) s full join"
    " (select p.sku, p.warehouse_id,"
    " coalesce(sum(p.quantity) filter (where state = 'active'), 0) as reserved,"
    " coalesce(sum(p.quantity) filter (where state = 'committed'), 0) as allocated"
    " from reservations, jsonb_to_recordset(placements)"
    " as p(sku text, warehouse_id text, quantity bigint)"
    " where state in ('active', 'committed') group by p.sku, p.warehouse_id) r"
    " on r.sku = s.sku and r.warehouse_id = s.warehouse_id"
    " where (s.reserved, s.allocated) is distinct from (r.reserved, r.allocated)"
    " order by 1, 2 limit 100"
)


def get_sku(session: Session, asked: said.SkuRef) -> said.SkuView:
    """Show a SKU with its stock."""
    record = read_one(session, SkuRecord, asked.sku)
    if record is None:
        raise NotFound("SKU", asked.sku, "sku")
    return _views(session, [record])[0]


def get_skus(session: Session, asked: said.SkusNamed) -> said.SkuPage:
    """Show the SKUs that are named, by themselves or by their barcodes."""
    coded = sa.select(barcodes.c.sku).where(barcodes.c.barcode.in_(asked.barcodes))
    # two queries, for one with "or" would read all SKUs
    wanted = {*asked.skus, *session.scalars(coded)}
    query = sa.select(skus).where(skus.c.sku.in_(wanted)).order_by(skus.c.sku)
    found = read(session, SkuRecord, query)
    return said.SkuPage(skus=tuple(_views(session, list(found))))


def find_skus(session: Session, asked: said.FindSkus) -> said.SkuPage:
    """List SKUs by the start of SKU, name or barcode."""
    query = sa.select(skus).order_by(skus.c.sku).limit(asked.limit + 1)
    if asked.after:
        query = query.where(skus.c.sku > asked.after)
    if asked.text:
        start = asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        like = f"{start.lower()}%"
        coded = sa.select(barcodes.c.sku).where(barcodes.c.barcode.like(f"{start}%"))
        query = query.where(
            sa.func.lower(skus.c.sku).like(like)
            | sa.func.lower(skus.c.name).like(like)
            | skus.c.sku.in_(coded)
        )
    if asked.available_below is not None:
        query = query.where(_available(asked.warehouses) < asked.available_below)
    found = read(session, SkuRecord, query)
    page = _views(session, list(found[: asked.limit]))
    more = len(found) > asked.limit
    return said.SkuPage(skus=tuple(page), next=page[-1].data.sku if more else "")


def get_ledger(session: Session, asked: said.LedgerOf) -> said.Ledger:
    """List the movements of a SKU, newest first."""
    query = (
        sa.select(movements)
        .where(movements.c.sku == asked.sku)
        .order_by(movements.c.movement_id.desc())
        .limit(asked.limit + 1)
    )
    if asked.before:
        query = query.where(movements.c.movement_id < asked.before)
    if asked.warehouse_id:
        query = query.where(movements.c.warehouse_id == asked.warehouse_id)
    if asked.warehouses is not None:
        query = query.where(movements.c.warehouse_id.in_(asked.warehouses))
    rows = session.execute(query).all()
    if not rows and read_one(session, SkuRecord, asked.sku) is None:
        raise NotFound("SKU", asked.sku, "sku")
    page = tuple(_movement(row) for row in rows[: asked.limit])
    return said.Ledger(movements=page, next=page[-1].movement_id if len(rows) > asked.limit else 0)


def audit(session: Session, asked: said.Audit) -> said.AuditReport:
    """Compare the balances with the ledger's sums, and with what is kept for orders."""
    balances = session.execute(UNTRUE_BALANCES, {"whole": asked.whole}).all()
    kept = session.execute(UNTRUE_RESERVATIONS).all()
    return said.AuditReport(
        checked=session.scalar(sa.select(sa.func.count()).select_from(stock)) or 0,
        differences=(
            *(f"{row.sku} at {row.warehouse_id}: not the ledger's sum" for row in balances),
            *(f"{row.sku} at {row.warehouse_id}: not what orders hold" for row in kept),
        ),
    )


def _available(warehouses: Sequence[str] | None) -> sa.ColumnElement[int]:
    """How many of a SKU can be had, at all warehouses or at these.

    Read off the balances, SKU by SKU, until a page is full: a kept sum or an index of what is
    available would have to be written with every order.
    """
    each = stock.c.on_hand - stock.c.reserved - stock.c.allocated - stock.c.unavailable
    of_it = sa.select(sa.func.coalesce(sa.func.sum(each), 0)).where(stock.c.sku == skus.c.sku)
    if warehouses is not None:
        of_it = of_it.where(stock.c.warehouse_id.in_(warehouses))
    return of_it.correlate(skus).scalar_subquery()


def _views(session: Session, records: list[SkuRecord]) -> list[said.SkuView]:
    query = sa.select(stock).where(stock.c.sku.in_([record.sku for record in records]))
    by_sku: dict[str, list[Stock]] = {}
    for balance in read(session, Stock, query.order_by(stock.c.warehouse_id)):
        by_sku.setdefault(balance.sku, []).append(balance)
    return [
        said.SkuView(
            data=record.data,
            version=record.version,
            available=sum(balance.available for balance in by_sku.get(record.sku, ())),
            stock=tuple(balance.told() for balance in by_sku.get(record.sku, ())),
        )
        for record in records
    ]


def _movement(row: Any) -> said.Movement:
    return said.Movement(
        movement_id=row.movement_id,
        at=row.at,
        warehouse_id=row.warehouse_id,
        kind=row.kind,
        on_hand=row.on_hand,
        reserved=row.reserved,
        allocated=row.allocated,
        unavailable=row.unavailable,
        cause=row.cause,
        actor=row.actor,
        reason=row.reason,
    )
