"""How is money taken for what has left, and given back for what came back?"""

from chassis.errors import NotFound, Refused
from chassis.outside import Outcome
from chassis.work import Work
from contracts.payments import (
    CaptureFailed,
    CapturePayment,
    GiveRefund,
    PaymentCaptured,
    PaymentFact,
    PaymentRefunded,
    RefundFailed,
    RefundPayment,
)
from contracts.values import Money
from services.payments import asks
from services.payments.domain.payment import (
    PAID_AT_ONCE,
    Capture,
    Payment,
    Refund,
    RefundState,
    State,
)
from services.payments.handlers import due_date
from services.payments.ports import Payments


def capture_payment(command: CapturePayment, work: Work, payments: Payments) -> None:
    """Take part of the money; each capture once, asked again it answers again."""
    payment = payments.of_order(command.order_id)
    if payment is None or not payment.is_secured:
        work.send(_capture_failed(command, "The order's payment is not authorized."))
        return
    known = payments.capture(command.order_id, command.capture_id)
    if known and known.state == "succeeded":
        work.send(_captured(payment, known))
    elif known and known.state == "failed":
        known.state, known.tries = "processing", known.tries + 1
        work.call(asks.capture(payment, known))
    elif known is None:
        _take(command, payment, work, payments)


def conclude_capture(outcome: Outcome, work: Work, payments: Payments) -> None:
    """Take what the provider answered."""
    payment, capture = _of_capture(outcome, payments)
    if outcome.status != "succeeded":
        capture.state, capture.reason = "failed", outcome.reason[:255]
        work.send(
            CaptureFailed(
                order_id=payment.order_id,
                capture_id=capture.capture_id,
                reason=capture.reason or outcome.code,
            )
        )
        return
    _note(payment, "captured", capture.amount, f"cap-{capture.capture_id}", "", work, payments)
    capture.state = "succeeded"
    whole = payment.captured == payment.amount
    payment.move(State.CAPTURED if whole else State.PARTIALLY_CAPTURED)
    work.send(_captured(payment, capture))


def refund_payment(command: RefundPayment, work: Work, payments: Payments) -> None:
    """Give money back; what cannot be is told, not raised."""
    wish = GiveRefund(
        order_id=command.order_id,
        refund_id=command.refund_id,
        amount=command.amount,
        reason=command.reason or "refund",
    )
    try:
        give_refund(wish, work, payments)
    except Refused as refusal:
        work.send(_refund_failed(command.order_id, command.refund_id, refusal.message))


def give_refund(wish: GiveRefund, work: Work, payments: Payments) -> Payment:
    """Give money back, never more than was taken; each refund once."""
    payment = payments.of_order(wish.order_id)
    if payment is None:
        raise NotFound("payment of order", wish.order_id, "order_id")
    known = payments.refund(wish.order_id, wish.refund_id)
    if known and known.state == RefundState.SUCCEEDED:
        work.send(_refunded(payment, known))
        return payment
    if known and known.state == RefundState.PROCESSING:
        return payment
    _check_refund(wish, payment)
    if known:
        known.move(RefundState.PROCESSING)
        known.tries += 1
        refund = known
    else:
        refund = Refund(
            wish.order_id, wish.refund_id, payment.payment_id, wish.amount.amount, wish.reason
        )
        payments.add(refund)
    payment.refunding += refund.amount
    if payment.method == "card" and refund.amount:
        work.call(asks.refund(payment, refund))
    else:
        _give_back(payment, refund, work, payments)
    return payment


def conclude_refund(outcome: Outcome, work: Work, payments: Payments) -> None:
    """Take what the provider answered; a refund that failed is still owed."""
    payment = payments.get(outcome.call.subject)
    refund_id = outcome.call.request["refund_id"]
    refund = payments.refund(payment.order_id, refund_id) if payment else None
    if payment is None or refund is None:
        raise NotFound("refund", refund_id)
    if outcome.status == "succeeded":
        _give_back(payment, refund, work, payments)
        return
    payment.refunding -= refund.amount
    refund.move(RefundState.FAILED)
    work.send(_refund_failed(payment.order_id, refund_id, outcome.reason or outcome.code))


def _take(command: CapturePayment, payment: Payment, work: Work, payments: Payments) -> None:
    taken = payments.captured_by_shipments(payment.order_id)
    if taken + command.amount.amount > payment.amount:
        reason = f"Of {payment.amount}, {taken} are taken; {command.amount.amount} are too many."
        work.send(_capture_failed(command, reason))
        return
    capture = Capture(command.order_id, command.capture_id, command.amount.amount)
    payments.add(capture)
    if payment.method == "card" and capture.amount:
        work.call(asks.capture(payment, capture))
        return
    if payment.method == "invoice" and capture.amount:
        due = due_date(work.now, payments.terms(payment.customer))
        payments.open_invoice(payment, capture.amount, due, work.now)
    elif payment.method not in PAID_AT_ONCE:
        _note(payment, "captured", capture.amount, f"cap-{capture.capture_id}", "", work, payments)
    capture.state = "succeeded"
    work.send(_captured(payment, capture))


def _check_refund(wish: GiveRefund, payment: Payment) -> None:
    if wish.amount.currency != payment.currency:
        raise Refused("wrong_currency", f"The order is in {payment.currency}.", "amount.currency")
    if not 0 <= wish.amount.amount <= payment.refundable:
        raise Refused(
            "too_much",
            f"{wish.amount.amount} cannot be refunded: {payment.captured} were captured, "
            f"{payment.refunded} refunded and {payment.refunding} are being refunded.",
            "amount.amount",
        )


def _give_back(payment: Payment, refund: Refund, work: Work, payments: Payments) -> None:
    payment.refunding -= refund.amount
    key = f"ref-{refund.refund_id}"
    _note(payment, "refunded", refund.amount, key, refund.reason, work, payments)
    refund.move(RefundState.SUCCEEDED)
    work.send(_refunded(payment, refund))


def _of_capture(outcome: Outcome, payments: Payments) -> tuple[Payment, Capture]:
    payment = payments.get(outcome.call.subject)
    capture_id = outcome.call.request["capture_id"]
    capture = payments.capture(payment.order_id, capture_id) if payment else None
    if payment is None or capture is None:
        raise NotFound("capture", capture_id)
    return payment, capture


def _note(  # noqa: PLR0913 - the parts of one fact
    payment: Payment, kind: str, amount: int, key: str, reason: str, work: Work, payments: Payments
) -> None:
    fact = PaymentFact(
        at=work.now,
        kind=kind,
        amount=amount,
        reference=key,
        reason=reason[:255],
        actor=work.actor,  # type: ignore[arg-type]
    )
    payments.post(payment, fact, key, work)


def _captured(payment: Payment, capture: Capture) -> PaymentCaptured:
    return PaymentCaptured(
        order_id=payment.order_id,
        capture_id=capture.capture_id,
        amount=Money(amount=capture.amount, currency=payment.currency),
        captured=payment.captured,
    )


def _capture_failed(command: CapturePayment, reason: str) -> CaptureFailed:
    return CaptureFailed(
        order_id=command.order_id, capture_id=command.capture_id, reason=reason[:255]
    )


def _refunded(payment: Payment, refund: Refund) -> PaymentRefunded:
    return PaymentRefunded(
        order_id=payment.order_id,
        refund_id=refund.refund_id,
        amount=Money(amount=refund.amount, currency=payment.currency),
        refunded=payment.refunded,
    )


def _refund_failed(order_id: str, refund_id: str, reason: str) -> RefundFailed:
    return RefundFailed(order_id=order_id, refund_id=refund_id, reason=reason[:255])
