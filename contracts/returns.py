"""What is said to and by returns, which knows what comes back, in what state, for how much."""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.inventory import Disposition
from contracts.message import Message, Wire, event, question, request
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import (
    Address,
    Code,
    Codes,
    Count,
    Currency,
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
    ReturnId,
    Sku,
    Text,
)

Grade = Literal["A", "B", "C", "D"]
ReturnReason = Literal[
    "too_small", "too_large", "not_as_described", "damaged", "wrong_item", "unwanted", "other"
]


class ReturnRequestLine(Wire, frozen=True, kw_only=True):
    """So many of an order line that shall come back, and why."""

    line_id: LineId
    quantity: Quantity
    reason: ReturnReason
    note: Text = ""


class OpenReturn(Wire, frozen=True, kw_only=True):
    """A customer wants to send goods back."""

    order_id: OrderId
    lines: Annotated[tuple[ReturnRequestLine, ...], Meta(min_length=1, max_length=500)]
    note: LongText = ""


class ReturnRef(Wire, frozen=True, kw_only=True):
    """One return."""

    return_id: ReturnId


class DecideReturn(Wire, frozen=True, kw_only=True):
    """Somebody says yes or no to a return, or calls it off."""

    return_id: ReturnId
    reason: Text = ""
    expected_version: int | None = None


class ReceivedLine(Wire, frozen=True, kw_only=True):
    """So many of a line have arrived."""

    line_id: LineId
    quantity: Quantity


class ReceiveReturn(Wire, frozen=True, kw_only=True):
    """Goods of a return have arrived, all or some; `receipt_id` is used once."""

    return_id: ReturnId
    receipt_id: Name
    warehouse_id: Code
    lines: Annotated[tuple[ReceivedLine, ...], Meta(min_length=1, max_length=500)]
    expected_version: int | None = None


class InspectedLine(Wire, frozen=True, kw_only=True):
    """So many of a line are in this state, and this shall become of them."""

    line_id: LineId
    quantity: Quantity
    grade: Grade
    disposition: Disposition


class InspectReturn(Wire, frozen=True, kw_only=True):
    """All that was received has been looked at; what is not received by now is not refunded."""

    return_id: ReturnId
    lines: Annotated[tuple[InspectedLine, ...], Meta(min_length=1, max_length=500)]
    expected_version: int | None = None


class ResolveReturn(Wire, frozen=True, kw_only=True):
    """What a person decides about a return that cannot go on by itself."""

    return_id: ReturnId
    decision: Literal["retry", "skip", "compensate"]
    reason: Name
    expected_version: int | None = None


class ReturnLine(Wire, frozen=True, kw_only=True):
    """One line of a return: asked for, received, inspected, and what it is worth."""

    line_id: LineId
    sku: Sku
    name: Text
    reason: ReturnReason
    requested: Count
    received: Count
    inspected: tuple[InspectedLine, ...] = ()
    refund: MinorUnits = 0
    note: Text = ""


class Return(Wire, frozen=True, kw_only=True):
    """Everything returns knows of one return; `number` is its order's, in what is read."""

    return_id: ReturnId
    order_id: OrderId
    status: str
    currency: Currency
    lines: tuple[ReturnLine, ...]
    refund: MinorUnits
    refunded: bool
    opened_at: Instant
    warehouse_id: Text = ""
    tracking_number: Text = ""
    label_shipment_id: Text = ""
    reason: Text = ""
    problem: Text = ""
    allowed: tuple[str, ...] = ()
    version: int = 1
    note: LongText = ""
    number: int = 0


class ReturnsOf(Wire, frozen=True, kw_only=True):
    """The returns of one order."""

    order_id: OrderId


class FindReturns(Wire, frozen=True, kw_only=True):
    """Which returns to list, newest first."""

    status: Text = ""
    after: Text = ""
    limit: Limit = 50
    warehouses: Codes | None = None


class ReturnPage(Wire, frozen=True, kw_only=True):
    """A page of returns; `next` is empty on the last."""

    returns: tuple[Return, ...]
    next: str = ""


class Policy(Wire, frozen=True, kw_only=True):
    """What may come back, how long, and to where; frozen on an order when it is placed."""

    window_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    final_sale: Annotated[tuple[Sku, ...], Meta(max_length=10_000)] = ()
    approve_automatically: bool = True
    return_to: Address | None = None
    warehouse_id: Text = ""


class SetPolicy(Policy, frozen=True, kw_only=True):
    """Set the policy for new orders."""

    expected_version: int | None = None


class PolicyView(Policy, frozen=True, kw_only=True):
    """The policy as it is kept."""

    version: int = 1


class GetPolicy(Wire, frozen=True, kw_only=True):
    """The policy that new orders get."""


class ReturnedLine(Wire, frozen=True, kw_only=True):
    """So many of a line."""

    line_id: LineId
    sku: Sku
    quantity: Quantity


@event("returns.opened.v1")
class ReturnOpened(Message, frozen=True, kw_only=True):
    """A customer wants to send goods back."""

    return_id: ReturnId
    order_id: OrderId
    lines: tuple[ReturnedLine, ...]
    reason: Text


@event("returns.approved.v1")
class ReturnApproved(Message, frozen=True, kw_only=True):
    """The goods may come back."""

    return_id: ReturnId
    order_id: OrderId
    by: str


@event("returns.declined.v1")
class ReturnDeclined(Message, frozen=True, kw_only=True):
    """The goods may not come back (`declined`), or were never sent (`canceled`, `expired`)."""

    return_id: ReturnId
    order_id: OrderId
    status: Literal["declined", "canceled", "expired"]
    reason: Text


@event("returns.received.v1")
class ReturnReceived(Message, frozen=True, kw_only=True):
    """Goods of a return have arrived, all or some."""

    return_id: ReturnId
    order_id: OrderId
    receipt_id: Text
    lines: tuple[ReturnedLine, ...]
    complete: bool


@event("returns.inspected.v1")
class ReturnInspected(Message, frozen=True, kw_only=True):
    """What arrived was looked at and graded."""

    return_id: ReturnId
    order_id: OrderId
    lines: tuple[InspectedLine, ...]
    refund: Money


@event("returns.completed.v1")
class ReturnCompleted(Message, frozen=True, kw_only=True):
    """The goods are booked in and the money is back with the customer."""

    return_id: ReturnId
    order_id: OrderId
    refunded: Money
    lines: tuple[ReturnedLine, ...]


OPEN = request("returns.open", OpenReturn, Return)
APPROVE = request("returns.approve", DecideReturn, Return)
DECLINE = request("returns.decline", DecideReturn, Return)
CANCEL = request("returns.cancel", DecideReturn, Return)
RECEIVE = request("returns.receive", ReceiveReturn, Return)
INSPECT = request("returns.inspect", InspectReturn, Return)
RESOLVE = request("returns.resolve", ResolveReturn, Return)
GET = question("returns.get", ReturnRef, Return)
OF_ORDER = question("returns.of_order", ReturnsOf, ReturnPage)
FIND = question("returns.find", FindReturns, ReturnPage)
SET_POLICY = request("returns.set_policy", SetPolicy, PolicyView)
GET_POLICY = question("returns.get_policy", GetPolicy, PolicyView)
STUCK = question("returns.stuck", FindStuck, StuckPage)
DECIDE = request("returns.decide", DecideStuck, Nothing)
