"""What do shipping and channels tell of an order's parcels?"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from chassis.errors import NotYet
from contracts import channels, shipping
from contracts.message import Message
from services.orders.domain.history import Change, Told, listed
from services.orders.domain.order import Order


def _labeled(order: Order, told: shipping.ShipmentLabeled) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    numbers = tuple(parcel.tracking_number for parcel in told.parcels)
    if sending.tracking_numbers == numbers:
        return []
    status = "labeled" if sending.status == "packed" else sending.status
    order.put(replace(sending, status=status, tracking_numbers=numbers, carrier=told.carrier))
    cost = f"{told.carrier} {told.service} for {told.cost}"
    return [Change("label bought", ", ".join(numbers), after=cost)]


def _label_failed(_: Order, told: shipping.LabelFailed) -> Told:
    return [Change("no label", told.fulfillment_order_id, reason=told.reason)]


def _voided(_: Order, told: shipping.ShipmentVoided) -> Told:
    return [Change("label voided", told.fulfillment_order_id)]


def _void_refused(_: Order, told: shipping.VoidRefused) -> Told:
    return [Change("too late to cancel", told.fulfillment_order_id, reason=told.reason)]


def _shipped(order: Order, told: shipping.ShipmentShipped) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    if sending.has_left:
        return []
    if sending.is_open:
        order.ship(told.fulfillment_order_id)
        why = f"manifest {told.manifest_id}" if told.manifest_id else ""
    else:
        why = "It left although it was canceled."
    numbers = ", ".join(sending.tracking_numbers)
    return [Change("shipped", listed(sending.lines), after=numbers, reason=why, actor=told.by)]


def _tracked(_: Order, told: shipping.TrackingUpdated) -> Told:
    place, by = told.place, told.by
    return [Change("tracking", told.tracking_number, after=told.status, reason=place, actor=by)]


def _delivered(order: Order, told: shipping.ShipmentDelivered) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    if sending.status == "delivered":
        return []
    if sending.is_open:
        raise NotYet(f"{told.fulfillment_order_id} is delivered, but has not left yet")
    if sending.has_left:
        order.deliver(told.fulfillment_order_id)
    return [Change("delivered", ", ".join(sending.tracking_numbers))]


def _acknowledged(_: Order, told: channels.ShipmentAcknowledged) -> Told:
    return [Change("channel told", told.fulfillment_order_id)]


def _push_failed(_: Order, told: channels.ChannelPushFailed) -> Told:
    return [Change("channel not told", f"{told.push_kind} {told.subject}", reason=told.reason)]


PARCELS: dict[type[Message], Callable[[Order, Any], Told]] = {
    shipping.ShipmentLabeled: _labeled,
    shipping.LabelFailed: _label_failed,
    shipping.ShipmentVoided: _voided,
    shipping.VoidRefused: _void_refused,
    shipping.ShipmentShipped: _shipped,
    shipping.TrackingUpdated: _tracked,
    shipping.ShipmentDelivered: _delivered,
    channels.ShipmentAcknowledged: _acknowledged,
    channels.ChannelPushFailed: _push_failed,
}
