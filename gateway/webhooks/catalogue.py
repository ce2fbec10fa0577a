"""Of which events do others hear? One table: public names, made of the messages of the services.

The names and fields here are a promise to receivers. They stay when messages change: a field may
be added, none is taken away or means something else. Names and addresses of people are never
among them; whoever needs them asks the API with the id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from chassis.ids import time_of
from contracts import inventory, orders, payments, returns, shipping, warehouse
from contracts.example import example
from contracts.message import Message

Class = type[Message]  # inside of Told, type is another word
ALL = "*"
TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Told:
    """One type of event: its public name, the message that it is made of, and what it tells of it.

    `subject` is the field that says what it is about: events about the same come in order.
    """

    type: str
    message: Class
    fields: tuple[str, ...]
    about: str
    subject: str = "order_id"

    def data(self, message: Message) -> dict[str, Any]:
        """Tell what receivers get of a message."""
        return {name: msgspec.to_builtins(getattr(message, name)) for name in self.fields}

    @property
    def example(self) -> dict[str, Any]:
        """Show one, made of the example of the message."""
        return self.data(example(self.message))


ORDER = ("order_id",)
FULFILLMENT = (*ORDER, "fulfillment_order_id")
SHIPMENT = (*FULFILLMENT, "shipment_id")
RETURN = ("return_id", "order_id")
# fmt: off
CATALOGUE = (
    Told("order.placed", orders.OrderPlaced,
         (*ORDER, "number", "channel", "channel_order_id", "currency", "total", "lines",
          "placed_at"),
         "A customer has committed to buy; nothing is reserved or charged yet."),
    Told("order.confirmed", orders.OrderConfirmed, ORDER,
         "The order is reserved and paid, or safely payable; the warehouse may begin."),
    Told("order.edited", orders.OrderEdited, (*ORDER, "edit", "total", "lines"),
         "An order was changed before it was picked; these are its lines now, and what it costs."),
    Told("order.canceled", orders.OrderCanceled, (*ORDER, "channel", "channel_order_id", "reason"),
         "The order will not be fulfilled, and all it had taken was given back."),
    Told("order.completed", orders.OrderCompleted, ORDER,
         "All goods have arrived and nothing is owed."),
    Told("payment.pending", payments.PaymentPending,
         (*ORDER, "payment_id", "method", "state", "until"),
         "The money is not sure yet: the customer, or a bank, has to act first."),
    Told("payment.authorized", payments.PaymentAuthorized,
         (*ORDER, "payment_id", "amount", "captured", "guarantee"),
         "The order will be paid: the money is held, here already, or owed on agreed terms."),
    Told("payment.failed", payments.PaymentFailed, (*ORDER, "code", "reason"),
         "The order will not be paid this way."),
    Told("payment.captured", payments.PaymentCaptured, (*ORDER, "capture_id", "amount", "captured"),
         "Money was taken or, on terms, invoiced; `captured` is the order's sum so far."),
    Told("payment.capture_failed", payments.CaptureFailed, (*ORDER, "capture_id", "reason"),
         "The provider would not give the money; a person must decide."),
    Told("payment.voided", payments.PaymentVoided, (*ORDER, "refunded"),
         "Nothing is held or kept of this order any more; `refunded` was given back."),
    Told("payment.refunded", payments.PaymentRefunded, (*ORDER, "refund_id", "amount", "refunded"),
         "Money went back to the customer; `refunded` is the order's sum so far."),
    Told("payment.refund_failed", payments.RefundFailed, (*ORDER, "refund_id", "reason"),
         "A refund could not be made; it is still owed."),
    Told("payment.disputed", payments.PaymentDisputed,
         (*ORDER, "dispute_id", "amount", "status", "reason", "respond_by"),
         "The customer's bank wants money back that was taken, or has decided about it."),
    Told("fulfillment.planned", warehouse.OrderRouted, (*ORDER, "fulfillments"),
         "It is decided which warehouse sends what."),
    Told("fulfillment.short", warehouse.PickShort, (*FULFILLMENT, "lines", "reason", "left"),
         "Somebody did not find what should be there; `left` tells whether other goods go on."),
    Told("fulfillment.packed", warehouse.FulfillmentPacked,
         (*FULFILLMENT, "warehouse_id", "packages"),
         "Every item was verified into a box."),
    Told("fulfillment.canceled", warehouse.FulfillmentCanceled, FULFILLMENT,
         "A fulfillment order will not be sent; without `fulfillment_order_id`, all of the order."),
    Told("shipment.labeled", shipping.ShipmentLabeled, (*SHIPMENT, "carrier", "service", "parcels"),
         "Labels were bought; the tracking numbers are known."),
    Told("shipment.shipped", shipping.ShipmentShipped, (*SHIPMENT, "at"),
         "The carrier has all parcels of the shipment."),
    Told("shipment.tracked", shipping.TrackingUpdated,
         (*SHIPMENT, "tracking_number", "status", "at"),
         "The carrier has told where a parcel is."),
    Told("shipment.delivered", shipping.ShipmentDelivered, (*SHIPMENT, "at"),
         "All parcels of the shipment are with the customer."),
    Told("return.opened", returns.ReturnOpened, (*RETURN, "lines", "reason"),
         "A customer wants to send goods back."),
    Told("return.approved", returns.ReturnApproved, RETURN,
         "The goods may come back."),
    Told("return.declined", returns.ReturnDeclined, (*RETURN, "status", "reason"),
         "The goods may not come back (`declined`), or were never sent (`canceled`, `expired`)."),
    Told("return.labeled", shipping.ReturnLabelCreated,
         (*RETURN, "shipment_id", "carrier", "tracking_number"),
         "A label for a return was bought."),
    Told("return.shipped", shipping.ReturnShipped, (*RETURN, "at"),
         "The customer has sent the goods on their way."),
    Told("return.received", returns.ReturnReceived, (*RETURN, "receipt_id", "lines", "complete"),
         "Goods of a return have arrived, all or some."),
    Told("return.inspected", returns.ReturnInspected, (*RETURN, "lines", "refund"),
         "What arrived was looked at and graded; `refund` is what the customer gets."),
    Told("return.completed", returns.ReturnCompleted, (*RETURN, "refunded", "lines"),
         "The goods are booked in and the money is back with the customer."),
    Told("stock.changed", inventory.StockChanged, ("sku", "available", "version"),
         "What can still be sold of a SKU over all warehouses; a lower `version` is an older one.",
         subject="sku"),
)
# fmt: on
BY_MESSAGE: Mapping[Class, Told] = {told.message: told for told in CATALOGUE}
TYPES = tuple(told.type for told in CATALOGUE)


@dataclass(frozen=True, slots=True)
class Event:
    """A public event, as it is kept and sent; its id stays the same however often it is sent."""

    event_id: str
    type: str
    subject: str
    at: datetime
    body: str


def event_of(message: Message, message_id: str, now: datetime) -> Event:
    """Make the public event of a message; it happened when the message was made."""
    told, at = BY_MESSAGE[type(message)], time_of(message_id) or now
    event_id = f"evt_{message_id.rpartition('_')[2]}"
    return make_event(
        event_id, told.type, str(getattr(message, told.subject)), at, told.data(message)
    )


def make_event(
    event_id: str, type_: str, subject: str, at: datetime, data: Mapping[str, Any]
) -> Event:
    """Write down an event as receivers get it, byte for byte."""
    body = msgspec.json.encode({"type": type_, "timestamp": at, "data": data}).decode()
    return Event(event_id, type_, subject, at, body)


def wants(patterns: Sequence[str], type_: str) -> bool:
    """Tell whether a subscription to these types hears of a type; `order.*` and `*` name many."""
    return any(
        pattern in {ALL, type_} or (pattern.endswith(".*") and type_.startswith(pattern[:-1]))
        for pattern in patterns
    )


def names_nothing(patterns: Sequence[str]) -> str:
    """Find the first pattern that no type has ever; empty if there is none."""
    return next((p for p in patterns if not any(wants([p], type_) for type_ in TYPES)), "")
