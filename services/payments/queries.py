"""What can be asked of payments?"""

from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.keeping import read, read_one
from contracts import payments as said
from contracts.orders import PaymentMethod
from contracts.values import Money
from services.payments.domain.decline import words_for
from services.payments.domain.payment import Payment, State
from services.payments.domain.terms import CreditTerms
from services.payments.tables import facts, payments


def get_payments(session: Session, asked: said.PaymentsOf) -> said.Payments:
    """Show the payments of an order with their facts."""
    query = sa.select(payments).where(payments.c.order_id == asked.order_id)
    found = read(session, Payment, query.order_by(payments.c.edit))
    return said.Payments(
        payments=tuple(view(session, payment) for payment in found),
        version=sum(payment.version for payment in found),
    )


def payment(session: Session, payment_id: str) -> Payment:
    """Read a payment as it is."""
    found = read_one(session, Payment, payment_id)
    if found is None:
        raise NotFound("payment", payment_id, "payment_id")
    return found


def view(session: Session, payment: Payment) -> said.Payment:
    """Show a payment with its facts."""
    rows = session.execute(
        sa.select(facts).where(facts.c.payment_id == payment.payment_id).order_by(facts.c.seq)
    )
    return _payment(payment, tuple(_fact(row) for row in rows))


def find_payments(session: Session, asked: said.FindPayments) -> said.PaymentPage:
    """List payments, newest first."""
    _check_known("state", asked.state, tuple(State))
    _check_known("method", asked.method, get_args(PaymentMethod))
    query = sa.select(payments).order_by(payments.c.payment_id.desc()).limit(asked.limit + 1)
    if asked.state:
        query = query.where(payments.c.state == asked.state)
    if asked.method:
        query = query.where(payments.c.method == asked.method)
    if asked.after:
        query = query.where(payments.c.payment_id < asked.after)
    found = read(session, Payment, query)
    page = tuple(_payment(payment, ()) for payment in found[: asked.limit])
    return said.PaymentPage(
        payments=page, next=page[-1].payment_id if len(found) > asked.limit else ""
    )


def get_terms(session: Session, asked: said.TermsOf) -> said.Terms:
    """Show the terms of a customer."""
    agreed = read_one(session, CreditTerms, asked.customer.lower())
    if agreed is None:
        raise NotFound("customer with terms", asked.customer, "customer")
    return show_terms(agreed)


def show_terms(agreed: CreditTerms) -> said.Terms:
    """Show terms as others see them."""
    return said.Terms(
        customer=agreed.customer,
        credit_limit=Money(amount=agreed.credit_limit, currency=agreed.currency),
        net_days=agreed.net_days,
        note=agreed.note,
        version=agreed.version,
    )


def _check_known(field: str, asked: str, known: tuple[str, ...]) -> None:
    if asked and asked not in known:
        raise Refused("invalid", f"{asked!r} is none of {', '.join(known)}.", field)


def _payment(payment: Payment, told: tuple[said.PaymentFact, ...]) -> said.Payment:
    return said.Payment(
        payment_id=payment.payment_id,
        order_id=payment.order_id,
        method=payment.method,  # type: ignore[arg-type]
        state=payment.state,
        currency=payment.currency,
        amount=payment.amount,
        authorized=payment.authorized,
        captured=payment.captured,
        refunded=payment.refunded,
        action_url=payment.action_url,
        facts=told,
        version=payment.version,
        account=payment.account if payment.by_provider else "",
        decline=_decline(payment.code),
    )


def _decline(code: str) -> said.Decline | None:
    words = words_for(code)
    return said.Decline(code=code, en=words.en, de=words.de) if words else None


def _fact(row: Any) -> said.PaymentFact:
    return said.PaymentFact(
        at=row.at,
        kind=row.kind,
        amount=row.amount,
        reference=row.key,
        reason=row.reason,
        actor=row.actor,
    )
