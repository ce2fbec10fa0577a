"""How is an order edited when somebody wishes it? (What an edit is: domain/edits.py.)"""

from collections.abc import Callable
from datetime import datetime

from chassis.errors import IllegalMove, Refused
from chassis.saga_store import Runs
from chassis.work import Work
from contracts.orders import EditOrder
from services.orders.domain import edited_lines, edits
from services.orders.domain.edit import Edit
from services.orders.domain.history import Change
from services.orders.domain.lines import check_discount, ordered
from services.orders.domain.order import Order
from services.orders.journeys import Journeys
from services.orders.ports import Orders, check_skus, found


def edit_order(wish: EditOrder, work: Work, orders: Orders, runs: Runs) -> Order:
    """Change an order before it is picked; what is sent and where, once the warehouse agrees."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    edit = draw_edit(wish, order, orders, by=work.actor, at=work.now, new_id=work.new_id)
    order.edits = edit.number
    travel = Journeys(order, work, orders, runs)
    if edits.asks_warehouse(order, edit):
        orders.tell(order, work, Change("edit asked for", reason=wish.reason))
        travel.begin_edit(edit)
    else:
        travel.edit_now(edit)
    return order


def draw_edit(  # noqa: PLR0913 - an edit has an author and a time, and its lines have ids
    wish: EditOrder,
    order: Order,
    orders: Orders,
    *,
    by: str,
    at: datetime,
    new_id: Callable[[str], str],
) -> Edit:
    """Make an edit of a wish, or refuse it if it cannot be made now, or changes nothing."""
    if state := edits.why_not(order):
        raise IllegalMove("order", order.order_id, state, "edited")
    check_skus(wish.added, "added", orders)
    for i, line in enumerate(wish.added):
        check_discount(line, f"added[{i}]")
    skus = orders.skus()
    edit = Edit(
        number=order.edits + 1,
        by=by,
        at=at,
        reason=wish.reason,
        ship_to=wish.ship_to,
        bill_to=wish.bill_to,
        lines=wish.lines,
        added=tuple(
            ordered(line, new_id("lin"), skus[line.sku].name, taxes_included=order.taxes_included)
            for line in wish.added
        ),
    )
    if edit.has_lines:
        edited_lines.check(order, edit)
    if not edits.changes(order, edit):
        what = "lines" if wish.lines else "addresses"
        field = "lines" if wish.lines else "bill_to" if wish.bill_to else "ship_to"
        told = f"This changes nothing: the order has these {what} already."
        raise Refused("nothing_changes", told, field)
    return edit
