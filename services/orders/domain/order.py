"""What is an order, and which moves may it make?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from chassis.errors import IllegalMove, NotFound, NotYet, Stale
from contracts.message import Wire
from contracts.orders import (
    Delivery,
    Hold,
    Note,
    OrderCanceled,
    OrderCompleted,
    OrderConfirmed,
    OrderFulfillment,
    OrderLine,
)
from contracts.values import Address, Customer, SkuQuantity
from services.orders.domain import lines as pieces
from services.orders.domain.edit import Edit
from services.orders.domain.lines import Where
from services.orders.domain.states import (
    LIFE,
    PaymentState,
    State,
    fulfillment_status,
    payment_status,
)

PACKED_FIRST: tuple[Where, ...] = ("packed", "picked", "allocated")
PICKED_FIRST: tuple[Where, ...] = ("picked", "allocated", "packed")
NOT_FOUND_YET: tuple[Where, ...] = ("backordered", "open", "allocated")


class Sending(Wire, frozen=True, kw_only=True):
    """What one warehouse sends of an order, and how far it has come."""

    fulfillment_order_id: str
    warehouse_id: str
    round: int
    status: str
    lines: tuple[SkuQuantity, ...]
    tracking_numbers: tuple[str, ...] = ()
    carrier: str = ""
    worth: int = 0

    @property
    def has_left(self) -> bool:
        """Tell whether the carrier has it."""
        return self.status in {"shipped", "delivered"}

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be sent."""
        return self.status not in {"shipped", "delivered", "canceled", "incomplete"}

    @property
    def is_being_picked(self) -> bool:
        """Tell whether pickers have it; what comes of its picking later is old news."""
        return self.status in {"allocated", "picking"}

    def told(self) -> OrderFulfillment:
        """Show it as others see it."""
        return OrderFulfillment(
            fulfillment_order_id=self.fulfillment_order_id,
            warehouse_id=self.warehouse_id,
            status=self.status,
            tracking_numbers=self.tracking_numbers,
        )


