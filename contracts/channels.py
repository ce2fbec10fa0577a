"""What is said to and by channels, which speaks with the shops where customers buy.

long because: the whole language of one service stands in one file.
"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.imports import (
    ADD_PART,
    BEGIN_IMPORT,
    END_UPLOAD,
    IMPORT,
    IMPORTS,
    RESULTS,
    STOP_IMPORT,
)
from contracts.mending import HEALTH, LOOK_UP, MEND, REPLAY, SIGHTING, SUGGESTIONS
from contracts.message import Message, Wire, command, event, question, request
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import (
    Code,
    Codes,
    Count,
    FulfillmentOrderId,
    Instant,
    Limit,
    LineId,
    LongText,
    Money,
    Name,
    Nothing,
    OrderId,
    Quantity,
    ReturnId,
    Sku,
    Text,
)


class ShippedLine(Wire, frozen=True, kw_only=True):
    """So many of a line, with the id that the channel gave the line."""

    line_id: LineId
    channel_line_id: Text
    sku: Sku
    quantity: Quantity


@command("channels.acknowledge.v1")
class AcknowledgeShipment(Message, frozen=True, kw_only=True):
    """Tell the channel what has left, with the tracking numbers."""

    order_id: OrderId
    channel: Code
    channel_order_id: Text
    fulfillment_order_id: FulfillmentOrderId
    carrier: Text
    tracking_numbers: tuple[Text, ...]
    lines: tuple[ShippedLine, ...]


@command("channels.refund.v1")
class PushRefund(Message, frozen=True, kw_only=True):
    """Tell the channel what came back and what was refunded."""

    order_id: OrderId
    channel: Code
    channel_order_id: Text
    return_id: ReturnId
    amount: Money
    lines: tuple[ShippedLine, ...]


@event("channels.acknowledged.v1")
class ShipmentAcknowledged(Message, frozen=True, kw_only=True):
    """The channel knows what has left."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId


@event("channels.push_failed.v1")
class ChannelPushFailed(Message, frozen=True, kw_only=True):
    """The channel would not take what we had to say; a person must decide."""

    push_id: Text
    channel: Code
    push_kind: Text
    subject: Text
    reason: Text
    order_id: Text = ""


@event("channels.received.v1")
class ChannelOrdersReceived(Message, frozen=True, kw_only=True):
    """A channel has orders for us, and they were handed over to orders."""

    channel: Code
    channel_order_ids: tuple[Text, ...]


@event("channels.listing_unmapped.v1")
class ListingUnmapped(Message, frozen=True, kw_only=True):
    """An order waits because nobody has said which SKU a listing of the channel is."""

    channel: Code
    channel_order_id: Text
    listings: tuple[Text, ...]


class Setting(Wire, frozen=True, kw_only=True):
    """What a connection says about one thing that its kind of shop asks for."""

    name: Code
    value: LongText


class Connection(Wire, frozen=True, kw_only=True):
    """A shop that we are connected with; secrets are kept and never shown.

    What the kind of shop asks for is told by `channels.kinds`: the first four by their own names,
    everything else in `settings`. Where `pull_from` says a moment, the shop is asked again and
    again for what changed since then.
    """

    channel: Code
    kind: Code
    name: Name
    base_url: Annotated[str, Meta(max_length=255, pattern=r"^$|^https?://")] = ""
    access_token: Text = ""
    webhook_secret: Text = ""
    location_id: Text = ""
    push_stock: bool = False
    pull_from: Instant | None = None
    settings: Annotated[tuple[Setting, ...], Meta(max_length=30)] = ()
    expected_version: int | None = None

    def __repr__(self) -> str:
        """Show the shop, and neither its token nor its secret."""
        return (
            f"Connection(channel={self.channel!r}, kind={self.kind!r}, base_url={self.base_url!r})"
        )


class ConnectionView(Wire, frozen=True, kw_only=True):
    """A connection and how it does."""

    channel: Code
    kind: str
    name: Name
    base_url: str
    push_stock: bool
    last_received_at: Instant | None = None
    last_pushed_at: Instant | None = None
    waiting: Count = 0
    failed: Count = 0
    unmapped: Count = 0
    pull_from: Instant | None = None
    last_pulled_at: Instant | None = None
    pull_problem: Text = ""
    can: tuple[Text, ...] = ()
    settings: tuple[Setting, ...] = ()
    has: tuple[Text, ...] = ()
    checked_at: Instant | None = None
    check_problem: Text = ""
    version: int = 1


class ConnectionPage(Wire, frozen=True, kw_only=True):
    """All connections."""

    connections: tuple[ConnectionView, ...]


class KindSetting(Wire, frozen=True, kw_only=True):
    """What a kind of shop asks for; what is secret is kept sealed and never shown."""

    name: Code
    label: Text
    help: Text = ""
    secret: bool = False
    required: bool = False


