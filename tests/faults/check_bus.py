"""Is every message and every call where it should be? Out, handled, or seen by people."""

from collections.abc import Iterator
from datetime import timedelta

from contracts import SERVICES
from tests.faults.damage import LOST, Books, Damage

OVERDUE = timedelta(seconds=90)  # longer than any lease
LEFT = "select wire, correlation_id as of, count(*) as number from outbox group by 1, 2 limit 20"
PARKED = "select message_id, name, correlation_id, reason from deferred where state = 'parked'"
PUT_ASIDE = """
select name, correlation_id, reason, due_at from deferred
where state = 'waiting' and due_at < :late
"""
CALLS = """
select kind, key, correlation_id, due_at, attempts from outside_calls
where state = 'pending' and due_at < :late
"""
WAITED_FOR = """
select correlation_id, subject from outside_calls where state = 'pending'
union all select correlation_id, '' from deferred
"""


def look(books: Books) -> Iterator[Damage]:
    """Look at outboxes, at what was put aside, and at calls to the outside."""
    late = books.now - OVERDUE
    for service in SERVICES:
        for row in books.rows(service, LEFT):
            found = f"{row.number} × {row.wire} still in the outbox of {service}"
            yield Damage(LOST, row.of or service, found)
        for row in books.rows(service, PARKED):
            if not books.parked_allowed(service, row):
                found = f"{row.name} is parked at {service}: {row.reason}"
                yield Damage(LOST, row.correlation_id or row.message_id, found)
        for row in books.rows(service, PUT_ASIDE, late=late):
            found = f"{row.name} put aside at {service}, due since {row.due_at}: {row.reason}"
            yield Damage(LOST, row.correlation_id, found)
        for row in books.rows(service, CALLS, late=late):
            found = f"{row.kind} {row.key} at {service}, due since {row.due_at}, made by nobody"
            yield Damage(LOST, row.correlation_id, found)


def waited_for(books: Books) -> set[str]:
    """Tell for which orders and returns an answer is still to come."""
    return {
        which
        for service in SERVICES
        for row in books.rows(service, WAITED_FOR)
        for which in row
        if which
    }
