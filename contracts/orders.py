"""What is said to and by orders, which knows each customer's wish and how far it has come.

long because: all that is said to and by one service stands on one page.
"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Message, Wire, command, event, question, request
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import (
    Address,
    Code,
    Codes,
    Count,
    Currency,
    Customer,
    FulfillmentOrderId,
    HistoryLine,
    HoldId,
    Instant,
    Limit,
    LineId,
    LongText,
    MinorUnits,
    Money,
    Name,
    Nothing,
    OrderId,
    Quantity,
    SignedMinorUnits,
    Sku,
    Text,
    UserId,
)

Tag = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\s,][^,]*$")]
Mentions = Annotated[tuple[UserId, ...], Meta(max_length=20)]
PaymentMethod = Literal["card", "cash", "bank_transfer", "invoice", "external"]


class NewLine(Wire, frozen=True, kw_only=True):
    """One SKU that the customer wants; amounts in minor units of the order's currency.

    `discount` and `tax` are for the whole line, not for a piece.
    """

    sku: Sku
    quantity: Quantity
    unit_price: MinorUnits
    name: Text = ""
    discount: MinorUnits = 0
    tax: MinorUnits = 0
    channel_line_id: Text = ""


class Delivery(Wire, frozen=True, kw_only=True):
    """What the customer was promised and charged for bringing the goods.

    Of the carriers that bring them by `deliver_by` the cheapest is taken.
    """

    service: Literal["standard", "express"] = "standard"
    price: MinorUnits = 0
    discount: MinorUnits = 0
    tax: MinorUnits = 0
    deliver_by: Instant | None = None


class PaymentChoice(Wire, frozen=True, kw_only=True):
    """How the customer pays. `token` is the provider's, never a card number.

    `external` means that the channel has taken the money already. `account` names the account at
    a payment provider; without it, it is the only one that takes this method and currency.
    """

    method: PaymentMethod
    token: Annotated[str, Meta(max_length=255)] = ""
    account: Annotated[str, Meta(max_length=64)] = ""


class PlaceOrder(Wire, frozen=True, kw_only=True):
    """A customer's order.

    The amounts must add up: `total` = Σ (unit_price · quantity − discount) + delivery price
    − delivery discount, plus every tax unless `taxes_included`.
    """

    currency: Currency
    lines: Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=500)]
    total: MinorUnits
    payment: PaymentChoice
    ship_to: Address
    customer: Customer = Customer()
    bill_to: Address | None = None
    delivery: Delivery = Delivery()
    taxes_included: bool = False
    channel: Code = "api"
    channel_order_id: Text = ""
    tags: Annotated[tuple[Tag, ...], Meta(max_length=50)] = ()
    note: LongText = ""
    placed_at: Instant | None = None


class OrderRef(Wire, frozen=True, kw_only=True):
    """One order."""

    order_id: OrderId


class PlacedOrder(Wire, frozen=True, kw_only=True):
    """The order was accepted and is kept; `created` is false when it was known already."""

    order_id: OrderId
    number: int
    version: int
    created: bool = True


class OrderLine(Wire, frozen=True, kw_only=True):
    """One line with its quantities by state: ordered = the sum of open … canceled.

    `delivered` and `returned` are parts of `shipped`.
    """

    line_id: LineId
    sku: Sku
    name: Text
    ordered: Count
    unit_price: MinorUnits
    discount: MinorUnits
    tax: MinorUnits
    total: MinorUnits
    channel_line_id: Text = ""
    open: Count = 0
    allocated: Count = 0
    backordered: Count = 0
    picked: Count = 0
    packed: Count = 0
    shipped: Count = 0
    canceled: Count = 0
    delivered: Count = 0
    returned: Count = 0


class Hold(Wire, frozen=True, kw_only=True):
    """A reason that blocks fulfillment until it is released."""

    hold_id: HoldId
    reason: Text
    placed_by: str
    placed_at: Instant
    until: Instant | None = None
    note: LongText = ""


class Note(Wire, frozen=True, kw_only=True):
    """What somebody wrote on an order, and which users it names."""

    text: LongText
    by: str
    at: Instant
    mentions: Mentions = ()


class JourneyStep(Wire, frozen=True, kw_only=True):
    """Where one run of a saga stands; `steps` are all that it may take, in order."""

    saga: str
    run_id: str
    step: str
    phase: str
    deadline: Instant | None = None
    attempts: int = 0
    problem: str = ""
    steps: tuple[str, ...] = ()


class OrderFulfillment(Wire, frozen=True, kw_only=True):
    """One fulfillment order as far as orders knows it."""

    fulfillment_order_id: FulfillmentOrderId
    warehouse_id: Code
    status: str
    tracking_numbers: tuple[str, ...] = ()


class LineQuantity(Wire, frozen=True, kw_only=True):
    """How many of a line there shall be; with none the line is taken off the order."""

    line_id: LineId
    quantity: Annotated[int, Meta(ge=0, le=1_000_000)]


class EditOrder(Wire, frozen=True, kw_only=True):
    """Change an order before it is picked; what is null or not named stays as it is.

    Discount and tax of a line in `lines` change with its quantity; `added` are new lines.
    """

    order_id: OrderId
    reason: Name
    ship_to: Address | None = None
    bill_to: Address | None = None
    lines: Annotated[tuple[LineQuantity, ...], Meta(max_length=500)] = ()
    added: Annotated[tuple[NewLine, ...], Meta(max_length=100)] = ()
    expected_version: int | None = None


class ChangedField(Wire, frozen=True, kw_only=True):
    """What an edit changes, in words as they stand in the history."""

    field: str
    before: str
    after: str


class EditedLine(Wire, frozen=True, kw_only=True):
    """A line that an edit changes: how many there were and would be, and what they cost."""

    sku: Sku
    name: Text
    before: Count
    after: Count
    total_before: MinorUnits
    total: MinorUnits


Settlement = Literal["none", "held", "on_terms", "not_taken", "refunded"]


class EditPreview(Wire, frozen=True, kw_only=True):
    """What an edit would do; nothing has changed.

    `difference` is what the customer would owe more, or less; `settlement` says how: it is held on
    the card or owed on terms beside what was agreed, not taken when the goods leave, or refunded.
    `total` is the order's then, `tax` and `delivery` are parts of it. With `asks_warehouse` the
    edit holds once the warehouse has agreed, which it does unless somebody has begun to pick.
    """

    order_id: OrderId
    version: int
    changes: tuple[ChangedField, ...]
    difference: SignedMinorUnits
    currency: Currency
    asks_warehouse: bool
    lines: tuple[EditedLine, ...] = ()
    total: MinorUnits = 0
    tax: MinorUnits = 0
    delivery: MinorUnits = 0
    settlement: Settlement = "none"


class PendingEdit(Wire, frozen=True, kw_only=True):
    """An edit that is not sure yet: stock, money or the warehouse may still refuse it."""

    by: str
    at: Instant
    reason: str
    changes: tuple[ChangedField, ...]


class Order(Wire, frozen=True, kw_only=True):
    """Everything orders knows of one order."""

    order_id: OrderId
    number: int
    version: int
    status: str
    payment_status: str
    fulfillment_status: str
    channel: Code
    channel_order_id: Text
    currency: Currency
    total: MinorUnits
    taxes_included: bool
    captured: MinorUnits
    refunded: MinorUnits
    owed: SignedMinorUnits
    payment_method: str
    customer: Customer
    ship_to: Address
    bill_to: Address | None
    delivery: Delivery
    lines: tuple[OrderLine, ...]
    placed_at: Instant
    holds: tuple[Hold, ...] = ()
    tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    fulfillments: tuple[OrderFulfillment, ...] = ()
    journey: tuple[JourneyStep, ...] = ()
    allowed: tuple[str, ...] = ()
    editing: PendingEdit | None = None


class OrdersNamed(Wire, frozen=True, kw_only=True):
    """Several orders at once."""

    order_ids: Annotated[tuple[OrderId, ...], Meta(max_length=200)]


class Orders(Wire, frozen=True, kw_only=True):
    """The orders that there are of those that were named, without their journeys."""

    orders: tuple[Order, ...]


class OrderRow(Wire, frozen=True, kw_only=True):
    """One order in a list."""

    order_id: OrderId
    number: int
    status: str
    payment_status: str
    fulfillment_status: str
    channel: Code
    channel_order_id: Text
    customer: str
    total: Money
    tags: tuple[str, ...]
    placed_at: Instant


class OrderFilter(Wire, frozen=True, kw_only=True):
    """Which orders are meant; what is empty is not looked at.

    Each word of `text` matches the start of number, external id, name, e-mail, phone, postcode,
    SKU, tracking number, id of a return (RMA) or number of an invoice, or a whole barcode.
    `warehouse_id` is any warehouse that something of the order was to be sent from; the totals are
    in the minor unit of each order's own currency.
    """

    status: Text = ""
    payment_status: Text = ""
    fulfillment_status: Text = ""
    channel: Text = ""
    tag: Text = ""
    text: Text = ""
    placed_from: Instant | None = None
    placed_to: Instant | None = None
    warehouse_id: Text = ""
    total_from: MinorUnits | None = None
    total_to: MinorUnits | None = None


class FindOrders(OrderFilter, frozen=True, kw_only=True):
    """Which orders to list, newest first; `after` is the `next` of the page before.

    Each word of `text` matches the start of number, external id, name, e-mail, phone, postcode,
    SKU, tracking number, id of a return (RMA) or number of an invoice, or a whole barcode.
    """

    after: Text = ""
    limit: Limit = 50
    channels: Codes | None = None


class CountOrders(Wire, frozen=True, kw_only=True):
    """Count the orders of several views at once."""

    views: Annotated[tuple[OrderFilter, ...], Meta(min_length=1, max_length=50)]
    channels: Codes | None = None


class OrderCount(Wire, frozen=True, kw_only=True):
    """How many orders a view has; with `more` they were not counted any further."""

    count: Count
    more: bool = False


class OrderCounts(Wire, frozen=True, kw_only=True):
    """A count for each view, in their order; none is counted further than 10,000."""

    counts: tuple[OrderCount, ...]


class OrderPage(Wire, frozen=True, kw_only=True):
    """A page of orders; `next` is empty on the last.

    A page may be short and yet have a next: words and statuses together may match few among many.
    """

    orders: tuple[OrderRow, ...]
    next: str = ""


class OriginsOf(Wire, frozen=True, kw_only=True):
    """From which channels are these orders? For whoever may see those of some channels only."""

    order_ids: Annotated[tuple[OrderId, ...], Meta(max_length=200)]


class Origin(Wire, frozen=True, kw_only=True):
    """The channel that an order came from."""

    order_id: OrderId
    channel: Code


class Origins(Wire, frozen=True, kw_only=True):
    """The channels of orders; those that there are not are left out."""

    origins: tuple[Origin, ...]


class GetHistory(Wire, frozen=True, kw_only=True):
    """The history of an order, oldest first, from behind `after`."""

    order_id: OrderId
    after: Count = 0
    limit: Limit = 200


class History(Wire, frozen=True, kw_only=True):
    """What happened to an order, in order."""

    order_id: OrderId
    lines: tuple[HistoryLine, ...]


class ChangeTags(Wire, frozen=True, kw_only=True):
    """Put tags on an order and take others off."""

    order_id: OrderId
    add: Annotated[tuple[Tag, ...], Meta(max_length=50)] = ()
    remove: Annotated[tuple[Tag, ...], Meta(max_length=50)] = ()
    expected_version: int | None = None


class AddNote(Wire, frozen=True, kw_only=True):
    """Write on an order, for colleagues; who is mentioned is told of it."""

    order_id: OrderId
    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    mentions: Mentions = ()
    expected_version: int | None = None


class PlaceHold(Wire, frozen=True, kw_only=True):
    """Stop an order from going on until the hold is released or has run out."""

    order_id: OrderId
    reason: Name
    note: LongText = ""
    until: Instant | None = None
    expected_version: int | None = None


class ReleaseHold(Wire, frozen=True, kw_only=True):
    """Let a held order go on."""

    order_id: OrderId
    hold_id: HoldId
    reason: Text = ""
    expected_version: int | None = None


class CancelOrder(Wire, frozen=True, kw_only=True):
    """Take an order back; what was reserved, charged or begun is given back."""

    order_id: OrderId
    reason: Name
    expected_version: int | None = None


class ResolveStep(Wire, frozen=True, kw_only=True):
    """What a person decides about a run that cannot go on by itself."""

    order_id: OrderId
    run_id: Text
    decision: Literal["retry", "skip", "compensate"]
    reason: Name
    expected_version: int | None = None


@command("orders.import.v1")
class ImportOrders(Message, frozen=True, kw_only=True):
    """A channel hands over orders; (channel, channel_order_id) makes a second one a no-op."""

    orders: Annotated[tuple[PlaceOrder, ...], Meta(min_length=1, max_length=100)]


@command("orders.cancel.v1")
class CancelChannelOrder(Message, frozen=True, kw_only=True):
    """A channel says that the customer took the order back there."""

    channel: Code
    channel_order_id: Text
    reason: Text = ""


class PlacedLine(Wire, frozen=True, kw_only=True):
    """A line as it was placed, with what a piece of it is worth to the customer.

    `paid` is what the customer pays for the whole line, tax and discount included.
    """

    line_id: LineId
    sku: Sku
    name: Text
    quantity: Quantity
    paid: MinorUnits
    channel_line_id: Text = ""


@command("orders.write_down.v1")
class WriteDown(Message, frozen=True, kw_only=True):
    """Another service has let a person decide something about an order: keep it in its history."""

    order_id: OrderId
    action: Name
    by: Name
    subject: Text = ""
    reason: Text = ""


class TellOwner(Wire, frozen=True, kw_only=True):
    """Somebody takes care of an exception of an order, or nobody does: keep it in its history."""

    order_id: OrderId
    exception: Name
    before: Text = ""
    after: Text = ""


@event("orders.placed.v1")
class OrderPlaced(Message, frozen=True, kw_only=True):
    """A customer has committed to buy; nothing is reserved or charged yet."""

    order_id: OrderId
    number: int
    channel: Code
    channel_order_id: Text
    currency: Currency
    total: MinorUnits
    customer: Customer
    ship_to: Address
    lines: tuple[PlacedLine, ...]
    placed_at: Instant


class ImportedOrder(Wire, frozen=True, kw_only=True):
    """An order of a channel that we have now, or (without an id) why we cannot take it."""

    channel: Code
    channel_order_id: Text
    order_id: Annotated[str, Meta(pattern=r"^$|^ord_[0-9A-Z]{26}$")] = ""
    code: Text = ""
    reason: Text = ""
    field: Text = ""


@event("orders.imported.v1")
class OrdersImported(Message, frozen=True, kw_only=True):
    """What became of the orders that a channel handed over together, each by itself."""

    orders: tuple[ImportedOrder, ...]


@event("orders.noted.v1")
class OrderNoted(Message, frozen=True, kw_only=True):
    """Somebody wrote on an order, and named the users who shall read it."""

    order_id: OrderId
    number: int
    channel: Code
    text: LongText
    by: Name
    mentions: Mentions


@event("orders.edited.v1")
class OrderEdited(Message, frozen=True, kw_only=True):
    """An order was changed; its addresses and lines are now these, and `total` is what it costs.

    `edit` counts the edits of the order.
    """

    order_id: OrderId
    edit: Count
    ship_to: Address
    bill_to: Address | None = None
    lines: tuple[PlacedLine, ...] = ()
    total: MinorUnits | None = None


@event("orders.confirmed.v1")
class OrderConfirmed(Message, frozen=True, kw_only=True):
    """The order is reserved and paid or safely payable; the warehouse may begin."""

    order_id: OrderId


@event("orders.canceled.v1")
class OrderCanceled(Message, frozen=True, kw_only=True):
    """The order will not be fulfilled, and all it had taken was given back."""

    order_id: OrderId
    channel: Code
    channel_order_id: Text
    reason: str


@event("orders.completed.v1")
class OrderCompleted(Message, frozen=True, kw_only=True):
    """All goods have arrived and nothing is owed."""

    order_id: OrderId


PLACE = request("orders.place", PlaceOrder, PlacedOrder)
GET = question("orders.get", OrderRef, Order)
GET_MANY = question("orders.get_many", OrdersNamed, Orders)
FIND = question("orders.find", FindOrders, OrderPage)
COUNT = question("orders.count", CountOrders, OrderCounts)
ORIGINS = question("orders.origins", OriginsOf, Origins)
HISTORY = question("orders.history", GetHistory, History)
TAG = request("orders.tag", ChangeTags, Order)
NOTE = request("orders.note", AddNote, Order)
HOLD = request("orders.hold", PlaceHold, Order)
RELEASE = request("orders.release", ReleaseHold, Order)
PREVIEW_EDIT = question("orders.preview_edit", EditOrder, EditPreview)
EDIT = request("orders.edit", EditOrder, Order)
CANCEL = request("orders.cancel", CancelOrder, Order)
STUCK = question("orders.stuck", FindStuck, StuckPage)
DECIDE = request("orders.decide", DecideStuck, Nothing)
TELL_OWNER = request("orders.tell_owner", TellOwner, Nothing)
RESOLVE = request("orders.resolve", ResolveStep, Nothing)
