"""What follows when a customer's bank wants money back? People must answer, and in time.

Until it is decided, or somebody says that it is seen to, a dispute is an exception.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import stuck
from chassis.errors import NotFound
from chassis.work import Work
from contracts.orders import WriteDown
from contracts.payments import PaymentDisputed
from contracts.stuck import DecideStuck, FindStuck, Stuck
from contracts.values import Money
from services.payments.domain.dispute import OPEN, Dispute
from services.payments.domain.payment import Payment
from services.payments.ports import Payments
from services.payments.tables import disputes
from services.payments.webhooks import Disputed

KIND = "dispute"


def take_dispute(told: Disputed, payment: Payment, work: Work, payments: Payments) -> None:
    """Keep what is told of a dispute, once for each of its turns."""
    dispute = payments.dispute(payment.payment_id, told.dispute_id)
    if dispute is None:
        dispute = Dispute(
            payment_id=payment.payment_id,
            dispute_id=told.dispute_id,
            order_id=payment.order_id,
            amount=told.amount,
            currency=told.currency,
            reason=told.reason,
            opened_at=work.now,
            respond_by=told.respond_by,
            status=told.status,
        )
        payments.add(dispute)
    elif not dispute.turn(told.status):
        return
    event = PaymentDisputed(
        order_id=dispute.order_id,
        dispute_id=dispute.dispute_id,
        amount=Money(amount=dispute.amount, currency=dispute.currency),
        status=told.status,
        reason=dispute.reason,
        respond_by=dispute.respond_by,
    )
    work.send(event, correlation_id=dispute.order_id)


def find_disputes(session: Session, asked: FindStuck) -> list[Stuck]:
    """List the disputes that nobody has seen to, oldest first."""
    parts = (f"payments:{KIND}:", disputes.c.payment_id, ":", disputes.c.dispute_id)
    name = sa.func.concat(*parts).collate("C")
    query = (
        sa.select(disputes, name.label("name"))
        .where(disputes.c.status == OPEN, ~disputes.c.seen)
        .where(sa.tuple_(disputes.c.opened_at, name) > stuck.position(asked))
        .order_by(disputes.c.opened_at, name)
        .limit(asked.limit + 1)
    )
    return [_stuck(row) for row in session.execute(query)]


def decide(wish: DecideStuck, work: Work, payments: Payments) -> bool:
    """Take it that a person has seen to a dispute; tells whether it was about one."""
    service, kind, payment_id, dispute_id = (*wish.exception_id.split(":", 3), "", "")[:4]
    if (service, kind) != ("payments", KIND):
        return False
    stuck.check_allowed(wish, ("skip",))
    dispute = payments.dispute(payment_id, dispute_id)
    if dispute is None:
        raise NotFound("exception", wish.exception_id, "exception_id")
    if not dispute.seen:
        dispute.seen = True
        told = WriteDown(
            order_id=dispute.order_id, action="dispute seen to", subject=dispute_id,
            reason=wish.reason, by=work.actor,
        )  # fmt: skip
        work.send(told, correlation_id=dispute.order_id)
    return True


def _stuck(row: Any) -> Stuck:
    money = Money(amount=row.amount, currency=row.currency)
    due = f", to be answered by {row.respond_by:%Y-%m-%d}" if row.respond_by else ""
    return Stuck(
        exception_id=row.name,
        kind=KIND,
        subject=row.dispute_id,
        since=row.opened_at,
        owner="people",
        problem=f"{money} are wanted back that were taken: {row.reason}{due}.",
        order_id=row.order_id,
        step="payments.disputed",
        allowed=("skip",),
    )
