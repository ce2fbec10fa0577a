"""Where do the handlers of channels find things? Ports, implemented in tables.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.channels import Connection
from contracts.inventory import SkuData
from services.channels.domain.file_import import FileImport, Result, Staged
from services.channels.domain.inbound import Inbound
from services.channels.domain.pull import Pull
from services.channels.domain.stock import Level


class Channels(Protocol):
    """Connections, what they sent, and which listing is which SKU; all of it locked."""

    def connection(self, channel: str) -> Connection | None:
        """Find a connection."""

    def version_of(self, channel: str, listing: str = "") -> int:
        """The version of a connection, or of a listing, which is locked; 0 if there is none."""

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

    def map(self, channel: str, listing: str, sku: str) -> int:
        """Know which SKU a listing is, and let its shop be told of its stock; give its version."""

    def inbound_by_id(self, inbound_id: str) -> Inbound | None:
        """Find an order that a channel sent by our own id."""

    def save_sku(self, sku: SkuData, version: int) -> bool:
        """Know a SKU, with its name and barcodes; return whether it is new."""

    def is_sku(self, sku: str) -> bool:
        """Tell whether there is such a SKU."""

    def is_news(self, channel: str, event_id: str, now: datetime) -> bool:
        """Tell whether an event of a channel comes for the first time, and remember it."""

    def set_out(self, order_id: str, now: datetime) -> None:
        """Remember that an order of a channel has set out on its way."""

    def arrived(self, order_id: str) -> None:
        """Forget that an order is on its way: it is confirmed, or off."""

    def level(self, sku: str) -> Level | None:
        """Tell how many of a SKU can be sold."""

    def pushed(self, channel: str, now: datetime) -> None:
        """Remember that a channel was told something."""

    def checked(self, channel: str, problem: str, now: datetime) -> None:
        """Remember what a shop said when it was asked whether it knows us."""

    def push_state(self, key: str) -> str:
        """Tell how the call with a key stands: pending, succeeded, refused, failed; or empty."""

    def push_again(self, key: str, now: datetime) -> None:
        """Make a call that was refused or failed due again."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of a part of a file without reading it."""

    digest: str
    size: int


class Imports(Protocol):
    """Files of orders, their parts, and what became of each order in them."""

    def by_key(self, key: str) -> FileImport | None:
        """Find an import by the key that it was begun with, and lock it."""

    def get(self, import_id: str) -> FileImport | None:
        """Find an import and lock it."""

    def add(self, run: FileImport) -> None:
        """Keep a new import."""

    def take_due(self, now: datetime) -> FileImport | None:
        """Take the import whose turn it is; other replicas leave it alone meanwhile."""

    def put_part(self, import_id: str, number: int, digest: str, body: bytes) -> None:
        """Keep a part; sent again, the later one holds."""

    def parts(self, import_id: str, count: int) -> Sequence[Part]:
        """Tell which of the first `count` parts are here, in order; forget those behind them."""

    def part(self, import_id: str, number: int) -> bytes:
        """Give a part."""

    def forget_parts(self, import_id: str) -> None:
        """Forget a file: it is read, or not wanted."""

    def stage(self, import_id: str, orders: Sequence[Staged]) -> int:
        """Keep the rows of orders, beside those known of them; return how many are new."""

    def staged(self, import_id: str, after_row: int, limit: int) -> Sequence[Staged]:
        """Give the next orders behind a row of the file."""

    def forget_orders(self, import_id: str) -> None:
        """Forget the orders of a file that cannot be read."""

    def conclude(self, import_id: str, results: Sequence[Result]) -> None:
        """Write down what became of orders."""

    def waits(self, run: FileImport) -> bool:
        """Tell whether orders has not answered for an order of the import."""


class Pulls(Protocol):
    """How far each shop was asked; all of it locked."""

    def get(self, channel: str) -> Pull | None:
        """Find the pull of a channel."""

    def add(self, pull: Pull) -> None:
        """Keep a new pull."""

    def end(self, channel: str) -> None:
        """Forget the pull of a channel."""

    def take_due(self, now: datetime) -> Sequence[Pull]:
        """Take pulls whose time has come and that are not being made."""

    def forget_call(self, call_id: str) -> None:
        """Forget a call that is concluded: a page of orders is no thing to keep twice."""
