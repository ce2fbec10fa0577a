"""When has a system nothing left to do? When no outbox, no call and no message waits."""

import time
from collections import Counter

import psycopg2

from contracts import SERVICES
from local.supervisor import System

LEFT = (
    "select (select count(*) from outbox) + (select count(*) from deferred)"
    " + (select count(*) from outside_calls where state = 'pending'"
    " and due_at < now() + interval '1 hour')"
)


class Quiet:
    """Waits until a system has nothing to do."""

    def __init__(self, system: System) -> None:
        self._urls = {s: plain(system.database_url(s)) for s in SERVICES}

    def set_number(self, number: int) -> None:
        """Let order numbers go on from here."""
        self._one("orders", f"select setval('order_numbers', {number}, false)")

    def wait(self, within: float = 60) -> None:
        """Wait until all outboxes are empty, no call is due and nothing is put aside."""
        until = time.monotonic() + within
        while (left := self._left()) and time.monotonic() < until:
            time.sleep(0.1)
        if left:
            raise RuntimeError(f"the system does not come to rest: {left}")

    def _left(self) -> Counter[str]:
        return +Counter({service: self._one(service, LEFT) for service in SERVICES})

    def _one(self, service: str, query: str) -> int:
        with psycopg2.connect(self._urls[service]) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return sum(row[0] for row in cursor.fetchall())


def plain(url: str) -> str:
    """A URL as psycopg2 takes it."""
    return url.replace("postgresql+psycopg2://", "postgresql://")
