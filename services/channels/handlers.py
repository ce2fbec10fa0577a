"""What does channels do when a shop or a file says something? It takes orders in."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from chassis.errors import NotFound, Refused
from chassis.work import Work
from contracts.channels import (
    ChannelOrderReceived,
    ChannelWebhook,
    Connection,
    CsvOrder,
    CsvResult,
    ImportCsv,
    ListingUnmapped,
    MapListing,
    WebhookTaken,
)
from contracts.inventory import SkuSaved
from contracts.orders import CancelChannelOrder, ImportOrder, ImportRefused, OrderPlaced
from services.channels.domain.inbound import Inbound, State
from services.channels.domain.news import Cancellation, News, NotForUs, Sold, Unacceptable
from services.channels.marketplaces.marketplace import Marketplace, Shop
from services.channels.ports import Channels

OWN = frozenset({"api", "manual"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of news, and which field was at fault."""

    outcome: Literal["accepted", "duplicate", "parked", "ignored", "refused"]
    reason: str = ""
    field: str = ""


def connect(wish: Connection, channels: Channels) -> Connection:
    """Connect a shop, or change a connection; an empty secret keeps the old one."""
    if wish.channel in OWN:
        raise Refused("taken", f"{wish.channel} is what our own orders are called.", "channel")
    if wish.kind != "csv" and not wish.base_url:
        raise Refused("missing", "The address of the shop is missing.", "base_url")
    if wish.kind != "csv" and wish.push_stock and not wish.location_id:
        raise Refused("missing", "For stock, the shop's location is missing.", "location_id")
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
    """Take what a shop posted; the same event again changes nothing.

    One thing that happens in a shop is one event, told once for each topic that it concerns.
    """
    shop = shop_of(found(wish.channel, channels))
    market.verify(shop, wish.body, wish.signature)
    event = f"{wish.topic} {wish.event_id}"
    if wish.event_id and not channels.is_news(wish.channel, event, work.now):
        return WebhookTaken(outcome="duplicate")
    taken = Taken("ignored")
    for news in market.read(shop, wish.topic, wish.body):
        taken = take_news(wish.channel, news, work, channels)
    return WebhookTaken(outcome=taken.outcome, reason=taken.reason)


def import_csv(wish: ImportCsv, market: Marketplace, work: Work, channels: Channels) -> CsvResult:
    """Take a file of orders; each order has a result of its own, and so has each bad row."""
    shop = shop_of(found(wish.channel, channels))
    read = market.read(shop, "", wish.csv)
    channels.expect(wish.channel, [news.channel_order_id for news in read])
    results = []
    for news in read:
        said = news.said
        if isinstance(said, Unacceptable):
            taken = Taken("refused", said.reason, said.field)
        else:
            taken = take_news(wish.channel, news, work, channels)
        results.append(
            CsvOrder(
                row=news.row,
                channel_order_id=news.channel_order_id[:255],
                outcome="refused" if taken.outcome == "ignored" else taken.outcome,
                reason=taken.reason[:255],
                field=taken.field,
            )
        )
    return CsvResult(orders=tuple(results))


def take_news(channel: str, news: News, work: Work, channels: Channels) -> Taken:
    """Take what a channel says about an order; older news than we have change nothing."""
    said = news.said
    inbound = channels.inbound(channel, news.channel_order_id) if news.channel_order_id else None
    if inbound is None:
        if isinstance(said, NotForUs):
            return Taken("ignored", said.reason)
        inbound = Inbound(work.new_id("inb"), channel, news.channel_order_id, work.now)
        channels.add(inbound)
    if isinstance(said, Cancellation):
        return _cancel(inbound, said.reason, work)
    if not inbound.is_open or not inbound.learn(news.changed_at):
        return Taken("duplicate")
    if inbound.canceled:
        return Taken("ignored", "The order was canceled on the channel.")
    return _hear(inbound, said, work, channels)


def map_listing(wish: MapListing, work: Work, channels: Channels) -> int:
    """Know a listing; return how many orders that waited for it go on."""
    found(wish.channel, channels)
    if not channels.is_sku(wish.sku):
        raise Refused("unknown_sku", f"There is no SKU {wish.sku}.", "sku")
    channels.map(wish.channel, wish.listing, wish.sku)
    waiting = channels.waiting_for(wish.listing, wish.channel)
    return sum(_release(inbound, wish.listing, wish.sku, work) for inbound in waiting)


def save_sku(event: SkuSaved, work: Work, channels: Channels) -> None:
    """Know a SKU; orders that waited for a listing that is called like it go on."""
    sku = event.sku.sku
    if channels.save_sku(sku, event.version):
        for inbound in channels.waiting_for(sku):
            _release(inbound, sku, sku, work)


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


def _hear(
    inbound: Inbound, said: Sold | Unacceptable | NotForUs, work: Work, channels: Channels
) -> Taken:
    if isinstance(said, Sold):
        return _take(inbound, said, work, channels)
    if isinstance(said, NotForUs):
        inbound.refuse(said.reason)
        return Taken("ignored", said.reason)
    inbound.refuse(f"{said.field}: {said.reason}" if said.field else said.reason)
    return Taken("refused", inbound.reason, said.field)


def _take(inbound: Inbound, sold: Sold, work: Work, channels: Channels) -> Taken:
    """Take an order in; it waits where a listing is unknown or the shop has no money yet."""
    listings = [line.sku for line in sold.order.lines]
    before = inbound.unmapped
    inbound.take(sold.order, channels.skus_of(inbound.channel, listings), unpaid=sold.unpaid)
    if inbound.unmapped and inbound.unmapped != before:
        work.send(
            ListingUnmapped(
                channel=inbound.channel,
                channel_order_id=inbound.channel_order_id,
                listings=inbound.unmapped,
            )
        )
    if not inbound.is_complete:
        return Taken("parked", inbound.reason)
    _hand_over(inbound, work)
    return Taken("accepted")


def _release(inbound: Inbound, listing: str, sku: str, work: Work) -> bool:
    inbound.map(listing, sku)
    if inbound.is_complete:
        _hand_over(inbound, work)
    return inbound.is_complete


def _hand_over(inbound: Inbound, work: Work) -> None:
    if inbound.order is not None:
        inbound.move(State.HANDED_OVER)
        work.send(ImportOrder(order=inbound.order))
        work.send(
            ChannelOrderReceived(channel=inbound.channel, channel_order_id=inbound.channel_order_id)
        )


def _cancel(inbound: Inbound, reason: str, work: Work) -> Taken:
    """Keep an order from going on; orders hears of it only if it has heard of the order."""
    if inbound.canceled:
        return Taken("duplicate")
    inbound.canceled = True
    if inbound.is_open:
        inbound.refuse(reason)
    else:
        work.send(
            CancelChannelOrder(
                channel=inbound.channel, channel_order_id=inbound.channel_order_id, reason=reason
            )
        )
    return Taken("accepted", reason)
