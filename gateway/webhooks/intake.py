"""How does an event get from the bus into what we deliver? Once, for each who wants to hear of it.

Subscriptions are locked (shared) before an event gets its number, until both are committed. So who
goes through the events in order of their numbers, for one subscription locked alone, misses none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.ids import new_id
from chassis.transaction import Unit
from contracts.message import Message
from gateway.webhooks.catalogue import Event, event_of, wants

HEARD = "heard"
LISTENERS = (
    # those that are paused, or being told of earlier events, hear of this one when they come to it
    "select subscription_id, events, state = 'active' and behind is null from webhook_subscriptions"
    " order by subscription_id for share"
)
KEEP = (
    "insert into webhook_events (event_id, type, subject, at, body)"
    " select i, t, s, a, b from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[],"
    " %s::text[]) with ordinality as e(i, t, s, a, b, n) order by n"
    " on conflict (event_id) do nothing returning seq, type, subject"
)
OPEN_LANES = (
    "insert into webhook_lanes (subscription_id, subject, due_at)"
    " select distinct s, j, %s::timestamptz from unnest(%s::text[], %s::text[]) as t(s, j)"
    " order by 1, 2"
    # nothing changes, but the lane is locked: it cannot be closed before what waits is in it
    " on conflict (subscription_id, subject) do update set tries = webhook_lanes.tries"
)
QUEUE = (
    "insert into webhook_deliveries"
    " (delivery_id, subscription_id, seq, type, subject, state, created_at)"
    " select d, s, q, t, j, 'pending', %s from unnest(%s::text[], %s::text[], %s::bigint[],"
    " %s::text[], %s::text[]) as t(d, s, q, t, j)"
    " on conflict (subscription_id, seq) do update set state = 'pending', done_at = null"
    " where webhook_deliveries.seq <= %s"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that is kept under its number."""

    seq: int
    type: str
    subject: str


def hear(message: Message, work: Unit) -> None:
    """Take note of a message; `keep_heard` keeps all of a batch."""
    event = event_of(message, work.message_id, work.now)
    work.session.info.setdefault(HEARD, []).append(event)


def keep_heard(work: Unit) -> None:
    """Keep what was heard in this batch, and queue it for those who want it."""
    heard: list[Event] = work.session.info.pop(HEARD, [])
    if not heard:
        return
    connection = work.session.connection()
    listeners = connection.exec_driver_sql(LISTENERS).all()
    if not listeners:
        return  # who subscribes later can be told of what happens from then on
    kept = keep(work.session, heard)
    wanted = [
        (identity, one)
        for identity, patterns, is_live in listeners
        for one in kept
        if is_live and wants(patterns, one.type)
    ]
    queue(work.session, wanted, work.now)


def keep(session: Session, events: Sequence[Event]) -> list[Kept]:
    """Keep events that are not kept yet, in their order."""
    rows = session.connection().exec_driver_sql(
        KEEP,
        (
            [e.event_id for e in events],
            [e.type for e in events],
            [e.subject for e in events],
            [e.at for e in events],
            [e.body for e in events],
        ),
    )
    return [Kept(*row) for row in rows]


def queue(
    session: Session, wanted: Sequence[tuple[str, Kept]], now: datetime, *, again_until: int = 0
) -> None:
    """Queue deliveries; what was delivered up to `again_until` is delivered once more."""
    if not wanted:
        return
    connection = session.connection()
    subscriptions = [subscription for subscription, _ in wanted]
    subjects = [one.subject for _, one in wanted]
    connection.exec_driver_sql(OPEN_LANES, (now, subscriptions, subjects))
    ids = sorted(new_id("whd") for _ in wanted)
    numbers, types = [one.seq for _, one in wanted], [one.type for _, one in wanted]
    values = (now, ids, subscriptions, numbers, types, subjects, again_until)
    connection.exec_driver_sql(QUEUE, values)


PAGE = 500
BEHIND = sa.text(
    "select subscription_id from webhook_subscriptions"
    " where state = 'active' and behind is not null order by subscription_id limit 100"
)
LOCKED = sa.text(
    "select subscription_id, events, behind, again_until from webhook_subscriptions"
    " where subscription_id = :id and state = 'active' and behind is not null for update"
)
NEXT = sa.text(
    "select seq, type, subject from webhook_events where seq > :behind order by seq limit :page"
)
MOVE_ON = sa.text(
    "update webhook_subscriptions set behind = :behind, again_until = :again"
    " where subscription_id = :id"
)


def catch_up(engine: sa.Engine, now: datetime) -> bool:
    """Go through a page of events for each subscription that is behind; tell if there are more."""
    with Session(engine) as session:
        behind = session.scalars(BEHIND).all()
    more = [_one_page(engine, identity, now) for identity in behind]
    return any(more)


def _one_page(engine: sa.Engine, identity: str, now: datetime) -> bool:
    with Session(engine) as session, session.begin():
        row = session.execute(LOCKED, {"id": identity}).first()
        if row is None:
            return False
        page = [Kept(*one) for one in session.execute(NEXT, {"behind": row.behind, "page": PAGE})]
        wanted = [(identity, one) for one in page if wants(row.events, one.type)]
        queue(session, wanted, now, again_until=row.again_until)
        more = len(page) == PAGE
        place = {"behind": page[-1].seq, "again": row.again_until} if more else {
            "behind": None, "again": 0,
        }  # fmt: skip
        session.execute(MOVE_ON, {"id": identity, **place})
        return more
