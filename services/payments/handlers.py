"""How is it made sure that an order will be paid, or not any more?"""

from datetime import datetime, timedelta
from typing import Any

from chassis.errors import NotFound, Refused
from chassis.outside import Outcome
from chassis.work import Work
from contracts.payments import (
    AuthorizePayment,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentFact,
    PaymentFailed,
    PaymentPending,
    PaymentVoided,
    RecordPayment,
    Terms,
    VoidPayment,
)
from contracts.values import Money
from services.payments import asks
from services.payments.domain.payment import WAITING, CreditTerms, Payment, Refund, State
from services.payments.ports import Payments

POLL_EVERY = timedelta(hours=1)


def authorize_payment(command: AuthorizePayment, work: Work, payments: Payments) -> None:
    """Make sure that an order will be paid; asked again it answers again."""
    if known := payments.of_order(command.order_id):
        _answer_again(known, work)
        return
    if payments.is_void(command.order_id):
        work.send(_failed(command.order_id, "voided", "The payment was called off."))
        return
    payment = Payment(
        payment_id=work.new_id("pay"),
        order_id=command.order_id,
        method=command.method,
        currency=command.amount.currency,
        amount=command.amount.amount,
        token=command.token,
        customer=command.customer.lower(),
        until=command.until,
        created_at=work.now,
    )
    payments.add(payment)
    if payment.amount == 0:
        _secure(payment, "nothing-to-pay", work, payments)
    elif payment.method == "card":
        work.call(asks.authorize(payment))
    elif payment.method == "external":
        _receive(payment, payment.amount, "taken-by-channel", "", work, payments)
    elif payment.method == "invoice":
        _trust(payment, work, payments)
    else:
        payment.move(State.PENDING)
        work.send(_pending(payment))


def conclude_authorization(outcome: Outcome, work: Work, payments: Payments) -> None:
    """Take what the provider answered; it may be late, and the order off already."""
    payment = _got(payments, outcome.call.subject)
    if payment.void_asked:
        _note(payment, "pending", 0, outcome.call.key, outcome.status, work, payments)
        work.call(asks.void(payment))
        return
    if not payment.is_waiting:
        return
    if outcome.status == "refused":
        _fail(payment, outcome.code, outcome.reason, outcome.call.key, work, payments)
    elif outcome.status == "failed":
        _fail(payment, "no_answer", outcome.reason, outcome.call.key, work, payments)
        work.call(asks.void(payment))
    elif outcome.result.get("status") == "succeeded":
        _secure(payment, asks.authorization_key(payment.order_id), work, payments)
    else:
        payment.action_url = outcome.result.get("action_url", "")
        payment.move(State(outcome.result["status"]))
        work.send(_pending(payment))
        work.call(asks.poll(payment, work.now + POLL_EVERY))


def take_webhook(event: dict[str, Any], work: Work, payments: Payments) -> None:
    """Take what a provider told by itself; it may come twice, or before its own answer."""
    key = str(event.get("key", ""))
    payment = payments.of_order(key.removeprefix("auth-"))
    if payment is None:
        raise NotFound("payment", key, "body")
    if not payment.is_waiting or payment.void_asked:
        return
    if event.get("type") == "payment.authorized":
        _secure(payment, key, work, payments)
    elif event.get("type") == "payment.declined":
        reason = str(event.get("reason", "The payment was declined."))
        _fail(payment, "declined", reason, key, work, payments)


