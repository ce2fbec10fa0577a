"""How is an order found that nobody moves, and how is that told?

At each look the watchdog takes a page of open orders, one page after the other and then from the
start again; those whose deadline is long past; and what it has found before. It compares what is
`neglected` now with the rows that it keeps: what is new becomes a row; what is still so at a later
look is an exception, and told in the order's history; what is mended is told, too, and its row
goes. A moment's delay, or a clock that jumps, is thus no exception.

It is kept as a row and not as a run's problem, because some of it has no run to have a problem, and
because the engine forgets a problem when a run moves. Closed orders cost nothing: partial indexes
lead to the open ones. Replicas take turns (`skip locked`), so that each order is looked at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import telemetry
from chassis.saga_store import Runs
from chassis.transaction import Unit
from services.orders import sql_orders
from services.orders.domain.history import Change
from services.orders.domain.order import Order
from services.orders.exceptions import STUCK_RUNS
from services.orders.ports import Orders
from services.orders.sagas.neglect import KINDS, LATE, Glimpse, Neglected, neglected
from services.orders.tables import exceptions, orders, rounds, saga_runs

ORDERS_A_LOOK, EXCEPTIONS_A_LOOK, OVERDUE_A_LOOK = 200, 100, 100
SURE_AFTER = "5 seconds"
GLIMPSE = [orders.c[name] for name in Glimpse.__annotations__]
OF_RUN = "run_id saga subject_id step phase attempts deadline problem moved_at".split()
OPEN = sa.text("state in ('pending', 'confirmed')")  # as in the index


class Seen(NamedTuple):
    """What is wrong with an order by one look, and what was known to be."""

    wrong: Mapping[str, Neglected]
    known: Mapping[str, Any]

    @property
    def has_news(self) -> bool:
        """Tell whether anything is to be written."""
        return self.wrong.keys() != self.known.keys() or any(
            row.is_sure and not row.told_at for row in self.known.values()
        )


def look(work: Unit, kept: Orders, runs: Runs) -> None:
    """Take one look, unless another replica does."""
    session, now = work.session, work.now
    _count(session)
    turn = _take_turn(session)
    if turn is None:
        return
    ids = _page_of_open(session, turn.orders_after)
    known = _page_of_exceptions(session, turn.exceptions_after)
    looked_at = {*ids, *(row.order_id for row in known), *_overdue(session, now)}
    news = [order_id for order_id, seen in _see(session, looked_at, now).items() if seen.has_news]
    free = session.scalars(
        sa.select(orders.c.order_id)
        .where(orders.c.order_id.in_(news))
        .order_by(orders.c.order_id)
        .with_for_update(skip_locked=True)
    ).all()
    sql_orders.load_orders(session, free)
    for order_id in free:
        if order := kept.get(order_id):
            wrong = neglected(order, runs.of_subject(order_id), now)
            _write(session, order, wrong, work, kept)
    session.execute(
        sa.update(rounds).values(
            orders_after=ids[-1] if len(ids) == ORDERS_A_LOOK else "",
            exceptions_after=known[-1].exception_id if len(known) == EXCEPTIONS_A_LOOK else "",
        )
    )


def _take_turn(session: Session) -> Any:
    session.connection().exec_driver_sql(
        "insert into watch_rounds (name, orders_after, exceptions_after)"
        " values ('orders', '', '') on conflict do nothing"
    )
    return session.execute(sa.select(rounds).with_for_update(skip_locked=True)).first()


def _page_of_open(session: Session, after: str) -> list[str]:
    query = sa.select(orders.c.order_id).where(OPEN, orders.c.order_id > after)
    return list(session.scalars(query.order_by(orders.c.order_id).limit(ORDERS_A_LOOK)))


def _page_of_exceptions(session: Session, after: str) -> list[Any]:
    query = sa.select(exceptions.c.exception_id, exceptions.c.order_id)
    query = query.where(exceptions.c.exception_id > after).order_by(exceptions.c.exception_id)
    return list(session.execute(query.limit(EXCEPTIONS_A_LOOK)))


def _overdue(session: Session, now: datetime) -> list[str]:
    known = sa.select(exceptions.c.order_id).where(
        exceptions.c.exception_id == sa.literal("orders:overdue:") + saga_runs.c.run_id
    )
    query = sa.select(saga_runs.c.subject_id).where(
        saga_runs.c.deadline < now - LATE, ~known.exists()
    )
    return list(session.scalars(query.order_by(saga_runs.c.deadline).limit(OVERDUE_A_LOOK)))


def _see(session: Session, ids: Iterable[str], now: datetime) -> dict[str, Seen]:
    """Look at orders without locking them: nearly all are well."""
    wanted = sorted(ids)
    runs: dict[str, list[Any]] = defaultdict(list)
    columns = [saga_runs.c[name] for name in OF_RUN]
    for run in session.execute(sa.select(*columns).where(saga_runs.c.subject_id.in_(wanted))):
        runs[run.subject_id].append(run)
    known = _known(session, wanted)
    seen = {}
    for row in session.execute(sa.select(*GLIMPSE).where(orders.c.order_id.in_(wanted))):
        wrong = neglected(Glimpse(*row), runs[row.order_id], now)
        seen[row.order_id] = Seen({o.exception_id: o for o in wrong}, known[row.order_id])
    if gone := known.keys() - seen.keys():
        session.execute(sa.delete(exceptions).where(exceptions.c.order_id.in_(gone)))
    return seen


def _known(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    sure = sa.text(f"found_at < clock_timestamp() - interval '{SURE_AFTER}' as is_sure")
    rows = session.execute(sa.select(exceptions, sure).where(exceptions.c.order_id.in_(ids)))
    known: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        known[row.order_id][row.exception_id] = row
    return known


def _write(
    session: Session, order: Order, found: Iterable[Neglected], work: Unit, kept: Orders
) -> None:
    """Keep what is new, tell what is sure, and forget what is mended."""
    wrong = {one.exception_id: one for one in found}
    known = _known(session, [order.order_id])[order.order_id]
    for one in wrong.values():
        row = known.get(one.exception_id)
        if row is None:
            session.execute(
                sa.insert(exceptions).values(
                    exception_id=one.exception_id,
                    order_id=order.order_id,
                    **one._asdict(),
                )
            )
        elif row.is_sure and not row.told_at:
            session.execute(
                sa.update(exceptions)
                .where(exceptions.c.exception_id == one.exception_id)
                .values(told_at=work.now)
            )
            kept.tell(order, work, Change("does not go on", one.kind, reason=one.problem))
    mended = known.keys() - wrong.keys()
    if mended:
        session.execute(sa.delete(exceptions).where(exceptions.c.exception_id.in_(mended)))
    for exception_id in sorted(mended):
        if known[exception_id].told_at:
            kept.tell(order, work, Change("goes on", known[exception_id].kind))


def _count(session: Session) -> None:
    """Set the gauges; every replica does, so that none tells of yesterday."""
    rows = session.execute(
        sa.select(exceptions.c.kind, sa.func.count().label("number"))
        .where(exceptions.c.told_at.is_not(None))
        .group_by(exceptions.c.kind)
    )
    counts = dict.fromkeys(KINDS, 0) | {row.kind: row.number for row in rows}
    counts["run"] = (
        session.scalar(sa.select(sa.func.count()).select_from(saga_runs).where(STUCK_RUNS)) or 0
    )
    for kind, number in counts.items():
        telemetry.STUCK.labels("orders", kind).set(number)
