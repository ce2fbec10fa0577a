"""How is money given back: never more than was taken, and each refund once?"""

from collections.abc import Sequence

from chassis.errors import NotFound, Refused, check_version
from chassis.work import Work
from contracts.payments import GiveRefund, RefundPayment
from services.payments import asks, tells
from services.payments.domain.attempt import AttemptState, Refund
from services.payments.domain.parts import asked_for, part_of, shared, whole_of
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
    of_order = payments.all_of(wish.order_id)
    if not of_order:
        raise NotFound("payment of order", wish.order_id, "order_id")
    of_order[0].check_currency(wish.amount)
    known = asked_for(wish.refund_id, of_order, payments.refund)
    if known:
        _check_same(wish, [refund for _, refund in known])
    if not known or any(refund.state == AttemptState.FAILED for _, refund in known):
        version = sum(one.version for one in of_order)
        check_version("Payment", of_order[0].payment_id, wish.expected_version, version)
    if not known:
        for payment, refund in _split(wish, of_order):
            send_back(payment, refund, work, payments)
    elif all(refund.state == AttemptState.SUCCEEDED for _, refund in known):
        tell_refunded(wish.order_id, wish.refund_id, work, payments)
    for payment, refund in known:
        if refund.state == AttemptState.UNKNOWN:
            ask_again(payment, refund, work)
        elif refund.state == AttemptState.FAILED:
            _check_amount(refund.amount, [payment])
            send_back(payment, refund, work, payments)
    return of_order[0]


def tell_refunded(order_id: str, refund_id: str, work: Work, payments: Payments) -> None:
    """Say that money went back, once all parts of it have."""
    of_order = payments.all_of(order_id)
    parts = [refund for _, refund in asked_for(refund_id, of_order, payments.refund)]
    if all(part.state == AttemptState.SUCCEEDED for part in parts):
        tells.refunded(of_order, refund_id, sum(part.amount for part in parts), work)


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
    tell_refunded(payment.order_id, whole_of(refund.refund_id), work, payments)


def _split(wish: GiveRefund, of_order: Sequence[Payment]) -> list[tuple[Payment, Refund]]:
    """Decide to where the money goes back; refuse what is more than was taken."""
    amount = wish.amount.amount
    _check_amount(amount, of_order)
    return [
        (p, Refund(p.order_id, part_of(wish.refund_id, p), p.payment_id, part, wish.reason))
        for p, part in shared(amount, of_order, lambda one: one.refundable)
    ]


def _check_same(wish: GiveRefund, parts: Sequence[Refund]) -> None:
    """Refuse to use the refund's name for another amount."""
    if wish.amount.amount != (known := sum(part.amount for part in parts)):
        reason = f"The refund {wish.refund_id} is one of {known}, not of {wish.amount.amount}."
        raise Refused("reused", reason, "refund_id")


def _check_amount(amount: int, of_order: Sequence[Payment]) -> None:
    captured = sum(one.captured for one in of_order)
    refunded = sum(one.refunded for one in of_order)
    refunding = sum(one.refunding for one in of_order)
    if not 0 < amount <= captured - refunded - refunding:
        raise Refused(
            "too_much" if amount > 0 else "invalid",
            f"{amount} cannot be refunded: {captured} were captured, "
            f"{refunded} refunded and {refunding} are being refunded.",
            "amount.amount",
        )