def record_payment(wish: RecordPayment, work: Work, payments: Payments) -> Payment:
    """Count money that somebody has seen; each reference once."""
    payment = payments.of_order(wish.order_id)
    if payment is None:
        raise NotFound("payment of order", wish.order_id, "order_id")
    if payments.has_fact(payment, f"received-{wish.reference}"):
        return payment
    if payment.method not in {wish.method, "invoice"}:
        raise Refused("wrong_method", f"The order is paid by {payment.method}.", "method")
    if payment.state in {State.VOIDED, State.FAILED, State.EXPIRED, State.CANCELED}:
        raise Refused("illegal_move", f"The payment is {payment.state}; it takes no money.", "")
    if wish.amount.currency != payment.currency:
        raise Refused("wrong_currency", f"The order is in {payment.currency}.", "amount.currency")
    open_amount = payment.amount - payment.captured
    if not 0 < wish.amount.amount <= open_amount:
        raise Refused("too_much", f"{open_amount} are still to be paid.", "amount.amount")
    key = f"received-{wish.reference}"
    _receive(payment, wish.amount.amount, key, wish.reference, work, payments)
    return payment


def void_payment(command: VoidPayment, work: Work, payments: Payments) -> None:
    """Let go of whatever was held or taken of an order, even if nothing ever was."""
    payment = payments.of_order(command.order_id)
    if payment is None:
        payments.mark_void(command.order_id, work.now)
        work.send(PaymentVoided(order_id=command.order_id))
    elif payment.state in {State.VOIDED, State.FAILED, State.EXPIRED, State.CANCELED}:
        work.send(PaymentVoided(order_id=payment.order_id, refunded=payment.refunded))
    elif payment.method != "card":
        _void_ours(payment, command.reason, work, payments)
    elif not payment.void_asked:
        payment.void_asked = True
        if payment.state != State.CREATED:
            _void_card(payment, work, payments)


def conclude_void(outcome: Outcome, work: Work, payments: Payments) -> None:
    """The provider has let go of the money."""
    payment = _got(payments, outcome.call.subject)
    if payment.state == State.FAILED or outcome.status != "succeeded":
        return
    _note(
        payment,
        "voided",
        payment.authorized - payment.captured,
        outcome.call.key,
        "",
        work,
        payments,
    )
    payment.move(State.CANCELED if payment.state in WAITING else State.VOIDED)
    work.send(PaymentVoided(order_id=payment.order_id, refunded=payment.refunded))


def expire_payment(payment: Payment, work: Work, payments: Payments) -> None:
    """Nobody has paid in time."""
    if payment.captured:
        _give_back_ours(payment, "not paid in full in time", work, payments)
    payment.move(State.EXPIRED)
    _note(payment, "expired", 0, "expired", "not paid in time", work, payments)
    work.send(_failed(payment.order_id, "expired", "It was not paid in time."))
    if payment.method == "card":
        work.call(asks.void(payment))


def set_terms(wish: Terms, payments: Payments) -> CreditTerms:
    """Agree on terms with a customer."""
    customer = wish.customer.lower()
    terms = payments.terms(customer)
    if terms is None:
        terms = CreditTerms(
            customer, wish.credit_limit.currency, wish.credit_limit.amount, wish.net_days, wish.note
        )
        payments.add(terms)
    else:
        terms.currency, terms.credit_limit = wish.credit_limit.currency, wish.credit_limit.amount
        terms.net_days, terms.note = wish.net_days, wish.note
    return terms


def _answer_again(payment: Payment, work: Work) -> None:
    if payment.is_secured:
        work.send(_authorized(payment))
    elif payment.is_waiting and payment.state != State.CREATED:
        work.send(_pending(payment))
    elif not payment.is_waiting:
        work.send(_failed(payment.order_id, payment.state, payment.reason or payment.state))


def _secure(payment: Payment, key: str, work: Work, payments: Payments) -> None:
    _note(payment, "authorized", payment.amount, key, "", work, payments)
    payment.move(State.AUTHORIZED)
    work.send(_authorized(payment))


def _trust(payment: Payment, work: Work, payments: Payments) -> None:
    terms = payments.terms(payment.customer)
    if terms is None or terms.currency != payment.currency:
        reason = "No terms in this currency are agreed with the customer."
        _fail(payment, "no_terms", reason, "terms", work, payments)
    elif terms.exposure + payment.amount > terms.credit_limit:
        reason = (
            f"The credit limit is {terms.credit_limit}, {terms.exposure} are owed already, "
            f"and this order is {payment.amount}."
        )
        _fail(payment, "credit_limit", reason, "terms", work, payments)
    else:
        terms.exposure += payment.amount
        _secure(payment, "terms", work, payments)


