"""Where do the handlers of payments find things? A port, implemented in sql_payments.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from contracts.payments import PaymentFact
from services.payments.domain.account import Again
from services.payments.domain.attempt import Capture, Refund
from services.payments.domain.dispute import Dispute
from services.payments.domain.payment import Payment
from services.payments.domain.terms import CreditTerms


class Chooses(Protocol):
    """Knows the accounts at payment providers."""

    def choose(self, method: str, currency: str, named: str) -> str:
        """Decide which account an order is paid with, or refuse it."""

    def again(self, account: str) -> Again | None:
        """Tell how a customer may pay again whose payment with this account was declined."""


class Payments(Protocol):
    """Payments with what belongs to them; all of it locked."""

    def of_order(self, order_id: str) -> Payment | None:
        """Find the first payment of an order."""

    def all_of(self, order_id: str) -> Sequence[Payment]:
        """Find the payments of an order: the first, then those of edits."""

    def get(self, payment_id: str) -> Payment | None:
        """Find a payment."""

    def add(self, thing: Payment | Capture | Refund | CreditTerms | Dispute) -> None:
        """Keep something new."""

    def capture(self, order_id: str, capture_id: str) -> Capture | None:
        """Find a capture."""

    def refund(self, order_id: str, refund_id: str) -> Refund | None:
        """Find a refund."""

    def dispute(self, payment_id: str, dispute_id: str) -> Dispute | None:
        """Find a dispute."""

    def unanswered(self, order_id: str) -> Sequence[Capture | Refund]:
        """Find the captures and refunds of which nobody knows whether they were made."""

    def terms(self, customer: str) -> CreditTerms | None:
        """Find the terms of a customer."""

    def post(self, payment: Payment, fact: PaymentFact) -> bool:
        """Add a fact once for each `reference`; return whether it was new."""

    def noted(self, payment: Payment, key: str) -> int | None:
        """Tell the amount of the payment's fact with this key; None if there is none."""

    def is_void(self, order_id: str) -> bool:
        """Tell whether an order's payment was called off before it was asked for."""

    def mark_void(self, order_id: str, now: datetime) -> None:
        """Remember that an order's payment was called off."""

    def open_invoice(self, payment: Payment, amount: int, due: datetime, now: datetime) -> str:
        """Write the next invoice; return its number."""

    def pay_invoices(self, payment: Payment) -> None:
        """Count what was captured against the invoices of a payment, oldest first."""

    def cancel_invoices(self, payment: Payment, now: datetime) -> None:
        """Mark the invoices of a payment as not to be paid any more."""

    def hurry(self, poll: str, now: datetime) -> None:
        """Ask at once what would be asked later."""

    def overdue(self, now: datetime) -> Sequence[Payment]:
        """Find payments that were waited for too long."""
