"""What is said to and by inventory, which knows every SKU and how many of it are where.

long because: all that is said to and by one service stands on one page.
"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Message, Wire, command, event, question, request
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import (
    Code,
    Codes,
    Count,
    Country,
    Dimensions,
    FulfillmentOrderId,
    Grams,
    Instant,
    Limit,
    LineId,
    LongText,
    MinorUnits,
    Name,
    Nothing,
    OrderId,
    Placement,
    Quantity,
    ReturnId,
    Sku,
    SkuQuantity,
    StockLevel,
    Text,
)

Disposition = Literal[
    "restock",
    "restock_as_b_grade",
    "refurbish",
    "return_to_vendor",
    "quarantine",
    "scrap",
    "missing",
]
Reason = Literal[
    "initial_stock",
    "stock_take",
    "damaged",
    "lost",
    "found",
    "theft",
    "expired",
    "sample",
    "correction",
    "other",
]
Barcode = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]


class SkuData(Wire, frozen=True, kw_only=True):
    """A thing that is kept and sold: how it is called, scanned, measured and declared."""

    sku: Sku
    name: Name
    dimensions: Dimensions
    weight_g: Grams
    barcodes: Annotated[tuple[Barcode, ...], Meta(max_length=20)] = ()
    hs_code: Annotated[str, Meta(max_length=16, pattern=r"^[0-9.]*$")] = ""
    origin_country: Country | None = None
    customs_value: MinorUnits = 0


@command("inventory.reserve.v1")
class ReserveStock(Message, frozen=True, kw_only=True):
    """Keep goods for an order until `expires_at`: all lines or none.

    `round` tells the first reservation of an order (1) from those after a short pick (2, 3, …).
    """

    order_id: OrderId
    round: int
    lines: tuple[SkuQuantity, ...]
    expires_at: Instant


@command("inventory.commit.v1")
class CommitStock(Message, frozen=True, kw_only=True):
    """Promise the goods of a round at the warehouses that will send them.

    `attempt` counts the plans of a round: one that was refused stays refused, whenever it comes.
    """

    order_id: OrderId
    round: int
    placements: tuple[Placement, ...]
    attempt: int = 1


@command("inventory.release.v1")
class ReleaseStock(Message, frozen=True, kw_only=True):
    """Give back what an order still holds, reserved or committed, even if it never held any.

    With `lines` only those at those warehouses are given back, otherwise all.
    """

    order_id: OrderId
    reason: Text
    release_id: Text
    lines: tuple[Placement, ...] = ()


@command("inventory.release_round.v1")
class ReleaseRound(Message, frozen=True, kw_only=True):
    """Give back the goods of one round of an order, and keep none for it any more.

    It is answered by `inventory.released.v1` with this `release_id`.
    """

    order_id: OrderId
    round: int
    release_id: Text
    reason: Text


@command("inventory.replace.v1")
class ReplaceShortage(Message, frozen=True, kw_only=True):
    """A picker did not find goods: write them off there, and reserve them elsewhere."""

    order_id: OrderId
    round: int
    fulfillment_order_id: FulfillmentOrderId
    lines: tuple[Placement, ...]
    expires_at: Instant


@command("inventory.fulfill.v1")
class FulfillStock(Message, frozen=True, kw_only=True):
    """The committed goods of a fulfillment order have left the warehouse."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    lines: tuple[Placement, ...]


class ReturnedUnits(Wire, frozen=True, kw_only=True):
    """Inspected units of one return line and what shall become of them."""

    line_id: LineId
    sku: Sku
    warehouse_id: Code
    quantity: Quantity
    disposition: Disposition


@command("inventory.restock.v1")
class RestockReturn(Message, frozen=True, kw_only=True):
    """Book inspected returned units in; `return_id` makes a second one a no-op."""

    return_id: ReturnId
    order_id: OrderId
    units: tuple[ReturnedUnits, ...]


class CountedUnits(Wire, frozen=True, kw_only=True):
    """So many of a SKU that went over a counter: below zero sold, above it brought back."""

    sku: Sku
    change: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]


@command("inventory.count_sale.v1")
class CountSale(Message, frozen=True, kw_only=True):
    """Take off the books what was sold over a counter; `sale_id` makes a second one a no-op."""

    sale_id: Name
    warehouse_id: Code
    units: Annotated[tuple[CountedUnits, ...], Meta(max_length=500)]


@event("inventory.reserved.v1")
class StockReserved(Message, frozen=True, kw_only=True):
    """The goods of a round are kept for the order; `levels` includes what it holds itself."""

    order_id: OrderId
    round: int
    placements: tuple[Placement, ...]
    levels: tuple[StockLevel, ...]


class ShortLine(Wire, frozen=True, kw_only=True):
    """How many of a line's SKU were wanted, and how many could be had."""

    line_id: LineId
    sku: Sku
    wanted: Quantity
    available: Count


@event("inventory.short.v1")
class StockShort(Message, frozen=True, kw_only=True):
    """The goods of a round cannot all be had; nothing of the round was kept."""

    order_id: OrderId
    round: int
    lines: tuple[ShortLine, ...]


@event("inventory.committed.v1")
class StockCommitted(Message, frozen=True, kw_only=True):
    """The goods of a round are promised at their warehouses."""

    order_id: OrderId
    round: int
    attempt: int = 1


