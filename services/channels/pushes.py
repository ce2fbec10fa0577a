"""What do we tell shops? What has left, came back or was called off, and what can be sold.

Each telling is a stored call with a key of its own: it is seen, with its attempts, until it ends.
Stock is told as it is when the call is made. A call that a newer quantity has overtaken is not
made any more; one during which the quantity changed is followed by another, so that the newest
quantity is what the shop hears last.
"""

from typing import Any

import msgspec

from chassis.outside import Outcome
from chassis.work import Call, Work
from contracts.channels import (
    AcknowledgeShipment,
    ChannelPushFailed,
    PushRefund,
    ShipmentAcknowledged,
)
from contracts.orders import OrderCanceled
from services.channels.domain.stock import Due, Level
from services.channels.marketplaces.marketplace import Can, Marketplace, Shop
from services.channels.marketplaces.registry import can
from services.channels.ports import Channels

PUSH = "channels.push"


def acknowledge(command: AcknowledgeShipment, work: Work, channels: Channels) -> None:
    """Tell a channel what has left; one that cannot be told counts as told.

    Asked again it answers again, and a call that had failed is made again.
    """
    connection = channels.connection(command.channel)
    if connection is None or not can(connection.kind, Can.ACKNOWLEDGE):
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
    match channels.push_state(key):
        case "succeeded":
            work.send(_acknowledged(command.order_id, command.fulfillment_order_id))
        case "refused" | "failed":
            channels.push_again(key, work.now)
        case _:
            work.call(Call(PUSH, key, command.fulfillment_order_id, request))


def push_refund(command: PushRefund, work: Work, channels: Channels) -> None:
    """Tell a channel what came back and was refunded."""
    connection = channels.connection(command.channel)
    if connection is None or not can(connection.kind, Can.REFUNDS):
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


def push_cancellation(event: OrderCanceled, work: Work, channels: Channels) -> None:
    """Tell the channel that an order of its own is off, unless it is the channel that said so.

    Where we keep the shop's stock, the pieces are told with it, and the shop adds none of its own.
    """
    theirs = event.channel_order_id
    inbound = channels.inbound(event.channel, theirs) if theirs else None
    if inbound is None or inbound.canceled:
        return
    inbound.canceled = True
    connection = channels.connection(event.channel)
    if connection is None or not can(connection.kind, Can.CANCELLATIONS):
        return
    request = {
        "action": "cancel",
        "channel": event.channel,
        "order_id": event.order_id,
        "channel_order_id": theirs,
        "reason": event.reason[:255],
        "restock": not connection.push_stock,
    }
    work.call(Call(PUSH, f"cancel-{event.order_id}", event.order_id, request))


def push_stock(due: Due, work: Work, after: str = "") -> None:
    """Tell a channel how many of a listing can be sold; each version once, or after a call."""
    request = {
        "action": "stock",
        "channel": due.channel,
        "listing": due.listing,
        "sku": due.sku,
        "version": due.version,
    }
    key = f"stock-{due.channel}-{due.listing}-{due.version}{after and '-'}{after}"
    work.call(Call(PUSH, key, due.listing, request))


def tell(
    market: Marketplace, shop: Shop, key: str, request: dict[str, Any], level: Level | None
) -> dict[str, Any]:
    """Make a call; return what was told of the stock."""
    match request["action"]:
        case "acknowledge":
            market.acknowledge(shop, key, request)
        case "refund":
            market.push_refund(shop, key, request)
        case "cancel":
            market.push_cancellation(shop, request)
        case _ if level is None or level.version != request["version"]:
            return {"overtaken": True}
        case _:
            market.push_stock(shop, {**request, "available": level.available})
            return {"available": level.available}
    return {}


def conclude_push(outcome: Outcome, work: Work, channels: Channels) -> None:
    """The channel was told, or would not listen."""
    request: dict[str, Any] = outcome.call.request
    action = request["action"]
    if outcome.status != "succeeded":
        work.send(
            ChannelPushFailed(
                push_id=outcome.call.id,
                channel=request["channel"],
                push_kind=action,
                subject=outcome.call.subject,
                reason=(outcome.reason or outcome.code)[:255],
                order_id=request.get("order_id", ""),
            )
        )
        return
    channels.pushed(request["channel"], work.now)
    if action == "acknowledge":
        work.send(_acknowledged(request["order_id"], outcome.call.subject))
    elif action == "stock" and not outcome.result.get("overtaken"):
        level = channels.level(request["sku"])
        if level and level.version != request["version"]:
            due = Due(request["channel"], request["listing"], level.sku, level.version)
            push_stock(due, work, after=outcome.call.id)


def _acknowledged(order_id: str, fulfillment_order_id: str) -> ShipmentAcknowledged:
    return ShipmentAcknowledged(order_id=order_id, fulfillment_order_id=fulfillment_order_id)
