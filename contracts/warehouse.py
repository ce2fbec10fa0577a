"""What is said to and by warehouse, which knows where goods lie and who picks and packs them.

long because: all that is said to and by one service stands on one page.
"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.inventory import Barcode
from contracts.message import Message, Wire, command, event, question, request
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import (
    Address,
    Code,
    Codes,
    Count,
    Dimensions,
    FulfillmentOrderId,
    Grams,
    Instant,
    Limit,
    MinorUnits,
    Name,
    Nothing,
    OrderId,
    PackageId,
    Placement,
    Quantity,
    Sku,
    SkuQuantity,
    StockLevel,
    Text,
)

ShortReason = Literal["not_found", "damaged", "expired", "wrong_item", "other"]


class RouteLine(Wire, frozen=True, kw_only=True):
    """A line to be sent: what, how many, and how it is called on the packing slip."""

    line_id: Text
    sku: Sku
    quantity: Quantity
    name: Text = ""


@command("warehouse.route.v1")
class RouteOrder(Message, frozen=True, kw_only=True):
    """Decide which warehouse sends what of a round; nothing is picked until it is opened.

    `attempt` counts decisions for one round: a later one replaces the one before.
    """

    order_id: OrderId
    number: int
    round: int
    attempt: int
    service: Text
    ship_to: Address
    lines: tuple[RouteLine, ...]
    levels: tuple[StockLevel, ...]


@command("warehouse.open.v1")
class OpenFulfillment(Message, frozen=True, kw_only=True):
    """The goods are promised and no hold stands against it: picking may begin."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId


@command("warehouse.cancel.v1")
class CancelFulfillment(Message, frozen=True, kw_only=True):
    """Stop a fulfillment order that has not shipped, packed or not.

    With an empty `fulfillment_order_id` all of the order's that were ever planned,
    which may be none.
    """

    order_id: OrderId
    fulfillment_order_id: Text = ""
    reason: Text = ""


@command("warehouse.readdress.v1")
class ReaddressOrder(Message, frozen=True, kw_only=True):
    """Send all of an order elsewhere, what is planned later too, unless picking has begun.

    `edit` counts the edits of the order: one that was answered is answered alike again.
    """

    order_id: OrderId
    edit: Count
    ship_to: Address


@event("warehouse.readdressed.v1")
class OrderReaddressed(Message, frozen=True, kw_only=True):
    """All of an order goes to its new address."""

    order_id: OrderId
    edit: Count


@event("warehouse.readdress_refused.v1")
class ReaddressRefused(Message, frozen=True, kw_only=True):
    """Picking has begun, or nothing will be sent: the order is sent as it was planned."""

    order_id: OrderId
    edit: Count
    reason: Text


class PlannedFulfillment(Wire, frozen=True, kw_only=True):
    """What one warehouse shall send."""

    fulfillment_order_id: FulfillmentOrderId
    warehouse_id: Code
    lines: tuple[SkuQuantity, ...]


@command("warehouse.edit.v1")
class EditPlan(Message, frozen=True, kw_only=True):
    """Send so much less of an order, and all of it elsewhere if need be, unless picking has begun.

    `edit` counts the edits of the order, those of `warehouse.readdress.v1` too: one that was
    answered is answered alike again. It is refused by `warehouse.readdress_refused.v1`.
    """

    order_id: OrderId
    edit: Count
    fewer: tuple[SkuQuantity, ...] = ()
    ship_to: Address | None = None


@event("warehouse.edited.v1")
class PlanEdited(Message, frozen=True, kw_only=True):
    """The order is sent as it is now wished; `taken` was taken off what was planned."""

    order_id: OrderId
    edit: Count
    taken: tuple[PlannedFulfillment, ...] = ()


@event("warehouse.routed.v1")
class OrderRouted(Message, frozen=True, kw_only=True):
    """It is decided which warehouse sends what, and why."""

    order_id: OrderId
    round: int
    attempt: int
    fulfillments: tuple[PlannedFulfillment, ...]
    decision: Annotated[str, Meta(max_length=2000)]


@event("warehouse.routing_failed.v1")
class RoutingFailed(Message, frozen=True, kw_only=True):
    """No warehouse can send the order; a person must decide."""

    order_id: OrderId
    round: int
    attempt: int
    reason: Text


