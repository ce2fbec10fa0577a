"""How do the pieces of a line move from state to state, and what are they worth?

Every piece is in one state: open, allocated, backordered, picked, packed, shipped or canceled;
their sum is what was ordered. `delivered` and `returned` are parts of `shipped`.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from chassis.errors import Refused
from contracts.orders import NewLine, OrderLine, PlaceOrder

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


def check_amounts(order: PlaceOrder) -> None:
    """Refuse an order whose amounts do not add up, naming the field at fault."""
    for i, line in enumerate(order.lines):
        if line.discount > line.unit_price * line.quantity:
            raise Refused(
                "does_not_add_up",
                f"The discount of {line.discount} is more than the line costs.",
                f"lines[{i}].discount",
            )
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
