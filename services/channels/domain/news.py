"""What has a channel said about one of its orders, in our words?"""

from dataclasses import dataclass
from datetime import datetime

from contracts.inventory import CountedUnits
from contracts.orders import PlaceOrder


@dataclass(frozen=True, slots=True)
class Sold:
    """An order for us. Its lines name the channel's listings in place of SKUs, to be mapped."""

    order: PlaceOrder
    unpaid: bool = False


@dataclass(frozen=True, slots=True)
class CounterSale:
    """What went over a counter of ours, from a warehouse: paid, handed over, or brought back."""

    warehouse_id: str
    units: tuple[CountedUnits, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """Something has changed at the shop, which must be asked what."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The customer or the shop took the order back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """An order that we cannot accept as it is, and which field is at fault."""

    reason: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class NotForUs:
    """Nothing of it is ours to send, such as an order that the shop has sent itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class News:
    """What a channel says about an order, and as of when; `row` is where a file says it."""

    said: Sold | CounterSale | Hint | Cancellation | Unacceptable | NotForUs
    channel_order_id: str = ""
    changed_at: datetime | None = None
    row: int = 0
