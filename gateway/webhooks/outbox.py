"""What is sent next, and what follows from how it went? The state of deliveries and their lanes.

A lane is leased while its first delivery is being sent; the lease is also a token. If its holder
dies, the lane is taken up again when the lease is over: the same event goes out under the same id.
If the holder was only slow, and somebody else has the lane by then, it writes down what it did and
decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.sealing import unseal
from gateway.webhooks.patience import PAUSED_AFTER, Attempt, next_try

LEASE = timedelta(seconds=20)
TAKE = sa.text(
    "update webhook_lanes l set due_at = :until from ("
    " select w.subscription_id, w.subject from webhook_subscriptions s cross join lateral ("
    "  select subscription_id, subject, due_at from webhook_lanes"
    "  where subscription_id = s.subscription_id and due_at <= :now"
    "  order by due_at limit :each for update skip locked) w"
    " where s.state = 'active' and s.subscription_id <> all(:busy)"
    " order by w.due_at limit :most) due"
    " where l.subscription_id = due.subscription_id and l.subject = due.subject"
    " returning l.subscription_id, l.subject, l.due_at"
)
LOCK = sa.text(
    "select tries, since from webhook_lanes where subscription_id = :subscription"
    " and subject = :subject and due_at = :due_at for update"
)
FIRST = sa.text(
    "select d.delivery_id, e.event_id, e.body, s.state, s.url, s.secret, s.old_secret,"
    " s.old_secret_until, s.failing_since"
    " from webhook_deliveries d join webhook_subscriptions s using (subscription_id)"
    " left join webhook_events e using (seq)"
    " where d.subscription_id = :subscription and d.subject = :subject and d.state = 'pending'"
    " order by d.seq limit 1"
)
CLOSE = sa.text(
    "delete from webhook_lanes where subscription_id = :subscription and subject = :subject"
)
PUT_OFF = sa.text(
    "update webhook_lanes set due_at = :until, tries = :tries, since = :since"
    " where subscription_id = :subscription and subject = :subject"
)
SETTLE = sa.text(
    "update webhook_deliveries set attempts = attempts + 1, last = :last,"
    " state = coalesce(:state, state),"
    " done_at = case when :state is null then done_at else :now end"
    " where delivery_id = :id returning attempts"
)
NOTE = sa.text(
    "insert into webhook_attempts (delivery_id, number, at, seconds, status, answer, error)"
    " values (:id, :number, :at, :seconds, :status, :answer, :error) on conflict do nothing"
)
LATE = sa.text(
    "select extract(epoch from :now - min(l.due_at)) from webhook_lanes l"
    " join webhook_subscriptions s using (subscription_id)"
    " where s.state = 'active' and l.due_at <= :now"
)
FAILING = sa.text(
    "update webhook_subscriptions set failing_since = :at"
    " where subscription_id = :id and failing_since is null"
)
WELL = sa.text(
    "update webhook_subscriptions set failing_since = null"
    " where subscription_id = :id and failing_since is not null"
)
PAUSE = sa.text(
    "update webhook_subscriptions set state = 'paused', why = :why, version = version + 1,"
    " behind = coalesce(behind, (select coalesce(max(seq), 0) from webhook_events))"
    " where subscription_id = :id and state = 'active'"
    " and (:at_once or failing_since <= :long_ago) returning version"
)


@dataclass(frozen=True, slots=True)
class Lane:
    """What waits for one subscription about one subject, leased until `due_at`."""

    subscription_id: str
    subject: str
    due_at: datetime

    @property
    def key(self) -> dict[str, Any]:
        """Name it in a statement."""
        return {"subscription": self.subscription_id, "subject": self.subject}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be sent, and where; without a body, if the event is not kept any more."""

    delivery_id: str
    event_id: str
    body: str | None
    url: str
    secrets: tuple[str, ...]
    after_failures: bool = False


