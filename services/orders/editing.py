"""How is an order edited when somebody wishes it? (What an edit is: domain/edits.py.)"""

from chassis.errors import IllegalMove, Refused
from chassis.saga_store import Runs
from chassis.work import Work
from contracts.orders import EditOrder
from services.orders.domain import edits
from services.orders.domain.edit import Edit
from services.orders.domain.history import Change
from services.orders.domain.order import Order
from services.orders.journeys import Journeys
from services.orders.ports import Orders, found


def edit_order(wish: EditOrder, work: Work, orders: Orders, runs: Runs) -> Order:
    """Change an order before it is picked; where it goes, once the warehouse has agreed."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    check_edit(order, wish)
    order.edits += 1
    edit = Edit(
        number=order.edits,
        by=work.actor,
        at=work.now,
        reason=wish.reason,
        ship_to=wish.ship_to,
        bill_to=wish.bill_to,
    )
    travel = Journeys(order, work, orders, runs)
    if edits.asks_warehouse(order, wish):
        orders.tell(order, work, Change("edit asked for", reason=wish.reason))
        travel.begin_edit(edit)
    else:
        travel.edit_now(edit)
    return order


def check_edit(order: Order, wish: EditOrder) -> None:
    """Refuse an edit that cannot be made now, or changes nothing."""
    if state := edits.why_not(order):
        raise IllegalMove("order", order.order_id, state, "edited")
    if not edits.changes(order, wish):
        told = "This changes nothing: the order has these addresses already."
        raise Refused("nothing_changes", told, "bill_to" if wish.bill_to else "ship_to")
