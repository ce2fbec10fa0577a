"""How is an order changed after it was placed? Where it goes and what is sent, until it is picked.

An edit is one change set with one reason. What is sent, and where to, is decided with the
warehouse, which alone knows whether picking has begun: it changes its plan or refuses to, and until
it has answered nothing of the order has changed. Who pays is nobody's business but ours, and
changes at once. What an edit of lines costs: edited_lines.py.
"""

from collections.abc import Callable
from typing import Any

from contracts.message import Message
from contracts.orders import ChangedField
from contracts.values import Address
from contracts.warehouse import OrderReaddressed, PlanEdited, ReaddressRefused
from services.orders.domain import edited_lines
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


def may_edit_lines(order: Order) -> bool:
    """Tell whether an edit of lines may be tried."""
    return edited_lines.is_ours(order) and not (why_not(order) or edited_lines.why_not(order))


def changes(order: Order, edit: Edit) -> tuple[ChangedField, ...]:
    """Tell what would be another than it is now."""
    addresses = [
        (field, _line(before), _line(after))
        for field, before, after in (
            ("ship_to", order.ship_to, edit.ship_to),
            ("bill_to", order.bill_to, edit.bill_to),
        )
        if after is not None and after != before
    ]
    return tuple(
        ChangedField(field=field, before=before, after=after)
        for field, before, after in (*addresses, *edited_lines.in_words(order, edit))
    )


def asks_warehouse(order: Order, edit: Edit) -> bool:
    """Tell whether the warehouse has to agree."""
    return edit.has_lines or (edit.ship_to is not None and edit.ship_to != order.ship_to)


def apply(order: Order, edit: Edit, told: PlanEdited | None = None) -> Told:
    """Make the change."""
    lines = [
        Change("edited", one.field, one.before, one.after, edit.reason, edit.by)
        for one in changes(order, edit)
    ]
    order.editing = None
    if edit.ship_to:
        order.ship_to = edit.ship_to
        order.customer_name = order.customer.name or edit.ship_to.name
    if edit.bill_to:
        order.bill_to = edit.bill_to
    if edit.has_lines:
        edited_lines.apply(order, edit, told.taken if told else ())
    return lines


def agreed(order: Order, told: OrderReaddressed | PlanEdited) -> Told:
    """The warehouse has changed its plan; the order is that now, unless it is off meanwhile."""
    edit = order.editing
    if edit is None or edit.number != told.edit or order.is_off or order.canceling:
        return []
    return apply(order, edit, told if isinstance(told, PlanEdited) else None)


def give_up(order: Order, why: str) -> Change:
    """Let an edit go that was refused: nothing has changed."""
    edit = order.editing
    order.editing = None
    return Change("edit refused", reason=why, actor=edit.by if edit else "")


def _refused(_: Order, __: ReaddressRefused) -> Told:
    return []  # it is told when all is given back that was kept for the edit


EDITS: dict[type[Message], Callable[[Order, Any], Told]] = {
    OrderReaddressed: agreed,
    PlanEdited: agreed,
    ReaddressRefused: _refused,
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
