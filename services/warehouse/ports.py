"""Where do the handlers of the warehouse find things? Ports, implemented in tables.py."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from chassis.errors import NotFound
from contracts.values import Address
from services.warehouse.domain.building import Bin, CountTask, Destination, Warehouse
from services.warehouse.domain.cartons import Carton
from services.warehouse.domain.fulfillment_order import FulfillmentOrder
from services.warehouse.domain.routing import Routing
from services.warehouse.domain.sku import SkuFacts
from services.warehouse.domain.verification import Shelves

Locate = Callable[[Address], Destination]


class Fulfillments(Protocol):
    """What is to be sent: the decisions for each order, and the work that follows from them."""

    def routing(self, order_id: str) -> Routing | None:
        """Find the decisions for an order."""

    def get(self, fulfillment_order_id: str) -> FulfillmentOrder | None:
        """Find a fulfillment order."""

    def add(self, new: Routing | FulfillmentOrder) -> None:
        """Keep something new."""

    def save(self, order: FulfillmentOrder) -> None:
        """Write its changes now, so that it shows its new version."""

    def is_first_scan(self, fulfillment_order_id: str, scan_id: str, at: datetime) -> bool:
        """Remember a scan; tell whether it was not known before."""


class Floor(Protocol):
    """What there is in the buildings: bins, cartons, and copies of what SKUs are."""

    def warehouses(self) -> Mapping[str, Warehouse]:
        """Give all warehouses by id."""

    def cartons(self) -> Mapping[str, Carton]:
        """Give all cartons by code."""

    def bin(self, warehouse_id: str, bin: str) -> Bin | None:  # noqa: A002 - the word of the trade
        """Find a bin."""

    def sku(self, sku: str) -> SkuFacts | None:
        """Find what is known of a SKU."""

    def shelves(self, order: FulfillmentOrder) -> Shelves:
        """Look up what is known of the goods of a fulfillment order, and where they lie."""

    def add(self, new: Warehouse | Carton | Bin | SkuFacts) -> None:
        """Keep something new."""

    def save(self, changed: Warehouse | Carton | Bin) -> None:
        """Write its changes now, so that it shows its new version."""

    def ask_for_count(self, task: CountTask) -> None:
        """Ask for a count of a bin, unless one is asked for already."""


def found(fulfillments: Fulfillments, fulfillment_order_id: str) -> FulfillmentOrder:
    """Find a fulfillment order, or raise NotFound."""
    if order := fulfillments.get(fulfillment_order_id):
        return order
    raise NotFound("fulfillment order", fulfillment_order_id, "fulfillment_order_id")
