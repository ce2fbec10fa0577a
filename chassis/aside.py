"""What becomes of a message that cannot be handled now? It is put aside: for later, or for people.

It is a row in the service's own database (`deferred`): `waiting` until it is due again, `parked`
when it was tried often enough or can never work. Nothing of it is lost, nothing blocks the queue.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from psycopg2.extras import Json
from sqlalchemy.orm import Session

RETRY_DELAYS = tuple(timedelta(seconds=s) for s in (1, 5, 20, 60, 300, 1800))
NOT_YET_DELAYS = tuple(
    timedelta(seconds=s) for s in (0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)
)
PARKED_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that was put aside, with all that is needed to handle it later."""

    message_id: str
    name: str
    correlation_id: str
    headers: dict[str, Any]
    body: bytes
    attempts: int
    state: str
    first_at: datetime
    due_at: datetime
    reason: str
    stack: str = ""


def next_try(attempts: int, *, early: bool) -> timedelta | None:
    """How long to wait after so many tries, a fifth up or down; None when it is enough."""
    delays = NOT_YET_DELAYS if early else RETRY_DELAYS
    if attempts > len(delays):
        return None
    return delays[attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret


def put_aside(session: Session, aside: Aside) -> None:
    """Keep a message for later; known already, its new try is counted."""
    session.connection().exec_driver_sql(
        "insert into deferred (message_id, name, correlation_id, headers, body, state, attempts,"
        " first_at, due_at, reason, stack) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (message_id) do update set state = excluded.state,"
        " attempts = excluded.attempts, due_at = excluded.due_at, reason = excluded.reason,"
        " stack = excluded.stack",
        (
            aside.message_id,
            aside.name,
            aside.correlation_id,
            Json(aside.headers),
            aside.body,
            aside.state,
            aside.attempts,
            aside.first_at,
            aside.due_at,
            aside.reason[:2000],
            aside.stack[-8000:],
        ),
    )


COLUMNS = (
    "message_id, name, correlation_id, headers, body, attempts, state, first_at, due_at,"
    " reason, stack"
)


def _asides(rows: Any) -> list[Aside]:
    return [Aside(**{**row, "body": bytes(row["body"])}) for row in rows.mappings()]


def take_due(session: Session, now: datetime, limit: int) -> list[Aside]:
    """Take messages whose time has come; other replicas leave them alone for a minute."""
    rows = session.execute(
        sa.text(
            "update deferred set due_at = :lease where message_id in ("  # noqa: S608 - own names
            " select message_id from deferred where state = 'waiting' and due_at <= :now"
            f" order by due_at limit :limit for update skip locked) returning {COLUMNS}"
        ),
        {"now": now, "lease": now + timedelta(minutes=1), "limit": limit},
    )
    return sorted(_asides(rows), key=lambda one: (one.first_at, one.message_id))


def handled(session: Session, message_ids: Sequence[str]) -> None:
    """Forget messages that were put aside and are handled now."""
    if message_ids:
        session.connection().exec_driver_sql(
            "delete from deferred where message_id = any(%s)", (list(message_ids),)
        )


def find_aside(
    session: Session, *, state: str = "parked", limit: int = PARKED_LIMIT
) -> list[Aside]:
    """List what was put aside, oldest first."""
    rows = session.execute(
        sa.text(
            f"select {COLUMNS} from deferred where state = :state"  # noqa: S608
            " order by first_at, message_id limit :limit"
        ),
        {"state": state, "limit": limit},
    )
    return _asides(rows)


def show(session: Session, message_id: str) -> Aside | None:
    """Find one message that was put aside."""
    rows = session.execute(
        sa.text(f"select {COLUMNS} from deferred where message_id = :id"),  # noqa: S608
        {"id": message_id},
    )
    found = _asides(rows)
    return found[0] if found else None


def retry(session: Session, message_id: str, now: datetime) -> bool:
    """Let a parked message be handled again, with all its tries; False if there is none."""
    done = session.execute(
        sa.text(
            "update deferred set state = 'waiting', attempts = 0, due_at = :now"
            " where message_id = :id returning 1"
        ),
        {"id": message_id, "now": now},
    )
    return done.first() is not None


def drop(session: Session, message_id: str) -> bool:
    """Give a message up for good; False if there is none."""
    done = session.execute(
        sa.text("delete from deferred where message_id = :id returning 1"), {"id": message_id}
    )
    return done.first() is not None


def counts(session: Session) -> dict[str, int]:
    """Count what was put aside, by state."""
    rows = session.execute(sa.text("select state, count(*) as number from deferred group by state"))
    return {"waiting": 0, "parked": 0} | {row.state: row.number for row in rows}