@dataclass
class Order:
    """A customer's wish with all that became of it; statuses are derived, never set."""

    order_id: str
    number: int
    channel: str
    channel_order_id: str
    currency: str
    total: int
    taxes_included: bool
    payment_method: str
    payment_token: str
    customer: Customer
    ship_to: Address
    bill_to: Address | None
    delivery: Delivery
    delivery_net: int
    lines: tuple[OrderLine, ...]
    placed_at: datetime
    accepted_at: datetime
    customer_name: str = ""
    payment_account: str = ""
    state: str = State.PENDING.value
    payment_told: str = PaymentState.UNPAID.value
    captured: int = 0
    refunded: int = 0
    holds: tuple[Hold, ...] = ()
    hold_until: datetime | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    sendings: tuple[Sending, ...] = ()
    papers: tuple[str, ...] = ()
    canceling: str = ""
    rounds: int = 1
    edits: int = 0
    editing: Edit | None = None
    seq: int = 0
    version: int = 1
    payment_status: str = field(default="unpaid")
    fulfillment_status: str = field(default="unfulfilled")

    def derive(self) -> None:
        """Derive the statuses anew; called whenever quantities, money or holds have changed."""
        self.payment_status = payment_status(
            self.payment_told, self.due, self.captured, self.refunded
        )
        self.fulfillment_status = fulfillment_status(self.lines, held=bool(self.holds))

    def move(self, to: State) -> None:
        """Move to a state, or raise IllegalMove."""
        self.state = LIFE.move(self.order_id, State(self.state), to).value

    def file(self, paper: str) -> None:
        """Keep the number of a return or an invoice, so that the order is found by it."""
        if paper not in self.papers:
            self.papers = (*self.papers, paper)

    def expect_version(self, expected: int | None) -> None:
        """Refuse to go on if somebody has changed the order meanwhile."""
        if expected is not None and expected != self.version:
            raise Stale("order", self.order_id, expected, self.version)

    def confirm(self) -> OrderConfirmed:
        """Take the order on for good."""
        self.move(State.CONFIRMED)
        return OrderConfirmed(order_id=self.order_id)

    def cancel(self, reason: str, *, expired: bool = False) -> OrderCanceled:
        """Take the order back; what has not shipped is canceled."""
        self.move(State.EXPIRED if expired else State.CANCELED)
        self.lines = tuple(
            replace(
                line,
                canceled=line.ordered - line.shipped,
                open=0,
                allocated=0,
                backordered=0,
                picked=0,
                packed=0,
            )
            for line in self.lines
        )
        for sending in self.sendings:
            if sending.is_open:
                self.put(replace(sending, status="canceled"))
        self.canceling = ""
        self._keep_holds(())
        self.derive()
        return OrderCanceled(
            order_id=self.order_id,
            channel=self.channel,
            channel_order_id=self.channel_order_id,
            reason=reason,
        )

    def complete(self) -> OrderCompleted | None:
        """Close the order if everything has arrived and nothing is owed."""
        done = self.fulfillment_status == "delivered" and self.captured >= self.due
        if self.state != State.CONFIRMED or not done:
            return None
        self.move(State.COMPLETED)
        return OrderCompleted(order_id=self.order_id)

    @property
    def due(self) -> int:
        """What the customer has to pay for all that was not canceled, in minor units."""
        if all(line.canceled == line.ordered for line in self.lines):
            return 0
        return self.delivery_net + sum(
            pieces.share(line.total, line.ordered, 0, line.ordered - line.canceled)
            for line in self.lines
        )

    @property
    def held(self) -> bool:
        """Tell whether any hold stands against going on."""
        return bool(self.holds)

    @property
    def is_off(self) -> bool:
        """Tell whether the order was canceled or has expired."""
        return self.state in {State.CANCELED, State.EXPIRED}

    @property
    def may_cancel(self) -> bool:
        """Tell whether the order can still be canceled as a whole."""
        return (
            self.state in {State.PENDING, State.CONFIRMED}
            and not self.canceling
            and not self.has_shipped
        )

    @property
    def has_shipped(self) -> bool:
        """Tell whether any of it has left."""
        return any(line.shipped for line in self.lines)

    def line(self, line_id: str) -> OrderLine:
        """Find a line."""
        for line in self.lines:
            if line.line_id == line_id:
                return line
        raise NotFound("line", line_id, "line_id")

    def move_pieces(self, what: Iterable[SkuQuantity], source: Iterable[Where], to: Where) -> None:
        """Move pieces of lines from state to state."""
        moved = {line.line_id: line for line in self.lines}
        for item in what:
            if item.line_id not in moved:
                raise NotFound("line", item.line_id, "line_id")
            moved[item.line_id] = pieces.move(moved[item.line_id], item.quantity, source, to)
        self.lines = tuple(moved[line.line_id] for line in self.lines)

    def count(self, what: Iterable[SkuQuantity], which: str) -> None:
        """Count pieces as delivered or returned, never more than were shipped."""
        counted = {line.line_id: line for line in self.lines}
        for item in what:
            line = counted[item.line_id]
            now = min(getattr(line, which) + item.quantity, line.shipped)
            counted[item.line_id] = replace(line, **{which: now})
        self.lines = tuple(counted[line.line_id] for line in self.lines)

    def sending(self, fulfillment_order_id: str) -> Sending:
        """Find what one warehouse sends; NotYet while nobody has told of it."""
        for sending in self.sendings:
            if sending.fulfillment_order_id == fulfillment_order_id:
                return sending
        raise NotYet(f"fulfillment order {fulfillment_order_id} is not planned yet")

    def put(self, sending: Sending) -> None:
        """Keep what one warehouse sends, anew or in the place of what was known of it."""
        known = [s for s in self.sendings if s.fulfillment_order_id != sending.fulfillment_order_id]
        self.sendings = tuple(
            sorted([*known, sending], key=lambda s: (s.round, s.fulfillment_order_id))
        )

    def ship(self, fulfillment_order_id: str) -> Sending:
        """Take note that a sending has left, and of what it is worth.

        It is worth the share of its pieces in what the lines cost; the first brings the delivery.
        """
        sending = self.sending(fulfillment_order_id)
        worth = 0 if any(s.has_left for s in self.sendings) else self.delivery_net
        for item in sending.lines:
            line = self.line(item.line_id)
            worth += pieces.share(line.total, line.ordered, line.shipped, item.quantity)
            self.move_pieces([item], PACKED_FIRST, "shipped")
        shipped = replace(sending, status="shipped", worth=worth)
        self.put(shipped)
        return shipped

    def deliver(self, fulfillment_order_id: str) -> None:
        """Take note that a sending is with the customer."""
        sending = self.sending(fulfillment_order_id)
        self.count(sending.lines, "delivered")
        self.put(replace(sending, status="delivered"))

    def give_up(self, what: Iterable[SkuQuantity], source: Iterable[Where]) -> int:
        """Cancel some pieces for good; return how much of what was taken is too much by that."""
        before = max(self.captured - self.due, 0)
        self.move_pieces(what, source, "canceled")
        return max(self.captured - self.due, 0) - before

    @property
    def may_hold(self) -> bool:
        """Tell whether there is anything left that a hold could stop."""
        return self.state in {State.PENDING, State.CONFIRMED}

    def hold(self, hold: Hold) -> None:
        """Stop the order until the hold is released."""
        if not self.may_hold:
            raise IllegalMove("order", self.order_id, self.state, "held")
        self._keep_holds((*self.holds, hold))

    def release(self, hold_id: str) -> Hold:
        """Take a hold away."""
        for hold in self.holds:
            if hold.hold_id == hold_id:
                self._keep_holds(tuple(h for h in self.holds if h.hold_id != hold_id))
                return hold
        raise NotFound("hold", hold_id, "hold_id")

    def _keep_holds(self, holds: tuple[Hold, ...]) -> None:
        self.holds = holds
        self.hold_until = min((hold.until for hold in holds if hold.until), default=None)
