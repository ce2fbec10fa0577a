"""What must an adapter to a shop declare, and what must it be able to do?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from services.channels.domain.news import News
from services.channels.domain.pull import Cursor

A_SECOND = "requests_a_second"


class Can(StrEnum):
    """What shops of a kind can do; for what they cannot, nobody asks them."""

    WEBHOOKS = "webhooks"
    PULL = "pull"
    FILES = "files"
    STOCK = "push_stock"
    ACKNOWLEDGE = "acknowledge"
    REFUNDS = "refunds"
    CANCELLATIONS = "cancellations"
    LOOK_UP = "look_up"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a connection must or may say; `form` is a pattern that the whole of it must fit."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = False
    form: str = ""

    def fault(self, value: str) -> str:
        """Tell what is wrong with a value; empty if nothing is. A secret is not repeated."""
        if not value:
            return f"{self.label} is missing." if self.required else ""
        if self.form and not re.fullmatch(self.form, value):
            shown = "" if self.secret else f" {value[:40]!r}"
            return f"{self.label}{shown} does not look like one. {self.help}".strip()
        return ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests a shop takes: so many at once, and so many a second in the long run."""

    at_once: int = 10
    a_second: float = 2.0

    def of(self, shop: "Shop") -> "Allowance":
        """The same for one shop, which may have been granted more or less: `requests_a_second`."""
        granted = shop.settings.get(A_SECOND)
        return Allowance(self.at_once, float(granted)) if granted else self


class Pace(Protocol):
    """How fast a shop is asked, by all replicas together."""

    def take(self) -> None:
        """Take leave for one request: wait a little, or raise Pending if it would be long."""

    def close(self, wait: timedelta) -> None:
        """Let nobody ask for so long: the shop has said so."""


class Unhurried:
    """A pace for who asks nobody."""

    def take(self) -> None:
        """At once."""

    def close(self, wait: timedelta) -> None:
        """Nobody asks."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A connection as an adapter sees it. Its secrets are used and never shown."""

    channel: str
    base_url: str = ""
    access_token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    location_id: str = ""
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    pace: Pace = field(default_factory=Unhurried, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Orders as the shop wrote them, its own mark of the next page, and the newest change here."""

    orders: Sequence[str]
    next: str = ""
    newest: datetime | None = None


class ToldNothing:
    """What an adapter inherits whose shops cannot be asked for an order, or be told something."""

    def look_up(self, shop: Shop, channel_order_id: str) -> str:  # noqa: ARG002 - the Protocol
        """Nobody is there to be asked."""
        return ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Nobody is there to be told."""

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Nobody is there to be told."""

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Nobody is there to be told."""

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Nobody is there to be told."""


class Marketplace(Protocol):
    """A shop system. Names of SKUs in orders are the shop's listings, mapped later.

    Raises Refused (with field) for what it cannot read at all; an order that can be named but not
    accepted is Unacceptable. When it tells: requests' errors when the shop is away,
    chassis.outside.Declined when the shop says no, Pending when it says "not so fast".
    To tell the same twice is to tell it once. Requests go through asking.ask, which keeps the pace.
    Nobody calls a method for what the adapter does not say that its shops `can`.
    """

    kind: str
    title: str
    settings: tuple[Setting, ...]
    can: frozenset[Can]
    allowance: Allowance

    def check(self, shop: Shop) -> None:
        """Ask the shop whether it knows us; raise as when it is told."""

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a webhook that the shop has not signed."""

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:
        """Read a webhook, a file, or (with no topic) an order that was pulled; the same each time.

        Tells what it says of which orders.
        """

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Ask for a page of what changed since the cursor's moment, oldest change first."""

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        """Ask for one order as it stands now, as in a page; empty if there is no such order."""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the shop what has left."""

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Tell the shop how many of a listing can be sold."""

    def push_refund(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        """Tell the shop what came back and was refunded."""

    def push_cancellation(self, shop: Shop, told: Mapping[str, Any]) -> None:
        """Tell the shop that an order is off; it gives back what the customer paid there."""
