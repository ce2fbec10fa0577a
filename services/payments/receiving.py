"""How is money counted that no provider moves: cash, a bank transfer, a channel's?"""

from chassis.errors import IllegalMove, NotFound, NotYet, Refused, check_version
from chassis.work import Work
from contracts.payments import RecordPayment
from services.payments import tells
from services.payments.domain.payment import Payment, State
from services.payments.facts import fact
from services.payments.invoices import count_paid
from services.payments.ports import Payments


def record_payment(wish: RecordPayment, work: Work, payments: Payments) -> Payment:
    """Count money that somebody has seen; each reference once for an order."""
    payment = payments.of_order(wish.order_id)
    if payment is None:
        raise NotYet(
            f"The payment of order {wish.order_id} is not known here yet.",
            otherwise=NotFound("payment of order", wish.order_id, "order_id"),
        )
    payment.check_currency(wish.amount)
    key = f"received-{wish.reference}"
    noted = payments.noted(payment, key)
    if noted == wish.amount.amount:
        return payment
    check_version("Payment", payment.payment_id, wish.expected_version, payment.version)
    _check(wish, payment, noted)
    receive(payment, wish.amount.amount, key, work, payments)
    return payment


def receive(payment: Payment, amount: int, key: str, work: Work, payments: Payments) -> None:
    """Count money that is here; the order is secured when all of it is."""
    on_terms = payment.method == "invoice"
    if not on_terms:
        payments.post(payment, fact("authorized", f"held-{key}", work, amount))
    payments.post(payment, fact("captured", key, work, amount))
    whole = not payment.owed
    if on_terms:
        count_paid(payment, amount, payments)
        payment.settle()
    elif whole:
        payment.move(State.CAPTURED)
        tells.authorized(payment, work)
        return
    tells.captured([payment], key, amount, work)


def _check(wish: RecordPayment, payment: Payment, noted: int | None) -> None:
    if noted is not None:
        reason = f"{wish.reference} was recorded already, with {noted}."
        raise Refused("reused", reason, "reference")
    if payment.method not in {wish.method, "invoice"}:
        raise Refused("wrong_method", f"The order is paid by {payment.method}.", "method")
    if payment.is_over:
        raise IllegalMove("payment", payment.payment_id, payment.state, State.CAPTURED)
    still = payment.owed
    if not 0 < wish.amount.amount <= still:
        raise Refused("too_much", f"{still} are still to be paid.", "amount.amount")
