"""How is an order paid after it has left? By invoice, on terms that were agreed before."""

from chassis.errors import NotFound, Refused, check_version
from chassis.work import Work
from contracts.payments import SetTerms
from services.payments.domain.payment import Payment
from services.payments.domain.terms import CreditTerms
from services.payments.ports import Payments
from services.payments.securing import fail, secure


def set_terms(wish: SetTerms, payments: Payments) -> CreditTerms:
    """Agree on terms with a customer."""
    limit = wish.credit_limit
    if limit.amount < 0:
        reason = f"A credit limit cannot be negative: {limit}."
        raise Refused("invalid", reason, "credit_limit.amount")
    customer = wish.customer.lower()
    terms = payments.terms(customer)
    if terms is None:
        if wish.expected_version is not None:
            raise NotFound("customer with terms", wish.customer, "customer")
        terms = CreditTerms(customer, limit.currency, limit.amount, wish.net_days, wish.note)
        payments.add(terms)
    else:
        check_version("Terms", customer, wish.expected_version, terms.version)
        terms.agree(wish)
    return terms


def trust(payment: Payment, work: Work, payments: Payments) -> None:
    """Let the customer owe the amount, if the terms allow it."""
    try:
        lend(payment, payment.amount, payments)
    except Refused as refusal:
        fail(payment, refusal.code, refusal.message, work, payments)
    else:
        secure(payment, "terms", work, payments)


def lend(payment: Payment, amount: int, payments: Payments) -> None:
    """Count so much more as owed by the customer, or refuse it."""
    terms = payments.terms(payment.customer)
    if terms is None or terms.currency != payment.currency:
        raise Refused("no_terms", "No terms in this currency are agreed with the customer.")
    if not terms.allows(amount):
        reason = (
            f"The credit limit is {terms.credit_limit}, {terms.exposure} are owed already, "
            f"and this order is {amount}."
        )
        raise Refused("credit_limit", reason)
    terms.exposure += amount


def forgo(payment: Payment, amount: int, payments: Payments) -> None:
    """Count so much less as owed by the customer."""
    if payment.method == "invoice" and (terms := payments.terms(payment.customer)):
        terms.exposure -= amount


def bill(payment: Payment, amount: int, work: Work, payments: Payments) -> str:
    """Write an invoice for what has left; money that came before it counts at once."""
    terms = payments.terms(payment.customer)
    due = terms.due_date(work.now) if terms else work.now
    number = payments.open_invoice(payment, amount, due, work.now)
    payments.pay_invoices(payment)
    return number


def count_paid(payment: Payment, amount: int, payments: Payments) -> None:
    """Lower what the customer owes by money that was captured just now."""
    payments.pay_invoices(payment)
    if terms := payments.terms(payment.customer):
        terms.exposure -= amount


def forgive(payment: Payment, work: Work, payments: Payments) -> None:
    """Want no more money for an order that was called off."""
    payments.cancel_invoices(payment, work.now)
    forgo(payment, payment.owed, payments)
