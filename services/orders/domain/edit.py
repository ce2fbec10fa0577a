"""What is an edit that has begun? What somebody wants to change, and why."""

from datetime import datetime

from contracts.message import Wire
from contracts.orders import LineQuantity, OrderLine
from contracts.values import Address


class Edit(Wire, frozen=True, kw_only=True):
    """What somebody wants to change; kept with the order until it is sure or was refused."""

    number: int
    by: str
    at: datetime
    reason: str
    ship_to: Address | None = None
    bill_to: Address | None = None
    lines: tuple[LineQuantity, ...] = ()
    added: tuple[OrderLine, ...] = ()

    @property
    def has_lines(self) -> bool:
        """Tell whether it changes what is sent, and not only to whom."""
        return bool(self.lines or self.added)
