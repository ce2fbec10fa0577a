"""What does channels do when a shop says something? It takes orders in, and hands them over.

How files are taken in stands in `imports.py`, how shops are asked in `pulls.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from chassis.errors import Refused
from chassis.work import Work
from contracts.channels import (
    ChannelOrdersReceived,
    ChannelWebhook,
    ListingUnmapped,
    MapListing,
    Mapped,
    WebhookTaken,
)
from contracts.inventory import CountSale, SkuSaved
from contracts.orders import (
    CancelChannelOrder,
    ImportedOrder,
    ImportOrders,
    OrdersImported,
    PlaceOrder,
)
from services.channels.connecting import check_seen, found, shop_of
from services.channels.domain.inbound import Inbound, State
from services.channels.domain.news import (
    Cancellation,
    CounterSale,
    Hint,
    News,
    NotForUs,
    Sold,
    Unacceptable,
)
from services.channels.marketplaces.marketplace import Marketplace
from services.channels.ports import Channels, Pulls

WAITS_FOR_CUSTOMER = frozenset({"bank_transfer"})
BUNDLE = 25


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of news, and which field was at fault; `leaving` is to be handed over now."""

    outcome: Literal["accepted", "duplicate", "parked", "ignored", "refused"]
    reason: str = ""
    field: str = ""
    inbound: Inbound | None = None
    leaving: bool = False


def take_webhook(
    wish: ChannelWebhook, market: Marketplace, work: Work, channels: Channels, pulls: Pulls
) -> WebhookTaken:
    """Take what a shop posted; the same event again changes nothing.

    A shop that only says that something has changed is asked at once what.

    One thing that happens in a shop is one event, told once for each topic that it concerns.
    """
    shop = shop_of(found(wish.channel, channels))
    market.verify(shop, wish.body, wish.signature)
    event = f"{wish.topic} {wish.event_id}"
    if wish.event_id and not channels.is_news(wish.channel, event, work.now):
        return WebhookTaken(outcome="duplicate")
    taken = Taken("ignored")
    for news in market.read(shop, wish.topic, wish.body):
        if isinstance(news.said, Hint):
            taken = _asked_at_once(wish.channel, work, pulls)
            continue
        taken = take_news(wish.channel, news, work, channels)
        hand_over_taken([taken], work)
    return WebhookTaken(outcome=taken.outcome, reason=taken.reason)


def take_news(
    channel: str, news: News, work: Work, channels: Channels, *, newer: bool = False
) -> Taken:
    """Take what a channel says about an order; older news than we have change nothing.

    What is complete is `leaving` and must be handed over by the caller, together with others.
    """
    said = news.said
    if isinstance(said, Hint):
        return Taken("ignored", "Something has changed at the shop.")
    inbound = channels.inbound(channel, news.channel_order_id) if news.channel_order_id else None
    if inbound is None:
        if isinstance(said, NotForUs):
            return Taken("ignored", said.reason)
        inbound = Inbound(work.new_id("inb"), channel, news.channel_order_id, work.now)
        channels.add(inbound)
    if isinstance(said, Cancellation):
        return call_off(inbound, said.reason, work)
    if not inbound.is_open or not inbound.learn(news.changed_at, newer=newer):
        return Taken("duplicate")
    if inbound.canceled:
        return Taken("ignored", "The order was canceled on the channel.")
    return _hear(inbound, said, work, channels)


def map_listing(wish: MapListing, work: Work, channels: Channels) -> Mapped:
    """Know a listing; tell how many orders that waited for it go on."""
    found(wish.channel, channels)
    before = channels.version_of(wish.channel, wish.listing)
    check_seen("listing", wish.listing, wish.expected_version, before)
    if not channels.is_sku(wish.sku):
        raise Refused("unknown_sku", f"There is no SKU {wish.sku}.", "sku")
    version = channels.map(wish.channel, wish.listing, wish.sku)
    waiting = channels.waiting_for(wish.listing, wish.channel)
    released = [x for x in waiting if _release(x, wish.listing, wish.sku)]
    hand_over(released, work)
    return Mapped(released=len(released), version=version)


def save_sku(event: SkuSaved, work: Work, channels: Channels) -> None:
    """Know a SKU; orders that waited for a listing that is called like it go on."""
    sku = event.sku.sku
    if channels.save_sku(event.sku, event.version):
        hand_over([x for x in channels.waiting_for(sku) if _release(x, sku, sku)], work)


