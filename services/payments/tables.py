"""Where is money written down? Payments, their facts, captures, refunds, terms, invoices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Session

from chassis.outside import Outcome
from chassis.store import Instant, add, insert_rows, load_locked, locked, new_metadata
from chassis.work import Work
from contracts.payments import PaymentFact
from services.payments.domain.payment import Capture, CreditTerms, Payment, Refund

metadata = new_metadata()
payments = sa.Table(
    "payments",
    metadata,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False, unique=True),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("customer", sa.Text, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("authorized", sa.BigInteger, nullable=False),
    sa.Column("captured", sa.BigInteger, nullable=False),
    sa.Column("refunded", sa.BigInteger, nullable=False),
    sa.Column("refunding", sa.BigInteger, nullable=False),
    sa.Column("void_asked", sa.Boolean, nullable=False),
    sa.Column("action_url", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("0 <= refunded and refunded <= captured", name="refunded"),
    sa.CheckConstraint("captured <= authorized and authorized <= amount", name="captured"),
    sa.CheckConstraint("0 <= refunding and refunded + refunding <= captured", name="refunding"),
    sa.Index(
        "ix_payments_waiting",
        "until",
        postgresql_where=sa.text("state in ('pending', 'requires_action')"),
    ),
    sa.Index("ix_payments_state", "state", sa.text("payment_id desc")),
)
facts = sa.Table(
    "payment_facts",
    metadata,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.UniqueConstraint("payment_id", "key"),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
)
captures = sa.Table(
    "captures",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("capture_id", sa.Text, primary_key=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
refunds = sa.Table(
    "refunds",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("refund_id", sa.Text, primary_key=True),
    sa.Column("payment_id", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
)
terms = sa.Table(
    "credit_terms",
    metadata,
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("credit_limit", sa.BigInteger, nullable=False),
    sa.Column("net_days", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("exposure", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("exposure >= 0", name="exposure"),
)
invoices = sa.Table(
    "invoices",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("payment_id", sa.Text, nullable=False, index=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("paid", sa.BigInteger, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.CheckConstraint("0 <= paid and paid <= amount", name="paid"),
)
counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
voided = sa.Table(
    "voided_orders",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
sandbox = sa.Table(
    "provider_ledger",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("fails", sa.Boolean, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False, server_default="1"),
    schema="sandbox",
)
_mapped = orm.registry(metadata=metadata)
for _cls, _table in (
    (Payment, payments), (Capture, captures), (Refund, refunds), (CreditTerms, terms),
):  # fmt: skip
    _mapped.map_imperatively(_cls, _table)


class SqlPayments:
    """Payments in PostgreSQL; facts are written when the batch is finished."""

    def __init__(self, session: Session) -> None:
        self._session, self._info = session, session.info

    def of_order(self, order_id: str) -> Payment | None:
        """Find the payment of an order."""
        by_order: dict[str, Payment | None] = self._info.setdefault("by_order", {})
        if order_id not in by_order:
            load_payments(self._session, [order_id])
        return by_order[order_id]

    def get(self, payment_id: str) -> Payment | None:
        """Find a payment."""
        return locked(self._session, Payment, payment_id)

    def add(self, thing: Payment | Capture | Refund | CreditTerms) -> None:
        """Keep something new."""
        if isinstance(thing, Payment):
            self._info["by_order"][thing.order_id] = thing
            self._info.setdefault("new_payments", set()).add(thing.payment_id)
        add(self._session, thing)

    def capture(self, order_id: str, capture_id: str) -> Capture | None:
        """Find a capture."""
        return locked(self._session, Capture, (order_id, capture_id))

    def refund(self, order_id: str, refund_id: str) -> Refund | None:
        """Find a refund."""
        return locked(self._session, Refund, (order_id, refund_id))

    def terms(self, customer: str) -> CreditTerms | None:
        """Find the terms of a customer."""
        return locked(self._session, CreditTerms, customer)

    def post(self, payment: Payment, fact: PaymentFact, key: str, work: Work) -> bool:  # noqa: ARG002
        """Add a fact once for each key; return whether it was new."""
        if self.has_fact(payment, key):
            return False
        payment.post(fact)
        row = {
            "payment_id": payment.payment_id, "seq": payment.seq, "kind": fact.kind,
            "amount": fact.amount, "key": key, "at": fact.at, "actor": fact.actor,
            "reason": fact.reason,
        }  # fmt: skip
        self._info.setdefault("facts", []).append(row)
        self._info["fact_keys"].add((payment.payment_id, key))
        return True

    def has_fact(self, payment: Payment, key: str) -> bool:
        """Tell whether a fact with the key is there."""
        keys: set[tuple[str, str]] = self._info.setdefault("fact_keys", set())
        if (payment.payment_id, key) in keys:
            return True
        if payment.payment_id in self._info.get("facts_known", ()):
            return False
        if payment.payment_id in self._info.get("new_payments", ()):
            return False
        load_fact_keys(self._session, [payment.payment_id])
        return (payment.payment_id, key) in keys

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
        """Write the next invoice; its numbers have no gaps, for they are drawn in the transaction."""
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

    def pay_invoices(self, payment: Payment, amount: int) -> None:
        """Count money against the invoices of a payment, oldest first."""
        rows = self._session.execute(
            sa.select(invoices)
            .where(invoices.c.payment_id == payment.payment_id)
            .order_by(invoices.c.number)
            .with_for_update()
        ).all()
        for row in rows:
            part = min(amount, row.amount - row.paid)
            amount -= part
            if part:
                self._session.execute(
                    sa.update(invoices)
                    .where(invoices.c.number == row.number)
                    .values(paid=row.paid + part)
                )

    def captured_by_shipments(self, order_id: str) -> int:
        """Sum up the captures of an order that were not refused."""
        self._session.flush()
        query = sa.select(sa.func.coalesce(sa.func.sum(captures.c.amount), 0)).where(
            captures.c.order_id == order_id, captures.c.state != "failed"
        )
        return int(self._session.scalar(query) or 0)

    def overdue(self, now: datetime, limit: int = 100) -> Sequence[Payment]:
        """Find payments that were waited for too long."""
        query = (
            sa.select(Payment)
            .where(payments.c.state.in_(["pending", "requires_action"]), payments.c.until <= now)
            .order_by(payments.c.payment_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._session.scalars(query).all()


def load_payments(session: Session, order_ids: Sequence[str]) -> None:
    """Load and lock the payments of orders."""
    by_order = session.info.setdefault("by_order", {})
    by_order.update(dict.fromkeys(order_ids))
    for payment in load_locked(session, Payment, order_ids, by=payments.c.order_id):
        by_order[payment.order_id] = payment


def load_fact_keys(session: Session, payment_ids: Sequence[str]) -> None:
    """Load by which keys the payments' facts are known."""
    rows = session.execute(
        sa.select(facts.c.payment_id, facts.c.key).where(facts.c.payment_id.in_(payment_ids))
    )
    session.info.setdefault("fact_keys", set()).update((row[0], row[1]) for row in rows)
    session.info.setdefault("facts_known", set()).update(payment_ids)


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock what a batch will touch: payments, facts, terms, captures, refunds."""
    orders = sorted({order_id for b in bodies if (order_id := getattr(b, "order_id", ""))})
    subjects = sorted({b.call.subject for b in bodies if isinstance(b, Outcome)})
    load_payments(session, orders)
    for payment in load_locked(session, Payment, subjects):
        session.info["by_order"][payment.order_id] = payment
    known = [p.payment_id for p in session.info["by_order"].values() if p]
    if known:
        load_fact_keys(session, known)
    if orders:
        query = sa.select(voided.c.order_id).where(voided.c.order_id.in_(orders))
        rows = session.scalars(query)
        session.info["voided"] = dict.fromkeys(orders, False) | dict.fromkeys(rows, True)
    customers = {b.customer.lower() for b in bodies if getattr(b, "method", "") == "invoice"}
    load_locked(session, CreditTerms, customers)
    load_locked(session, Capture, _pairs(bodies, "capture_id"))
    load_locked(session, Refund, _pairs(bodies, "refund_id"))


def _pairs(bodies: Sequence[Any], name: str) -> list[tuple[str, str]]:
    return [(b.order_id, getattr(b, name)) for b in bodies if getattr(b, name, "")]


def finish(work: Any) -> None:
    """Write the facts of a batch."""
    insert_rows(work.session, facts, work.session.info.pop("facts", []))
