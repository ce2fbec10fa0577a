"""Where is the warehouse's state kept? One row a fulfillment order, its lines in it as JSONB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.keeping import KEEPERS, add, flush, keep, load_locked, locked, take
from chassis.retention import kept
from chassis.store import Instant, Packed, new_metadata
from contracts.inventory import SkuSaved
from contracts.values import Address, Dimensions
from contracts.warehouse import (
    CancelFulfillment,
    EditPlan,
    OpenFulfillment,
    Pack,
    PackedPackage,
    PlannedFulfillment,
    PutBin,
    PutCarton,
    PutWarehouse,
    ReaddressOrder,
    ReportShort,
    RouteOrder,
    ScanPick,
    StartPicking,
)
from services.warehouse.domain.building import Bin, CountTask, Warehouse
from services.warehouse.domain.cartons import Carton
from services.warehouse.domain.fulfillment_order import FulfillmentOrder, Line, Status
from services.warehouse.domain.routing import Decided, Routing
from services.warehouse.domain.sku import SkuFacts
from services.warehouse.domain.verification import Shelves

metadata = new_metadata()
warehouses = sa.Table(
    "warehouses",
    metadata,
    sa.Column("warehouse_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", Packed(Address), nullable=False),
    sa.Column("latitude", sa.Double),
    sa.Column("longitude", sa.Double),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("(latitude is null) = (longitude is null)", name="point"),
)
bins = sa.Table(
    "bins",
    metadata,
    sa.Column("warehouse_id", sa.Text, primary_key=True),
    sa.Column("bin", sa.Text, primary_key=True),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Index("ix_bins_sku", "warehouse_id", "sku"),
)
cartons = sa.Table(
    "cartons",
    metadata,
    sa.Column("carton", sa.Text, primary_key=True),
    sa.Column("dimensions", Packed(Dimensions), nullable=False),
    sa.Column("max_weight_g", sa.Integer, nullable=False),
    sa.Column("own_weight_g", sa.Integer, nullable=False),
    sa.Column("cost", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("0 <= own_weight_g and own_weight_g <= max_weight_g", name="weight"),
)
skus = sa.Table(
    "skus",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("barcodes", Packed(tuple[str, ...]), nullable=False),
    sa.Column("dimensions", Packed(Dimensions), nullable=False),
    sa.Column("weight_g", sa.Integer, nullable=False),
    sa.Column("saved_version", sa.Integer, nullable=False),
)
routings = sa.Table(
    "routings",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("canceled", sa.Boolean, nullable=False),
    sa.Column("rounds", Packed(tuple[Decided, ...]), nullable=False),
    sa.Column("edit", sa.Integer, nullable=False, server_default="0"),
    sa.Column("edit_refused", sa.Text, nullable=False, server_default=""),
    sa.Column(
        "edit_taken", Packed(tuple[PlannedFulfillment, ...]), nullable=False, server_default="[]"
    ),
    sa.Column("ship_to", Packed(Address)),
)
fulfillment_orders = sa.Table(
    "fulfillment_orders",
    metadata,
    sa.Column("fulfillment_order_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("warehouse_id", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column(
        "status",
        sa.Enum(
            Status,
            name="status",
            native_enum=False,
            create_constraint=True,
            values_callable=lambda kinds: [kind.value for kind in kinds],
        ),
        nullable=False,
    ),
    sa.Column("ship_to", Packed(Address), nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("lines", Packed(tuple[Line, ...]), nullable=False),
    sa.Column("picker", sa.Text, nullable=False),
    sa.Column("packer", sa.Text, nullable=False),
    sa.Column("proposed_cartons", Packed(tuple[str, ...]), nullable=False),
    sa.Column("packages", Packed(tuple[PackedPackage, ...]), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("(status <> 'closed') or packages <> '[]'::jsonb", name="packed"),
    sa.Index("ix_fulfillment_orders_status", "status", "fulfillment_order_id"),
    sa.Index("ix_fulfillment_orders_work", "warehouse_id", "status", "fulfillment_order_id"),
    sa.Index("ix_fulfillment_orders_warehouse", "warehouse_id", "fulfillment_order_id"),
)
scans = sa.Table(
    "scans",
    metadata,
    sa.Column("fulfillment_order_id", sa.Text, primary_key=True),
    sa.Column("scan_id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    info=kept("scans_kept_days", "ful_"),
)
count_tasks = sa.Table(
    "count_tasks",
    metadata,
    sa.Column("warehouse_id", sa.Text, primary_key=True),
    sa.Column("bin", sa.Text, primary_key=True),
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Index("ix_count_tasks_since", "since"),
    sa.Index("ix_count_tasks_warehouse", "warehouse_id", "since"),
)


def map_domain() -> None:
    """Map the domain's plain classes onto the tables; called once, below."""
    for cls, table in (
        (Warehouse, warehouses),
        (Bin, bins),
        (Carton, cartons),
        (SkuFacts, skus),
        (Routing, routings),
        (FulfillmentOrder, fulfillment_orders),
        (CountTask, count_tasks),
    ):
        keep(cls, table)


