"""What can be asked of one order? (Lists and counts: finding.py. What is stuck: exceptions.py.)"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.keeping import read, read_one
from chassis.saga_store import Run
from contracts import orders as said
from contracts.values import HistoryLine
from services.orders.domain import edited_lines, edits
from services.orders.domain.order import Order
from services.orders.editing import draw_edit
from services.orders.sagas.order_journey import SAGAS
from services.orders.sql_orders import SqlOrders, load_skus
from services.orders.tables import history, orders, saga_runs


def get_order(session: Session, asked: said.OrderRef) -> said.Order:
    """Tell everything about an order."""
    order = read_one(session, Order, asked.order_id)
    if order is None:
        raise NotFound("order", asked.order_id, "order_id")
    return view(session, order)


def get_orders(session: Session, asked: said.OrdersNamed) -> said.Orders:
    """Tell everything about several orders but their journeys."""
    found = read(session, Order, sa.select(orders).where(orders.c.order_id.in_(asked.order_ids)))
    return said.Orders(orders=tuple(_shown(order, ()) for order in found))


def get_origins(session: Session, asked: said.OriginsOf) -> said.Origins:
    """Tell from which channels orders are."""
    query = sa.select(orders.c.order_id, orders.c.channel)
    rows = session.execute(query.where(orders.c.order_id.in_(asked.order_ids))).all()
    return said.Origins(
        origins=tuple(said.Origin(order_id=row.order_id, channel=row.channel) for row in rows)
    )


def view(session: Session, order: Order) -> said.Order:
    """Show an order with its journey and what may be done with it."""
    runs = read(
        session,
        Run,
        sa.select(saga_runs)
        .where(saga_runs.c.subject_id == order.order_id)
        .order_by(saga_runs.c.run_id),
    )
    return _shown(order, runs)


def _shown(order: Order, runs: Iterable[Run]) -> said.Order:
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
        editing=_editing(order),
    )


def preview_edit(session: Session, asked: said.EditOrder) -> said.EditPreview:
    """Tell what an edit would do; the same is refused that the edit would refuse."""
    order = read_one(session, Order, asked.order_id)
    if order is None:
        raise NotFound("order", asked.order_id, "order_id")
    order.expect_version(asked.expected_version)
    load_skus(session, [line.sku for line in asked.added])
    known = SqlOrders(session)
    edit = draw_edit(asked, order, known, by="", at=clock.now(), new_id=new_id)
    return said.EditPreview(
        order_id=order.order_id,
        version=order.version,
        changes=edits.changes(order, edit),
        difference=edited_lines.difference(order, edit),
        currency=order.currency,
        asks_warehouse=edits.asks_warehouse(order, edit),
        lines=edited_lines.shown(order, edit),
        total=edited_lines.total(order, edit),
        tax=edited_lines.tax(order, edit),
        delivery=order.delivery_net,
        settlement=edited_lines.settlement(order, edit),
    )


def get_history(session: Session, asked: said.GetHistory) -> said.History:
    """Tell what happened to an order, in order."""
    rows = session.execute(
        sa.select(history)
        .where(history.c.order_id == asked.order_id, history.c.seq > asked.after)
        .order_by(history.c.seq)
        .limit(asked.limit)
    ).all()
    if not rows and read_one(session, Order, asked.order_id) is None:
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


def _step(run: Run) -> said.JourneyStep:
    return said.JourneyStep(
        saga=run.saga,
        run_id=run.run_id,
        step=run.step,
        phase=run.phase,
        deadline=run.deadline,
        attempts=run.attempts,
        problem=run.problem,
        steps=tuple(step.name for step in SAGAS[run.saga].steps) if run.saga in SAGAS else (),
    )


def _editing(order: Order) -> said.PendingEdit | None:
    edit = order.editing
    if edit is None:
        return None
    changes = edits.changes(order, edit)
    return said.PendingEdit(by=edit.by, at=edit.at, reason=edit.reason, changes=changes)


def _allowed(order: Order) -> tuple[str, ...]:
    allowed = ["tag", "note"]
    if order.may_hold:
        allowed.append("hold")
    if order.holds:
        allowed.append("release")
    if order.may_cancel:
        allowed.append("cancel")
    if not edits.why_not(order):
        allowed.append("edit")
    if edits.may_edit_lines(order):
        allowed.append("edit_lines")
    if order.captured > order.refunded:
        allowed.append("refund")
    if any(line.shipped > line.returned for line in order.lines):
        allowed.append("return")
    return tuple(allowed)
