"""What must a shop hear of our stock? The newest quantity, once, and never an older one.

A wish is what one shop shall know of one SKU. `due_at` says when to tell it, none that it knows.
A call holds a wish by `pushing`: while it does no other call tells the shop about that SKU, so
that two quantities cannot overtake each other; the call tells what is true when it is made.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

LOOKED_FOR_AGAIN_AFTER = timedelta(hours=1)
TRIED_AGAIN_AFTER = timedelta(hours=1)
NOT_LISTED = "The shop does not sell it."


@dataclass
class Level:
    """How many of a SKU can be sold, over all warehouses."""

    sku: str
    available: int
    version: int

    def learn(self, available: int, version: int) -> bool:
        """Take a newer quantity; return whether it was newer."""
        if version <= self.version:
            return False
        self.available, self.version = available, version
        return True


@dataclass
class Wish:
    """What one shop shall know of one SKU."""

    channel: str
    sku: str
    due_at: datetime | None = None
    pushing: str = ""
    pushed: int | None = None
    pushed_version: int = 0
    error: str = ""
    absent_until: datetime | None = None

    def want(self, now: datetime) -> None:
        """Let it be told soon; what the shop does not sell is looked for now and then."""
        if self.due_at is None:
            self.due_at = max(now, self.absent_until or now)

    def hold(self, key: str) -> None:
        """Let a call tell it, and no other."""
        self.pushing, self.due_at = key, None

    def told(self, available: int, version: int) -> None:
        """The shop knows."""
        self.pushing, self.error, self.absent_until = "", "", None
        self.pushed, self.pushed_version = available, version

    def not_sold(self, now: datetime) -> None:
        """The shop does not sell it: that is no failure."""
        self.pushing, self.error = "", ""
        self.absent_until = now + LOOKED_FOR_AGAIN_AFTER

    def later(self, due_at: datetime) -> None:
        """There was no time for it."""
        self.pushing, self.due_at = "", due_at

    def failed(self, reason: str, again_at: datetime | None) -> None:
        """The shop would not hear it; a change of the stock tries again at any time."""
        self.pushing, self.error = "", reason
        self.due_at = self.due_at or again_at
