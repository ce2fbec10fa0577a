"""Can what is planned go elsewhere? All of it, or nothing, if somebody was faster and picks it."""

from chassis.work import Work
from contracts.warehouse import OrderReaddressed, ReaddressOrder, ReaddressRefused
from services.warehouse.handlers import routing_of
from services.warehouse.ports import Fulfillments


def readdress_order(command: ReaddressOrder, work: Work, fulfillments: Fulfillments) -> None:
    """Send all of an order elsewhere; whoever asks again gets the same answer."""
    routing = routing_of(command.order_id, fulfillments)
    if command.edit < routing.edit:
        return  # whoever asked has had an answer, and has asked for something else since
    if command.edit > routing.edit:
        planned = [o for o in map(fulfillments.get, routing.fulfillment_order_ids) if o]
        begun = next((order for order in planned if order.is_in_hands), None)
        routing.edit, routing.edit_refused = command.edit, ""
        if routing.canceled:
            routing.edit_refused = "The order was canceled."
        elif begun:
            routing.edit_refused = f"Somebody has begun to pick it in {begun.warehouse_id}."
        else:
            routing.ship_to = command.ship_to
            for order in planned:
                order.ship_to = command.ship_to
    work.send(
        ReaddressRefused(order_id=command.order_id, edit=command.edit, reason=routing.edit_refused)
        if routing.edit_refused
        else OrderReaddressed(order_id=command.order_id, edit=command.edit)
    )
