"""What is an edit that has begun? What somebody wants to change, and why."""

from datetime import datetime

from contracts.message import Wire
from contracts.values import Address


class Edit(Wire, frozen=True, kw_only=True):
    """What somebody wants to change; kept with the order until the warehouse has answered."""

    number: int
    by: str
    at: datetime
    reason: str
    ship_to: Address | None = None
    bill_to: Address | None = None
