"""How does a channel do: what was heard of it last, what waits, what failed, what was missed?"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock
from chassis.errors import NotFound
from chassis.outside import call_again
from contracts.mending import ChannelFault, ChannelHealth, HealthOf
from services.channels.domain.pull import Pull
from services.channels.tables import connections, pulls

MISSED_WITHIN = timedelta(days=30)
FAULTS, COUNTED_AT_MOST, AGAIN_AT_ONCE = 10, 1000, 200
PUSHES = "kind = 'channels.push' and request->>'channel' = :channel"
COUNTS = sa.text(
    "select (select min(created_at) from outside_calls"  # noqa: S608 - our own words
    f"  where {PUSHES} and state = 'pending') as oldest,"
    f" (select count(*) from (select 1 from outside_calls where {PUSHES}"
    "  and state = 'pending' limit :most) w) as waiting,"
    f" (select count(*) from (select 1 from outside_calls where {PUSHES}"
    "  and state in ('refused', 'failed') limit :most) f) as failed,"
    " (select count(*) from (select 1 from inbound_orders where channel = :channel"
    "  and state = 'parked' limit :most) p) as parked,"
    " (select count(*) from (select 1 from inbound_orders where channel = :channel"
    "  and state = 'refused' and not canceled limit :most) r) as refused,"
    " (select count(*) from (select 1 from inbound_orders where channel = :channel and missed"
    "  and received_at > :since limit :most) m) as missed"
)
NEWEST = sa.text(
    "select * from ((select request->>'action' as what, subject, error as reason,"  # noqa: S608
    f" coalesce(done_at, created_at) as at from outside_calls where {PUSHES}"
    " and state in ('refused', 'failed') order by done_at desc nulls last limit :most)"
    " union all (select 'order', channel_order_id, reason, received_at from inbound_orders"
    " where channel = :channel and state = 'refused' and not canceled"
    " order by inbound_id desc limit :most)) f order by at desc limit :most"
)
FAILED = sa.text(
    f"select id from outside_calls where {PUSHES} and state in ('refused', 'failed')"  # noqa: S608
    " order by id limit :most for update skip locked"
)


def get_health(session: Session, asked: HealthOf) -> ChannelHealth:
    """Tell how a channel does."""
    channel, now = asked.channel, clock.now()
    row = session.execute(sa.select(connections).where(connections.c.channel == channel)).first()
    if row is None:
        raise NotFound("channel", channel, "channel")
    pull = session.execute(sa.select(pulls).where(pulls.c.channel == channel)).first()
    said = {"channel": channel, "most": COUNTED_AT_MOST, "since": now - MISSED_WITHIN}
    counts = session.execute(COUNTS, said).one()
    faults = session.execute(NEWEST, {"channel": channel, "most": FAULTS})
    return ChannelHealth(
        channel=channel,
        last_received_at=row.last_received_at,
        last_pulled_at=pull.last_at if pull else None,
        last_pushed_at=row.last_pushed_at,
        last_reconciled_at=pull.reconciled_at if pull else None,
        asked_until=(pull.cursor.newest or pull.cursor.since) if pull else None,
        lag_seconds=_lag(now, counts.oldest, pull),
        waiting=counts.waiting,
        failed=counts.failed,
        parked=counts.parked,
        refused=counts.refused,
        missed=counts.missed,
        pull_problem=pull.problem if pull else "",
        check_problem=row.check_problem,
        faults=tuple(
            ChannelFault(
                what=x.what, subject=x.subject[:255], reason=(x.reason or "")[:255], at=x.at
            )
            for x in faults
        ),
    )


def push_failed_again(session: Session, channel: str, now: datetime) -> int:
    """Tell a shop again what it would not hear, so much at once; return how much."""
    ids = session.scalars(FAILED, {"channel": channel, "most": AGAIN_AT_ONCE}).all()
    for call_id in ids:
        call_again(session, call_id, now)
    return len(ids)


def _lag(now: datetime, oldest: datetime | None, pull: sa.Row[tuple[Pull]] | None) -> int | None:
    """How late we are: with the oldest telling that waits, or with asking, whichever is later."""
    late = [now - oldest] if oldest else []
    if pull is not None:
        late.append(now - (pull.last_at or pull.pull_from))
    return max(int(max(late).total_seconds()), 0) if late else None