def on_imported(event: OrdersImported, work: Work, channels: Channels) -> None:
    """Orders has taken orders of a channel, or refused them."""
    for told in event.orders:
        inbound = channels.inbound(told.channel, told.channel_order_id)
        if inbound is None:
            continue
        if told.order_id and inbound.state != State.PLACED:
            inbound.move(State.PLACED)
            inbound.order_id, inbound.reason = told.order_id, ""
            if inbound.order is None or inbound.order.payment.method not in WAITS_FOR_CUSTOMER:
                channels.set_out(told.order_id, work.now)
        elif not told.order_id and inbound.state == State.HANDED_OVER:
            inbound.refuse(_why(told))


def hand_over_taken(taken: Iterable[Taken], work: Work) -> None:
    """Hand over what is complete of what was taken."""
    hand_over([one.inbound for one in taken if one.leaving and one.inbound], work)


def hand_over(inbounds: Sequence[Inbound], work: Work) -> None:
    """Hand orders over, in bundles: what one message brings costs less than many would."""
    leaving: dict[str, list[PlaceOrder]] = {}
    for inbound in inbounds:
        if inbound.sale is not None:
            inbound.move(State.PLACED)
            work.send(inbound.sale)
        elif inbound.order is not None:
            inbound.move(State.HANDED_OVER)
            leaving.setdefault(inbound.channel, []).append(inbound.order)
    for channel, orders in leaving.items():
        for first in range(0, len(orders), BUNDLE):
            bundle = tuple(orders[first : first + BUNDLE])
            work.send(ImportOrders(orders=bundle))
            ids = tuple(order.channel_order_id for order in bundle)
            work.send(ChannelOrdersReceived(channel=channel, channel_order_ids=ids))


def _asked_at_once(channel: str, work: Work, pulls: Pulls) -> Taken:
    pull = pulls.get(channel)
    if pull is None:
        return Taken("ignored", "The shop is not asked for orders: set `pull_from`.")
    pull.due_at = work.now
    return Taken("accepted", "The shop is asked what has changed.")


def _hear(
    inbound: Inbound, said: Sold | CounterSale | Unacceptable | NotForUs, work: Work,
    channels: Channels,
) -> Taken:  # fmt: skip
    if isinstance(said, Sold | CounterSale):
        return take_sold(inbound, said, work, channels)
    if isinstance(said, NotForUs):
        inbound.refuse(said.reason)
        return Taken("ignored", said.reason)
    inbound.refuse(f"{said.field}: {said.reason}" if said.field else said.reason)
    return Taken("refused", inbound.reason, said.field, inbound)


def take_sold(inbound: Inbound, sold: Sold | CounterSale, work: Work, channels: Channels) -> Taken:
    """Take an order in; it waits where a listing is unknown or the shop has no money yet."""
    before = inbound.unmapped
    if isinstance(sold, CounterSale):
        known = channels.skus_of(inbound.channel, [unit.sku for unit in sold.units])
        sale_id = f"{inbound.channel}:{inbound.channel_order_id}"
        inbound.count(
            CountSale(sale_id=sale_id, warehouse_id=sold.warehouse_id, units=sold.units), known
        )
    else:
        known = channels.skus_of(inbound.channel, [line.sku for line in sold.order.lines])
        inbound.take(sold.order, known, unpaid=sold.unpaid)
    if inbound.unmapped and inbound.unmapped != before:
        work.send(
            ListingUnmapped(
                channel=inbound.channel,
                channel_order_id=inbound.channel_order_id,
                listings=inbound.unmapped,
            )
        )
    if not inbound.is_complete:
        return Taken("parked", inbound.reason, inbound=inbound)
    return Taken("accepted", inbound=inbound, leaving=True)


def _release(inbound: Inbound, listing: str, sku: str) -> bool:
    """Let an order know a listing; tell whether nothing is missing any more."""
    inbound.map(listing, sku)
    return inbound.is_complete


def _why(told: ImportedOrder) -> str:
    return f"{told.field}: {told.reason}" if told.field else told.reason


def call_off(inbound: Inbound, reason: str, work: Work) -> Taken:
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
