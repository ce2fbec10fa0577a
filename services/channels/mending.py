"""What does a shop say of an order now, and how do we come to hold the same?

A shop is asked by a stored call. What it says is kept beside the order, changes nothing by itself,
and is shown beside what we hold; a person decides.
"""

from collections.abc import Sequence
from typing import Any

from chassis.errors import NotFound, Refused
from chassis.outside import Outcome
from chassis.work import Call, Work
from contracts.channels import Connection
from contracts.mending import LookUpOrder, MendOrder, ReplayChannel, SeenThere, Sighting
from services.channels.connecting import found, shop_of
from services.channels.domain.inbound import Inbound
from services.channels.domain.news import Cancellation, CounterSale, NotForUs, Sold, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.handlers import call_off, hand_over_taken, take_sold
from services.channels.marketplaces.marketplace import Can, Marketplace, Shop
from services.channels.marketplaces.registry import can
from services.channels.ports import Channels, Pulls

LOOK = "channels.look_up"


def look_up(wish: LookUpOrder, work: Work, channels: Channels) -> Inbound:
    """Have a shop asked what it says of an order now."""
    inbound = inbound_of(wish.inbound_id, wish.channels, channels)
    connection = found(inbound.channel, channels)
    if not can(connection.kind, Can.LOOK_UP):
        raise Refused("no_look_up", f"{inbound.channel} cannot be asked for an order.", "channel")
    request = {"channel": inbound.channel, "channel_order_id": inbound.channel_order_id}
    work.call(Call(LOOK, work.new_id("look"), inbound.channel_order_id, request))
    inbound.asking = True
    return inbound


def ask_shop(market: Marketplace, shop: Shop, request: dict[str, Any]) -> dict[str, Any]:
    """Make the call."""
    return {"order": market.look_up(shop, request["channel_order_id"])}


def conclude_look_up(
    outcome: Outcome, market: Marketplace, work: Work, channels: Channels, pulls: Pulls
) -> None:
    """Keep what the shop said, beside what we hold."""
    pulls.forget_call(outcome.call.id)
    request = outcome.call.request
    inbound = channels.inbound(request["channel"], request["channel_order_id"])
    connection = channels.connection(request["channel"])
    if inbound is None or connection is None:
        return
    inbound.asking = False
    inbound.seen = _seen(outcome, market, connection, work)


def mend(wish: MendOrder, work: Work, channels: Channels) -> Inbound:
    """Do with an order what its shop has last said of it."""
    inbound = inbound_of(wish.inbound_id, wish.channels, channels)
    if wish.mend not in inbound.mends or inbound.seen is None:
        told = "What the shop said last does not ask for that, or it is done: ask it again."
        raise Refused("nothing_to_mend", told, "mend")
    if wish.mend == "cancel":
        call_off(inbound, inbound.seen.reason or "canceled on the channel", work)
    elif inbound.seen.order is not None:
        sold = Sold(inbound.seen.order, unpaid=inbound.seen.unpaid)
        hand_over_taken([take_sold(inbound, sold, work, channels)], work)
    return inbound


def replay(wish: ReplayChannel, work: Work, channels: Channels, pulls: Pulls) -> None:
    """Ask a shop once more for what changed since a moment."""
    found(wish.channel, channels)
    if wish.since is None:
        return
    if wish.since > work.now:
        raise Refused("in_the_future", "Nothing has changed since then yet.", "since")
    pull = pulls.get(wish.channel)
    if pull is None:
        told = f"{wish.channel} is not asked for orders: set `pull_from`."
        raise Refused("no_pull", told, "channel")
    pull.cursor, pull.call, pull.due_at, pull.problem = Cursor(since=wish.since), "", work.now, ""


def inbound_of(inbound_id: str, within: Sequence[str] | None, channels: Channels) -> Inbound:
    """Find an order of a channel, of one of these channels if they are limited."""
    inbound = channels.inbound_by_id(inbound_id)
    if inbound is None or (within is not None and inbound.channel not in within):
        raise NotFound("channel order", inbound_id, "inbound_id")
    return inbound


def sighting(inbound: Inbound) -> Sighting:
    """Show how an order stands with us, and what its shop said."""
    return Sighting(
        inbound_id=inbound.inbound_id,
        channel=inbound.channel,
        channel_order_id=inbound.channel_order_id,
        state=inbound.state,
        order_id=inbound.order_id,
        reason=inbound.reason,
        asking=inbound.asking,
        seen=inbound.seen,
        mend=inbound.mends,
    )


def _seen(  # noqa: PLR0911 - one for each thing that it may say
    outcome: Outcome, market: Marketplace, connection: Connection, work: Work
) -> SeenThere:
    if outcome.status != "succeeded":
        why = outcome.reason or outcome.code or "The shop does not answer."
        return SeenThere(at=work.now, says="no_answer", reason=why[:255])
    body = outcome.result["order"]
    if not body:
        return SeenThere(at=work.now, says="gone", reason="The shop has no such order any more.")
    try:
        (news,) = market.read(shop_of(connection), "", body)
    except Refused as refusal:
        return SeenThere(at=work.now, says="refused", reason=refusal.message[:255])
    match news.said:
        case Sold(order=order, unpaid=unpaid):
            return SeenThere(at=work.now, says="sold", order=order, unpaid=unpaid)
        case CounterSale():
            return SeenThere(at=work.now, says="counter")
        case Cancellation(reason=reason):
            return SeenThere(at=work.now, says="canceled", reason=reason)
        case Unacceptable(reason=reason, field=field):
            told = f"{field}: {reason}" if field else reason
            return SeenThere(at=work.now, says="refused", reason=told[:255])
        case NotForUs(reason=reason):
            return SeenThere(at=work.now, says="not_for_us", reason=reason)
    return SeenThere(at=work.now, says="no_answer", reason="The shop said nothing of the order.")
