"""How are payments kept in PostgreSQL, and what is locked before a batch is handled?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import outside
from chassis.keeping import add, insert_rows, load_locked, locked, take
from chassis.outside import Outcome
from chassis.sparing import TAKEN_UP_AT_ONCE
from contracts.payments import AuthorizePayment, PaymentFact, VoidPayment
from services.payments import asks
from services.payments.domain.attempt import AttemptState, Capture, Refund
from services.payments.domain.dispute import Dispute
from services.payments.domain.payment import Payment, State
from services.payments.domain.terms import CreditTerms
from services.payments.tables import captures, facts, invoices, payments, refunds, voided


class SqlPayments:
    """Payments in PostgreSQL; facts are written when the batch is finished."""

    def __init__(self, session: Session) -> None:
        self._session, self._info = session, session.info

    def of_order(self, order_id: str) -> Payment | None:
        """Find the first payment of an order."""
        return next(iter(self.all_of(order_id)), None)

    def all_of(self, order_id: str) -> Sequence[Payment]:
        """Find the payments of an order: the first, then those of edits."""
        by_order: dict[str, list[Payment]] = self._info.setdefault("by_order", {})
        if order_id not in by_order:
            load_payments(self._session, [order_id])
        return by_order[order_id]

    def get(self, payment_id: str) -> Payment | None:
        """Find a payment."""
        return locked(self._session, Payment, payment_id)

    def add(self, thing: Payment | Capture | Refund | CreditTerms | Dispute) -> None:
        """Keep something new."""
        if isinstance(thing, Payment):
            known = self._info.setdefault("by_order", {}).setdefault(thing.order_id, [])
            known.append(thing)
            self._info.setdefault("facts_known", set()).add(thing.payment_id)
        add(self._session, thing)

    def capture(self, order_id: str, capture_id: str) -> Capture | None:
        """Find a capture."""
        return locked(self._session, Capture, (order_id, capture_id))

    def refund(self, order_id: str, refund_id: str) -> Refund | None:
        """Find a refund."""
        return locked(self._session, Refund, (order_id, refund_id))

    def dispute(self, payment_id: str, dispute_id: str) -> Dispute | None:
        """Find a dispute."""
        return locked(self._session, Dispute, (payment_id, dispute_id))

    def unanswered(self, order_id: str) -> Sequence[Capture | Refund]:
        """Find the captures and refunds of which nobody knows whether they were made."""
        found: list[Capture | Refund] = []
        for cls, table in ((Capture, captures), (Refund, refunds)):
            unknown = sa.and_(table.c.order_id == order_id, table.c.state == AttemptState.UNKNOWN)
            found += take(self._session, cls, sa.select(table).where(unknown).with_for_update())
        return found

    def terms(self, customer: str) -> CreditTerms | None:
        """Find the terms of a customer."""
        return locked(self._session, CreditTerms, customer)

    def post(self, payment: Payment, fact: PaymentFact) -> bool:
        """Add a fact once for each `reference`; return whether it was new."""
        if self.noted(payment, fact.reference) is not None:
            return False
        payment.post(fact)
        row = {
            "payment_id": payment.payment_id, "seq": payment.seq, "kind": fact.kind,
            "amount": fact.amount, "key": fact.reference, "at": fact.at, "actor": fact.actor,
            "reason": fact.reason,
        }  # fmt: skip
        self._info.setdefault("facts", []).append(row)
        self._info["noted"][payment.payment_id, fact.reference] = fact.amount
        return True

    def noted(self, payment: Payment, key: str) -> int | None:
        """Tell the amount of the payment's fact with this key; None if there is none."""
        amounts: dict[tuple[str, str], int] = self._info.setdefault("noted", {})
        known: set[str] = self._info.setdefault("facts_known", set())
        if payment.payment_id not in known:
            load_facts(self._session, [payment.payment_id])
        return amounts.get((payment.payment_id, key))

    def is_void(self, order_id: str) -> bool:
        """Tell whether an order's payment was called off before it was asked for."""
        known: dict[str, bool] = self._info.setdefault("voided", {})
        if order_id not in known:
            query = sa.select(voided.c.order_id).where(voided.c.order_id == order_id)
            known[order_id] = self._session.execute(query).first() is not None
        return known[order_id]

    def mark_void(self, order_id: str, now: datetime) -> None:
        """Remember that an order's payment was called off."""
        if not self.is_void(order_id):
            self._info["voided"][order_id] = True
            insert_rows(self._session, voided, [{"order_id": order_id, "at": now}])

    def open_invoice(self, payment: Payment, amount: int, due: datetime, now: datetime) -> str:
        """Write the next invoice; its numbers are drawn in the transaction: no gaps."""
        number = (
            self._session.connection()
            .exec_driver_sql(
                "insert into counters (name, value) values ('invoice', 1) on conflict (name)"
                " do update set value = counters.value + 1 returning value"
            )
            .scalar_one()
        )
        row = {
            "number": number, "payment_id": payment.payment_id, "amount": amount, "paid": 0,
            "opened_at": now, "due_at": due,
        }  # fmt: skip
        insert_rows(self._session, invoices, [row])
        return str(number)

    def pay_invoices(self, payment: Payment) -> None:
        """Count what was captured against the invoices of a payment, oldest first."""
        rows = self._session.execute(
            sa.select(invoices.c.number, invoices.c.amount, invoices.c.paid)
            .where(invoices.c.payment_id == payment.payment_id)
            .order_by(invoices.c.number)
            .with_for_update()
        ).all()
        left = payment.captured
        for row in rows:
            paid = min(left, row.amount)
            left -= paid
            if paid != row.paid:
                self._change_invoices(invoices.c.number == row.number, paid=paid)

    def cancel_invoices(self, payment: Payment, now: datetime) -> None:
        """Mark the invoices of a payment as not to be paid any more."""
        self._change_invoices(invoices.c.payment_id == payment.payment_id, canceled_at=now)

    def hurry(self, poll: str, now: datetime) -> None:
        """Ask at once what would be asked later."""
        outside.hurry(self._session, asks.POLL, poll, now)

    def overdue(self, now: datetime, spared: Sequence[str] = ()) -> Sequence[Payment]:
        """Find payments that were waited for too long."""
        query = (
            sa.select(payments)
            .where(
                payments.c.state.in_([State.PENDING, State.REQUIRES_ACTION]),
                sa.not_(payments.c.void_asked),
                payments.c.until <= now,
                payments.c.payment_id.not_in(spared),
            )
            .order_by(payments.c.payment_id)
            .limit(TAKEN_UP_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        return take(self._session, Payment, query)

    def _change_invoices(self, which: sa.ColumnElement[bool], **values: Any) -> None:
        self._session.execute(sa.update(invoices).where(which).values(**values))


def load_payments(session: Session, order_ids: Sequence[str]) -> None:
    """Load and lock the payments of orders."""
    by_order: dict[str, list[Payment]] = session.info.setdefault("by_order", {})
    by_order.update((order_id, []) for order_id in order_ids)
    found = load_locked(session, Payment, order_ids, by=("order_id",))
    for payment in sorted(found, key=lambda one: one.edit):
        by_order[payment.order_id].append(payment)


def load_facts(session: Session, payment_ids: Sequence[str]) -> None:
    """Load the keys and amounts of the payments' facts."""
    rows = session.execute(
        sa.select(facts.c.payment_id, facts.c.key, facts.c.amount).where(
            facts.c.payment_id.in_(payment_ids)
        )
    )
    session.info.setdefault("noted", {}).update(((row[0], row[1]), row[2]) for row in rows)
    session.info.setdefault("facts_known", set()).update(payment_ids)


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock what a batch will touch: payments, facts, terms, captures, refunds."""
    _lock_orders(session, bodies)
    orders = sorted({order_id for b in bodies if (order_id := getattr(b, "order_id", ""))})
    outcomes = [body for body in bodies if isinstance(body, Outcome)]
    load_payments(session, orders)
    by_order: dict[str, list[Payment]] = session.info["by_order"]
    asked_for = load_locked(session, Payment, {o.call.subject for o in outcomes})
    by_order.update((payment.order_id, [payment]) for payment in asked_for)
    if several := [p.order_id for p in asked_for if p.edit or p.raises]:
        load_payments(session, several)
    found = {payment.payment_id: payment for known in by_order.values() for payment in known}
    if found:
        load_facts(session, sorted(found))
    if orders:
        query = sa.select(voided.c.order_id).where(voided.c.order_id.in_(orders))
        rows = session.scalars(query)
        session.info["voided"] = dict.fromkeys(orders, False) | dict.fromkeys(rows, True)
    customers = {b.customer.lower() for b in bodies if getattr(b, "method", "") == "invoice"}
    load_locked(session, CreditTerms, customers | {p.customer for p in found.values() if _owes(p)})
    for cls, name in ((Capture, "capture_id"), (Refund, "refund_id")):
        asked = [(b.order_id, getattr(b, name)) for b in bodies if getattr(b, name, "")]
        told = [
            (found[o.call.subject].order_id, o.call.request[name])
            for o in outcomes
            if name in o.call.request and o.call.subject in found
        ]
        load_locked(session, cls, asked + told)


def finish(work: Any) -> None:
    """Write the facts of a batch."""
    insert_rows(work.session, facts, work.session.info.pop("facts", []))


def _lock_orders(session: Session, bodies: Sequence[Any]) -> None:
    """Let one replica at a time decide whether an order's payment is asked for or called off.

    Neither finds a row to lock when it comes first, so that both could win.
    """
    orders = sorted({b.order_id for b in bodies if isinstance(b, AuthorizePayment | VoidPayment)})
    if orders:
        session.connection().exec_driver_sql(
            "select pg_advisory_xact_lock(hashtextextended(o, 0)) from unnest(%s::text[]) as t(o)",
            (orders,),
        )


def _owes(payment: Payment) -> bool:
    return payment.method == "invoice" and not payment.is_over
