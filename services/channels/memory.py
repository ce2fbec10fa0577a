"""What are the ports of channels in a test? Dictionaries that keep the same promises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.channels import Connection
from contracts.inventory import SkuData
from services.channels.domain.file_import import FileImport, Result, Stage, Staged
from services.channels.domain.inbound import Inbound, State
from services.channels.domain.pull import Pull
from services.channels.domain.stock import Level
from services.channels.ports import Part


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
    ways: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)

    def connection(self, channel: str) -> Connection | None:
        """Find a connection."""
        return self.connections.get(channel)

    def version_of(self, channel: str, listing: str = "") -> int:
        """The version of a connection or of a listing; 0 if there is none."""
        return self.versions.get((channel, listing), 0)

    def put_connection(self, connection: Connection) -> None:
        """Keep a connection."""
        self.versions[connection.channel, ""] = self.version_of(connection.channel) + 1
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

    def map(self, channel: str, listing: str, sku: str) -> int:
        """Know which SKU a listing is."""
        self.listings[channel, listing] = sku
        self.versions[channel, listing] = self.version_of(channel, listing) + 1
        return self.versions[channel, listing]

    def inbound_by_id(self, inbound_id: str) -> Inbound | None:
        """Find an order that a channel sent by our own id."""
        return next((x for x in self.inbounds.values() if x.inbound_id == inbound_id), None)

    def save_sku(self, sku: SkuData, version: int) -> bool:  # noqa: ARG002 - as in the port
        """Know a SKU; return whether it is new."""
        new = sku.sku not in self.skus
        self.skus.add(sku.sku)
        return new

    def is_sku(self, sku: str) -> bool:
        """Tell whether there is such a SKU."""
        return sku in self.skus

    def is_news(self, channel: str, event_id: str, now: datetime) -> bool:  # noqa: ARG002
        """Tell whether an event of a channel comes for the first time, and remember it."""
        new = (channel, event_id) not in self.events
        self.events.add((channel, event_id))
        return new

    def set_out(self, order_id: str, now: datetime) -> None:  # noqa: ARG002 - as in the port
        """Remember that an order is on its way."""
        self.ways.add(order_id)

    def arrived(self, order_id: str) -> None:
        """Forget that an order is on its way."""
        self.ways.discard(order_id)

    def level(self, sku: str) -> Level | None:
        """Tell how many of a SKU can be sold."""
        return self.levels.get(sku)

    def pushed(self, channel: str, now: datetime) -> None:
        """Remember that a channel was told something."""
        self.pushed_at[channel] = now

    def checked(self, channel: str, problem: str, now: datetime) -> None:  # noqa: ARG002
        """Remember what a shop said."""
        self.problems[channel] = problem

    def push_state(self, key: str) -> str:
        """Tell how the call with a key stands."""
        return self.pushes.get(key, "")

    def push_again(self, key: str, now: datetime) -> None:  # noqa: ARG002 - as in the port
        """Make a call that was refused or failed due again."""
        self.pushes[key] = "pending"


@dataclass
class MemoryImports:
    """Files of orders, in dictionaries."""

    channels: MemoryChannels
    runs: dict[str, FileImport] = field(default_factory=dict)
    bodies: dict[str, dict[int, tuple[str, bytes]]] = field(default_factory=dict)
    orders: dict[str, dict[str, Staged]] = field(default_factory=dict)
    results: dict[tuple[str, int], Result] = field(default_factory=dict)

    def by_key(self, key: str) -> FileImport | None:
        """Find an import by the key that it was begun with."""
        return next((run for run in self.runs.values() if run.request_key == key), None)

    def get(self, import_id: str) -> FileImport | None:
        """Find an import."""
        return self.runs.get(import_id)

    def add(self, run: FileImport) -> None:
        """Keep a new import."""
        self.runs[run.import_id] = run

    def take_due(self, now: datetime) -> FileImport | None:
        """Take the import whose turn it is."""
        due = [x for x in self.runs.values() if x.state in {Stage.READING, Stage.TAKING}]
        return min((x for x in due if x.due_at <= now), key=lambda x: x.due_at, default=None)

    def put_part(self, import_id: str, number: int, digest: str, body: bytes) -> None:
        """Keep a part."""
        self.bodies.setdefault(import_id, {})[number] = (digest, body)

    def parts(self, import_id: str, count: int) -> Sequence[Part]:
        """Tell which of the first `count` parts are here; forget those behind them."""
        kept = self.bodies.setdefault(import_id, {})
        for number in [n for n in kept if n >= count]:
            del kept[number]
        return [Part(kept[n][0], len(kept[n][1])) for n in sorted(kept)]

    def part(self, import_id: str, number: int) -> bytes:
        """Give a part."""
        return self.bodies[import_id][number][1]

    def forget_parts(self, import_id: str) -> None:
        """Forget a file."""
        self.bodies.pop(import_id, None)

    def stage(self, import_id: str, orders: Sequence[Staged]) -> int:
        """Keep the rows of orders, beside those known of them."""
        kept = self.orders.setdefault(import_id, {})
        before = len(kept)
        for one in orders:
            old = kept.get(one.key)
            kept[one.key] = (
                Staged(old.row, old.key, old.lines + one.lines, f"{old.rows}\n{one.rows}")
                if old
                else one
            )
        return len(kept) - before

    def staged(self, import_id: str, after_row: int, limit: int) -> Sequence[Staged]:
        """Give the next orders behind a row of the file."""
        kept = sorted(self.orders.get(import_id, {}).values(), key=lambda one: one.row)
        return [one for one in kept if one.row > after_row][: max(0, limit)]

    def forget_orders(self, import_id: str) -> None:
        """Forget the orders of a file."""
        self.orders.pop(import_id, None)

    def conclude(self, import_id: str, results: Sequence[Result]) -> None:
        """Write down what became of orders."""
        self.results.update({(import_id, one.row): one for one in results})

    def waits(self, run: FileImport) -> bool:
        """Tell whether orders has not answered for an order of the import."""
        mine = [x for x in self.channels.inbounds.values() if x.import_id == run.import_id]
        return any(x.state == State.HANDED_OVER for x in mine)


@dataclass
class MemoryPulls:
    """How far each shop was asked, in a dictionary."""

    pulls: dict[str, Pull] = field(default_factory=dict)

    def get(self, channel: str) -> Pull | None:
        """Find the pull of a channel."""
        return self.pulls.get(channel)

    def add(self, pull: Pull) -> None:
        """Keep a new pull."""
        self.pulls[pull.channel] = pull

    def end(self, channel: str) -> None:
        """Forget the pull of a channel."""
        self.pulls.pop(channel, None)

    def take_due(self, now: datetime) -> Sequence[Pull]:
        """Take pulls whose time has come and that are not being made."""
        return [x for x in self.pulls.values() if x.due_at <= now and not x.call]

    def forget_call(self, call_id: str) -> None:
        """Calls are not kept here."""
