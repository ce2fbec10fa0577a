"""What waits for a person in this service, and what may a person do about it?

Every service answers this about what it alone knows: messages that are parked or that nobody takes
up, and calls to the outside that get no answer. Nothing is written down for it: each is a row that
is there for its own sake, and what is mended is gone from the answer. A service with journeys adds
what does not move in them. Both tables hold only what is under way, or an index does.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import aside, clock, telemetry
from chassis.errors import NotFound, Refused
from chassis.transaction import Unit
from contracts.orders import WriteDown
from contracts.stuck import DecideStuck, Decision, FindStuck, Stuck, StuckPage, order_in

LATE = timedelta(minutes=5)
CALL_TRIES = 5
REASON_LENGTH = 1000
PARKED, UNHANDLED, CALL = "parked", "unhandled", "call"
MOVES: dict[str, tuple[Decision, ...]] = {
    PARKED: ("retry", "skip"),
    UNHANDLED: ("retry",),
    CALL: ("retry",),
}
WAITING = """
select case state when 'parked' then 'parked' else 'unhandled' end as kind, message_id as subject,
 correlation_id, name as step, first_at as since, due_at, attempts, reason
 from deferred where state = 'parked' or (state = 'waiting' and due_at < :late)
union all
select 'call', id, subject || ' ' || correlation_id, kind, created_at, due_at, attempts, error
 from outside_calls where state = 'pending' and (due_at < :late or attempts > :tries)
"""


def waiting(session: Session, service: str, asked: FindStuck) -> list[Stuck]:
    """Find messages and calls that wait in vain, longest first; one more than the page holds."""
    at, after = position(asked)
    now = clock.now()
    rows = session.execute(
        sa.text(
            f"select * from (select w.*, :service || ':' || kind || ':' || subject as id"  # noqa: S608
            f" from ({WAITING}) as w) as w"
            " where (since, id collate \"C\") > (:at, :after) and :only in ('', id)"
            ' order by since, id collate "C" limit :limit'
        ),
        {
            "only": asked.only,
            "service": service,
            "late": now - LATE,
            "tries": CALL_TRIES,
            "at": at,
            "after": after,
            "limit": asked.limit + 1,
        },
    )
    return [
        Stuck(
            exception_id=row.id,
            kind=row.kind,
            subject=row.subject[:255],
            since=row.since,
            owner={PARKED: "people", CALL: "outside"}.get(row.kind, service),
            problem=_told(row, now),
            order_id=order_in(row.correlation_id),
            step=row.step[:255],
            allowed=MOVES[row.kind],
        )
        for row in rows
    ]


def page(asked: FindStuck, found: Iterable[Stuck]) -> StuckPage:
    """Make a page of what was found, in whichever order and from wherever."""
    all_of_it = sorted(found, key=lambda one: (one.since, one.exception_id))
    kept = all_of_it[: asked.limit]
    more = len(all_of_it) > asked.limit
    next_ = f"{kept[-1].since.isoformat()}|{kept[-1].exception_id}" if more else ""
    return StuckPage(stuck=tuple(kept), next=next_)


def position(asked: FindStuck) -> tuple[datetime, str]:
    """Read where a page begins: behind this moment and id."""
    if not asked.after:
        return datetime.min.replace(tzinfo=UTC), ""
    at, _, exception_id = asked.after.partition("|")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), exception_id
    except (ValueError, OverflowError):
        raise Refused("bad_cursor", "This is not the `next` of a page.", "after") from None


def decide(service: str, wish: DecideStuck, work: Unit) -> None:
    """Do what a person decided about a message or a call, and have it written down."""
    kind, found = do(service, wish, work.session, work.actor, work.now)
    if order_id := order_in(found.correlation_id):
        what = "call" if kind == CALL else "message"
        done = {"retry": f"{what} retried", "skip": f"{what} dropped"}[wish.decision]
        work.send(
            WriteDown(
                order_id=order_id,
                action=done,
                subject=f"{service}: {found.name}"[:255],
                reason=wish.reason,
                by=work.actor,
            ),
            correlation_id=order_id,
        )


def do(
    service: str, wish: DecideStuck, session: Session, actor: str, now: datetime
) -> tuple[str, Any]:
    """Do what a person decided about a message or a call; give its kind, and what it was about."""
    _, _, rest = wish.exception_id.partition(":")
    kind, _, subject = rest.partition(":")
    if kind not in MOVES or not wish.exception_id.startswith(f"{service}:"):
        raise NotFound("exception", wish.exception_id, "exception_id")
    check_allowed(wish, MOVES[kind])
    found = _take(session, kind, subject, wish.decision, now)
    if found is None:
        raise NotFound("exception", wish.exception_id, "exception_id")
    telemetry.get_log().info(
        "decided", exception=wish.exception_id, decision=wish.decision, by=actor,
        reason=wish.reason, name=found.name,
    )  # fmt: skip
    return kind, found


def check_allowed(wish: DecideStuck, allowed: Sequence[str]) -> None:
    """Refuse what may not be decided about this exception, and say what may."""
    if wish.decision not in allowed:
        able = " or ".join(allowed) or "nothing"
        told = f"{wish.decision} is not possible for {wish.exception_id}; to decide is: {able}."
        raise Refused("illegal_move", told, "decision")


def counts(session: Session) -> dict[str, int]:
    """Count what waits in vain, by kind."""
    rows = session.execute(
        sa.text(f"select kind, count(*) as number from ({WAITING}) as w group by kind"),  # noqa: S608
        {"late": clock.now() - LATE, "tries": CALL_TRIES},
    )
    return dict.fromkeys(MOVES, 0) | {row.kind: row.number for row in rows}


def _take(session: Session, kind: str, subject: str, decision: str, now: datetime) -> Any:
    where = {"id": subject, "now": now}
    if kind == CALL:
        return session.execute(
            sa.text(
                "update outside_calls set due_at = :now where id = :id and state = 'pending'"
                " returning kind as name, subject || ' ' || correlation_id as correlation_id"
            ),
            where,
        ).first()
    found = session.execute(
        sa.text(
            "select name, correlation_id from deferred where message_id = :id"
            " and state = :state for update"
        ),
        {"id": subject, "state": "parked" if kind == PARKED else "waiting"},
    ).first()
    if found and decision == "skip":
        aside.drop(session, subject)
    elif found:
        aside.retry(session, subject, now)
    return found


def _told(row: Any, now: datetime) -> str:
    why = f": {row.reason}"[:REASON_LENGTH] if row.reason else ""
    if row.kind == PARKED:
        return f"{row.step} was put aside for people after {row.attempts} tries{why}"
    if row.due_at < now - LATE:
        return f"{row.step} has been due since {row.due_at:%Y-%m-%d %H:%M}; nobody takes it up{why}"
    return f"{row.step} was tried {row.attempts} times without an answer{why}"
