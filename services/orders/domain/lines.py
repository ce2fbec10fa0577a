"""How do the pieces of a line move from state to state, and what are they worth?

Every piece is in one state: open, allocated, backordered, picked, packed, shipped or canceled;
their sum is what was ordered. `delivered` and `returned` are parts of `shipped`.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from chassis.errors import Refused
from contracts.orders import NewLine, OrderLine, PlacedLine, PlaceOrder

Where = Literal["open", "allocated", "backordered", "picked", "packed", "shipped", "canceled"]


def net(line: NewLine, *, taxes_included: bool) -> int:
    """What the customer pays for a line, in minor units."""
    tax = 0 if taxes_included else line.tax
    return line.unit_price * line.quantity - line.discount + tax


def delivery_net(order: PlaceOrder) -> int:
    """What the customer pays for the delivery, in minor units."""
    delivery = order.delivery
    tax = 0 if order.taxes_included else delivery.tax
    return delivery.price - delivery.discount + tax


def ordered(line: NewLine, line_id: str, name: str, *, taxes_included: bool) -> OrderLine:
    """Make the line of an order of what somebody wants; nothing of it is found yet."""
    return OrderLine(
        line_id=line_id,
        sku=line.sku,
        name=line.name or name,
        ordered=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        tax=line.tax,
        total=net(line, taxes_included=taxes_included),
        channel_line_id=line.channel_line_id,
        open=line.quantity,
    )


def placed(lines: Iterable[OrderLine]) -> tuple[PlacedLine, ...]:
    """Show lines as they are told to others."""
    return tuple(
        PlacedLine(
            line_id=line.line_id,
            sku=line.sku,
            name=line.name,
            quantity=line.ordered,
            paid=line.total,
            channel_line_id=line.channel_line_id,
        )
        for line in lines
    )


def of_quantity(line: OrderLine, quantity: int, *, taxes_included: bool) -> OrderLine:
    """Tell what a line would be of another quantity: discount and tax are in proportion to it.

    Each is rounded to the nearest minor unit, and the total is made of them, so that it adds up.
    """
    changed = replace(
        line,
        ordered=quantity,
        discount=_in_proportion(line.discount, line.ordered, quantity),
        tax=_in_proportion(line.tax, line.ordered, quantity),
    )
    tax = 0 if taxes_included else changed.tax
    return replace(changed, total=line.unit_price * quantity - changed.discount + tax)


def _in_proportion(amount: int, before: int, now: int) -> int:
    return (2 * amount * now + before) // (2 * before)


def check_discount(line: NewLine, where: str) -> None:
    """Refuse a line that is given away for less than nothing."""
    if line.discount > line.unit_price * line.quantity:
        raise Refused(
            "does_not_add_up",
            f"The discount of {line.discount} is more than the line costs.",
            f"{where}.discount",
        )


def check_amounts(order: PlaceOrder) -> None:
    """Refuse an order whose amounts do not add up, naming the field at fault."""
    for i, line in enumerate(order.lines):
        check_discount(line, f"lines[{i}]")
    if order.delivery.discount > order.delivery.price:
        raise Refused(
            "does_not_add_up",
            f"The discount of {order.delivery.discount} is more than the delivery costs.",
            "delivery.discount",
        )
    lines = sum(net(line, taxes_included=order.taxes_included) for line in order.lines)
    total = lines + delivery_net(order)
    if total != order.total:
        raise Refused(
            "does_not_add_up",
            f"The total is {order.total}, but lines and delivery add up to {total}.",
            "total",
        )


def move(line: OrderLine, quantity: int, source: Iterable[Where], to: Where) -> OrderLine:
    """Move pieces from the first of `source` that has any; refuse more than there are."""
    left, changes = quantity, {to: getattr(line, to)}
    for state in source:
        taken = min(left, getattr(line, state))
        if taken:
            changes[state] = getattr(line, state) - taken
            left -= taken
    if left:
        states = " or ".join(source)
        raise Refused(
            "too_many",
            f"{quantity} of {line.sku} cannot become {to}: only {quantity - left} are {states}.",
            "quantity",
        )
    changes[to] += quantity
    return replace(line, **changes)


def share(paid: int, ordered: int, before: int, now: int) -> int:
    """What `now` pieces are worth when `before` were counted already.

    Shares are cut from the running sum, so that all pieces together are worth exactly `paid`.
    """
    return paid * (before + now) // ordered - paid * before // ordered
