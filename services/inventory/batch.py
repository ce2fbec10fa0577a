"""What happens around the handlers of a batch? All they need is locked, all they did is told.

Everybody locks in the same order, so that nobody deadlocks: names, reservations, balances, SKUs.
Names (of orders, SKUs, barcodes) are locked because a row that does not exist yet cannot be:
without them a reservation and the release of the same order could miss each other.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from chassis import clock
from chassis.keeping import add, insert_rows, load_locked
from chassis.transaction import Unit
from contracts.inventory import (
    AdjustStock,
    CommitStock,
    CountSale,
    PutSku,
    ReceiveStock,
    ReplaceShortage,
    ReserveStock,
    RestockReturn,
    StockChanged,
)
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Movement, Shelves
from services.inventory.tables import (
    done,
    load_done,
    load_due,
    load_reservations,
    load_stock,
    movements,
)


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock what a batch will touch."""
    orders = {order_id for b in bodies if (order_id := getattr(b, "order_id", ""))}
    skus = {sku for b in bodies for sku in _changed_skus(b)}
    _lock_names(
        session,
        [
            *(f"order {order_id}" for order_id in orders),
            *(f"sku {sku}" for sku in skus),
            *(f"barcode {c}" for b in bodies if isinstance(b, PutSku) for c in b.data.barcodes),
        ],
    )
    load_reservations(session, orders)
    if keys := sorted({key for b in bodies for key in _done_keys(b)}):
        load_done(session, keys)
    kept = [r for order_id in orders for r in session.info["by_order"][order_id]]
    wanting = [b for b in bodies if isinstance(b, ReserveStock | CommitStock | ReplaceShortage)]
    if claimed := {sku for b in wanting for sku in _moved_skus(b)}:
        session.info["due"] = load_due(session, clock.now(), *claimed)
        kept += session.info["due"]
    load_stock(
        session,
        {sku for b in bodies for sku in _moved_skus(b)}
        | {p.sku for r in kept for p in r.placements},
    )
    load_locked(session, SkuRecord, skus)


def _lock_names(session: Session, names: list[str]) -> None:
    """Lock names until the end of the transaction, in one order for everybody."""
    if names:
        session.connection().exec_driver_sql(
            "select pg_advisory_xact_lock(hashtextextended(name, 0))"
            " from unnest(%s::text[]) as t(name)",
            (sorted(names),),
        )


def _done_keys(body: Any) -> Iterator[str]:
    """What may have happened already."""
    if order_id := getattr(body, "order_id", ""):
        yield f"off:{order_id}"
    if (turn := getattr(body, "round", 0)) > 1:
        yield f"off:{order_id}:{turn}"
    if fulfillment_order_id := getattr(body, "fulfillment_order_id", ""):
        yield f"fulfilled:{fulfillment_order_id}"
    if return_id := getattr(body, "return_id", ""):
        yield f"restocked:{return_id}"
    if sale_id := getattr(body, "sale_id", ""):
        yield f"sold:{sale_id}"


def _changed_skus(body: Any) -> Iterator[str]:
    """SKUs that may be new, or new at a warehouse."""
    match body:
        case PutSku():
            yield body.data.sku
        case AdjustStock() | ReceiveStock():
            yield body.sku
        case RestockReturn() | CountSale():
            yield from (unit.sku for unit in body.units)


def _moved_skus(body: Any) -> Iterator[str]:
    """SKUs whose stock may move, or whose row is locked after their stock."""
    for several in ("lines", "placements", "units"):
        yield from (item.sku for item in getattr(body, several, ()))
    yield from _changed_skus(body)


def finish(work: Unit) -> None:
    """Write the ledger and new balances of a batch, and tell which SKUs have changed."""
    session, info = work.session, work.session.info
    insert_rows(session, done, info.pop("done_now", []))
    shelves: Shelves | None = info.get("shelves")
    if shelves is None or not shelves.movements:
        return
    for by_warehouse in shelves.balances.values():
        add(session, *by_warehouse.values())
    insert_rows(session, movements, _ledger_rows(shelves.movements, info["actors"], work.now))
    _tell_changed(work, shelves)


def _ledger_rows(
    made: Sequence[Movement], actors: dict[int, str], at: datetime
) -> list[dict[str, Any]]:
    rows, actor = [], ""
    for i, movement in enumerate(made):
        actor = actors.get(i, actor)
        rows.append(
            {
                "at": at,
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
    changed_skus = shelves.changed()
    if not changed_skus:
        return
    rows = work.session.connection().exec_driver_sql(
        "update skus set stock_version = stock_version + 1 where sku = any(%s)"
        " returning sku, stock_version",
        (changed_skus,),
    )
    for sku, version in sorted(rows.all()):
        changed = StockChanged(sku=sku, available=shelves.available(sku), version=version)
        work.send(changed, correlation_id=sku)
