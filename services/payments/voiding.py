"""How is everything given back that an order holds or took?

What a provider was asked for is waited for first: its answer goes on here. Then it lets go of
what it holds, then what was taken is refunded, and only then it is told that nothing is kept.
Asked again, it tries again what failed.
"""

from chassis.work import Work
from contracts.payments import VoidPayment
from services.payments import asks, tells
from services.payments.domain.attempt import Capture, Refund
from services.payments.domain.parts import is_at
from services.payments.domain.payment import Payment, State
from services.payments.facts import VOIDED, fact
from services.payments.invoices import forgive
from services.payments.ports import Payments
from services.payments.refunding import ask_again, send_back


def void_payment(command: VoidPayment, work: Work, payments: Payments) -> None:
    """Let go of whatever was held or taken of an order, even if nothing ever was."""
    of_order = payments.all_of(command.order_id)
    if not of_order:
        payments.mark_void(command.order_id, work.now)
        tells.voided(command.order_id, 0, work)
        return
    going = [one for one in of_order if not one.is_over]
    if not going:
        _tell_end(of_order[0], work, payments)
    for payment in going:
        call_off(payment, command.reason, work, payments)


def call_off(payment: Payment, reason: str, work: Work, payments: Payments) -> None:
    """Let go of whatever was held or taken by one payment."""
    if payment.by_provider:
        payment.void_asked = True
        go_on(payment, work, payments)
    else:
        if payment.method == "invoice":
            forgive(payment, work, payments)
        give_back(payment, reason, work, payments)
        payments.post(payment, fact("voided", VOIDED, work, reason=reason))
        _end(payment, work, payments)


def go_on(payment: Payment, work: Work, payments: Payments) -> None:
    """Take the next step of giving everything back; called when the step before has ended."""
    if payment.is_over:
        _tell_end(payment, work, payments)
    elif payment.state == State.CREATED or payment.is_capturing:
        _ask_after(Capture, payment, work, payments)
    elif payment.may_be_held and payments.noted(payment, VOIDED) is None:
        let_go(payment, work)
    elif payment.refunding:
        _ask_after(Refund, payment, work, payments)
    elif payment.refundable:
        _refund_rest(payment, work, payments)
    else:
        _end(payment, work, payments)


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
            if attempt.payment_id == payment.payment_id:
                ask_again(payment, attempt, work)
        elif is_at(attempt.capture_id, payment):
            attempt.try_again()
            work.call(asks.capture(payment, attempt))


def _refund_rest(payment: Payment, work: Work, payments: Payments) -> None:
    name = f"void-{payment.payment_id}-{payment.seq}"  # the same again if nothing has moved since
    refund = payments.refund(payment.order_id, name) or Refund(
        payment.order_id, name, payment.payment_id, payment.refundable, "order canceled"
    )
    send_back(payment, refund, work, payments)


def _end(payment: Payment, work: Work, payments: Payments) -> None:
    payment.move(State.CANCELED if payment.is_waiting else State.VOIDED)
    _tell_end(payment, work, payments)


def _tell_end(payment: Payment, work: Work, payments: Payments) -> None:
    """Say that a payment has ended; with the last one nothing is kept of the whole order."""
    of_order = payments.all_of(payment.order_id)
    if payment.edit:
        tells.raise_canceled(payment.order_id, payment.edit, work)
    if all(one.is_over for one in of_order):
        tells.voided(payment.order_id, sum(one.refunded for one in of_order), work)
