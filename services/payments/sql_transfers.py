"""How are transfers kept in PostgreSQL?"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import Refused
from chassis.keeping import add, locked, read, take
from contracts import transfers as said
from contracts.values import Money
from services.payments.domain.payment import Payment, State
from services.payments.domain.transfer import (
    Booking,
    Expected,
    Transfer,
    TransferState,
    named_in,
)
from services.payments.tables import payments, transfers
from services.payments.transfers import expected_of

MOST_WAITING = 1000
LOCK = "select pg_advisory_xact_lock(hashtextextended('statements', 0))"


class SqlTransfers:
    """Transfers in PostgreSQL; one statement is imported at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep_new(self, found: Sequence[Transfer]) -> list[Transfer]:
        """Keep those that were not known."""
        self._session.execute(sa.text(LOCK))
        names = [one.bank_reference for one in found]
        query = sa.select(transfers.c.bank_reference).where(transfers.c.bank_reference.in_(names))
        known = set(self._session.scalars(query))
        new = [one for one in found if one.bank_reference not in known]
        add(self._session, *new)
        return new

    def waiting(self, bookings: Sequence[Booking]) -> list[Expected]:
        """Find the orders that wait for a transfer and may be meant."""
        numbers, ids = named_in(" ".join(one.text for one in bookings))
        owed = payments.c.amount - payments.c.captured
        may_be_meant = sa.or_(
            payments.c.number.in_(sorted(numbers)),
            payments.c.order_id.in_(sorted(ids)),
            owed.in_(sorted({one.amount for one in bookings})),
        )
        query = (
            sa.select(payments)
            .where(
                payments.c.method.in_(("bank_transfer", "invoice")),
                payments.c.state.in_((State.PENDING, State.AUTHORIZED, State.PARTIALLY_CAPTURED)),
                sa.not_(payments.c.void_asked),
                may_be_meant,
            )
            .order_by(payments.c.payment_id)
            .limit(MOST_WAITING)
            .with_for_update()
        )
        return [expected_of(payment) for payment in take(self._session, Payment, query)]

    def get(self, transfer_id: str) -> Transfer | None:
        """Find a transfer, locked."""
        return locked(self._session, Transfer, transfer_id)


def find_transfers(session: Session, asked: said.FindTransfers) -> said.TransferPage:
    """List transfers, newest first."""
    if asked.state and asked.state not in set(TransferState):
        reason = f"{asked.state!r} is none of {', '.join(TransferState)}."
        raise Refused("invalid", reason, "state")
    query = sa.select(transfers).order_by(transfers.c.transfer_id.desc()).limit(asked.limit + 1)
    if asked.state:
        query = query.where(transfers.c.state == asked.state)
    if asked.after:
        query = query.where(transfers.c.transfer_id < asked.after)
    found = read(session, Transfer, query)
    page = tuple(show(one) for one in found[: asked.limit])
    return said.TransferPage(
        transfers=page, next=page[-1].transfer_id if len(found) > asked.limit else ""
    )


def show(one: Transfer) -> said.TransferShown:
    """Show a transfer as others see it."""
    return said.TransferShown(
        transfer_id=one.transfer_id,
        booked_on=one.booked_on.isoformat(),
        amount=Money(amount=one.amount, currency=one.currency),
        payer=one.payer,
        text=one.text,
        state=one.state,  # type: ignore[arg-type]
        order_id=one.order_id,
        booked=one.booked,
        suggestions=one.suggestions,
        remark=one.remark,
        imported_at=one.imported_at,
        version=one.version,
    )