map_domain()
OF_ALL = RouteOrder | CancelFulfillment | ReaddressOrder | EditPlan
PICKING = StartPicking | ScanPick | ReportShort | Pack
PUTS: tuple[tuple[type[Any], type[Any], Any], ...] = (
    (Warehouse, PutWarehouse, attrgetter("warehouse_id")),
    (Bin, PutBin, attrgetter("warehouse_id", "bin")),
    (Carton, PutCarton, attrgetter("carton")),
)


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock what a batch will touch, with one query for each table.

    Routings first: they say which fulfillment orders belong to an order. What is to be changed
    of the floor comes before what is only looked at: an object that is here is not locked later.
    """
    for cls, kind, key in PUTS:
        load_locked(session, cls, [key(body) for body in bodies if isinstance(body, kind)])
    if any(isinstance(body, RouteOrder) for body in bodies):
        _load_all(session, Warehouse)
    orders = [b.order_id for b in bodies if isinstance(b, OF_ALL)]
    named = OpenFulfillment | CancelFulfillment | PICKING
    wanted = {body.fulfillment_order_id for body in bodies if isinstance(body, named)}
    for routing in load_locked(session, Routing, orders):
        wanted.update(routing.fulfillment_order_ids)
    load_locked(session, FulfillmentOrder, wanted - {""})
    load_locked(session, SkuFacts, [b.sku.sku for b in bodies if isinstance(b, SkuSaved)])


def _load_all(session: Session, cls: type[Any]) -> dict[str, Any]:
    """Load a small table whole, once in a session, unlocked: it is read far more than changed."""
    known: dict[type[Any], dict[str, Any]] = session.info.setdefault("whole", {})
    if cls not in known:
        keeper = KEEPERS[cls]
        everything = take(session, cls, sa.select(keeper.table))
        known[cls] = {keeper.key_of(thing): thing for thing in everything}
    return known[cls]


def load_shelves(session: Session, orders: Iterable[FulfillmentOrder]) -> dict[str, Shelves]:
    """Look up the facts and bins of the goods of fulfillment orders, in two queries."""
    orders = list(orders)
    wanted = sorted({sku for order in orders for sku in order.skus})
    buildings = sorted({order.warehouse_id for order in orders})
    about = take(session, SkuFacts, sa.select(skus).where(skus.c.sku.in_(wanted)))
    facts = {fact.sku: fact for fact in about}
    places: dict[tuple[str, str], list[Bin]] = {}
    here = bins.c.warehouse_id.in_(buildings) & bins.c.sku.in_(wanted)
    for place in take(session, Bin, sa.select(bins).where(here)):
        places.setdefault((place.warehouse_id, place.sku), []).append(place)
    return {
        order.fulfillment_order_id: Shelves(
            facts, {sku: places.get((order.warehouse_id, sku), ()) for sku in order.skus}
        )
        for order in orders
    }


class SqlFulfillments:
    """Decisions and fulfillment orders in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def routing(self, order_id: str) -> Routing | None:
        """Find the decisions for an order and lock them."""
        return locked(self._session, Routing, order_id)

    def get(self, fulfillment_order_id: str) -> FulfillmentOrder | None:
        """Find a fulfillment order and lock it."""
        return locked(self._session, FulfillmentOrder, fulfillment_order_id)

    def add(self, new: Routing | FulfillmentOrder) -> None:
        """Keep something new."""
        add(self._session, new)

    def save(self, order: FulfillmentOrder) -> None:  # noqa: ARG002 - the session knows it
        """Write its changes now, so that it shows its new version."""
        flush(self._session)

    def is_first_scan(self, fulfillment_order_id: str, scan_id: str, at: datetime) -> bool:
        """Remember a scan; tell whether it was not known before."""
        row = {"fulfillment_order_id": fulfillment_order_id, "scan_id": scan_id, "at": at}
        query = insert(scans).values(row).on_conflict_do_nothing().returning(scans.c.scan_id)
        return self._session.execute(query).first() is not None


class SqlFloor:
    """Buildings, bins, cartons and facts of SKUs in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def warehouses(self) -> Mapping[str, Warehouse]:
        """Give all warehouses by id."""
        return _load_all(self._session, Warehouse)

    def cartons(self) -> Mapping[str, Carton]:
        """Give all cartons by code."""
        return _load_all(self._session, Carton)

    def bin(self, warehouse_id: str, bin: str) -> Bin | None:  # noqa: A002 - the word of the trade
        """Find a bin and lock it."""
        return locked(self._session, Bin, (warehouse_id, bin))

    def sku(self, sku: str) -> SkuFacts | None:
        """Find what is known of a SKU and lock it."""
        return locked(self._session, SkuFacts, sku)

    def shelves(self, order: FulfillmentOrder) -> Shelves:
        """Look up what is known of the goods of a fulfillment order, and where they lie."""
        return load_shelves(self._session, [order])[order.fulfillment_order_id]

    def add(self, new: Warehouse | Carton | Bin | SkuFacts) -> None:
        """Keep something new."""
        if isinstance(new, Warehouse):
            _load_all(self._session, Warehouse)[new.warehouse_id] = new
        elif isinstance(new, Carton):
            _load_all(self._session, Carton)[new.carton] = new
        add(self._session, new)

    def save(self, changed: Warehouse | Carton | Bin) -> None:  # noqa: ARG002 - the session knows it
        """Write its changes now, so that it shows its new version."""
        flush(self._session)

    def ask_for_count(self, task: CountTask) -> None:
        """Ask for a count of a bin, unless one is asked for already."""
        row = {c.name: getattr(task, c.name) for c in count_tasks.columns}
        self._session.execute(insert(count_tasks).values(row).on_conflict_do_nothing())
