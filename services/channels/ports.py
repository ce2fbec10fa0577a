"""Where do the handlers of channels find things? Ports, implemented in tables.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from contracts.channels import Connection
from services.channels.domain.inbound import Inbound
from services.channels.domain.stock import Level


class Channels(Protocol):
    """Connections, what they sent, and which listing is which SKU; all of it locked."""

    def connection(self, channel: str) -> Connection | None:
        """Find a connection."""

    def put_connection(self, connection: Connection) -> None:
        """Keep a connection."""

    def inbound(self, channel: str, channel_order_id: str) -> Inbound | None:
        """Find an order that a channel sent."""

    def add(self, inbound: Inbound) -> None:
        """Keep an order that a channel sent."""

    def expect(self, channel: str, channel_order_ids: Sequence[str]) -> None:
        """Load orders that will be asked for, all at once."""

    def waiting_for(self, listing: str, channel: str = "") -> Sequence[Inbound]:
        """Find parked orders that wait for a listing of a channel, or of any."""

    def skus_of(self, channel: str, listings: Sequence[str]) -> dict[str, str]:
        """Tell which listings are which SKUs, as far as it is known."""

    def map(self, channel: str, listing: str, sku: str) -> None:
        """Know which SKU a listing is, and let its shop be told of its stock."""

    def save_sku(self, sku: str, version: int) -> bool:
        """Know a SKU; return whether it is new."""

    def is_sku(self, sku: str) -> bool:
        """Tell whether there is such a SKU."""

    def is_news(self, channel: str, event_id: str, now: datetime) -> bool:
        """Tell whether an event of a channel comes for the first time, and remember it."""

    def level(self, sku: str) -> Level | None:
        """Tell how many of a SKU can be sold."""

    def pushed(self, channel: str, now: datetime) -> None:
        """Remember that a channel was told something."""

    def push_state(self, key: str) -> str:
        """Tell how the call with a key stands: pending, succeeded, refused, failed; or empty."""

    def push_again(self, key: str, now: datetime) -> None:
        """Make a call that was refused or failed due again."""
