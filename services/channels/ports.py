"""Where do the handlers of channels find things? Ports, implemented in tables.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from contracts.channels import Connection
from services.channels.domain.inbound import Inbound


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

    def waiting_for(self, channel: str, listing: str) -> Sequence[Inbound]:
        """Find parked orders that wait for a listing."""

    def skus_of(self, channel: str, listings: Sequence[str]) -> dict[str, str]:
        """Tell which listings are which SKUs, as far as it is known."""

    def map(self, channel: str, listing: str, sku: str) -> None:
        """Know which SKU a listing is."""

    def is_sku(self, sku: str) -> bool:
        """Tell whether there is such a SKU."""

    def is_news(self, channel: str, event_id: str, now: datetime) -> bool:
        """Tell whether an event of a channel comes for the first time, and remember it."""
