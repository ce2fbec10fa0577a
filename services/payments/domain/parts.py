"""How is a sum shared among the payments of an order, and how are the parts called?

What is asked for by one name is asked for at each payment by a name of its own: `ful_1` at the
first, `ful_1+edit-2` at the one that was made for the second edit.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from services.payments.domain.payment import Payment

T = TypeVar("T")
EDIT = "+edit-"


def part_of(name: str, payment: Payment) -> str:
    """How the part of a payment is called."""
    return f"{name}{EDIT}{payment.edit}" if payment.edit else name


def whole_of(part: str) -> str:
    """What a part is a part of."""
    return part.partition(EDIT)[0]


def is_at(part: str, payment: Payment) -> bool:
    """Tell whether it is the part of this payment."""
    return part == part_of(whole_of(part), payment)


def asked_for(
    name: str, payments: Iterable[Payment], look_up: Callable[[str, str], T | None]
) -> list[tuple[Payment, T]]:
    """Find the parts that were asked for already, each with its payment."""
    found = [(one, look_up(one.order_id, part_of(name, one))) for one in payments]
    return [(payment, part) for payment, part in found if part is not None]


def shared(
    amount: int, payments: Iterable[Payment], most: Callable[[Payment], int]
) -> list[tuple[Payment, int]]:
    """Share an amount out, to each payment at most what `most` says; what is left over is not."""
    shares = []
    for payment in payments:
        if part := min(amount, max(most(payment), 0)):
            shares.append((payment, part))
            amount -= part
    return shares
