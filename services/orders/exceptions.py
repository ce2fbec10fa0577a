"""What does not go on in orders, and what becomes of it when a person decides?

Two kinds in one list: runs of which the engine says that they need somebody (`is_stuck`; they are
told at once), and what the watchdog has found that nobody moves (`neglected`; a row each).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import stuck
from chassis.errors import NotFound
from chassis.keeping import read
from chassis.saga import TRIES_BEFORE_PROBLEM, Phase
from chassis.saga_store import Run, Runs
from chassis.transaction import Unit
from contracts.orders import ResolveStep, TellOwner, WriteDown
from contracts.stuck import DecideStuck, FindStuck, Stuck, StuckPage
from services.orders.domain.history import Change
from services.orders.domain.order import Order
from services.orders.handlers import resolve_step
from services.orders.ports import Orders, found
from services.orders.remedies import OF_A_RUN, moves, moves_of_run, remedy
from services.orders.sagas.neglect import Neglected, neglected
from services.orders.sagas.order_journey import SAGAS
from services.orders.tables import exceptions, orders, saga_runs

RUN = "orders:run:"
STUCK_RUNS = sa.and_(
    sa.text("(phase = 'waiting' or (problem <> '' and phase in ('forward', 'backward')))"),
    sa.or_(saga_runs.c.phase != Phase.BACKWARD, saga_runs.c.attempts > TRIES_BEFORE_PROBLEM),
)


def find_stuck(session: Session, asked: FindStuck) -> StuckPage:
    """List what does not go on, longest first."""
    here = [*_stuck_runs(session, asked), *_neglected(session, asked)]
    return stuck.page(asked, [*stuck.waiting(session, "orders", asked), *here])


def decide(wish: DecideStuck, work: Unit, orders: Orders, runs: Runs) -> None:
    """Do what a person decided about an exception."""
    _, kind, subject = (*wish.exception_id.split(":", 2), "", "")[:3]
    if kind in stuck.MOVES:
        stuck.decide("orders", wish, work)
        return
    order = found(orders, wish.order_id)
    if kind in OF_A_RUN:
        step = ResolveStep(
            order_id=order.order_id, run_id=subject, decision=wish.decision, reason=wish.reason
        )
        resolve_step(step, work, orders, runs)
        return
    known = runs.of_subject(order.order_id)
    named = (
        one for one in neglected(order, known, work.now) if one.exception_id == wish.exception_id
    )
    if (one := next(named, None)) is None:
        raise NotFound("exception", wish.exception_id, "exception_id")
    stuck.check_allowed(wish, moves(order, known, one))
    orders.tell(order, work, Change(f"exception {wish.decision}", one.kind, reason=wish.reason))
    remedy(order, one, wish.decision, wish.reason, work, orders, runs)


def write_down(command: WriteDown, work: Unit, orders: Orders) -> None:
    """Keep in an order's history what another service has let a person decide."""
    order = found(orders, command.order_id)
    change = Change(command.action, command.subject, reason=command.reason, actor=command.by)
    orders.tell(order, work, change)


def tell_owner(wish: TellOwner, work: Unit, orders: Orders) -> None:
    """Keep in an order's history who takes care of its exception from now on."""
    order = found(orders, wish.order_id)
    change = Change("exception assigned", wish.exception, before=wish.before, after=wish.after)
    orders.tell(order, work, change)


def _stuck_runs(session: Session, asked: FindStuck) -> list[Stuck]:
    at, after = stuck.position(asked)
    name = (sa.literal(RUN) + saga_runs.c.run_id).collate("C")
    query = (
        sa.select(saga_runs)
        .where(STUCK_RUNS, sa.tuple_(saga_runs.c.moved_at, name) > sa.tuple_(at, after))
        .where(sa.literal(asked.only).in_(("", name)))
        .order_by(saga_runs.c.moved_at, name)
        .limit(asked.limit + 1)
    )
    return [
        Stuck(
            exception_id=f"{RUN}{run.run_id}",
            kind="run",
            subject=run.run_id,
            since=run.moved_at,
            owner=_owner(run),
            problem=run.problem or f"{run.step} waits for a decision.",
            order_id=run.subject_id,
            step=run.step,
            allowed=moves_of_run(run),
        )
        for run in read(session, Run, query)
    ]


def _neglected(session: Session, asked: FindStuck) -> list[Stuck]:
    at, after = stuck.position(asked)
    name = exceptions.c.exception_id.collate("C")
    rows = session.execute(
        sa.select(exceptions)
        .where(
            exceptions.c.told_at.is_not(None),
            sa.tuple_(exceptions.c.since, name) > sa.tuple_(at, after),
            sa.literal(asked.only).in_(("", name)),
        )
        .order_by(exceptions.c.since, name)
        .limit(asked.limit + 1)
    ).all()
    ids = {row.order_id for row in rows}
    of_them = sa.select(orders).where(orders.c.order_id.in_(ids))
    known = {order.order_id: order for order in read(session, Order, of_them)}
    runs: dict[str, list[Run]] = {order_id: [] for order_id in ids}
    for run in read(session, Run, sa.select(saga_runs).where(saga_runs.c.subject_id.in_(ids))):
        runs[run.subject_id].append(run)
    return [_shown(row, known, runs[row.order_id]) for row in rows if row.order_id in known]


def _shown(row: Any, orders: Mapping[str, Order], runs: Sequence[Run]) -> Stuck:
    one = Neglected(row.kind, row.subject, row.since, row.problem, row.step)
    run = next((run for run in runs if run.run_id == row.subject), None)
    lost = row.kind in OF_A_RUN and run is None
    return Stuck(
        exception_id=row.exception_id,
        kind=row.kind,
        subject=row.subject,
        since=row.since,
        owner=_owner(run) if run and row.kind in OF_A_RUN else "people",
        problem=row.problem,
        order_id=row.order_id,
        step=row.step,
        allowed=() if lost else moves(orders[row.order_id], runs, one),
    )


def _owner(run: Run) -> str:
    """Name the service whose answer a run waits for: its people know what is wrong."""
    step = next((step for step in SAGAS[run.saga].steps if step.name == run.step), None)
    if step is None:
        return "orders"
    answers = step.undone if run.phase == Phase.BACKWARD else step.done
    return answers[0].owner if answers else "orders"
