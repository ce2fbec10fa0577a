"""How long must whoever fails to log in wait? Longer with each failure, and at every replica.

An attempt is counted before it is judged, in one statement, so that a hundred at once are a
hundred; one that succeeds is taken back. After `free` failures each makes the next wait twice as
long. A day without any, and all is forgotten.
"""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from chassis import clock
from gateway.people.secret import hash_of
from gateway.tables import attempts

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
V6_NETWORK = 64
COUNT = sa.text(
    "insert into login_attempts as a (subject, failures, at, locked_until)"
    " values (:subject, 1, :now, 'epoch')"
    " on conflict (subject) do update set"
    " failures = case when a.at < :forgotten then 1 else a.failures + 1 end,"
    " at = :now,"
    " locked_until = case when a.at < :forgotten or a.failures + 1 < :free then 'epoch' else"
    " :now + least(make_interval(secs => :first * 2 ^ least(a.failures + 1 - :free, 20)),"
    " make_interval(secs => :longest)) end"
    " where a.locked_until <= :now"
    " returning failures"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose failures are counted, and how many are free."""

    name: str
    free: int


def account(email: str) -> Subject:
    """An account, whether it exists or not; addresses are not kept in the clear."""
    return Subject(f"account:{hash_of(email).hex()}", free=5)


def address(where: str) -> Subject:
    """A network address from which somebody logs in."""
    return Subject(f"address:{_network(where)}", free=20)


def resets(where: str) -> Subject:
    """A network address from which mails are asked for."""
    return Subject(f"resets:{_network(where)}", free=50)


def _network(where: str) -> str:
    """Who has one address of IPv6 has all of its network."""
    try:
        found = ipaddress.ip_address(where)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found), V6_NETWORK), strict=False))
    return where


class Locks:
    """The attempts to log in, in PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def try_(self, *subjects: Subject) -> int:
        """Count an attempt; tell for how many seconds it is refused, 0 if it is not."""
        now = clock.now()
        with self._engine.begin() as connection:
            for subject in sorted(subjects, key=lambda one: one.name):
                values = {
                    "subject": subject.name,
                    "free": subject.free,
                    "now": now,
                    "forgotten": now - FORGOTTEN,
                    "first": FIRST_WAIT.total_seconds(),
                    "longest": LONGEST_WAIT.total_seconds(),
                }
                if connection.execute(COUNT, values).first() is None:
                    until = connection.scalar(
                        sa.select(attempts.c.locked_until).where(attempts.c.subject == subject.name)
                    )
                    connection.rollback()
                    return max(1, round((until - now).total_seconds())) if until else 1
        return 0

    def succeeded(self, account: Subject, *others: Subject) -> None:
        """Forget the failures of an account; the others only lose this one attempt."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(attempts).where(attempts.c.subject == account.name))
        self.take_back(*others)

    def take_back(self, *subjects: Subject) -> None:
        """Forget this one attempt, and no failure before it."""
        column = attempts.c
        with self._engine.begin() as connection:
            for subject in sorted(subjects, key=lambda one: one.name):
                mine = (column.subject == subject.name) & (column.failures > 0)
                values = {"failures": column.failures - 1, "locked_until": sa.text("'epoch'")}
                connection.execute(sa.update(attempts).where(mine).values(values))

    def prune(self) -> None:
        """Forget what is a day old."""
        with self._engine.begin() as connection:
            old = attempts.c.at < clock.now() - FORGOTTEN - LONGEST_WAIT
            connection.execute(sa.delete(attempts).where(old))
