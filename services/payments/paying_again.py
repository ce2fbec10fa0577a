"""What becomes of an order whose payment was declined? The customer may pay in another way.

The order waits, and its goods are kept, for as many hours as the account says. The provider opens
a page, under a key of its own, and the customer gets its address. If it is not paid there in time
the payment expires as any other does, and everything is given back.
"""

from chassis.work import Work
from services.payments import asks
from services.payments.domain.payment import Payment, State
from services.payments.facts import fact
from services.payments.ports import Chooses, Payments
from services.payments.securing import fail

MOST = 3


def decline(  # noqa: PLR0913 - what was said, and to whom
    payment: Payment, code: str, reason: str, work: Work, payments: Payments, accounts: Chooses
) -> None:
    """End a payment that was declined, unless the customer may pay in another way.

    What an edit costs more is paid as the order was, or the edit is refused.
    """
    again = None if payment.void_asked or payment.edit else accounts.again(payment.account)
    if again is None or payment.again == MOST:
        fail(payment, code, reason, work, payments)
        return
    payment.again += 1
    payment.token, payment.code, payment.reason = again.token, code, reason[:255]
    payment.until = min(payment.until, work.now + again.within)
    payment.action_url = ""
    payment.move(State.PENDING)
    told = fact("failed", f"declined-{payment.again}", work, reason=f"{code}: {reason}")
    payments.post(payment, told)
    work.call(asks.authorize(payment))
