"""What was sold to whom, and has left when? What may come back is measured against this."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from chassis.errors import NotFound, Refused
from contracts.message import Wire
from contracts.returns import Policy
from contracts.values import Address, Customer


class SoldLine(Wire, frozen=True, kw_only=True):
    """A line of an order: what was paid for it, what has left, and what is coming back."""

    line_id: str
    sku: str
    name: str
    quantity: int
    paid: int
    channel_line_id: str = ""
    shipped: int = 0
    returning: int = 0
    refunded_units: int = 0


class Parcelled(Wire, frozen=True, kw_only=True):
    """What one warehouse has packed of an order."""

    fulfillment_order_id: str
    warehouse_id: str
    ship_from: Address
    items: dict[str, int]
    shipped: bool = False


@dataclass
class Sale:
    """An order as returns sees it, with the policy that held when it was placed."""

    order_id: str
    number: int
    channel: str
    channel_order_id: str
    currency: str
    customer: Customer
    ship_to: Address
    placed_at: datetime
    lines: tuple[SoldLine, ...]
    policy: Policy
    parcels: tuple[Parcelled, ...] = ()
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    paid: int = 0
    refunded: int = 0
    edit: int = 0
    version: int = 1

    def __post_init__(self) -> None:
        """Called when an order was placed: never is more refunded than was paid for its lines."""
        self.paid = sum(line.paid for line in self.lines)

    def line(self, line_id: str) -> SoldLine:
        """Find a line."""
        for line in self.lines:
            if line.line_id == line_id:
                return line
        raise NotFound("line of this order", line_id, "line_id")

    def put(self, changed: SoldLine) -> None:
        """Take over a changed line."""
        self.lines = tuple(changed if x.line_id == changed.line_id else x for x in self.lines)

    def edit_lines(self, lines: tuple[SoldLine, ...]) -> None:
        """Take over lines that were changed before any of them was picked."""
        before = {line.line_id: line for line in self.lines}
        self.lines = tuple(
            replace(known, quantity=line.quantity, paid=line.paid)
            if (known := before.get(line.line_id))
            else line
            for line in lines
        )
        self.paid = sum(line.paid for line in self.lines)

    def pack(self, parcel: Parcelled) -> None:
        """Take note of what was packed."""
        if all(p.fulfillment_order_id != parcel.fulfillment_order_id for p in self.parcels):
            self.parcels = (*self.parcels, parcel)

    def ship(self, fulfillment_order_id: str, at: datetime) -> bool:
        """Take note that a parcel has left; return whether all of it is known."""
        for parcel in self.parcels:
            if parcel.fulfillment_order_id != fulfillment_order_id:
                continue
            if not parcel.items.keys() <= {line.line_id for line in self.lines}:
                return False  # of an edit that is still on its way
            if not parcel.shipped:
                self.parcels = tuple(
                    replace(p, shipped=True) if p is parcel else p for p in self.parcels
                )
                for line_id, quantity in parcel.items.items():
                    line = self.line(line_id)
                    self.put(replace(line, shipped=line.shipped + quantity))
                self.shipped_at = max(self.shipped_at or at, at)
            return True
        return False

    def deliver(self, at: datetime) -> None:
        """Take note that a parcel has arrived; the latest counts."""
        self.delivered_at = max(self.delivered_at or at, at)

    def may_return(self, line_id: str, quantity: int, at: datetime, where: str) -> SoldLine:
        """Refuse what may not come back, in words that a customer understands."""
        try:
            line = self.line(line_id)
        except NotFound as missing:
            raise Refused("not_of_this_order", missing.message, f"{where}.line_id") from None
        if line.sku in self.policy.final_sale:
            told = f"{line.name} was sold for good and cannot be returned."
            raise Refused("final_sale", told, f"{where}.line_id")
        left = line.shipped - line.returning
        if quantity > left:
            told = f"Of {line.name}, {left} can still be returned, not {quantity}."
            raise Refused("too_many", told, f"{where}.quantity")
        since = self.delivered_at or self.shipped_at or at
        last = since + timedelta(days=self.policy.window_days)
        if at > last:
            told = f"It could be returned until {last:%Y-%m-%d}, {self.policy.window_days} days."
            raise Refused("too_late", told, f"{where}.line_id")
        return line

    def take_back(self, line_id: str, quantity: int) -> None:
        """Count pieces as coming back (or, if negative, as not coming back any more)."""
        line = self.line(line_id)
        self.put(replace(line, returning=line.returning + quantity))

    def refund_units(self, line_id: str, units: int) -> int:
        """Count pieces as refunded; return their worth. All pieces of a line give exactly `paid`.

        A running sum: pieces are worth what they add to the sum, rounded down, so no cent is lost
        or given twice, in whatever portions they come back.
        """
        line = self.line(line_id)
        before, now = line.refunded_units, line.refunded_units + units
        worth = line.paid * now // line.quantity - line.paid * before // line.quantity
        self.put(replace(line, refunded_units=now))
        self.refunded += worth
        return worth