def take_due(
    connection: sa.Connection, now: datetime, most: int, each: int, busy: Sequence[str]
) -> list[Lane]:
    """Lease the lanes that are due, longest first; of each subscription so many."""
    wanted = {"until": now + LEASE, "now": now, "most": most, "each": each, "busy": list(busy)}
    return [Lane(*row) for row in connection.execute(TAKE, wanted)]


def first_of(connection: sa.Connection, lane: Lane, now: datetime) -> Delivery | None:
    """Give what is first in a lane, if it may be sent; a lane that is empty is closed."""
    if connection.execute(LOCK, {**lane.key, "due_at": lane.due_at}).first() is None:
        return None
    row = connection.execute(FIRST, lane.key).first()
    if row is None:
        connection.execute(CLOSE, lane.key)
        return None
    if row.state != "active":
        return None
    overlaps = row.old_secret and row.old_secret_until and now < row.old_secret_until
    secrets = (row.secret, row.old_secret) if overlaps else (row.secret,)
    opened = tuple(map(unseal, secrets))
    return Delivery(
        row.delivery_id, row.event_id or "", row.body, row.url, opened, bool(row.failing_since)
    )


def conclude(
    connection: sa.Connection, lane: Lane, delivery: Delivery, attempt: Attempt, now: datetime
) -> Lane | None:
    """Write down how it went; give the lane, leased anew, if what is behind it may go at once."""
    row = connection.execute(LOCK, {**lane.key, "due_at": lane.due_at}).first()
    goes_on, state = None, "delivered" if attempt.delivered else None
    if row is not None:
        since = row.since or attempt.at
        again = None if delivery.body is None else next_try(row.tries + 1, since, now, attempt.wait)
        if attempt.delivered or again is None:
            state = state or "dead"
            goes_on = replace(lane, due_at=now + LEASE)
            fresh = {"until": goes_on.due_at, "tries": 0, "since": None}
            connection.execute(PUT_OFF, {**lane.key, **fresh})
        else:
            later = {"until": again, "tries": row.tries + 1, "since": since}
            connection.execute(PUT_OFF, {**lane.key, **later})
    last = attempt.error or f"{attempt.status}"
    settled = {"id": delivery.delivery_id, "last": last, "state": state, "now": now}
    number = connection.scalar(SETTLE, settled)
    connection.execute(
        NOTE,
        {
            "id": delivery.delivery_id, "number": number, "at": attempt.at,
            "seconds": attempt.seconds, "status": attempt.status, "answer": attempt.answer,
            "error": attempt.error,
        },
    )  # fmt: skip
    return goes_on


def late(connection: sa.Connection, now: datetime) -> float:
    """Tell for how many seconds a delivery has been due that nobody has tried; 0 if none is."""
    return float(connection.scalar(LATE, {"now": now}) or 0)


def let_go(connection: sa.Connection, lane: Lane, now: datetime) -> None:
    """Give a lane back that has more to send, so that others have their turn."""
    fresh = {"until": now, "tries": 0, "since": None}
    connection.execute(PUT_OFF, {**lane.key, **fresh})


def judge(connection: sa.Connection, subscription_id: str, attempt: Attempt, now: datetime) -> bool:
    """Take note of how a subscription does; tell whether it is paused because of that.

    In a transaction of its own: who takes in events locks subscriptions before lanes.
    """
    if attempt.delivered:
        connection.execute(WELL, {"id": subscription_id})
        return False
    connection.execute(FAILING, {"id": subscription_id, "at": attempt.at})
    how = attempt.error or f"The last answer was {attempt.status}."
    why = (
        "The receiver says that it is gone for good (410)."
        if attempt.gone
        else f"Nothing came through for {PAUSED_AFTER.days} days. {how}"
    )
    values = {"id": subscription_id, "why": why, "at_once": attempt.gone}
    paused = connection.scalar(PAUSE, {**values, "long_ago": now - PAUSED_AFTER})
    return paused is not None
