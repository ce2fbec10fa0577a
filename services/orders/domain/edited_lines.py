"""What are the lines of an order after an edit, and what does it cost then?

An edited line costs what it would have cost from the beginning: its price stays, discount and tax
are in proportion to its quantity. What the delivery costs stays as it was agreed.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from chassis.errors import IllegalMove, NotFound, Refused
from contracts.orders import EditedLine, LineQuantity, OrderLine, Settlement
from contracts.values import Money, SkuQuantity
from contracts.warehouse import PlannedFulfillment
from services.orders.domain.edit import Edit
from services.orders.domain.lines import of_quantity
from services.orders.domain.order import Order
from services.orders.domain.states import State

OWN_CHANNELS = frozenset({"api", "manual"})
PAYS_MORE = frozenset({"card", "invoice"})


def why_not(order: Order) -> str:
    """Say in which state the lines cannot be edited, though addresses may; empty where they can."""
    if order.state != State.CONFIRMED:
        return f"{order.state} and not yet confirmed"
    if any(line.canceled for line in order.lines):
        return "canceled in part"
    if any(line.allocated != line.ordered for line in order.lines):
        return "being planned"
    return ""


def is_ours(order: Order) -> bool:
    """Tell whether nobody else keeps the order, who would not hear of the edit."""
    return order.channel in OWN_CHANNELS


def check(order: Order, edit: Edit) -> None:
    """Refuse an edit of lines that cannot be made."""
    if not is_ours(order):
        told = f"The order is from {order.channel}: change its lines there, and cancel it here."
        raise Refused("not_ours", told, "lines")
    if state := why_not(order):
        raise IllegalMove("order", order.order_id, state, "edited")
    known = {line.line_id for line in order.lines}
    named = [one.line_id for one in edit.lines]
    for i, line_id in enumerate(named):
        if line_id not in known:
            raise NotFound("line", line_id, f"lines[{i}].line_id")
        if line_id in named[:i]:
            raise Refused("twice", f"The line {line_id} is named twice.", f"lines[{i}].line_id")
    if not edited(order, edit):
        told = "No goods would be left of the order: cancel it instead."
        raise Refused("nothing_left", told, "lines")
    if difference(order, edit) > 0 and order.payment_method not in PAYS_MORE:
        told = (
            f"The order was paid by {order.payment_method.replace('_', ' ')}: what it would cost "
            "more cannot be made sure of. Place another order for it."
        )
        raise Refused("cannot_pay_more", told, "lines")


def edited(order: Order, edit: Edit) -> tuple[OrderLine, ...]:
    """Tell the lines after the edit; those of which nothing is left are left out."""
    wanted = _wanted(edit.lines)
    lines = (
        of_quantity(line, wanted[line.line_id], taxes_included=order.taxes_included)
        if line.line_id in wanted
        else line
        for line in order.lines
    )
    return (*(line for line in lines if line.ordered), *edit.added)


def total(order: Order, edit: Edit) -> int:
    """Tell what the order costs after the edit."""
    return order.delivery_net + sum(line.total for line in edited(order, edit))


def tax(order: Order, edit: Edit) -> int:
    """Tell how much of that is tax."""
    return order.delivery.tax + sum(line.tax for line in edited(order, edit))


def difference(order: Order, edit: Edit) -> int:
    """Tell what the order costs more after the edit, or (if negative) less."""
    return total(order, edit) - order.total if edit.has_lines else 0


def settlement(order: Order, edit: Edit) -> Settlement:
    """Tell what becomes of the difference."""
    more = difference(order, edit)
    if more > 0:
        return "on_terms" if order.payment_method == "invoice" else "held"
    if more < 0:
        return "refunded" if order.captured > total(order, edit) else "not_taken"
    return "none"


def shown(order: Order, edit: Edit) -> tuple[EditedLine, ...]:
    """Show each line that is another than before."""
    after = {line.line_id: line for line in edited(order, edit)}
    changed = [
        _shown(line, line.ordered, left.ordered if left else 0, left.total if left else 0)
        for line in order.lines
        if (left := after.get(line.line_id)) != line
    ]
    return (*changed, *(_shown(line, 0, line.ordered, line.total) for line in edit.added))


def fewer(order: Order, edit: Edit) -> tuple[SkuQuantity, ...]:
    """Tell which pieces are not wanted any more."""
    wanted = _wanted(edit.lines)
    return tuple(
        _pieces(line, line.ordered - wanted[line.line_id])
        for line in order.lines
        if wanted.get(line.line_id, line.ordered) < line.ordered
    )


def more(order: Order, edit: Edit) -> tuple[SkuQuantity, ...]:
    """Tell which pieces are wanted that nobody has looked for yet."""
    wanted = _wanted(edit.lines)
    of_lines = (
        _pieces(line, wanted[line.line_id] - line.ordered)
        for line in order.lines
        if wanted.get(line.line_id, line.ordered) > line.ordered
    )
    return (*of_lines, *(_pieces(line, line.ordered) for line in edit.added))


def apply(order: Order, edit: Edit, taken: Iterable[PlannedFulfillment]) -> None:
    """Make the change: pieces that were taken off what is planned are gone, new ones are open."""
    off = {item.line_id: item.quantity for item in fewer(order, edit)}
    added = {item.line_id: item.quantity for item in more(order, edit)}
    new = {line.line_id for line in edit.added}
    after, cost = edited(order, edit), total(order, edit)
    order.lines = tuple(
        line
        if line.line_id in new
        else replace(
            line,
            allocated=line.allocated - off.get(line.line_id, 0),
            open=line.open + added.get(line.line_id, 0),
        )
        for line in after
    )
    order.total = cost
    for part in taken:
        _take_off(order, part)


def _take_off(order: Order, part: PlannedFulfillment) -> None:
    sending = order.sending(part.fulfillment_order_id)
    off = {item.line_id: item.quantity for item in part.lines}
    left = [(item, item.quantity - off.get(item.line_id, 0)) for item in sending.lines]
    kept = tuple(replace(item, quantity=quantity) for item, quantity in left if quantity)
    if kept:
        order.put(replace(sending, lines=kept))
    else:
        order.put(replace(sending, status="canceled"))


def _wanted(lines: Iterable[LineQuantity]) -> dict[str, int]:
    return {one.line_id: one.quantity for one in lines}


def _pieces(line: OrderLine, quantity: int) -> SkuQuantity:
    return SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=quantity)


def _shown(line: OrderLine, before: int, after: int, cost: int) -> EditedLine:
    return EditedLine(
        sku=line.sku,
        name=line.name,
        before=before,
        after=after,
        total_before=line.total if before else 0,
        total=cost,
    )


def in_words(order: Order, edit: Edit) -> list[tuple[str, str, str]]:
    """Tell in the words of the history what would be another: field, before and after."""
    if not (changed := shown(order, edit)):
        return []
    costs = [Money(amount=n, currency=order.currency) for n in (order.total, total(order, edit))]
    return [
        (
            "lines",
            ", ".join(f"{one.before} × {one.sku}" for one in changed),
            ", ".join(f"{one.after} × {one.sku}" for one in changed),
        ),
        ("total", str(costs[0]), str(costs[1])),
    ]
