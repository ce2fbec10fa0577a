"""How does it come out whether an order will be paid?"""

from chassis.work import Work
from services.payments import tells
from services.payments.domain.payment import Payment, State
from services.payments.facts import fact
from services.payments.ports import Payments


def secure(payment: Payment, key: str, work: Work, payments: Payments) -> None:
    """Count the whole amount as authorized, and say so unless it was called off meanwhile."""
    payments.post(payment, fact("authorized", key, work, payment.amount))
    payment.move(State.AUTHORIZED)
    if not payment.void_asked:
        tells.authorized(payment, work)


def fail(payment: Payment, code: str, reason: str, work: Work, payments: Payments) -> None:
    """End a payment that will never come, and say so unless it was called off meanwhile."""
    payment.move(State.FAILED)
    payment.code, payment.reason = code, reason[:255]
    payments.post(payment, fact("failed", "failed", work, reason=f"{code}: {reason}"))
    if payment.void_asked:
        return
    if payment.edit:
        tells.raise_refused(payment.order_id, payment.edit, code, reason, work)
    else:
        tells.failed(payment.order_id, code, reason, work)
