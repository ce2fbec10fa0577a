"""What can be asked of the warehouse? Work lists, pick lists, papers and counts."""

import base64
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.keeping import read, read_one
from contracts import warehouse as said
from contracts.values import Nothing
from services.warehouse import documents
from services.warehouse.domain import pick_list
from services.warehouse.domain.building import Bin, CountTask, Warehouse
from services.warehouse.domain.cartons import Carton
from services.warehouse.domain.fulfillment_order import FulfillmentOrder, Status
from services.warehouse.tables import (
    bins,
    cartons,
    count_tasks,
    fulfillment_orders,
    load_shelves,
    warehouses,
)


def get_fulfillment(session: Session, asked: said.FulfillmentRef) -> said.Fulfillment:
    """Show a fulfillment order; boxes are proposed even before picking begins."""
    order = _found(session, asked)
    shelves = load_shelves(session, [order])[order.fulfillment_order_id]
    (shown,) = _named(session, [pick_list.show(order, shelves)])
    if order.status not in {Status.SCHEDULED, Status.OPEN}:
        return shown
    kinds = read(session, Carton, sa.select(cartons))
    proposed = pick_list.propose_cartons(order, shelves, kinds)
    return msgspec.structs.replace(shown, proposed_cartons=proposed)


def fulfillments_of(session: Session, asked: said.FulfillmentsOf) -> said.FulfillmentPage:
    """Show all fulfillment orders that were ever planned for an order, oldest first."""
    query = sa.select(fulfillment_orders).where(fulfillment_orders.c.order_id == asked.order_id)
    found = read(
        session, FulfillmentOrder, query.order_by(fulfillment_orders.c.fulfillment_order_id)
    )
    return said.FulfillmentPage(fulfillments=_shown(session, found))


def find_fulfillments(session: Session, asked: said.FindFulfillments) -> said.FulfillmentPage:
    """List fulfillment orders by status and warehouse, oldest first."""
    column = fulfillment_orders.c
    query = sa.select(fulfillment_orders).order_by(column.fulfillment_order_id)
    if asked.status:
        if asked.status not in set(Status):
            known = ", ".join(Status)
            raise Refused("unknown_status", f"{asked.status!r} is none of {known}.", "status")
        query = query.where(column.status == Status(asked.status))
    if asked.warehouse_id:
        query = query.where(column.warehouse_id == asked.warehouse_id)
    if asked.warehouses is not None:
        query = query.where(column.warehouse_id.in_(asked.warehouses))
    if asked.after:
        query = query.where(column.fulfillment_order_id > asked.after)
    found = read(session, FulfillmentOrder, query.limit(asked.limit + 1))
    page = found[: asked.limit]
    more = page[-1].fulfillment_order_id if len(found) > asked.limit else ""
    return said.FulfillmentPage(fulfillments=_shown(session, page), next=more)


def get_places(session: Session, asked: said.PlacesOf) -> said.Places:
    """Tell in which warehouses fulfillment orders lie."""
    column = fulfillment_orders.c
    query = sa.select(column.fulfillment_order_id, column.order_id, column.warehouse_id)
    mine = column.fulfillment_order_id.in_(asked.fulfillment_order_ids)
    return said.Places(
        places=tuple(
            said.Place(
                fulfillment_order_id=row.fulfillment_order_id,
                order_id=row.order_id,
                warehouse_id=row.warehouse_id,
            )
            for row in session.execute(query.where(mine))
        )
    )


def packing_slip(session: Session, asked: said.FulfillmentRef) -> said.Document:
    """Print the packing slip of a fulfillment order."""
    order = _found(session, asked)
    shown = pick_list.show(order, load_shelves(session, [order])[order.fulfillment_order_id])
    building = read_one(session, Warehouse, order.warehouse_id)
    paper = documents.packing_slip(shown, building.address if building else None)
    return said.Document(
        name=f"packing-slip-{order.number}-{order.fulfillment_order_id}.pdf",
        media_type="application/pdf",
        base64=base64.b64encode(paper).decode(),
    )


def find_count_tasks(session: Session, asked: said.FindCountTasks) -> said.CountTasks:
    """List the bins to be counted, oldest first."""
    query = sa.select(count_tasks).order_by(count_tasks.c.since, count_tasks.c.bin)
    if asked.warehouse_id:
        query = query.where(count_tasks.c.warehouse_id == asked.warehouse_id)
    if asked.warehouses is not None:
        query = query.where(count_tasks.c.warehouse_id.in_(asked.warehouses))
    return said.CountTasks(
        tasks=tuple(
            said.CountTask(
                warehouse_id=task.warehouse_id,
                bin=task.bin,
                sku=task.sku,
                reason=task.reason,
                since=task.since,
            )
            for task in read(session, CountTask, query.limit(asked.limit))
        )
    )


def all_warehouses(session: Session, _: Nothing) -> said.Warehouses:
    """Show all warehouses and cartons; there are few of both."""
    buildings = read(session, Warehouse, sa.select(warehouses).order_by(warehouses.c.warehouse_id))
    kinds = read(session, Carton, sa.select(cartons).order_by(cartons.c.carton))
    return said.Warehouses(
        warehouses=tuple(
            msgspec.convert(one, said.WarehouseView, from_attributes=True) for one in buildings
        ),
        cartons=tuple(msgspec.convert(one, said.CartonView, from_attributes=True) for one in kinds),
    )


def find_bins(session: Session, asked: said.FindBins) -> said.BinPage:
    """List the bins of a warehouse by name."""
    here = (bins.c.warehouse_id == asked.warehouse_id) & (bins.c.bin > asked.after)
    query = sa.select(bins).where(here).order_by(bins.c.bin).limit(asked.limit + 1)
    found = read(session, Bin, query)
    page = found[: asked.limit]
    return said.BinPage(
        bins=tuple(msgspec.convert(one, said.BinView, from_attributes=True) for one in page),
        next=page[-1].bin if len(found) > asked.limit else "",
    )


def _found(session: Session, asked: said.FulfillmentRef) -> FulfillmentOrder:
    if order := read_one(session, FulfillmentOrder, asked.fulfillment_order_id):
        return order
    raise NotFound("fulfillment order", asked.fulfillment_order_id, "fulfillment_order_id")


def _shown(session: Session, orders: Sequence[FulfillmentOrder]) -> tuple[said.Fulfillment, ...]:
    shelves = load_shelves(session, orders)
    return _named(
        session, [pick_list.show(one, shelves[one.fulfillment_order_id]) for one in orders]
    )


def _named(session: Session, shown: Sequence[said.Fulfillment]) -> tuple[said.Fulfillment, ...]:
    """Add the names of the warehouses, by which people call them."""
    query = sa.select(warehouses.c.warehouse_id, warehouses.c.name)
    mine = warehouses.c.warehouse_id.in_({one.warehouse_id for one in shown})
    names = {row.warehouse_id: row.name for row in session.execute(query.where(mine))}
    return tuple(
        msgspec.structs.replace(one, warehouse_name=names.get(one.warehouse_id, ""))
        for one in shown
    )
