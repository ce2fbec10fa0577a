"""What has a channel said about an order, in our words?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from contracts.orders import PlaceOrder

UNMAPPED = "?"  # stands for the SKU in a line of a sale until its listing is mapped


@dataclass(frozen=True, slots=True)
class Listed:
    """How the channel names what a line sells: by SKU text, `variant:<id>` or title."""

    listing: str
    variant_id: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """An order that we could accept, once each listing is a SKU and `waits_for` is over.

    `listings` go with the lines of `order`, one by one.
    """

    order: PlaceOrder
    listings: tuple[Listed, ...]
    waits_for: str = ""

    def unmapped(self, skus: Mapping[str, str]) -> tuple[str, ...]:
        """Name the listings that are no SKU yet, each once."""
        return tuple(dict.fromkeys(x.listing for x in self.listings if x.listing not in skus))

    def filled(self, skus: Mapping[str, str]) -> PlaceOrder:
        """Give the order with the SKU of each listing in its line."""
        lines = zip(self.order.lines, self.listings, strict=True)
        return replace(
            self.order, lines=tuple(replace(line, sku=skus[x.listing]) for line, x in lines)
        )


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The customer or the shop took the order back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """An order that we cannot accept as it is, and which field is at fault."""

    code: str
    reason: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class NotForUs:
    """Nothing of it is ours to send, such as an order that the shop has sent itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class News:
    """What a channel says about one of its orders, and as of when; later news win."""

    channel_order_id: str
    said: Sale | Cancellation | Unacceptable | NotForUs
    changed_at: datetime | None = None
