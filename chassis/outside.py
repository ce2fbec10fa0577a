"""How is the outside world called, so that a crash costs neither a call nor a second one?

A call is a row, stored with the change that wants it and made after the commit. Its key stays the
same for ever. When its outcome is unknown (a timeout, a crash) it is made again with
`unknown=True`: the adapter asks the outside what became of the key before it does anything.
A row is leased while it is being called, so that replicas leave it alone.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.config import read_settings
from chassis.envelope import Context
from chassis.ids import new_id
from chassis.work import Call

LEASE = timedelta(seconds=read_settings().call_lease)
DELAYS = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600, 1800, 3600))


class Declined(Exception):  # noqa: N818 - an answer, not an error
    """The outside said no, and will say no again."""

    def __init__(self, code: str, reason: str, result: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, reason)
        self.code, self.reason, self.result = code, reason, dict(result or {})


class Pending(Exception):  # noqa: N818 - an answer, not an error
    """The outside has not decided yet; ask again at `due_at`."""

    def __init__(self, due_at: datetime, reason: str = "") -> None:
        super().__init__(due_at, reason)
        self.due_at, self.reason = due_at, reason


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """A stored call as its executor sees it; `unknown` means that an earlier try may have acted."""

    id: str
    kind: str
    key: str
    subject: str
    request: dict[str, Any]
    attempts: int
    unknown: bool
    actor: str
    correlation_id: str
    trace: str = ""  # of what wanted it; a later try is a trace of its own


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: succeeded with a result, refused with code and reason, or given up."""

    call: OutsideCall
    status: Literal["succeeded", "refused", "failed"]
    result: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as people see it."""

    id: str
    kind: str
    key: str
    subject: str
    request: dict[str, Any]
    state: str
    attempts: int
    error: str
    created_at: datetime
    due_at: datetime


def store_calls(
    session: Session, calls: Sequence[tuple[Call, Context]], now: datetime
) -> list[OutsideCall]:
    """Store calls with who wants them and why; return those to be made now, leased."""
    rows: dict[tuple[str, str], tuple[str, Call, Context]] = {}
    for call, why in calls:
        rows.setdefault((call.kind, call.key), (new_id("call"), call, why))
    if not rows:
        return []
    columns = list(
        zip(
            *(
                (
                    identity,
                    call.kind,
                    call.key,
                    call.subject,
                    why.correlation_id,
                    why.actor,
                    msgspec.json.encode(dict(call.request)).decode(),
                    0 if call.due_at and call.due_at > now else 1,
                    call.due_at if call.due_at and call.due_at > now else now + LEASE,
                )
                for identity, call, why in rows.values()
            ),
            strict=True,
        )
    )
    stored = session.connection().exec_driver_sql(
        "insert into outside_calls (id, kind, key, subject, correlation_id, actor, request, state,"
        " attempts, due_at, created_at)"
        " select i, k, y, s, c, a, r::jsonb, 'pending', n, d, %s from unnest(%s::text[],"
        " %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[],"
        " %s::timestamptz[]) as t(i, k, y, s, c, a, r, n, d)"
        " on conflict (kind, key) do nothing returning id",
        (now, *(list(column) for column in columns)),
    )
    fresh = {row[0] for row in stored}
    return [
        OutsideCall(
            identity,
            c.kind,
            c.key,
            c.subject,
            dict(c.request),
            1,
            False,
            why.actor,
            why.correlation_id,
            why.trace,
        )
        for identity, c, why in rows.values()
        if identity in fresh and not (c.due_at and c.due_at > now)
    ]


def lease_due(session: Session, now: datetime, limit: int) -> list[OutsideCall]:
    """Take calls whose time has come, leased so that no other process takes them."""
    rows = session.execute(
        sa.text(
            "update outside_calls set due_at = :lease, attempts = attempts + 1 where id in ("
            " select id from outside_calls where state = 'pending' and due_at <= :now"
            " order by due_at limit :limit for update skip locked)"
            " returning id, kind, key, subject, request, attempts, actor, correlation_id"
        ),
        {"lease": now + LEASE, "now": now, "limit": limit},
    )
    return [
        OutsideCall(
            r.id,
            r.kind,
            r.key,
            r.subject,
            r.request,
            r.attempts,
            r.attempts > 1,
            r.actor,
            r.correlation_id,
        )
        for r in rows
    ]


def postpone(
    session: Session, call: OutsideCall, due_at: datetime, error: str, *, answered: bool = False
) -> None:
    """Put a call off until `due_at`; if it was `answered`, its tries start anew."""
    session.execute(
        sa.text(
            "update outside_calls set due_at = :due_at, error = :error,"
            " attempts = case when :answered then 1 else attempts end"
            " where id = :id and state = 'pending'"
        ),
        {"id": call.id, "due_at": due_at, "error": error[:1000], "answered": answered},
    )


def hurry(session: Session, kind: str, key: str, now: datetime) -> None:
    """Make a call at once that would be made later: it has become known that it is worth it."""
    session.execute(
        sa.text(
            "update outside_calls set due_at = :now"
            " where kind = :kind and key = :key and state = 'pending' and due_at > :now"
        ),
        {"kind": kind, "key": key, "now": now},
    )


def settle(session: Session, outcomes: Sequence[Outcome], now: datetime) -> set[str]:
    """Write outcomes down; return the ids of the calls that had none yet."""
    if not outcomes:
        return set()
    settled = session.connection().exec_driver_sql(
        "update outside_calls c set state = t.s, result = t.r::jsonb, error = t.e, done_at = %s"
        " from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as t(i, s, r, e)"
        " where c.id = t.i and c.state = 'pending' returning c.id",
        (
            now,
            [o.call.id for o in outcomes],
            [o.status for o in outcomes],
            [msgspec.json.encode(o.result).decode() for o in outcomes],
            [o.reason[:1000] for o in outcomes],
        ),
    )
    return {row[0] for row in settled}


def delay_after(attempts: int) -> timedelta | None:
    """How long to wait after so many tries, a fifth up or down; None when it is enough."""
    if attempts > len(DELAYS):
        return None
    return DELAYS[attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret


def find_calls(  # noqa: PLR0913 - filters of a list
    session: Session,
    *,
    kind: str = "",
    subject: str = "",
    correlation_id: str = "",
    state: str = "",
    after: str = "",
    limit: int = 50,
) -> list[CallRow]:
    """List calls, newest first; `kind` may end with `%`; `after` is the last id of a page."""
    table = sa.text(
        "select id, kind, key, subject, request, state, attempts, error, created_at, due_at"
        " from outside_calls where (:kind = '' or kind like :kind)"
        " and (:subject = '' or subject = :subject)"
        " and (:correlation_id = '' or correlation_id = :correlation_id)"
        " and (:state = '' or state = :state) and (:after = '' or id < :after)"
        " order by id desc limit :limit"
    )
    rows = session.execute(
        table,
        {
            "kind": kind,
            "subject": subject,
            "correlation_id": correlation_id,
            "state": state,
            "after": after,
            "limit": limit,
        },
    )
    return [CallRow(*row) for row in rows]


def call_again(session: Session, call_id: str, now: datetime) -> CallRow | None:
    """Make a refused or failed call due again, with its old key; None if there is no such call."""
    row = session.execute(
        sa.text(
            "update outside_calls set state = 'pending', attempts = 1, due_at = :now,"
            " done_at = null where id = :id and state in ('refused', 'failed')"
            " returning id, kind, key, subject, request, state, attempts, error, created_at, due_at"
        ),
        {"id": call_id, "now": now},
    ).first()
    return CallRow(*row) if row else None