@event("warehouse.picked.v1")
class ItemPicked(Message, frozen=True, kw_only=True):
    """Somebody took goods from a bin for an order."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    warehouse_id: Code
    line_id: Text
    sku: Sku
    quantity: Quantity
    bin: Text
    by: str
    at: Instant


@event("warehouse.pick_short.v1")
class PickShort(Message, frozen=True, kw_only=True):
    """Somebody did not find what should be there; the fulfillment order goes on without it.

    `left` is true when other goods of the fulfillment order are still to be sent.
    """

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    lines: tuple[Placement, ...]
    reason: ShortReason
    by: str
    left: bool


class PackedPackage(Wire, frozen=True, kw_only=True):
    """A closed box: what is in it, how large and how heavy it is."""

    package_id: PackageId
    carton: Code
    dimensions: Dimensions
    weight_g: Grams
    items: tuple[SkuQuantity, ...]


@event("warehouse.packed.v1")
class FulfillmentPacked(Message, frozen=True, kw_only=True):
    """Every item was verified into a box; a label is wanted."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    warehouse_id: Code
    ship_from: Address
    packages: tuple[PackedPackage, ...]
    by: str


@event("warehouse.canceled.v1")
class FulfillmentCanceled(Message, frozen=True, kw_only=True):
    """The fulfillment order (all of the order's, if empty) will not be sent."""

    order_id: OrderId
    fulfillment_order_id: Text = ""


class BinData(Wire, frozen=True, kw_only=True):
    """A shelf position; `sequence` is its place on the picker's way."""

    warehouse_id: Code
    bin: Code
    zone: Code
    sequence: Count
    sku: Sku


class WarehouseData(Wire, frozen=True, kw_only=True):
    """A building that sends goods."""

    warehouse_id: Code
    name: Name
    address: Address
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    active: bool = True


class CartonData(Wire, frozen=True, kw_only=True):
    """A kind of box; dimensions are inner ones."""

    carton: Code
    dimensions: Dimensions
    max_weight_g: Grams
    own_weight_g: Grams = 0
    cost: MinorUnits = 0


class PutBin(BinData, frozen=True, kw_only=True):
    """Make a bin, or change it."""

    expected_version: int | None = None


class BinView(BinData, frozen=True, kw_only=True):
    """A bin as it is kept."""

    version: int = 1


class PutWarehouse(WarehouseData, frozen=True, kw_only=True):
    """Make a warehouse, or change it."""

    expected_version: int | None = None


class WarehouseView(WarehouseData, frozen=True, kw_only=True):
    """A warehouse as it is kept."""

    version: int = 1


class PutCarton(CartonData, frozen=True, kw_only=True):
    """Make a carton, or change it."""

    expected_version: int | None = None


class CartonView(CartonData, frozen=True, kw_only=True):
    """A carton as it is kept."""

    version: int = 1


class FindBins(Wire, frozen=True, kw_only=True):
    """Which bins of a warehouse to list, by name."""

    warehouse_id: Code
    after: Text = ""
    limit: Limit = 50


class BinPage(Wire, frozen=True, kw_only=True):
    """A page of bins; `next` is empty on the last."""

    bins: tuple[BinView, ...]
    next: str = ""


class PickLine(Wire, frozen=True, kw_only=True):
    """One thing to take, in the order of the picker's way."""

    line_id: Text
    sku: Sku
    name: Text
    bin: Text
    zone: Text
    quantity: Quantity
    picked: Count = 0
    short: Count = 0
    packed: Count = 0
    barcodes: tuple[Barcode, ...] = ()


class Fulfillment(Wire, frozen=True, kw_only=True):
    """One fulfillment order with its pick list in bin order.

    `warehouse_name` is there in what is read, not in the answer to a scan.
    """

    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    number: int
    warehouse_id: Code
    status: str
    round: int
    lines: tuple[PickLine, ...]
    ship_to: Address
    decision: str = ""
    picker: str = ""
    proposed_cartons: tuple[Code, ...] = ()
    packages: tuple[PackedPackage, ...] = ()
    allowed: tuple[str, ...] = ()
    version: int = 1
    warehouse_name: Text = ""


class FulfillmentRef(Wire, frozen=True, kw_only=True):
    """One fulfillment order."""

    fulfillment_order_id: FulfillmentOrderId


class FulfillmentsOf(Wire, frozen=True, kw_only=True):
    """The fulfillment orders of one order."""

    order_id: OrderId


class FindFulfillments(Wire, frozen=True, kw_only=True):
    """Which fulfillment orders to list, oldest first."""

    status: Text = ""
    warehouse_id: Text = ""
    after: Text = ""
    limit: Limit = 50
    warehouses: Codes | None = None


