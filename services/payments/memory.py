"""What is the port of payments in a test? Dictionaries that keep the same promises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.payments import PaymentFact
from services.payments.domain.attempt import AttemptState, Capture, Refund
from services.payments.domain.dispute import Dispute
from services.payments.domain.payment import Payment, State
from services.payments.domain.terms import CreditTerms


@dataclass
class Invoice:
    """An invoice as the memory keeps it."""

    payment_id: str
    amount: int
    due: datetime
    paid: int = 0
    canceled: bool = False


@dataclass
class MemoryPayments:
    """Payments with what belongs to them, in dictionaries."""

    payments: dict[str, Payment] = field(default_factory=dict)
    captures: dict[tuple[str, str], Capture] = field(default_factory=dict)
    refunds: dict[tuple[str, str], Refund] = field(default_factory=dict)
    disputes: dict[tuple[str, str], Dispute] = field(default_factory=dict)
    agreed: dict[str, CreditTerms] = field(default_factory=dict)
    facts: dict[str, list[PaymentFact]] = field(default_factory=dict)
    called_off: set[str] = field(default_factory=set)
    hurried: list[str] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)

    def of_order(self, order_id: str) -> Payment | None:
        """Find the first payment of an order."""
        return next(iter(self.all_of(order_id)), None)

    def all_of(self, order_id: str) -> Sequence[Payment]:
        """Find the payments of an order: the first, then those of edits."""
        found = [p for p in self.payments.values() if p.order_id == order_id]
        return sorted(found, key=lambda one: one.edit)

    def get(self, payment_id: str) -> Payment | None:
        """Find a payment."""
        return self.payments.get(payment_id)

    def add(self, thing: Payment | Capture | Refund | CreditTerms | Dispute) -> None:
        """Keep something new."""
        match thing:
            case Payment():
                self.payments[thing.payment_id] = thing
            case Capture():
                self.captures[thing.order_id, thing.capture_id] = thing
            case Refund():
                self.refunds[thing.order_id, thing.refund_id] = thing
            case Dispute():
                self.disputes[thing.payment_id, thing.dispute_id] = thing
            case CreditTerms():
                self.agreed[thing.customer] = thing

    def capture(self, order_id: str, capture_id: str) -> Capture | None:
        """Find a capture."""
        return self.captures.get((order_id, capture_id))

    def refund(self, order_id: str, refund_id: str) -> Refund | None:
        """Find a refund."""
        return self.refunds.get((order_id, refund_id))

    def dispute(self, payment_id: str, dispute_id: str) -> Dispute | None:
        """Find a dispute."""
        return self.disputes.get((payment_id, dispute_id))

    def unanswered(self, order_id: str) -> Sequence[Capture | Refund]:
        """Find the captures and refunds of which nobody knows whether they were made."""
        made: list[Capture | Refund] = [*self.captures.values(), *self.refunds.values()]
        return [m for m in made if m.order_id == order_id and m.state == AttemptState.UNKNOWN]

    def terms(self, customer: str) -> CreditTerms | None:
        """Find the terms of a customer."""
        return self.agreed.get(customer)

    def post(self, payment: Payment, fact: PaymentFact) -> bool:
        """Add a fact once for each `reference`; return whether it was new."""
        if self.noted(payment, fact.reference) is not None:
            return False
        payment.post(fact)
        self.facts.setdefault(payment.payment_id, []).append(fact)
        return True

    def noted(self, payment: Payment, key: str) -> int | None:
        """Tell the amount of the payment's fact with this key; None if there is none."""
        known = self.facts.get(payment.payment_id, [])
        return next((fact.amount for fact in known if fact.reference == key), None)

    def is_void(self, order_id: str) -> bool:
        """Tell whether an order's payment was called off before it was asked for."""
        return order_id in self.called_off

    def mark_void(self, order_id: str, now: datetime) -> None:  # noqa: ARG002 - nothing to prune
        """Remember that an order's payment was called off."""
        self.called_off.add(order_id)

    def open_invoice(self, payment: Payment, amount: int, due: datetime, now: datetime) -> str:  # noqa: ARG002
        """Write the next invoice; return its number."""
        self.invoices.append(Invoice(payment.payment_id, amount, due))
        return str(len(self.invoices))

    def pay_invoices(self, payment: Payment) -> None:
        """Count what was captured against the invoices of a payment, oldest first."""
        left = payment.captured
        for invoice in self._invoices_of(payment):
            invoice.paid = min(left, invoice.amount)
            left -= invoice.paid

    def cancel_invoices(self, payment: Payment, now: datetime) -> None:  # noqa: ARG002
        """Mark the invoices of a payment as not to be paid any more."""
        for invoice in self._invoices_of(payment):
            invoice.canceled = True

    def hurry(self, poll: str, now: datetime) -> None:  # noqa: ARG002 - memory has no time
        """Remember which poll must not wait."""
        self.hurried.append(poll)

    def overdue(self, now: datetime) -> Sequence[Payment]:
        """Find payments that were waited for too long."""
        waiting = (State.PENDING, State.REQUIRES_ACTION)
        return [
            payment
            for payment in self.payments.values()
            if payment.state in waiting and not payment.void_asked and payment.until <= now
        ]

    def _invoices_of(self, payment: Payment) -> list[Invoice]:
        return [i for i in self.invoices if i.payment_id == payment.payment_id]