@event("inventory.commit_refused.v1")
class CommitRefused(Message, frozen=True, kw_only=True):
    """The goods are not at the planned warehouses any more; `levels` says where they are."""

    order_id: OrderId
    round: int
    placements: tuple[Placement, ...]
    levels: tuple[StockLevel, ...]
    attempt: int = 1


@event("inventory.released.v1")
class StockReleased(Message, frozen=True, kw_only=True):
    """The order gave goods back; `release_id` is the command's, or `expired` for a timer."""

    order_id: OrderId
    release_id: Text
    reason: Text


@event("inventory.fulfilled.v1")
class StockFulfilled(Message, frozen=True, kw_only=True):
    """The goods of a fulfillment order are off the books."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId


@event("inventory.restocked.v1")
class StockRestocked(Message, frozen=True, kw_only=True):
    """Returned goods are back on the books, sellable or not; `again` if that was told before."""

    return_id: ReturnId
    order_id: OrderId
    again: bool = False


@event("inventory.changed.v1")
class StockChanged(Message, frozen=True, kw_only=True):
    """What can still be sold of a SKU over all warehouses; `version` grows with each change."""

    sku: Sku
    available: Count
    version: int


@event("inventory.sku_saved.v1")
class SkuSaved(Message, frozen=True, kw_only=True):
    """A SKU is new or was changed; `version` grows with each change."""

    sku: SkuData
    version: int


class PutSku(Wire, frozen=True, kw_only=True):
    """Make a SKU, or change it; `expected_version` 0 says that there is none so far."""

    data: SkuData
    expected_version: int | None = None


class SkuView(Wire, frozen=True, kw_only=True):
    """A SKU with its stock at each warehouse."""

    data: SkuData
    version: int
    available: Count
    stock: tuple["WarehouseStock", ...] = ()


class WarehouseStock(Wire, frozen=True, kw_only=True):
    """The stock of one SKU at one warehouse.

    on_hand = available + reserved + allocated + unavailable.
    """

    warehouse_id: Code
    on_hand: Count
    reserved: Count
    allocated: Count
    unavailable: Count
    available: Count


class SkuRef(Wire, frozen=True, kw_only=True):
    """One SKU."""

    sku: Sku


class FindSkus(Wire, frozen=True, kw_only=True):
    """Which SKUs to list, by SKU; `text` matches the start of SKU, name or barcode.

    With `available_below` only those of which fewer can be had: 1 lists what is out of stock.
    """

    text: Text = ""
    available_below: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    after: Text = ""
    limit: Limit = 50
    warehouses: Codes | None = None


class SkusNamed(Wire, frozen=True, kw_only=True):
    """The SKUs with these names, and those that have one of these barcodes."""

    skus: Annotated[tuple[Sku, ...], Meta(max_length=200)] = ()
    barcodes: Annotated[tuple[Barcode, ...], Meta(max_length=4000)] = ()


class SkuPage(Wire, frozen=True, kw_only=True):
    """A page of SKUs; `next` is empty on the last."""

    skus: tuple[SkuView, ...]
    next: str = ""


class AdjustStock(Wire, frozen=True, kw_only=True):
    """Correct what is on hand at a warehouse by so many; never below what is promised.

    With `expected_on_hand` it is refused if that is not what is on hand now.
    """

    sku: Sku
    warehouse_id: Code
    change: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
    reason: Reason
    note: Text = ""
    expected_on_hand: Count | None = None


class ReceiveStock(Wire, frozen=True, kw_only=True):
    """Goods have arrived from a supplier."""

    sku: Sku
    warehouse_id: Code
    quantity: Quantity
    reference: Text = ""


class LedgerOf(Wire, frozen=True, kw_only=True):
    """The stock movements of a SKU, newest first, from before `before`."""

    sku: Sku
    warehouse_id: Text = ""
    before: Annotated[int, Meta(ge=0)] = 0
    limit: Limit = 50
    warehouses: Codes | None = None


class Movement(Wire, frozen=True, kw_only=True):
    """One entry of the stock ledger: what changed by how much, to what, and because of what."""

    movement_id: int
    at: Instant
    warehouse_id: Code
    kind: str
    on_hand: int
    reserved: int
    allocated: int
    unavailable: int
    cause: Text
    actor: str
    reason: LongText = ""


class Ledger(Wire, frozen=True, kw_only=True):
    """A page of stock movements; `next` is the `before` of the next page, 0 on the last."""

    movements: tuple[Movement, ...]
    next: int = 0


class AuditReport(Wire, frozen=True, kw_only=True):
    """What differs between the ledger's sums and the balances; empty when all is well."""

    checked: Count
    differences: tuple[Text, ...] = ()


class Audit(Wire, frozen=True, kw_only=True):
    """Compare the ledger with the balances: what came since it was closed, or the whole of it."""

    whole: bool = False


PUT_SKU = request("inventory.put_sku", PutSku, SkuView)
GET_SKU = question("inventory.get_sku", SkuRef, SkuView)
GET_SKUS = question("inventory.get_skus", SkusNamed, SkuPage)
FIND_SKUS = question("inventory.find_skus", FindSkus, SkuPage)
ADJUST = request("inventory.adjust", AdjustStock, WarehouseStock)
RECEIVE = request("inventory.receive", ReceiveStock, WarehouseStock)
LEDGER = question("inventory.ledger", LedgerOf, Ledger)
AUDIT = question("inventory.audit", Audit, AuditReport)
STUCK = question("inventory.stuck", FindStuck, StuckPage)
DECIDE = request("inventory.decide", DecideStuck, Nothing)
