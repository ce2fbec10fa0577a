"""What are the ports of channels in a test? Dictionaries that keep the same promises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.channels import Connection
from services.channels.domain.inbound import Inbound, State
from services.channels.domain.stock import Level


@dataclass
class MemoryChannels:
    """Connections, what they sent and what was told them, in dictionaries."""

    connections: dict[str, Connection] = field(default_factory=dict)
    inbounds: dict[tuple[str, str], Inbound] = field(default_factory=dict)
    listings: dict[tuple[str, str], str] = field(default_factory=dict)
    skus: set[str] = field(default_factory=set)
    events: set[tuple[str, str]] = field(default_factory=set)
    levels: dict[str, Level] = field(default_factory=dict)
    pushes: dict[str, str] = field(default_factory=dict)
    pushed_at: dict[str, datetime] = field(default_factory=dict)

    def connection(self, channel: str) -> Connection | None:
        """Find a connection."""
        return self.connections.get(channel)

    def put_connection(self, connection: Connection) -> None:
        """Keep a connection."""
        self.connections[connection.channel] = connection

    def inbound(self, channel: str, channel_order_id: str) -> Inbound | None:
        """Find an order that a channel sent."""
        return self.inbounds.get((channel, channel_order_id))

    def add(self, inbound: Inbound) -> None:
        """Keep an order that a channel sent."""
        self.inbounds[inbound.channel, inbound.channel_order_id] = inbound

    def expect(self, channel: str, channel_order_ids: Sequence[str]) -> None:
        """Nothing is to be loaded."""

    def waiting_for(self, listing: str, channel: str = "") -> Sequence[Inbound]:
        """Find parked orders that wait for a listing of a channel, or of any."""
        return [
            x
            for x in self.inbounds.values()
            if x.state == State.PARKED and listing in x.unmapped and channel in {"", x.channel}
        ]

    def skus_of(self, channel: str, listings: Sequence[str]) -> dict[str, str]:
        """Tell which listings are which SKUs, as far as it is known."""
        same = {name: name for name in listings if name in self.skus}
        mapped = {
            name: self.listings[channel, name]
            for name in listings
            if (channel, name) in self.listings
        }
        return same | mapped

    def map(self, channel: str, listing: str, sku: str) -> None:
        """Know which SKU a listing is."""
        self.listings[channel, listing] = sku

    def save_sku(self, sku: str, version: int) -> bool:  # noqa: ARG002 - as in the port
        """Know a SKU; return whether it is new."""
        new = sku not in self.skus
        self.skus.add(sku)
        return new

    def is_sku(self, sku: str) -> bool:
        """Tell whether there is such a SKU."""
        return sku in self.skus

    def is_news(self, channel: str, event_id: str, now: datetime) -> bool:  # noqa: ARG002
        """Tell whether an event of a channel comes for the first time, and remember it."""
        new = (channel, event_id) not in self.events
        self.events.add((channel, event_id))
        return new

    def level(self, sku: str) -> Level | None:
        """Tell how many of a SKU can be sold."""
        return self.levels.get(sku)

    def pushed(self, channel: str, now: datetime) -> None:
        """Remember that a channel was told something."""
        self.pushed_at[channel] = now

    def push_state(self, key: str) -> str:
        """Tell how the call with a key stands."""
        return self.pushes.get(key, "")

    def push_again(self, key: str, now: datetime) -> None:  # noqa: ARG002 - as in the port
        """Make a call that was refused or failed due again."""
        self.pushes[key] = "pending"
