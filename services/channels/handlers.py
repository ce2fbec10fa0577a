"""What does channels do? It takes orders in, and tells shops what became of them."""

from typing import Any

import msgspec

from chassis.errors import NotFound, Refused
from chassis.outside import Outcome
from chassis.work import Call, Work
from contracts.channels import (
    AcknowledgeShipment,
    ChannelOrderReceived,
    ChannelPushFailed,
    ChannelWebhook,
    Connection,
    CsvOrder,
    CsvResult,
    ImportCsv,
    ListingUnmapped,
    MapListing,
    PushRefund,
    ShipmentAcknowledged,
    WebhookTaken,
)
from contracts.orders import (
    CancelChannelOrder,
    ImportOrder,
    ImportRefused,
    OrderPlaced,
    PlaceOrder,
)
from services.channels.domain.inbound import Inbound, State
from services.channels.marketplaces.csv_orders import read_orders
from services.channels.marketplaces.marketplace import Marketplace, Shop
from services.channels.ports import Channels

PUSH = "channels.push"
UNTOLD = frozenset({"csv"})


def connect(wish: Connection, channels: Channels) -> Connection:
    """Connect a shop, or change a connection; an empty secret keeps the old one."""
    if wish.kind != "csv" and not wish.base_url:
        raise Refused("missing", "The address of the shop is missing.", "base_url")
    old = channels.connection(wish.channel)
    if old:
        wish = msgspec.structs.replace(
            wish,
            access_token=wish.access_token or old.access_token,
            webhook_secret=wish.webhook_secret or old.webhook_secret,
        )
    channels.put_connection(wish)
    return wish


def take_webhook(
    wish: ChannelWebhook, market: Marketplace, work: Work, channels: Channels
) -> WebhookTaken:
    """Take what a shop posted; the same event again changes nothing."""
    shop = shop_of(found(wish.channel, channels))
    market.verify(shop, wish.body, wish.signature)
    if wish.event_id and not channels.is_news(wish.channel, wish.event_id, work.now):
        return WebhookTaken(outcome="duplicate")
    received = market.read(shop, wish.topic, wish.body)
    if received.ignored:
        return WebhookTaken(outcome="ignored", reason=received.ignored)
    if received.canceled:
        _cancel(wish.channel, received.channel_order_id, received.reason, work, channels)
        return WebhookTaken(outcome="accepted", reason=received.reason)
    if received.order is None:
        raise Refused("unreadable", "The webhook holds no order.", "body")
    return take_order(received.order, work, channels, unpaid=received.unpaid)


def import_csv(wish: ImportCsv, work: Work, channels: Channels) -> CsvResult:
    """Take a file of orders; each order has a result of its own."""
    found(wish.channel, channels)
    results = []
    for read in read_orders(wish.csv, wish.channel):
        if read.order is None or read.refusal:
            refusal = read.refusal
            results.append(
                CsvOrder(
                    row=read.row,
                    channel_order_id=read.channel_order_id[:255],
                    outcome="refused",
                    reason=refusal.message[:255] if refusal else "",
                    field=refusal.field if refusal else "",
                )
            )
            continue
        taken = take_order(read.order, work, channels, unpaid=False)
        results.append(
            CsvOrder(
                row=read.row,
                channel_order_id=read.channel_order_id,
                outcome="accepted" if taken.outcome == "ignored" else taken.outcome,
                reason=taken.reason,
            )
        )
    return CsvResult(orders=tuple(results))


def take_order(order: PlaceOrder, work: Work, channels: Channels, *, unpaid: bool) -> WebhookTaken:
    """Take an order in; it waits where a listing is unknown or the shop has no money yet."""
    inbound = channels.inbound(order.channel, order.channel_order_id)
    if inbound is None:
        inbound = Inbound(work.new_id("inb"), order.channel, order.channel_order_id, work.now)
        channels.add(inbound)
        work.send(
            ChannelOrderReceived(channel=order.channel, channel_order_id=order.channel_order_id)
        )
    elif not inbound.is_open:
        return WebhookTaken(outcome="duplicate")
    if inbound.canceled:
        return WebhookTaken(outcome="ignored", reason="The order was canceled on the channel.")
    known = channels.skus_of(order.channel, [line.sku for line in order.lines])
    inbound.take(order, known, unpaid=unpaid)
    if inbound.unmapped:
        work.send(
            ListingUnmapped(
                channel=order.channel,
                channel_order_id=order.channel_order_id,
                listings=inbound.unmapped,
            )
        )
    if not inbound.is_complete:
        return WebhookTaken(outcome="parked", reason=inbound.reason)
    _hand_over(inbound, work)
    return WebhookTaken(outcome="accepted")


