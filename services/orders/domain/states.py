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


def payment_status(told: str, total: int, captured: int, refunded: int) -> str:
    """Derive the payment status from the sums; `told` decides only while nothing was captured."""
    if refunded and refunded >= captured:
        return "refunded"
    if refunded:
        return "partially_refunded"
    if captured > total:
        return "overpaid"
    if captured and captured == total:
        return "paid"
    if captured:
        return "partially_paid"
    return told


def fulfillment_status(lines: Sequence[OrderLine], *, held: bool) -> str:
    """Derive the fulfillment status from the quantities of the lines."""
    wanted = sum(line.ordered - line.canceled for line in lines)
    shipped = sum(line.shipped for line in lines)
    delivered = sum(line.delivered for line in lines)
    if not wanted:
        return "canceled"
    if delivered == wanted:
        return "delivered"
    if delivered:
        return "partially_delivered"
    if shipped == wanted:
        return "fulfilled"
    if held:
        return "on_hold"
    if shipped:
        return "partially_fulfilled"
    return "backordered" if any(line.backordered for line in lines) else "unfulfilled"
