"""Which states has an order, and what do its payment and fulfillment statuses follow from?"""

from collections.abc import Sequence
from enum import StrEnum

from chassis.machine import Machine
from contracts.orders import OrderLine


class State(StrEnum):
    """The order's own short life."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"


# fmt: off
LIFE = Machine("order", State.PENDING, {
    State.PENDING:   frozenset({State.CONFIRMED, State.CANCELED, State.EXPIRED}),
    State.CONFIRMED: frozenset({State.COMPLETED, State.CANCELED}),
    State.COMPLETED: frozenset({State.CONFIRMED}),
    State.CANCELED:  frozenset(),
    State.EXPIRED:   frozenset(),
})
# fmt: on


class PaymentState(StrEnum):
    """What payments has told last about an order's payment."""

    UNPAID = "unpaid"
    PENDING = "pending"
    AUTHORIZED = "authorized"
    VOIDED = "voided"
    FAILED = "failed"


def payment_status(told: str, due: int, captured: int, refunded: int) -> str:
    """Derive the payment status from the sums; `told` decides only while nothing was captured."""
    if refunded:
        return "refunded" if refunded >= captured else "partially_refunded"
    if captured > due:
        return "overpaid"
    if captured:
        return "paid" if captured == due else "partially_paid"
    return told


def fulfillment_status(lines: Sequence[OrderLine], *, held: bool) -> str:
    """Derive the fulfillment status from the quantities of the lines: the first that is true."""
    wanted = sum(line.ordered - line.canceled for line in lines)
    shipped = sum(line.shipped for line in lines)
    delivered = sum(line.delivered for line in lines)
    statuses = (
        ("canceled", not wanted),
        ("delivered", delivered == wanted),
        ("partially_delivered", delivered),
        ("fulfilled", shipped == wanted),
        ("on_hold", held),
        ("partially_fulfilled", shipped),
        ("backordered", any(line.backordered for line in lines)),
    )
    return next((status for status, is_so in statuses if is_so), "unfulfilled")
