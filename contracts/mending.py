"""What is asked to see how a channel does, what it says of an order now, and to mend it?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Wire, question, request
from contracts.orders import PlaceOrder
from contracts.values import Code, Codes, Count, Instant, Name, Sku, Text

ListingMatch = Literal["barcode", "sku", "similar"]
SaidThere = Literal["sold", "counter", "canceled", "not_for_us", "refused", "gone", "no_answer"]
Mending = Literal["take_again", "cancel"]


class FindSuggestions(Wire, frozen=True, kw_only=True):
    """The SKUs that a listing of a channel may be."""

    channel: Code
    listing: Name


class Suggestion(Wire, frozen=True, kw_only=True):
    """A SKU that a listing may be: it has that barcode, is called so, or is called like it."""

    sku: Sku
    name: Text = ""
    why: ListingMatch


class Suggestions(Wire, frozen=True, kw_only=True):
    """SKUs that a listing may be, the likeliest first."""

    suggestions: tuple[Suggestion, ...]


class HealthOf(Wire, frozen=True, kw_only=True):
    """How a channel does: its orders, what it is told, what went wrong."""

    channel: Code


class ChannelFault(Wire, frozen=True, kw_only=True):
    """Something that a shop would not hear of, or an order of it that could not be taken."""

    what: Text
    subject: Text
    reason: Text
    at: Instant


class ChannelHealth(Wire, frozen=True, kw_only=True):
    """How a channel does.

    `asked_until` is the newest change there that we know of by asking, `lag_seconds` how old the
    oldest thing is that it should have heard of; both are null where there is nothing of the kind.
    `missed` counts the orders of the last 30 days that it did not post, and that asking has found.
    """

    channel: Code
    last_received_at: Instant | None = None
    last_pulled_at: Instant | None = None
    last_pushed_at: Instant | None = None
    last_reconciled_at: Instant | None = None
    asked_until: Instant | None = None
    lag_seconds: Count | None = None
    waiting: Count = 0
    failed: Count = 0
    parked: Count = 0
    refused: Count = 0
    missed: Count = 0
    pull_problem: Text = ""
    check_problem: Text = ""
    faults: tuple[ChannelFault, ...] = ()


class ReplayChannel(Wire, frozen=True, kw_only=True):
    """Ask a shop once more for all that changed since a moment, tell it again what failed, or both.

    What is known already changes nothing; what a shop has heard already is not done twice.
    """

    channel: Code
    since: Instant | None = None
    pushes: bool = False


class Replayed(Wire, frozen=True, kw_only=True):
    """From when on the shop is asked, and how many tellings are tried again, 200 at once."""

    since: Instant | None = None
    pushes: Count = 0


class LookUpOrder(Wire, frozen=True, kw_only=True):
    """Ask a shop what it says of an order now; the answer stands at the comparison soon after."""

    inbound_id: Name
    channels: Codes | None = None


class ComparisonOf(Wire, frozen=True, kw_only=True):
    """What a channel says of an order beside what is known of it here."""

    inbound_id: Name
    channels: Codes | None = None


class SeenThere(Wire, frozen=True, kw_only=True):
    """What a shop has said of an order when it was asked; its lines name listings, not SKUs."""

    at: Instant
    says: SaidThere
    reason: Text = ""
    order: PlaceOrder | None = None
    unpaid: bool = False


class Sighting(Wire, frozen=True, kw_only=True):
    """An order of a channel: how it stands with us, and what its shop said of it when asked."""

    inbound_id: Name
    channel: Code
    channel_order_id: Text
    state: Text
    order_id: Text = ""
    reason: Text = ""
    asking: bool = False
    seen: SeenThere | None = None
    mend: Annotated[tuple[Mending, ...], Meta(max_length=2)] = ()


class MendOrder(Wire, frozen=True, kw_only=True):
    """Do with an order what the channel says: take it again as it is there, or call it off."""

    inbound_id: Name
    mend: Mending
    channels: Codes | None = None


SUGGESTIONS = question("channels.suggestions", FindSuggestions, Suggestions)
HEALTH = question("channels.health", HealthOf, ChannelHealth)
REPLAY = request("channels.replay", ReplayChannel, Replayed)
LOOK_UP = request("channels.look_up", LookUpOrder, Sighting)
SIGHTING = question("channels.sighting", ComparisonOf, Sighting)
MEND = request("channels.mend", MendOrder, Sighting)
