"""How is everything given back that an order holds or took?

What a provider was asked for is waited for first: its answer goes on here. Then it lets go of
what it holds, then what was taken is refunded, and only then it is told that nothing is kept.
Asked again, it tries again what failed.
"""

from chassis.work import Work
from contracts.payments import VoidPayment
from services.payments import asks, tells
from services.payments.domain.attempt import Capture, Refund
from services.payments.domain.payment import Payment, State
from services.payments.facts import VOIDED, fact
from services.payments.invoices import forgive
from services.payments.ports import Payments
from services.payments.refunding import ask_again, send_back


def void_payment(command: VoidPayment, work: Work, payments: Payments) -> None:
    """Let go of whatever was held or taken of an order, even if nothing ever was."""
    payment = payments.of_order(command.order_id)
    if payment is None:
        payments.mark_void(command.order_id, work.now)
        tells.voided(command.order_id, 0, work)
    elif payment.is_over:
        tells.voided(payment.order_id, payment.refunded, work)
    elif payment.by_provider:
        payment.void_asked = True
        go_on(payment, work, payments)
    else:
        if payment.method == "invoice":
            forgive(payment, work, payments)
        give_back(payment, command.reason, work, payments)
        payments.post(payment, fact("voided", VOIDED, work, reason=command.reason))
        _end(payment, work)


def go_on(payment: Payment, work: Work, payments: Payments) -> None:
    """Take the next step of giving everything back; called when the step before has ended."""
    if payment.is_over:
        tells.voided(payment.order_id, payment.refunded, work)
    elif payment.state == State.CREATED or payment.is_capturing:
        _ask_after(Capture, payment, work, payments)
    elif payment.may_be_held and payments.noted(payment, VOIDED) is None:
        let_go(payment, work)
    elif payment.refunding:
        _ask_after(Refund, payment, work, payments)
    elif payment.refundable:
        _refund_rest(payment, work, payments)
    else:
        _end(payment, work)


def let_go(payment: Payment, work: Work) -> None:
    """Ask the provider to let go of what it holds, unless it is being asked."""
    if not payment.voiding:
        payment.voiding, payment.void_tries = True, payment.void_tries + 1
        work.call(asks.void(payment))


def give_back(payment: Payment, reason: str, work: Work, payments: Payments) -> None:
    """Give back money that no provider moves: a person hands it over."""
    if payment.refundable:
        back = fact("refunded", "given-back", work, payment.refundable, reason)
        payments.post(payment, back)


def _ask_after(
    kind: type[Capture | Refund], payment: Payment, work: Work, payments: Payments
) -> None:
    """Wait for what is on its way; what nobody knows of is asked after."""
    for attempt in payments.unanswered(payment.order_id):
        if not isinstance(attempt, kind):
            continue
        if isinstance(attempt, Refund):
            ask_again(payment, attempt, work)
        else:
            attempt.try_again()
            work.call(asks.capture(payment, attempt))


def _refund_rest(payment: Payment, work: Work, payments: Payments) -> None:
    name = f"void-{payment.payment_id}-{payment.seq}"  # the same again if nothing has moved since
    refund = payments.refund(payment.order_id, name) or Refund(
        payment.order_id, name, payment.payment_id, payment.refundable, "order canceled"
    )
    send_back(payment, refund, work, payments)


def _end(payment: Payment, work: Work) -> None:
    payment.move(State.CANCELED if payment.is_waiting else State.VOIDED)
    tells.voided(payment.order_id, payment.refunded, work)
