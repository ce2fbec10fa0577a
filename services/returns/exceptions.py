"""Which returns do not go on, and what becomes of them when a person decides?

    return        a step was refused or is not answered: the return has a problem
    undecided     the customer waits for a yes or a no, for a week by now
    no_journey    it is under way, and no run is about it
    journey_over  its run has ended, and it has not
    no_timer      its run has no deadline
    overdue       a deadline is long past, and no timer takes it up

It is looked up whenever somebody asks: only open returns are looked at, and an index leads to them.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock, stuck, telemetry
from chassis.errors import NotFound
from chassis.keeping import flush, read
from chassis.saga import Phase
from chassis.saga_store import Run, Runs
from chassis.transaction import Unit
from contracts.orders import WriteDown
from contracts.returns import DecideReturn, ResolveReturn
from contracts.stuck import DecideStuck, Decision, FindStuck, Stuck, StuckPage
from services.returns import handlers, journey
from services.returns.domain.return_order import DECISIONS, LIFE, ReturnOrder, State
from services.returns.ports import Returns
from services.returns.sagas.asks import Subject
from services.returns.sagas.return_journey import RETURN_JOURNEY
from services.returns.tables import OPEN, load, load_skus, returns

UNDECIDED_AFTER = timedelta(days=7)
KINDS = ("return", "undecided", "no_journey", "journey_over", "no_timer", "overdue")
WRONG = f"""
select r.return_id, r.order_id, r.problem, run.step, run.deadline,
 case when r.stuck <> '' then 'return'
  when r.state = 'requested' then case when r.opened_at < :undecided then 'undecided' end
  when run.run_id is null then 'no_journey'
  when run.phase in ('done', 'compensated') then 'journey_over'
  when run.phase in ('forward', 'backward') and run.deadline is null then 'no_timer'
  when run.deadline < :late then 'overdue' end as kind,
 coalesce(case when r.stuck = '' and run.deadline < :late then run.deadline end, run.moved_at,
  r.approved_at, r.opened_at) as since
 from returns r left join saga_runs run on run.run_id = r.return_id where r.{OPEN}
"""  # noqa: S608 - our own words
PROBLEMS = {
    "undecided": "Nobody has approved or declined it for a week.",
    "no_journey": "It is under way, and no journey moves it.",
    "journey_over": "Its journey has ended, and it has not.",
    "no_timer": "Its journey has neither a deadline nor an owner.",
    "overdue": "Its deadline is past, and no timer took it up.",
}


def find_stuck(session: Session, asked: FindStuck) -> StuckPage:
    """List what does not go on in returns, longest first."""
    at, after = stuck.position(asked)
    rows = session.execute(
        sa.text(
            f"select * from (select 'returns:' || kind || ':' || return_id as id, w.*"  # noqa: S608
            f" from ({WRONG}) as w where kind is not null) as w"
            " where (since, id collate \"C\") > (:at, :after) and :only in ('', id)"
            ' order by since, id collate "C" limit :limit'
        ),
        {**_times(), "at": at, "after": after, "limit": asked.limit + 1, "only": asked.only},
    ).all()
    query = sa.select(returns).where(returns.c.return_id.in_([row.return_id for row in rows]))
    known = {order.return_id: order for order in read(session, ReturnOrder, query)}
    here = [_shown(row, known[row.return_id]) for row in rows]
    return stuck.page(asked, [*stuck.waiting(session, "returns", asked), *here])


def decide(wish: DecideStuck, work: Unit, kept: Returns, runs: Runs) -> None:
    """Do what a person decided about an exception."""
    _, kind, return_id = (*wish.exception_id.split(":", 2), "", "")[:3]
    if kind in stuck.MOVES:
        stuck.decide("returns", wish, work)
        return
    load(work.session, [return_id])
    load_skus(work.session, [return_id])
    order = kept.get(return_id)
    run = next(iter(runs.of_subject(return_id)), None) if order else None
    if order is None or kind != _kind_now(work.session, return_id):
        raise NotFound("exception", wish.exception_id, "exception_id")
    stuck.check_allowed(wish, _moves(kind, run.step if run else "", order))
    if wish.decision == "compensate":
        off = DecideReturn(return_id=return_id, reason=wish.reason)
        handlers.end_return(off, State.CANCELED, work, kept, runs)
    elif kind == "return":
        step = ResolveReturn(return_id=return_id, decision=wish.decision, reason=wish.reason)
        handlers.resolve_return(step, work, kept, runs)
    else:
        _move(order, run, wish, work, kept, runs)
    work.send(
        WriteDown(
            order_id=order.order_id,
            action=f"exception {wish.decision}",
            subject=f"{return_id}: {kind}",
            reason=wish.reason,
            by=work.actor,
        ),
        correlation_id=order.order_id,
    )


def count(session: Session) -> None:
    """Set the gauges."""
    query = f"select kind, count(*) as number from ({WRONG}) as w group by kind"  # noqa: S608
    rows = session.execute(sa.text(query), _times())
    counted = dict.fromkeys(KINDS, 0) | {row.kind: row.number for row in rows if row.kind}
    for kind, number in counted.items():
        telemetry.STUCK.labels("returns", kind).set(number)


def _move(  # noqa: PLR0913 - what is to be done, and a handler's ports
    order: ReturnOrder, run: Run | None, wish: DecideStuck, work: Unit, kept: Returns, runs: Runs
) -> None:
    """Take up a journey that was lost, where the return stands now."""
    inspected = order.state == State.INSPECTED
    subject = Subject(order, kept.sale(order.order_id), kept.skus())  # type: ignore[arg-type]
    if run is None:
        run = Run(order.return_id, RETURN_JOURNEY.name, order.return_id, work.now, work.now)
        runs.add(run)
        run.step = "restock" if inspected else "label"
    elif not run.is_open:
        run.step = "restock" if inspected else "goods"
    run.phase, run.attempts = Phase.FORWARD.value, 1
    journey.resolve(wish.decision, wish.reason, subject, work, runs)


def _moves(kind: str, step: str, order: ReturnOrder) -> tuple[Decision, ...]:
    may_cancel = LIFE.allows(State(order.state), State.CANCELED)
    if kind == "return":
        return order.decisions  # type: ignore[return-value]
    back: tuple[Decision, ...] = ("compensate",) if may_cancel else ()
    if kind == "undecided":
        return back
    of_step = DECISIONS.get(step, ())
    by_hand: tuple[Decision, ...] = ("skip",) if "skip" in of_step else ()
    return ("retry", *(by_hand if kind in {"no_timer", "overdue"} else ()), *back)


def _shown(row: Any, order: ReturnOrder) -> Stuck:
    answers = next((s.done for s in RETURN_JOURNEY.steps if s.name == row.step), ())
    waits_for_us = row.kind == "undecided" or row.step == "goods" or not answers
    return Stuck(
        exception_id=row.id,
        kind=row.kind,
        subject=row.return_id,
        since=row.since,
        owner="people" if waits_for_us else answers[0].owner,
        problem=PROBLEMS.get(row.kind, row.problem),
        order_id=row.order_id,
        step=row.step or "",
        allowed=_moves(row.kind, row.step or "", order),
    )


def _kind_now(session: Session, return_id: str) -> str:
    flush(session)
    query = f"select kind from ({WRONG}) as w where return_id = :id"  # noqa: S608
    return str(session.scalar(sa.text(query), {**_times(), "id": return_id}) or "")


def _times() -> dict[str, Any]:
    now = clock.now()
    return {"late": now - stuck.LATE, "undecided": now - UNDECIDED_AFTER}