def _receive(
    payment: Payment, amount: int, key: str, reference: str, work: Work, payments: Payments
) -> None:
    """Count money that is here; the order is secured when all of it is."""
    if payment.method == "invoice":
        payments.pay_invoices(payment, amount)
        if terms := payments.terms(payment.customer):
            terms.exposure -= amount
    else:
        _note(payment, "authorized", amount, f"{key}-held", reference, work, payments)
    _note(payment, "captured", amount, key, reference, work, payments)
    whole = payment.captured == payment.amount
    if payment.method == "invoice":
        payment.move(State.CAPTURED if whole else State.PARTIALLY_CAPTURED)
    elif whole:
        payment.move(State.CAPTURED)
        work.send(_authorized(payment))
        return
    work.send(
        PaymentCaptured(
            order_id=payment.order_id,
            capture_id=key,
            amount=Money(amount=amount, currency=payment.currency),
            captured=payment.captured,
        )
    )


def _fail(
    payment: Payment, code: str, reason: str, key: str, work: Work, payments: Payments
) -> None:
    payment.move(State.FAILED)
    payment.reason = reason
    _note(payment, "failed", 0, f"{key}-failed", reason, work, payments)
    work.send(_failed(payment.order_id, code, reason))


def _void_card(payment: Payment, work: Work, payments: Payments) -> None:
    if payment.refundable:
        rest = Refund(
            payment.order_id, "void", payment.payment_id, payment.refundable, "order canceled"
        )
        payments.add(rest)
        payment.refunding += rest.amount
        work.call(asks.refund(payment, rest))
    work.call(asks.void(payment))


def _void_ours(payment: Payment, reason: str, work: Work, payments: Payments) -> None:
    if payment.method == "invoice" and (terms := payments.terms(payment.customer)):
        terms.exposure -= payment.amount - payment.captured
    _give_back_ours(payment, reason, work, payments)
    payment.move(State.CANCELED if payment.is_waiting else State.VOIDED)
    _note(payment, "voided", 0, "voided", reason, work, payments)
    work.send(PaymentVoided(order_id=payment.order_id, refunded=payment.refunded))


def _give_back_ours(payment: Payment, reason: str, work: Work, payments: Payments) -> None:
    if payment.refundable:
        _note(payment, "refunded", payment.refundable, "given-back", reason, work, payments)


def _note(  # noqa: PLR0913 - the parts of one fact
    payment: Payment, kind: Any, amount: int, key: str, reason: str, work: Work, payments: Payments
) -> bool:
    fact = PaymentFact(
        at=work.now, kind=kind, amount=amount, reference=key, reason=reason[:255], actor=work.actor
    )
    return payments.post(payment, fact, key, work)


def _got(payments: Payments, payment_id: str) -> Payment:
    payment = payments.get(payment_id)
    if payment is None:
        raise NotFound("payment", payment_id, "payment_id")
    return payment


def _authorized(payment: Payment) -> PaymentAuthorized:
    return PaymentAuthorized(
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        amount=Money(amount=payment.amount, currency=payment.currency),
        captured=payment.captured,
        guarantee=payment.guarantee,  # type: ignore[arg-type]
    )


def _pending(payment: Payment) -> PaymentPending:
    return PaymentPending(
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        method=payment.method,  # type: ignore[arg-type]
        state="requires_action" if payment.state == State.REQUIRES_ACTION else "pending",
        until=payment.until,
        action_url=payment.action_url,
    )


def _failed(order_id: str, code: str, reason: str) -> PaymentFailed:
    return PaymentFailed(order_id=order_id, code=code, reason=reason[:255])


def due_date(now: datetime, terms: CreditTerms | None) -> datetime:
    """When an invoice of today must be paid."""
    return now + timedelta(days=terms.net_days if terms else 0)
