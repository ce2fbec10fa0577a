"""What does a warehouse look like in a test? Valid unless the test says otherwise."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chassis.ids import new_id
from chassis.work import Rehearsal
from contracts.message import Message
from contracts.values import Address, Dimensions, StockLevel
from contracts.warehouse import OpenFulfillment, RouteLine, RouteOrder
from services.warehouse import handlers
from services.warehouse.domain.building import Bin, Destination, Warehouse
from services.warehouse.domain.cartons import Carton
from services.warehouse.domain.fulfillment_order import FulfillmentOrder
from services.warehouse.domain.sku import SkuFacts
from services.warehouse.memory import MemoryFloor, MemoryFulfillments

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORDER = new_id("ord")
MUG, SHIRT = "MUG-1", "SHIRT-M"
MUG_CODE, SHIRT_CODE = "4006381333931", "5901234123457"


def an_address(country: str = "DE", city: str = "Berlin", name: str = "Ann Smith") -> Address:
    return Address(name=name, line1="Main Street 1", city=city, country=country, postcode="10115")


def a_warehouse(warehouse_id: str = "BER", **changes: Any) -> Warehouse:
    fields: dict[str, Any] = {
        "warehouse_id": warehouse_id,
        "name": warehouse_id,
        "address": an_address(changes.pop("country", "DE"), name=f"Shop, {warehouse_id}"),
    }
    return Warehouse(**{**fields, **changes})


def a_size(length: int = 100, width: int = 80, height: int = 60) -> Dimensions:
    return Dimensions(length_mm=length, width_mm=width, height_mm=height)


def a_carton(carton: str = "S", size: Dimensions | None = None, **changes: Any) -> Carton:
    return Carton(carton, size or a_size(300, 200, 150), **{"max_weight_g": 10_000, **changes})


def facts(
    sku: str, *barcodes: str, weight_g: int = 350, size: Dimensions | None = None
) -> SkuFacts:
    return SkuFacts(sku, f"Name of {sku}", barcodes, size or a_size(), weight_g, 1)


def a_line(sku: str = MUG, quantity: int = 1, line_id: str = "") -> RouteLine:
    return RouteLine(
        line_id=line_id or new_id("lin"), sku=sku, quantity=quantity, name=f"Name of {sku}"
    )


def level(warehouse_id: str, sku: str, available: int) -> StockLevel:
    return StockLevel(sku=sku, warehouse_id=warehouse_id, available=available)


def a_route(
    *lines: RouteLine, levels: tuple[StockLevel, ...] = (), attempt: int = 1, **changes: Any
) -> RouteOrder:
    fields: dict[str, Any] = {
        "order_id": ORDER,
        "number": 1001,
        "round": 1,
        "service": "standard",
        "ship_to": an_address(),
        "attempt": attempt,
        "lines": lines,
        "levels": levels or tuple(level("BER", line.sku, 1_000) for line in lines),
    }
    return RouteOrder(**{**fields, **changes})


def nowhere(_: Address) -> Destination:
    return Destination("DE")


def a_floor() -> MemoryFloor:
    """A building in Berlin with mugs in two bins, shirts in one before them, and three cartons."""
    floor = MemoryFloor()
    for new in (
        a_warehouse("BER"),
        a_warehouse("HAM"),
        Bin("BER", "B-7", "b", 70, MUG),
        Bin("BER", "B-2", "b", 20, MUG),
        Bin("BER", "A-1", "a", 10, SHIRT),
        facts(MUG, MUG_CODE),
        facts(SHIRT, SHIRT_CODE, weight_g=180, size=a_size(250, 200, 30)),
        a_carton("S", own_weight_g=100),
        a_carton("L", a_size(600, 400, 400), max_weight_g=30_000, own_weight_g=500),
    ):
        floor.add(new)
    return floor


@dataclass(slots=True)
class Listening(Rehearsal):
    """A rehearsal that also remembers to which process something was said."""

    told_to: list[str] = field(default_factory=list)

    def send(self, message: Message, *, correlation_id: str = "") -> None:
        self.sent.append(message)
        self.told_to.append(correlation_id)


class Building:
    """A warehouse at work: give it messages, look at what it says."""

    def __init__(self) -> None:
        self.floor = a_floor()
        self.fulfillments = MemoryFulfillments()
        self.work = Listening(NOW, actor="person:ann")

    def route(self, *lines: RouteLine, **changes: Any) -> Any:
        """Send RouteOrder and give what was said last."""
        return self.send_route(a_route(*lines, **changes))

    def send_route(self, command: RouteOrder) -> Any:
        handlers.route_order(command, self.work, self.fulfillments, self.floor, nowhere)
        return self.work.sent[-1] if self.work.sent else None

    def open(self, fulfillment_order_id: str) -> None:
        command = OpenFulfillment(order_id=ORDER, fulfillment_order_id=fulfillment_order_id)
        handlers.open_fulfillment(command, self.work, self.fulfillments, self.floor)

    def opened(self, *lines: RouteLine) -> FulfillmentOrder:
        """Route an order, let it be picked, and forget what was said on the way."""
        planned = self.route(*lines).fulfillments[0].fulfillment_order_id
        self.open(planned)
        self.work.sent.clear()
        self.work.told_to.clear()
        return self.fulfillments.orders[planned]

    def do(self, what: Any, request: Any) -> Any:
        """Let somebody do something at the shelf or the packing table."""
        return what(request, self.work, self.fulfillments, self.floor)
