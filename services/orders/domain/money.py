"""What do payments tell of an order, and what follows for its money?

The sums come with each message and only grow; the largest one that was told is the newest.
"""

from collections.abc import Callable
from typing import Any

from chassis.errors import NotYet
from contracts import payments
from contracts.message import Message
from contracts.values import Money
from services.orders.domain.history import Change, Told
from services.orders.domain.order import Order
from services.orders.domain.states import PaymentState

FINAL = frozenset({PaymentState.FAILED, PaymentState.VOIDED})


def _pending(order: Order, told: payments.PaymentPending) -> Told:
    if order.payment_told == PaymentState.UNPAID:
        order.payment_told = PaymentState.PENDING.value
    return [Change("payment awaited", told.method, after=told.state)]


def _authorized(order: Order, told: payments.PaymentAuthorized) -> Told:
    _become(order, PaymentState.AUTHORIZED)
    order.captured = max(order.captured, told.captured)
    return [Change("payment authorized", str(told.amount), after=told.guarantee)]


def _failed(order: Order, told: payments.PaymentFailed) -> Told:
    _become(order, PaymentState.FAILED)
    return [Change("payment failed", told.code, reason=told.reason)]


def _raised(_: Order, told: payments.PaymentRaised) -> Told:
    return [Change("payment raised", str(told.amount))]


def _lowered(_: Order, told: payments.PaymentLowered) -> Told:
    return [Change("payment lowered", str(told.amount))]


def _nothing(_: Order, __: payments.RaiseRefused | payments.RaiseCanceled) -> Told:
    return []  # it is told that the edit was refused, and why


def _captured(order: Order, told: payments.PaymentCaptured) -> Told:
    before, order.captured = order.captured, max(order.captured, told.captured)
    if told.invoice:
        order.file(told.invoice)
    why = f"invoice {told.invoice}" if told.invoice else ""
    sums = _sums(order, before, order.captured)
    return [Change("payment captured", str(told.amount), *sums, reason=why)]


def _capture_failed(_: Order, told: payments.CaptureFailed) -> Told:
    return [Change("capture failed", told.capture_id, reason=told.reason)]


def _voided(order: Order, told: payments.PaymentVoided) -> Told:
    before = order.payment_told
    _give_back(order, told.refunded)
    _become(order, PaymentState.VOIDED)
    return [Change("payment voided", "", before, order.payment_told)]


def _refunded(order: Order, told: payments.PaymentRefunded) -> Told:
    before = order.refunded
    _give_back(order, told.refunded)
    sums = _sums(order, before, order.refunded)
    return [Change("refunded", str(told.amount), *sums, told.refund_id)]


def _refund_failed(_: Order, told: payments.RefundFailed) -> Told:
    return [Change("refund failed", told.refund_id, reason=told.reason)]


def _disputed(_: Order, told: payments.PaymentDisputed) -> Told:
    return [Change("payment disputed", str(told.amount), after=told.status, reason=told.reason)]


def _sums(order: Order, before: int, after: int) -> tuple[str, str]:
    """Show how a sum has changed; it has not where a channel had the money before."""
    if before == after:
        return "", ""
    return (
        str(Money(amount=before, currency=order.currency)),
        str(Money(amount=after, currency=order.currency)),
    )


def _become(order: Order, state: PaymentState) -> None:
    """Take over what payments says, unless the payment has ended: then this is an old answer."""
    if order.payment_told not in FINAL:
        order.payment_told = state.value


def _give_back(order: Order, refunded: int) -> None:
    """Only what was captured is ever refunded, so that news of the capture is still to come."""
    if refunded > order.captured:
        raise NotYet(f"{refunded} were refunded, but of a capture only {order.captured} are known")
    order.refunded = max(order.refunded, refunded)


MONEY: dict[type[Message], Callable[[Order, Any], Told]] = {
    payments.PaymentPending: _pending,
    payments.PaymentAuthorized: _authorized,
    payments.PaymentFailed: _failed,
    payments.PaymentRaised: _raised,
    payments.RaiseRefused: _nothing,
    payments.RaiseCanceled: _nothing,
    payments.PaymentLowered: _lowered,
    payments.PaymentCaptured: _captured,
    payments.CaptureFailed: _capture_failed,
    payments.PaymentVoided: _voided,
    payments.PaymentRefunded: _refunded,
    payments.RefundFailed: _refund_failed,
    payments.PaymentDisputed: _disputed,
}