def map_listing(wish: MapListing, work: Work, channels: Channels) -> int:
    """Know a listing; return how many orders that waited for it go on."""
    found(wish.channel, channels)
    if not channels.is_sku(wish.sku):
        raise Refused("unknown_sku", f"There is no SKU {wish.sku}.", "sku")
    channels.map(wish.channel, wish.listing, wish.sku)
    released = 0
    for inbound in channels.waiting_for(wish.channel, wish.listing):
        inbound.map(wish.listing, wish.sku)
        if inbound.is_complete:
            _hand_over(inbound, work)
            released += 1
    return released


def on_placed(event: OrderPlaced, channels: Channels) -> None:
    """Orders has accepted an order of a channel."""
    inbound = channels.inbound(event.channel, event.channel_order_id)
    if inbound and inbound.state != State.PLACED:
        inbound.move(State.PLACED)
        inbound.order_id, inbound.reason = event.order_id, ""


def on_refused(event: ImportRefused, channels: Channels) -> None:
    """Orders has refused an order of a channel."""
    inbound = channels.inbound(event.channel, event.channel_order_id)
    if inbound and inbound.state == State.HANDED_OVER:
        inbound.refuse(f"{event.field}: {event.reason}" if event.field else event.reason)


def acknowledge(command: AcknowledgeShipment, work: Work, channels: Channels) -> None:
    """Tell a channel what has left; one that cannot be told counts as told."""
    connection = channels.connection(command.channel)
    if connection is None or connection.kind in UNTOLD:
        work.send(_acknowledged(command.order_id, command.fulfillment_order_id))
        return
    request = {
        "action": "acknowledge",
        "channel": command.channel,
        "order_id": command.order_id,
        "channel_order_id": command.channel_order_id,
        "carrier": command.carrier,
        "tracking_numbers": list(command.tracking_numbers),
        "lines": msgspec.to_builtins(command.lines),
    }
    key = f"ack-{command.fulfillment_order_id}"
    work.call(Call(PUSH, key, command.fulfillment_order_id, request))


def push_refund(command: PushRefund, work: Work, channels: Channels) -> None:
    """Tell a channel what came back and was refunded."""
    connection = channels.connection(command.channel)
    if connection is None or connection.kind in UNTOLD:
        return
    request = {
        "action": "refund",
        "channel": command.channel,
        "order_id": command.order_id,
        "channel_order_id": command.channel_order_id,
        "return_id": command.return_id,
        "amount": msgspec.to_builtins(command.amount),
        "lines": msgspec.to_builtins(command.lines),
    }
    work.call(Call(PUSH, f"refund-{command.return_id}", command.return_id, request))


def push_stock(channel: str, listing: str, available: int, version: int, work: Work) -> None:
    """Tell a channel how many of a listing can be sold."""
    request = {
        "action": "stock", "channel": channel, "listing": listing, "available": available,
    }  # fmt: skip
    work.call(Call(PUSH, f"stock-{channel}-{listing}-{version}", listing, request))


def conclude_push(outcome: Outcome, work: Work) -> None:
    """The channel was told, or would not listen."""
    request: dict[str, Any] = outcome.call.request
    if outcome.status != "succeeded":
        work.send(
            ChannelPushFailed(
                push_id=outcome.call.id,
                channel=request["channel"],
                push_kind=request["action"],
                subject=outcome.call.subject,
                reason=(outcome.reason or outcome.code)[:255],
                order_id=request.get("order_id", "") if request["action"] == "acknowledge" else "",
            )
        )
    elif request["action"] == "acknowledge":
        work.send(_acknowledged(request["order_id"], outcome.call.subject))


def found(channel: str, channels: Channels) -> Connection:
    """Find a connection, or raise NotFound."""
    connection = channels.connection(channel)
    if connection is None:
        raise NotFound("channel", channel, "channel")
    return connection


def shop_of(connection: Connection) -> Shop:
    """Show a connection to an adapter."""
    return Shop(
        connection.channel,
        connection.base_url.rstrip("/"),
        connection.access_token,
        connection.webhook_secret,
        connection.location_id,
    )


def _hand_over(inbound: Inbound, work: Work) -> None:
    if inbound.order is not None:
        inbound.move(State.HANDED_OVER)
        work.send(ImportOrder(order=inbound.order))


def _cancel(
    channel: str, channel_order_id: str, reason: str, work: Work, channels: Channels
) -> None:
    inbound = channels.inbound(channel, channel_order_id)
    if inbound is None:
        inbound = Inbound(work.new_id("inb"), channel, channel_order_id, work.now)
        channels.add(inbound)
    inbound.canceled = True
    if inbound.state == State.PARKED:
        inbound.refuse(reason)
        return
    work.send(CancelChannelOrder(channel=channel, channel_order_id=channel_order_id, reason=reason))


def _acknowledged(order_id: str, fulfillment_order_id: str) -> ShipmentAcknowledged:
    return ShipmentAcknowledged(order_id=order_id, fulfillment_order_id=fulfillment_order_id)
