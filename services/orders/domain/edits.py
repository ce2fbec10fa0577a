"""How is an order changed after it was placed? Its addresses, while nothing of it is picked.

An edit is one change set with one reason. Where goods go is decided with the warehouse, which alone
knows whether picking has begun: it takes the new address or refuses it, and until it has answered
nothing of the order has changed. Who pays is nobody's business but ours, and changes at once.
"""

from collections.abc import Callable
from typing import Any

from contracts.message import Message
from contracts.orders import ChangedField, EditOrder
from contracts.values import Address
from contracts.warehouse import OrderReaddressed, ReaddressRefused
from services.orders.domain.edit import Edit
from services.orders.domain.history import Change, Told
from services.orders.domain.order import Order
from services.orders.domain.states import State

EDITABLE = frozenset({State.PENDING, State.CONFIRMED})


def why_not(order: Order) -> str:
    """Say in which state the order cannot be edited; empty where it can."""
    if order.state not in EDITABLE:
        return order.state
    if order.canceling:
        return "being canceled"
    if order.editing:
        return "being edited"
    if any(line.picked or line.packed or line.shipped for line in order.lines):
        return "being picked"
    return ""


def changes(order: Order, wish: EditOrder | Edit) -> tuple[ChangedField, ...]:
    """Tell what would be another than it is now."""
    return tuple(
        ChangedField(field=field, before=_line(before), after=_line(after))
        for field, before, after in (
            ("ship_to", order.ship_to, wish.ship_to),
            ("bill_to", order.bill_to, wish.bill_to),
        )
        if after is not None and after != before
    )


def asks_warehouse(order: Order, wish: EditOrder) -> bool:
    """Tell whether the warehouse has to agree."""
    return wish.ship_to is not None and wish.ship_to != order.ship_to


def apply(order: Order, edit: Edit) -> Told:
    """Make the change."""
    told = [
        Change("edited", one.field, one.before, one.after, edit.reason, edit.by)
        for one in changes(order, edit)
    ]
    order.editing = None
    if edit.ship_to:
        order.ship_to = edit.ship_to
        order.customer_name = order.customer.name or edit.ship_to.name
    if edit.bill_to:
        order.bill_to = edit.bill_to
    return told


def readdressed(order: Order, told: OrderReaddressed) -> Told:
    """The warehouse has taken the address; it is the order's, unless that is off meanwhile."""
    edit = order.editing
    if edit is None or edit.number != told.edit:
        return []
    if order.is_off:
        order.editing = None
        return [Change("edit refused", reason="It was canceled meanwhile.", actor=edit.by)]
    return apply(order, edit)


def refused(order: Order, told: ReaddressRefused) -> Told:
    """The warehouse was faster: nothing changes."""
    edit = order.editing
    if edit is None or edit.number != told.edit:
        return []
    order.editing = None
    return [Change("edit refused", reason=told.reason, actor=edit.by)]


EDITS: dict[type[Message], Callable[[Order, Any], Told]] = {
    OrderReaddressed: readdressed,
    ReaddressRefused: refused,
}


def _line(address: Address | None) -> str:
    if address is None:
        return ""
    a = address
    parts = (
        a.name, a.company, a.line1, a.line2, f"{a.postcode} {a.city}".strip(), a.region, a.country,
        a.phone, a.email,
    )  # fmt: skip
    return ", ".join(part for part in parts if part)
