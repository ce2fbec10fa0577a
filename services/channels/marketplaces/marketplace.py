"""What must an adapter to a shop be able to do?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.orders import PlaceOrder


@dataclass(frozen=True, slots=True)
class Shop:
    """A connection as an adapter sees it."""

    channel: str
    base_url: str
    access_token: str
    webhook_secret: str
    location_id: str


@dataclass(frozen=True, slots=True)
class Received:
    """What a webhook says: an order (paid or not), a cancellation, or nothing of interest."""

    channel_order_id: str = ""
    order: PlaceOrder | None = None
    unpaid: bool = False
    canceled: bool = False
    reason: str = ""
    ignored: str = ""


class Marketplace(Protocol):
    """A shop system. Names of SKUs in orders are the shop's listings, mapped later.

    Raises Refused (with field) for what it cannot read, requests' errors when the shop is away,
    chassis.outside.Declined when the shop says no, Pending when it says "not so fast".
    """

    kind: str

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a webhook that the shop has not signed."""

    def read(self, shop: Shop, topic: str, body: str) -> Received:
        """Read a webhook."""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the shop what has left; told already, it does nothing."""

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Tell the shop how many of a listing can be sold."""

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the shop what came back and was refunded."""