class ChannelKind(Wire, frozen=True, kw_only=True):
    """A kind of shop that can be connected: what it asks for, and what it can do."""

    kind: Code
    title: Text
    settings: tuple[KindSetting, ...]
    can: tuple[Text, ...]
    cannot: tuple[Text, ...]


class ChannelKinds(Wire, frozen=True, kw_only=True):
    """All kinds of shops that can be connected."""

    kinds: tuple[ChannelKind, ...]


class CheckConnection(Wire, frozen=True, kw_only=True):
    """Ask a shop whether it knows us; what it says stands at the connection soon after."""

    channel: Code


class AllConnections(Wire, frozen=True, kw_only=True):
    """Every connection."""

    channels: Codes | None = None


class ChannelWebhook(Wire, frozen=True, kw_only=True):
    """What a shop posted to us: topic, the shop's id of the event, raw body and signature."""

    channel: Code
    topic: Text
    event_id: Text
    signature: Text
    body: Annotated[str, Meta(max_length=1_048_576)]


class WebhookTaken(Wire, frozen=True, kw_only=True):
    """What became of a webhook; a second sending of one event is `duplicate`."""

    outcome: Literal["accepted", "duplicate", "parked", "ignored", "refused"]
    reason: Text = ""


class MapListing(Wire, frozen=True, kw_only=True):
    """Say which SKU a listing of a channel is; all orders that waited for it go on."""

    channel: Code
    listing: Name
    sku: Sku
    expected_version: int | None = None


class Mapped(Wire, frozen=True, kw_only=True):
    """The listing is mapped, and so many orders went on."""

    released: Count
    version: int = 1


class FindListings(Wire, frozen=True, kw_only=True):
    """Which listings of a channel to list, by name."""

    channel: Code
    after: Text = ""
    limit: Limit = 50


class Listing(Wire, frozen=True, kw_only=True):
    """Which SKU a listing of a channel is."""

    channel: Code
    listing: Name
    sku: Sku
    version: int


class ListingPage(Wire, frozen=True, kw_only=True):
    """A page of listings; `next` is empty on the last."""

    listings: tuple[Listing, ...]
    next: str = ""


class FindInbound(Wire, frozen=True, kw_only=True):
    """Which orders that channels sent to list, newest first."""

    channel: Text = ""
    state: Text = ""
    after: Text = ""
    limit: Limit = 50
    channels: Codes | None = None


class Inbound(Wire, frozen=True, kw_only=True):
    """One order that a channel sent, and what became of it."""

    inbound_id: Text
    channel: Code
    channel_order_id: Text
    state: Literal["parked", "handed_over", "placed", "refused"]
    reason: Text
    received_at: Instant
    order_id: Text = ""
    unmapped: tuple[Text, ...] = ()


class InboundPage(Wire, frozen=True, kw_only=True):
    """A page of orders that channels sent; `next` is empty on the last."""

    orders: tuple[Inbound, ...]
    next: str = ""


class FindPushes(Wire, frozen=True, kw_only=True):
    """Which outbound pushes to list, newest first."""

    channel: Text = ""
    state: Text = ""
    after: Text = ""
    limit: Limit = 50
    channels: Codes | None = None


class Push(Wire, frozen=True, kw_only=True):
    """Something that we had to tell a channel, and how often we tried."""

    push_id: Text
    channel: Code
    kind: Text
    subject: Text
    state: str
    attempts: int
    error: Text
    created_at: Instant
    due_at: Instant | None = None


class PushPage(Wire, frozen=True, kw_only=True):
    """A page of pushes; `next` is empty on the last."""

    pushes: tuple[Push, ...]
    next: str = ""


class RetryPush(Wire, frozen=True, kw_only=True):
    """Try a failed push again."""

    push_id: Name
    channels: Codes | None = None


CONNECT = request("channels.connect", Connection, ConnectionView)
KINDS = question("channels.kinds", Nothing, ChannelKinds)
CHECK = request("channels.check", CheckConnection, ConnectionView)
CONNECTIONS = question("channels.connections", AllConnections, ConnectionPage)
WEBHOOK = request("channels.webhook", ChannelWebhook, WebhookTaken)
MAP = request("channels.map", MapListing, Mapped)
LISTINGS = question("channels.listings", FindListings, ListingPage)
INBOUND = question("channels.inbound", FindInbound, InboundPage)
PUSHES = question("channels.pushes", FindPushes, PushPage)
RETRY_PUSH = request("channels.retry_push", RetryPush, Push)
STUCK = question("channels.stuck", FindStuck, StuckPage)
DECIDE = request("channels.decide", DecideStuck, Nothing)

OF_MENDING = (SUGGESTIONS, HEALTH, REPLAY, LOOK_UP, SIGHTING, MEND)
OF_FILES = (BEGIN_IMPORT, ADD_PART, END_UPLOAD, STOP_IMPORT, IMPORT, IMPORTS, RESULTS)
