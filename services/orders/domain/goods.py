"""What do inventory and warehouses tell of an order's goods, and which pieces move by it?"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from chassis.errors import NotYet
from contracts import inventory, warehouse
from contracts.message import Message
from contracts.values import SkuQuantity
from services.orders.domain.history import Change, Told, listed
from services.orders.domain.order import Order, Sending


def _reserved(_: Order, told: inventory.StockReserved) -> Told:
    places = ", ".join(sorted({p.warehouse_id for p in told.placements}))
    return [Change("stock reserved", listed(told.placements), after=f"at {places}")]


def _short(order: Order, told: inventory.StockShort) -> Told:
    if told.round > 1:
        open_ = {line.line_id: line.open for line in order.lines}
        for line in told.lines:  # those of an edit that is refused by this are not of the order
            if missing := min(line.wanted, open_.get(line.line_id, 0)):
                item = SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=missing)
                order.move_pieces([item], ("open",), "backordered")
    available = {line.sku: line.available for line in told.lines}
    wanted = dict.fromkeys(available, 0)  # several lines may be about the same goods
    for line in told.lines:
        wanted[line.sku] += line.wanted
    return [
        Change("out of stock", sku, f"wanted {wanted[sku]}", f"available {left}")
        for sku, left in available.items()
    ]


def _committed(order: Order, told: inventory.StockCommitted) -> Told:
    for sending in order.sendings:
        if sending.round == told.round and sending.status == "planned":
            order.move_pieces(sending.lines, ("open", "backordered"), "allocated")
            order.put(replace(sending, status="allocated"))
    return [Change("stock allocated", after=f"round {told.round}")]


def _commit_refused(_: Order, told: inventory.CommitRefused) -> Told:
    places = ", ".join(sorted({p.warehouse_id for p in told.placements}))
    why = "The goods are at another warehouse by now."
    return [Change("allocation refused", listed(told.placements), after=f"at {places}", reason=why)]


def _released(order: Order, told: inventory.StockReleased) -> Told:
    return [] if order.is_off else [Change("stock released", reason=told.reason)]


def _fulfilled(_: Order, __: inventory.StockFulfilled) -> Told:
    return []  # "shipped" has told it already


def _restocked(_: Order, told: inventory.StockRestocked) -> Told:
    return [] if told.again else [Change("restocked", told.return_id)]


def _routed(order: Order, told: warehouse.OrderRouted) -> Told:
    known = {sending.fulfillment_order_id for sending in order.sendings}
    planned_ids = {planned.fulfillment_order_id for planned in told.fulfillments}
    if order.is_off or known >= planned_ids:
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
    sending = order.sending(told.fulfillment_order_id)
    if sending.is_being_picked:
        item = SkuQuantity(line_id=told.line_id, sku=told.sku, quantity=told.quantity)
        order.move_pieces([item], ("allocated",), "picked")
        order.put(replace(sending, status="picking"))
    where = f"bin {told.bin}, {told.warehouse_id}" if told.bin else told.warehouse_id
    return [Change("picked", f"{told.quantity} × {told.sku}", after=where, actor=told.by)]


def _pick_short(order: Order, told: warehouse.PickShort) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    if sending.is_being_picked:
        left = {item.line_id: item for item in sending.lines}
        for missing in told.lines:
            item = SkuQuantity(line_id=missing.line_id, sku=missing.sku, quantity=missing.quantity)
            order.move_pieces([item], ("allocated", "picked"), "open")
            rest = left.pop(item.line_id).quantity - item.quantity
            if rest > 0:
                left[item.line_id] = replace(item, quantity=rest)
        status = sending.status if left else "incomplete"
        order.put(replace(sending, lines=tuple(left.values()), status=status))
    places = ", ".join(sorted({p.warehouse_id for p in told.lines}))
    return [
        Change("short pick", listed(told.lines), after=places, reason=told.reason, actor=told.by)
    ]


def _packed(order: Order, told: warehouse.FulfillmentPacked) -> Told:
    sending = order.sending(told.fulfillment_order_id)
    if sending.is_being_picked:
        boxed = sum(item.quantity for package in told.packages for item in package.items)
        wanted = sum(item.quantity for item in sending.lines)
        if boxed < wanted:  # the pick list was cut short by a PickShort that is still on its way
            raise NotYet(f"{boxed} pieces are packed where {wanted} were to be sent")
        order.move_pieces(sending.lines, ("picked", "allocated"), "packed")
        order.put(replace(sending, status="packed"))
    elif sending.status != "canceled":
        return []
    boxes = ", ".join(f"{p.carton} ({p.weight_g} g)" for p in told.packages)
    return [Change("packed", listed(sending.lines), after=boxes, actor=told.by)]


def _canceled(order: Order, told: warehouse.FulfillmentCanceled) -> Told:
    stopped = [
        sending
        for sending in order.sendings
        if told.fulfillment_order_id in {"", sending.fulfillment_order_id} and sending.is_open
    ]
    for sending in stopped:
        order.put(replace(sending, status="canceled"))
    return [
        Change("fulfillment canceled", sending.fulfillment_order_id, sending.status, "canceled")
        for sending in stopped
    ]


GOODS: dict[type[Message], Callable[[Order, Any], Told]] = {
    inventory.StockReserved: _reserved,
    inventory.StockShort: _short,
    inventory.StockCommitted: _committed,
    inventory.CommitRefused: _commit_refused,
    inventory.StockReleased: _released,
    inventory.StockFulfilled: _fulfilled,
    inventory.StockRestocked: _restocked,
    warehouse.OrderRouted: _routed,
    warehouse.RoutingFailed: _routing_failed,
    warehouse.ItemPicked: _picked,
    warehouse.PickShort: _pick_short,
    warehouse.FulfillmentPacked: _packed,
    warehouse.FulfillmentCanceled: _canceled,
}
