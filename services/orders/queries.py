"""What can be asked of orders?"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.saga import TRIES_BEFORE_PROBLEM, Phase
from chassis.saga_store import Run
from contracts import orders as said
from contracts.values import HistoryLine, Money
from services.orders.domain.order import Order
from services.orders.tables import TAGGED, history, orders, saga_runs, search
from services.orders.words import query_for


def get_order(session: Session, asked: said.OrderRef) -> said.Order:
    """Tell everything about an order."""
    order = session.get(Order, asked.order_id)
    if order is None:
        raise NotFound("order", asked.order_id, "order_id")
    return view(session, order)


def view(session: Session, order: Order) -> said.Order:
    """Show an order with its journey and what may be done with it."""
    runs = session.scalars(
        sa.select(Run).where(saga_runs.c.subject_id == order.order_id).order_by(saga_runs.c.run_id)
    )
    return said.Order(
        order_id=order.order_id,
        number=order.number,
        version=order.version,
        status=order.state,
        payment_status=order.payment_status,
        fulfillment_status=order.fulfillment_status,
        channel=order.channel,
        channel_order_id=order.channel_order_id,
        currency=order.currency,
        total=order.total,
        taxes_included=order.taxes_included,
        captured=order.captured,
        refunded=order.refunded,
        owed=0 if order.is_off else order.due - order.captured,
        payment_method=order.payment_method,
        customer=order.customer,
        ship_to=order.ship_to,
        bill_to=order.bill_to,
        delivery=order.delivery,
        lines=order.lines,
        placed_at=order.placed_at,
        holds=order.holds,
        tags=order.tags,
        notes=order.notes,
        fulfillments=tuple(sending.told() for sending in order.sendings),
        journey=tuple(_step(run) for run in runs),
        allowed=_allowed(order),
    )


def find_orders(session: Session, asked: said.FindOrders) -> said.OrderPage:
    """List orders, newest first, by keyset."""
    query = sa.select(*(orders.c[name] for name in ROW), orders.c.customer_name).order_by(
        orders.c.placed_at.desc(), orders.c.order_id.desc()
    )
    for column, wanted in (
        (orders.c.state, asked.status),
        (orders.c.payment_status, asked.payment_status),
        (orders.c.fulfillment_status, asked.fulfillment_status),
        (orders.c.channel, asked.channel),
    ):
        if wanted:
            query = query.where(column == wanted)
    if asked.placed_from:
        query = query.where(orders.c.placed_at >= asked.placed_from)
    if asked.placed_to:
        query = query.where(orders.c.placed_at < asked.placed_to)
    if words := query_for(asked.text):
        query = query.where(orders.c.order_id.in_(_matching(words)))
    if asked.tag:
        has_tag = sa.type_coerce(orders.c.tags, JSONB).contains([asked.tag])
        query = query.where(TAGGED, has_tag)  # both, so that the index on tags is used
    if asked.after:
        query = query.where(sa.tuple_(orders.c.placed_at, orders.c.order_id) < _cursor(asked.after))
    rows = session.execute(query.limit(asked.limit + 1)).all()
    page = tuple(_row(row) for row in rows[: asked.limit])
    more = len(rows) > asked.limit
    return said.OrderPage(
        orders=page, next=f"{page[-1].placed_at.isoformat()}|{page[-1].order_id}" if more else ""
    )


ROW = (
    "order_id", "number", "state", "payment_status", "fulfillment_status", "channel",
    "channel_order_id", "total", "currency", "tags", "placed_at",
)  # fmt: skip


def get_history(session: Session, asked: said.GetHistory) -> said.History:
    """Tell what happened to an order, in order."""
    rows = session.execute(
        sa.select(history)
        .where(history.c.order_id == asked.order_id, history.c.seq > asked.after)
        .order_by(history.c.seq)
        .limit(asked.limit)
    ).all()
    if not rows and session.get(Order, asked.order_id) is None:
        raise NotFound("order", asked.order_id, "order_id")
    return said.History(
        order_id=asked.order_id,
        lines=tuple(
            HistoryLine(
                seq=row.seq, at=row.at, actor=row.actor, action=row.action, subject=row.subject,
                before=row.before, after=row.after, reason=row.reason,
            )
            for row in rows
        ),
    )  # fmt: skip


def find_stuck(session: Session, asked: said.FindStuck) -> said.StuckPage:
    """List the runs that wait for a person or are overdue: the same that `is_stuck` tells."""
    query = (
        sa.select(Run)
        .where(
            sa.text("phase = 'waiting' or (problem <> '' and phase in ('forward', 'backward'))"),
            sa.or_(
                saga_runs.c.phase != Phase.BACKWARD, saga_runs.c.attempts > TRIES_BEFORE_PROBLEM
            ),
            saga_runs.c.run_id > asked.after,
        )
        .order_by(saga_runs.c.run_id)
        .limit(asked.limit + 1)
    )
    runs = session.scalars(query).all()
    page = runs[: asked.limit]
    return said.StuckPage(
        runs=tuple(
            said.StuckRun(order_id=run.subject_id, run=_step(run), since=run.moved_at)
            for run in page
        ),
        next=page[-1].run_id if len(runs) > asked.limit else "",
    )


def _matching(words: str) -> Any:
    matches = sa.text("terms @@ cast(:words as tsquery)").bindparams(words=words)
    return sa.select(search.c.order_id).where(matches)


def _cursor(after: str) -> Any:
    at, _, order_id = after.partition("|")
    try:
        return sa.tuple_(sa.literal(datetime.fromisoformat(at)), sa.literal(order_id))
    except ValueError:
        raise Refused("bad_cursor", "This is not the `next` of a page.", "after") from None


def _row(row: Any) -> said.OrderRow:
    return said.OrderRow(
        order_id=row.order_id,
        number=row.number,
        status=row.state,
        payment_status=row.payment_status,
        fulfillment_status=row.fulfillment_status,
        channel=row.channel,
        channel_order_id=row.channel_order_id,
        customer=row.customer_name,
        total=Money(amount=row.total, currency=row.currency),
        tags=row.tags,
        placed_at=row.placed_at,
    )


def _step(run: Run) -> said.JourneyStep:
    return said.JourneyStep(
        saga=run.saga,
        run_id=run.run_id,
        step=run.step,
        phase=run.phase,
        deadline=run.deadline,
        attempts=run.attempts,
        problem=run.problem,
    )


def _allowed(order: Order) -> tuple[str, ...]:
    allowed = ["tag", "note"]
    if order.may_hold:
        allowed.append("hold")
    if order.holds:
        allowed.append("release")
    if order.may_cancel:
        allowed.append("cancel")
    return tuple(allowed)
