"""What does each thing that another service tells change about an order, and how is it told?

One function for each message; each changes the order and returns lines for its history.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from msgspec.structs import replace

from contracts import channels, inventory, payments, returns, shipping, warehouse
from contracts.message import Message
from contracts.values import Placement, SkuQuantity
from services.orders.domain.order import Order, Sending
from services.orders.domain.states import PaymentState


class Change(NamedTuple):
    """A line of the history, but for its time and number."""

    action: str
    subject: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
    actor: str = ""


Told = list[Change]


def _goods(items: Iterable[SkuQuantity | Placement]) -> str:
    return ", ".join(f"{item.quantity} × {item.sku}" for item in items)


def _reserved(_: Order, told: inventory.StockReserved) -> Told:
    places = ", ".join(sorted({p.warehouse_id for p in told.placements}))
    return [Change("stock reserved", _goods(told.placements), after=f"at {places}")]


def _short(order: Order, told: inventory.StockShort) -> Told:
    if told.round > 1:
        for line in told.lines:
            missing = min(line.wanted, order.line(line.line_id).open)
            item = SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=line.wanted)
            if missing:
                order.move_pieces([replace(item, quantity=missing)], ("open",), "backordered")
    return [
        Change("out of stock", line.sku, f"wanted {line.wanted}", f"available {line.available}")
        for line in told.lines
    ]


def _committed(order: Order, told: inventory.StockCommitted) -> Told:
    for sending in order.sendings:
        if sending.round == told.round and sending.status == "planned":
            order.move_pieces(sending.lines, ("open", "backordered"), "allocated")
            order.put(replace(sending, status="allocated"))
    return [Change("stock allocated", after=f"round {told.round}")]


def _commit_refused(_: Order, told: inventory.CommitRefused) -> Told:
    return [Change("allocation refused", reason="The goods are at another warehouse by now.")]


def _payment_pending(order: Order, told: payments.PaymentPending) -> Told:
    order.payment_told = PaymentState.PENDING.value
    return [Change("payment awaited", told.method, after=told.state)]


def _authorized(order: Order, told: payments.PaymentAuthorized) -> Told:
    order.payment_told = PaymentState.AUTHORIZED.value
    order.captured = max(order.captured, told.captured)
    return [Change("payment authorized", str(told.amount), after=told.guarantee)]


def _payment_failed(order: Order, told: payments.PaymentFailed) -> Told:
    order.payment_told = PaymentState.FAILED.value
    return [Change("payment failed", told.code, reason=told.reason)]


def _captured(order: Order, told: payments.PaymentCaptured) -> Told:
    before, order.captured = order.captured, max(order.captured, told.captured)
    return [Change("payment captured", str(told.amount), str(before), str(order.captured))]


def _capture_failed(_: Order, told: payments.CaptureFailed) -> Told:
    return [Change("capture failed", told.capture_id, reason=told.reason)]


def _voided(order: Order, told: payments.PaymentVoided) -> Told:
    if order.payment_told != PaymentState.FAILED:
        order.payment_told = PaymentState.VOIDED.value
    order.refunded = max(order.refunded, told.refunded)
    return [Change("payment voided")]


def _refunded(order: Order, told: payments.PaymentRefunded) -> Told:
    before, order.refunded = order.refunded, max(order.refunded, told.refunded)
    return [Change("refunded", str(told.amount), str(before), str(order.refunded), told.refund_id)]


def _refund_failed(_: Order, told: payments.RefundFailed) -> Told:
    return [Change("refund failed", told.refund_id, reason=told.reason)]


def _routed(order: Order, told: warehouse.OrderRouted) -> Told:
    known = {sending.fulfillment_order_id for sending in order.sendings}
    if known.issuperset(planned.fulfillment_order_id for planned in told.fulfillments):
        return []
    for old in order.sendings:
        if old.round == told.round and old.status == "planned":
            order.put(replace(old, status="canceled"))
    for planned in told.fulfillments:
        order.put(
            Sending(
                fulfillment_order_id=planned.fulfillment_order_id,
                warehouse_id=planned.warehouse_id,
                round=told.round,
                status="planned",
                lines=planned.lines,
            )
        )
    places = ", ".join(planned.warehouse_id for planned in told.fulfillments)
    return [Change("routed", after=places, reason=told.decision)]


def _routing_failed(_: Order, told: warehouse.RoutingFailed) -> Told:
    return [Change("routing failed", reason=told.reason)]


def _picked(order: Order, told: warehouse.ItemPicked) -> Told:
    item = SkuQuantity(line_id=told.line_id, sku=told.sku, quantity=told.quantity)
    order.move_pieces([item], ("allocated",), "picked")
    _advance(order, told.fulfillment_order_id, "picking")
    where = f"bin {told.bin}, {told.warehouse_id}" if told.bin else told.warehouse_id
    return [Change("picked", f"{told.quantity} × {told.sku}", after=where, actor=told.by)]


def _pick_short(order: Order, told: warehouse.PickShort) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    left = {item.line_id: item for item in sending.lines}
    for missing in told.lines:
        item = SkuQuantity(line_id=missing.line_id, sku=missing.sku, quantity=missing.quantity)
        order.move_pieces([item], ("allocated", "picked"), "open")
        rest = left[item.line_id].quantity - item.quantity
        if rest > 0:
            left[item.line_id] = replace(item, quantity=rest)
        else:
            del left[item.line_id]
    status = sending.status if told.left else "incomplete"
    order.put(replace(sending, lines=tuple(left.values()), status=status))
    places = ", ".join(sorted({p.warehouse_id for p in told.lines}))
    return [
        Change("short pick", _goods(told.lines), after=places, reason=told.reason, actor=told.by)
    ]


def _packed(order: Order, told: warehouse.FulfillmentPacked) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    if sending.status not in {"allocated", "picking"}:
        return []
    order.move_pieces(sending.lines, ("picked", "allocated"), "packed")
    order.put(replace(sending, status="packed"))
    boxes = ", ".join(f"{p.carton} ({p.weight_g} g)" for p in told.packages)
    return [Change("packed", _goods(sending.lines), after=boxes, actor=told.by)]


def _fulfillment_canceled(order: Order, told: warehouse.FulfillmentCanceled) -> Told:
    for sending in order.sendings:
        if told.fulfillment_order_id in {"", sending.fulfillment_order_id} and sending.is_open:
            order.put(replace(sending, status="canceled"))
    return [Change("fulfillment canceled", told.fulfillment_order_id)]


def _labeled(order: Order, told: shipping.ShipmentLabeled) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    if sending.status != "packed":
        return []
    numbers = tuple(parcel.tracking_number for parcel in told.parcels)
    order.put(replace(sending, status="labeled", tracking_numbers=numbers, carrier=told.carrier))
    cost = f"{told.carrier} {told.service} for {told.cost}"
    return [Change("label bought", ", ".join(numbers), after=cost)]


def _label_failed(_: Order, told: shipping.LabelFailed) -> Told:
    return [Change("no label", told.fulfillment_order_id, reason=told.reason)]


def _label_voided(_: Order, told: shipping.ShipmentVoided) -> Told:
    return [Change("label voided", told.fulfillment_order_id)]


def _void_refused(_: Order, told: shipping.VoidRefused) -> Told:
    return [Change("too late to cancel", told.fulfillment_order_id, reason=told.reason)]


def _shipped(order: Order, told: shipping.ShipmentShipped) -> Told:
    if order.sending(told.fulfillment_order_id).has_left:
        return []
    sending = order.ship(told.fulfillment_order_id)
    numbers = ", ".join(sending.tracking_numbers)
    return [Change("shipped", _goods(sending.lines), after=numbers, actor=told.by)]


def _tracked(_: Order, told: shipping.TrackingUpdated) -> Told:
    return [Change("tracking", told.tracking_number, after=told.status, reason=told.place)]


def _delivered(order: Order, told: shipping.ShipmentDelivered) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    if sending.status == "delivered":
        return []
    order.count(sending.lines, "delivered")
    order.put(replace(sending, status="delivered"))
    return [Change("delivered", ", ".join(sending.tracking_numbers))]


def _acknowledged(_: Order, told: channels.ShipmentAcknowledged) -> Told:
    return [Change("channel told", told.fulfillment_order_id)]


def _push_failed(_: Order, told: channels.ChannelPushFailed) -> Told:
    return [Change("channel not told", told.kind, reason=told.reason)]


def _return_opened(_: Order, told: returns.ReturnOpened) -> Told:
    return [
        Change("return opened", told.return_id, after=_returned_goods(told), reason=told.reason)
    ]


def _return_approved(_: Order, told: returns.ReturnApproved) -> Told:
    return [Change("return approved", told.return_id, actor=told.by)]


def _return_declined(_: Order, told: returns.ReturnDeclined) -> Told:
    return [Change(f"return {told.status}", told.return_id, reason=told.reason)]


def _return_received(_: Order, told: returns.ReturnReceived) -> Told:
    return [Change("return received", told.return_id, after=_returned_goods(told))]


def _return_inspected(_: Order, told: returns.ReturnInspected) -> Told:
    grades = ", ".join(f"{i.quantity} × {i.grade}: {i.disposition}" for i in told.lines)
    return [Change("return inspected", told.return_id, after=grades, reason=f"worth {told.refund}")]


def _return_completed(order: Order, told: returns.ReturnCompleted) -> Told:
    order.count(
        [SkuQuantity(line_id=i.line_id, sku=i.sku, quantity=i.quantity) for i in told.lines],
        "returned",
    )
    return [Change("return completed", told.return_id, after=f"refunded {told.refunded}")]


def _restocked(_: Order, told: inventory.StockRestocked) -> Told:
    return [Change("restocked", told.return_id)]


def _quietly(_: Order, __: Message) -> Told:
    return []


def _returned_goods(told: returns.ReturnOpened | returns.ReturnReceived) -> str:
    return ", ".join(f"{line.quantity} × {line.sku}" for line in told.lines)


def _advance(order: Order, fulfillment_order_id: str, status: str) -> None:
    order.put(replace(order.sending(fulfillment_order_id), status=status))


GOODS = (
    inventory.StockReserved,
    inventory.StockShort,
    inventory.StockCommitted,
    inventory.CommitRefused,
    warehouse.OrderRouted,
    warehouse.ItemPicked,
    warehouse.PickShort,
    warehouse.FulfillmentPacked,
    shipping.ShipmentLabeled,
)


def apply(order: Order, told: Message) -> Told:
    """Change the order by what was told; goods of an order that is off move no more."""
    if order.is_off and isinstance(told, GOODS):
        return []
    changes = FACTS[type(told)](order, told)
    order.derive()
    return changes


FACTS: dict[type[Message], Callable[[Order, Any], Told]] = {
    inventory.StockReserved: _reserved,
    inventory.StockShort: _short,
    inventory.StockCommitted: _committed,
    inventory.CommitRefused: _commit_refused,
    inventory.StockReleased: _quietly,
    inventory.StockFulfilled: _quietly,
    inventory.StockRestocked: _restocked,
    payments.PaymentPending: _payment_pending,
    payments.PaymentAuthorized: _authorized,
    payments.PaymentFailed: _payment_failed,
    payments.PaymentCaptured: _captured,
    payments.CaptureFailed: _capture_failed,
    payments.PaymentVoided: _voided,
    payments.PaymentRefunded: _refunded,
    payments.RefundFailed: _refund_failed,
    warehouse.OrderRouted: _routed,
    warehouse.RoutingFailed: _routing_failed,
    warehouse.ItemPicked: _picked,
    warehouse.PickShort: _pick_short,
    warehouse.FulfillmentPacked: _packed,
    warehouse.FulfillmentCanceled: _fulfillment_canceled,
    shipping.ShipmentLabeled: _labeled,
    shipping.LabelFailed: _label_failed,
    shipping.ShipmentVoided: _label_voided,
    shipping.VoidRefused: _void_refused,
    shipping.ShipmentShipped: _shipped,
    shipping.TrackingUpdated: _tracked,
    shipping.ShipmentDelivered: _delivered,
    channels.ShipmentAcknowledged: _acknowledged,
    channels.ChannelPushFailed: _push_failed,
    returns.ReturnOpened: _return_opened,
    returns.ReturnApproved: _return_approved,
    returns.ReturnDeclined: _return_declined,
    returns.ReturnReceived: _return_received,
    returns.ReturnInspected: _return_inspected,
    returns.ReturnCompleted: _return_completed,
}