class FulfillmentPage(Wire, frozen=True, kw_only=True):
    """A page of fulfillment orders; `next` is empty on the last."""

    fulfillments: tuple[Fulfillment, ...]
    next: str = ""


class PlacesOf(Wire, frozen=True, kw_only=True):
    """Where do these lie? For whoever may see what lies in some warehouses only."""

    fulfillment_order_ids: Annotated[tuple[FulfillmentOrderId, ...], Meta(max_length=200)]


class Place(Wire, frozen=True, kw_only=True):
    """The warehouse of a fulfillment order, and its order."""

    fulfillment_order_id: FulfillmentOrderId
    order_id: OrderId
    warehouse_id: Code


class Places(Wire, frozen=True, kw_only=True):
    """The warehouses of fulfillment orders; those that there are not are left out."""

    places: tuple[Place, ...]


class StartPicking(Wire, frozen=True, kw_only=True):
    """Somebody takes a fulfillment order to pick it."""

    fulfillment_order_id: FulfillmentOrderId
    picker: Text = ""
    expected_version: int | None = None


class ScanPick(Wire, frozen=True, kw_only=True):
    """Somebody scanned what they took, and from which bin; a wrong scan is refused.

    `scan_id` makes a second sending of the same scan a no-op.
    """

    fulfillment_order_id: FulfillmentOrderId
    barcode: Barcode
    bin: Text = ""
    quantity: Quantity = 1
    scan_id: Text = ""
    expected_version: int | None = None


class ReportShort(Wire, frozen=True, kw_only=True):
    """Somebody did not find so many of a SKU."""

    fulfillment_order_id: FulfillmentOrderId
    sku: Sku
    quantity: Quantity
    reason: ShortReason
    expected_version: int | None = None


class NewPackage(Wire, frozen=True, kw_only=True):
    """A box as it was packed: the carton and every barcode that was scanned into it."""

    carton: Code
    barcodes: Annotated[tuple[Barcode, ...], Meta(min_length=1, max_length=1000)]
    weight_g: Grams | None = None


class Pack(Wire, frozen=True, kw_only=True):
    """Close the boxes of a fulfillment order; the scans must be exactly what was picked."""

    fulfillment_order_id: FulfillmentOrderId
    packages: Annotated[tuple[NewPackage, ...], Meta(min_length=1, max_length=50)]
    expected_version: int | None = None


class Document(Wire, frozen=True, kw_only=True):
    """A paper to print: its media type and its bytes in Base64."""

    name: Text
    media_type: Text
    base64: str


class CountTask(Wire, frozen=True, kw_only=True):
    """A bin that somebody should count, because a picker did not find what should be there."""

    warehouse_id: Code
    bin: Text
    sku: Sku
    reason: Text
    since: Instant


class FindCountTasks(Wire, frozen=True, kw_only=True):
    """Which bins shall be counted."""

    warehouse_id: Text = ""
    limit: Limit = 50
    warehouses: Codes | None = None


class CountTasks(Wire, frozen=True, kw_only=True):
    """Bins to count, oldest first."""

    tasks: tuple[CountTask, ...]


class Warehouses(Wire, frozen=True, kw_only=True):
    """All warehouses and cartons."""

    warehouses: tuple[WarehouseView, ...]
    cartons: tuple[CartonView, ...]


PUT_WAREHOUSE = request("warehouse.put_warehouse", PutWarehouse, WarehouseView)
PUT_BIN = request("warehouse.put_bin", PutBin, BinView)
PUT_CARTON = request("warehouse.put_carton", PutCarton, CartonView)
BINS = question("warehouse.bins", FindBins, BinPage)
WAREHOUSES = question("warehouse.warehouses", Nothing, Warehouses)
GET = question("warehouse.get", FulfillmentRef, Fulfillment)
PLACES = question("warehouse.places", PlacesOf, Places)
OF_ORDER = question("warehouse.of_order", FulfillmentsOf, FulfillmentPage)
FIND = question("warehouse.find", FindFulfillments, FulfillmentPage)
START = request("warehouse.start", StartPicking, Fulfillment)
SCAN = request("warehouse.scan", ScanPick, Fulfillment)
SHORT = request("warehouse.short", ReportShort, Fulfillment)
PACK = request("warehouse.pack", Pack, Fulfillment)
SLIP = question("warehouse.slip", FulfillmentRef, Document)
COUNT_TASKS = question("warehouse.count_tasks", FindCountTasks, CountTasks)
STUCK = question("warehouse.stuck", FindStuck, StuckPage)
DECIDE = request("warehouse.decide", DecideStuck, Nothing)
