"""Can what is planned be changed? All of it, or nothing, if somebody was faster and picks it."""

from collections.abc import Iterable, Sequence

from chassis.work import Work
from contracts.message import Message
from contracts.values import Address, SkuQuantity
from contracts.warehouse import (
    EditPlan,
    OrderReaddressed,
    PlanEdited,
    PlannedFulfillment,
    ReaddressOrder,
    ReaddressRefused,
)
from services.warehouse.domain.fulfillment_order import FulfillmentOrder
from services.warehouse.domain.routing import Routing
from services.warehouse.handlers import routing_of
from services.warehouse.ports import Fulfillments


def readdress_order(command: ReaddressOrder, work: Work, fulfillments: Fulfillments) -> None:
    """Send all of an order elsewhere; whoever asks again gets the same answer."""
    routing = routing_of(command.order_id, fulfillments)
    if command.edit > routing.edit:
        _decide(command, command.ship_to, (), routing, fulfillments)
    _answer(command, routing, OrderReaddressed(order_id=command.order_id, edit=command.edit), work)


def edit_plan(command: EditPlan, work: Work, fulfillments: Fulfillments) -> None:
    """Send less of an order, or elsewhere; whoever asks again gets the same answer."""
    routing = routing_of(command.order_id, fulfillments)
    if command.edit > routing.edit:
        _decide(command, command.ship_to, command.fewer, routing, fulfillments)
    agreed = PlanEdited(order_id=command.order_id, edit=command.edit, taken=routing.edit_taken)
    _answer(command, routing, agreed, work)


def _decide(
    command: ReaddressOrder | EditPlan,
    ship_to: Address | None,
    fewer: Sequence[SkuQuantity],
    routing: Routing,
    fulfillments: Fulfillments,
) -> None:
    planned = [o for o in map(fulfillments.get, routing.fulfillment_order_ids) if o]
    begun = next((order for order in planned if order.is_in_hands), None)
    routing.edit, routing.edit_refused, routing.edit_taken = command.edit, "", ()
    if routing.canceled:
        routing.edit_refused = "The order was canceled."
    elif begun:
        routing.edit_refused = f"Somebody has begun to pick it in {begun.warehouse_id}."
    elif any(item.quantity > _planned(item, planned) for item in fewer):
        routing.edit_refused = "Not so many of it are planned to be sent."
    else:
        routing.edit_taken = _take_off(fewer, planned)
        if ship_to:
            routing.ship_to = ship_to
            for order in planned:
                order.ship_to = ship_to


def _planned(item: SkuQuantity, planned: Iterable[FulfillmentOrder]) -> int:
    """Tell how many pieces of a line nobody has begun to pick."""
    return sum(
        line.left
        for order in planned
        if order.is_planned
        for line in order.lines
        if line.line_id == item.line_id
    )


def _take_off(
    fewer: Iterable[SkuQuantity], planned: Iterable[FulfillmentOrder]
) -> tuple[PlannedFulfillment, ...]:
    """Take goods off what is planned, off the smallest first: it may be a parcel less by that."""
    left = {item.line_id: item.quantity for item in fewer}
    taken = []
    for order in sorted(planned, key=lambda one: (one.left, one.fulfillment_order_id)):
        if off := order.take_off(left):
            for item in off:
                left[item.line_id] -= item.quantity
            taken.append(
                PlannedFulfillment(
                    fulfillment_order_id=order.fulfillment_order_id,
                    warehouse_id=order.warehouse_id,
                    lines=off,
                )
            )
    return tuple(taken)


def _answer(
    command: ReaddressOrder | EditPlan, routing: Routing, agreed: Message, work: Work
) -> None:
    if command.edit < routing.edit:
        return  # whoever asked has had an answer, and has asked for something else since
    refused = ReaddressRefused(
        order_id=command.order_id, edit=command.edit, reason=routing.edit_refused
    )
    work.send(refused if routing.edit_refused else agreed)
