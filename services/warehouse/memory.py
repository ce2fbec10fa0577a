"""What are the ports of the warehouse in a test? Dictionaries that keep the same promises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.warehouse.domain.building import Bin, CountTask, Warehouse
from services.warehouse.domain.cartons import Carton
from services.warehouse.domain.fulfillment_order import FulfillmentOrder
from services.warehouse.domain.routing import Routing
from services.warehouse.domain.sku import SkuFacts
from services.warehouse.domain.verification import Shelves


@dataclass
class MemoryFulfillments:
    """Decisions and fulfillment orders in dictionaries."""

    routings: dict[str, Routing] = field(default_factory=dict)
    orders: dict[str, FulfillmentOrder] = field(default_factory=dict)
    scans: set[tuple[str, str]] = field(default_factory=set)

    def routing(self, order_id: str) -> Routing | None:
        """Find the decisions for an order."""
        return self.routings.get(order_id)

    def get(self, fulfillment_order_id: str) -> FulfillmentOrder | None:
        """Find a fulfillment order."""
        return self.orders.get(fulfillment_order_id)

    def add(self, new: Routing | FulfillmentOrder) -> None:
        """Keep something new."""
        if isinstance(new, Routing):
            self.routings[new.order_id] = new
        else:
            self.orders[new.fulfillment_order_id] = new

    def save(self, order: FulfillmentOrder) -> None:
        """Count a change."""
        order.version += 1

    def is_first_scan(
        self,
        fulfillment_order_id: str,
        scan_id: str,
        at: datetime,  # noqa: ARG002 - a dictionary is not pruned by age
    ) -> bool:
        """Remember a scan; tell whether it was not known before."""
        scan = (fulfillment_order_id, scan_id)
        first = scan not in self.scans
        self.scans.add(scan)
        return first


@dataclass
class MemoryFloor:
    """Buildings, bins, cartons and facts of SKUs in dictionaries."""

    buildings: dict[str, Warehouse] = field(default_factory=dict)
    boxes: dict[str, Carton] = field(default_factory=dict)
    bins: dict[tuple[str, str], Bin] = field(default_factory=dict)
    facts: dict[str, SkuFacts] = field(default_factory=dict)
    counts: dict[tuple[str, str, str], CountTask] = field(default_factory=dict)

    def warehouses(self) -> Mapping[str, Warehouse]:
        """Give all warehouses by id."""
        return self.buildings

    def cartons(self) -> Mapping[str, Carton]:
        """Give all cartons by code."""
        return self.boxes

    def bin(self, warehouse_id: str, bin: str) -> Bin | None:  # noqa: A002 - the word of the trade
        """Find a bin."""
        return self.bins.get((warehouse_id, bin))

    def sku(self, sku: str) -> SkuFacts | None:
        """Find what is known of a SKU."""
        return self.facts.get(sku)

    def shelves(self, order: FulfillmentOrder) -> Shelves:
        """Look up what is known of the goods of a fulfillment order, and where they lie."""
        here = [place for place in self.bins.values() if place.warehouse_id == order.warehouse_id]
        return Shelves(
            {sku: self.facts[sku] for sku in order.skus if sku in self.facts},
            {sku: [place for place in here if place.sku == sku] for sku in order.skus},
        )

    def add(self, new: Warehouse | Carton | Bin | SkuFacts) -> None:
        """Keep something new."""
        match new:
            case Warehouse():
                self.buildings[new.warehouse_id] = new
            case Carton():
                self.boxes[new.carton] = new
            case Bin():
                self.bins[new.warehouse_id, new.bin] = new
            case SkuFacts():
                self.facts[new.sku] = new

    def save(self, changed: Warehouse | Carton | Bin) -> None:
        """Count a change."""
        changed.version += 1

    def ask_for_count(self, task: CountTask) -> None:
        """Ask for a count of a bin, unless one is asked for already."""
        self.counts.setdefault((task.warehouse_id, task.bin, task.sku), task)
