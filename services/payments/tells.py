"""What does payments tell? One function for each event, told to the order's process."""

from collections.abc import Sequence
from typing import cast

from chassis.work import Work
from contracts.orders import PaymentMethod
from contracts.payments import (
    CaptureFailed,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentFailed,
    PaymentLowered,
    PaymentPending,
    PaymentRaised,
    PaymentRefunded,
    PaymentVoided,
    RaiseCanceled,
    RaiseRefused,
    RefundFailed,
)
from contracts.values import Money
from services.payments.domain.payment import Payment, State

LONGEST = 255


def authorized(payment: Payment, work: Work) -> None:
    """Say that the order will be paid, or what an edit costs more."""
    if payment.edit:
        raised(payment, payment.edit, payment.amount, work)
        return
    event = PaymentAuthorized(
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        amount=money(payment, payment.amount),
        captured=payment.captured,
        guarantee=payment.guarantee,  # type: ignore[arg-type]
    )
    work.send(event, correlation_id=payment.order_id)


def raised(payment: Payment, edit: int, amount: int, work: Work) -> None:
    """Say that what an edit costs more will be paid."""
    event = PaymentRaised(order_id=payment.order_id, edit=edit, amount=money(payment, amount))
    work.send(event, correlation_id=payment.order_id)


def raise_refused(order_id: str, edit: int, code: str, reason: str, work: Work) -> None:
    """Say that what an edit costs more will not be paid."""
    event = RaiseRefused(order_id=order_id, edit=edit, code=code, reason=reason[:LONGEST])
    work.send(event, correlation_id=order_id)


def raise_canceled(order_id: str, edit: int, work: Work) -> None:
    """Say that nothing is held or owed for an edit."""
    work.send(RaiseCanceled(order_id=order_id, edit=edit), correlation_id=order_id)


def lowered(payment: Payment, edit: int, amount: int, work: Work) -> None:
    """Say that so much less will be taken."""
    event = PaymentLowered(order_id=payment.order_id, edit=edit, amount=money(payment, amount))
    work.send(event, correlation_id=payment.order_id)


def pending(payment: Payment, work: Work) -> None:
    """Say that the answer will take a while."""
    event = PaymentPending(
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        method=cast(PaymentMethod, payment.method),
        state="requires_action" if payment.state == State.REQUIRES_ACTION else "pending",
        until=payment.until,
        action_url=payment.action_url,
    )
    work.send(event, correlation_id=payment.order_id)


def failed(order_id: str, code: str, reason: str, work: Work) -> None:
    """Say that the order will not be paid this way."""
    event = PaymentFailed(order_id=order_id, code=code, reason=reason[:LONGEST])
    work.send(event, correlation_id=order_id)


def captured(
    payments: Sequence[Payment], capture_id: str, amount: int, work: Work, invoice: str = ""
) -> None:
    """Say that money was taken of an order's payments, or an invoice was written."""
    payment = payments[0]
    event = PaymentCaptured(
        order_id=payment.order_id,
        capture_id=capture_id,
        amount=money(payment, amount),
        captured=sum(one.captured for one in payments),
        invoice=invoice,
    )
    work.send(event, correlation_id=payment.order_id)


def capture_failed(order_id: str, capture_id: str, reason: str, work: Work) -> None:
    """Say that the money could not be taken."""
    event = CaptureFailed(order_id=order_id, capture_id=capture_id, reason=reason[:LONGEST])
    work.send(event, correlation_id=order_id)


def voided(order_id: str, refunded: int, work: Work) -> None:
    """Say that nothing is held or kept any more."""
    work.send(PaymentVoided(order_id=order_id, refunded=refunded), correlation_id=order_id)


def refunded(payments: Sequence[Payment], refund_id: str, amount: int, work: Work) -> None:
    """Say that money went back."""
    payment = payments[0]
    event = PaymentRefunded(
        order_id=payment.order_id,
        refund_id=refund_id,
        amount=money(payment, amount),
        refunded=sum(one.refunded for one in payments),
    )
    work.send(event, correlation_id=payment.order_id)


def refund_failed(order_id: str, refund_id: str, reason: str, work: Work) -> None:
    """Say that money could not be given back."""
    event = RefundFailed(order_id=order_id, refund_id=refund_id, reason=reason[:LONGEST])
    work.send(event, correlation_id=order_id)


def money(payment: Payment, amount: int) -> Money:
    """Make money of the payment's currency."""
    return Money(amount=amount, currency=payment.currency)
