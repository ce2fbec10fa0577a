"""How is money given back: never more than was taken, and each refund once?"""

from chassis.errors import NotFound, Refused, check_version
from chassis.work import Work
from contracts.payments import GiveRefund, RefundPayment
from services.payments import asks, tells
from services.payments.domain.attempt import AttemptState, Refund
from services.payments.domain.payment import Payment
from services.payments.facts import fact
from services.payments.ports import Payments


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
        tells.refund_failed(command.order_id, command.refund_id, refusal.message, work)


def give_refund(wish: GiveRefund, work: Work, payments: Payments) -> Payment:
    """Give money back; asked again it answers again, and tries again what failed."""
    payment = payments.of_order(wish.order_id)
    if payment is None:
        raise NotFound("payment of order", wish.order_id, "order_id")
    payment.check_currency(wish.amount)
    known = payments.refund(wish.order_id, wish.refund_id)
    if known:
        known.check_same(wish.amount.amount)
    if known and known.state == AttemptState.SUCCEEDED:
        tells.refunded(payment, known, work)
    elif known and known.state == AttemptState.UNKNOWN:
        ask_again(payment, known, work)
    elif known is None or known.state == AttemptState.FAILED:
        check_version("Payment", payment.payment_id, wish.expected_version, payment.version)
        _check_amount(wish, payment)
        refund = known or Refund(
            wish.order_id, wish.refund_id, payment.payment_id, wish.amount.amount, wish.reason
        )
        send_back(payment, refund, work, payments)
    return payment


def send_back(payment: Payment, refund: Refund, work: Work, payments: Payments) -> None:
    """Begin a refund that is new, or one that failed; what no provider moves is back at once."""
    if refund.state == AttemptState.FAILED:
        refund.try_again()
    else:
        payments.add(refund)
    payment.refunding += refund.amount
    if payment.by_provider:
        work.call(asks.refund(payment, refund))
    else:
        count_refund(payment, refund, work, payments)


def ask_again(payment: Payment, refund: Refund, work: Work) -> None:
    """Ask what has become of a refund, and make it if it was not made."""
    refund.try_again()
    work.call(asks.refund(payment, refund))


def count_refund(payment: Payment, refund: Refund, work: Work, payments: Payments) -> None:
    """Count money that went back."""
    refund.move(AttemptState.SUCCEEDED)
    payment.refunding -= refund.amount
    key = f"ref-{refund.refund_id}"
    payments.post(payment, fact("refunded", key, work, refund.amount, refund.reason))
    tells.refunded(payment, refund, work)


def _check_amount(wish: GiveRefund, payment: Payment) -> None:
    if not 0 < wish.amount.amount <= payment.refundable:
        raise Refused(
            "too_much" if wish.amount.amount > 0 else "invalid",
            f"{wish.amount.amount} cannot be refunded: {payment.captured} were captured, "
            f"{payment.refunded} refunded and {payment.refunding} are being refunded.",
            "amount.amount",
        )
