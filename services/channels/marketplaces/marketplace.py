"""What must an adapter to a shop be able to do?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.channels.domain.news import News
from services.channels.domain.pull import Cursor


@dataclass(frozen=True, slots=True)
class Shop:
    """A connection as an adapter sees it. Its secrets are used and never shown."""

    channel: str
    base_url: str = ""
    access_token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    location_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Orders as the shop wrote them, its own mark of the next page, and the newest change here."""

    orders: Sequence[str]
    next: str = ""
    newest: datetime | None = None


class Marketplace(Protocol):
    """A shop system. Names of SKUs in orders are the shop's listings, mapped later.

    Raises Refused (with field) for what it cannot read at all; an order that can be named but not
    accepted is Unacceptable. When it tells: requests' errors when the shop is away,
    chassis.outside.Declined when the shop says no, Pending when it says "not so fast".
    To tell the same twice is to tell it once.
    """

    kind: str

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a webhook that the shop has not signed."""

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:
        """Read a webhook, a file, or (with no topic) an order that was pulled; the same each time.

        Tells what it says of which orders.
        """

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for a page of what changed since the cursor's moment, oldest change first."""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the shop what has left."""

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Tell the shop how many of a listing can be sold."""

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the shop what came back and was refunded."""

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Tell the shop that an order is off; it gives back what the customer paid there."""
