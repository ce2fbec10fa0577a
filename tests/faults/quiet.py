"""Is anything still under way? Only when all is quiet can be said what is missing.

All is quiet when no queue holds a message, no outbox row waits, nothing that was put aside and no
call to the outside is due soon, no transaction is open, and two looks in a row find the same.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pika
from pika.exceptions import AMQPError
from sqlalchemy.exc import DBAPIError

from chassis.topology import Names
from contracts import SERVICES
from tests.faults.damage import Reading
from tests.faults.scenario import Broken

if TYPE_CHECKING:
    from tests.faults.world import World

SOON = timedelta(seconds=70)  # a call or message whose next try is later is waited for by its timer
PAUSE_SECONDS = 0.4
RESTLESS = """
select 'message in the outbox' as what, count(*) as number from outbox having count(*) > 0
union all
select 'message put aside', count(*) from deferred
  where state = 'waiting' and due_at <= :soon having count(*) > 0
union all
select 'call to the outside', count(*) from outside_calls
  where state = 'pending' and due_at <= :soon having count(*) > 0
"""
OPEN = """
select datname as what, count(*) as number from pg_stat_activity
where datname like 'oms\\_%' and pid <> pg_backend_pid()
  and (state like 'idle in transaction%' or (state = 'active' and backend_xid is not null))
group by datname
"""


def now(world: "World") -> datetime:
    """Tell what time it is in the system."""
    offset = float(world.system.clock_file.read_text() or 0)
    return datetime.now(UTC) + timedelta(seconds=offset)


def wait_until_quiet(world: "World", reading: Reading, within: float) -> None:
    """Wait until nothing is under way any more, or raise Broken that says what is."""
    end = time.monotonic() + within
    before: object = None
    while True:
        under_way = list(_under_way(world, reading))
        pulse = None if under_way else _pulse(reading)
        if pulse is not None and pulse == before:
            return
        before = pulse
        if time.monotonic() > end:
            what = ", ".join(under_way) or "orders go on moving"
            raise Broken(f"not quiet within {within:.0f} s: {what}")
        time.sleep(PAUSE_SECONDS)


def _under_way(world: "World", reading: Reading) -> Iterator[str]:
    try:
        for service in SERVICES:
            for row in reading.rows(service, RESTLESS, soon=now(world) + SOON):
                yield f"{service}: {row.number} × {row.what}"
        for row in reading.rows("orders", OPEN):
            yield f"{row.what}: {row.number} transactions"
        yield from _in_queues(world)
    except (DBAPIError, AMQPError, OSError) as error:
        reading.forget()
        yield f"{type(error).__name__} while looking"


def _in_queues(world: "World") -> Iterator[str]:
    names = Names(world.system._namespace)  # of a shared broker
    connection = pika.BlockingConnection(pika.URLParameters(world.system.broker.uri))
    try:
        channel = connection.channel()
        for service in SERVICES:
            found = channel.queue_declare(names.queue(service), passive=True)
            if found.method.message_count:
                yield f"{service}: {found.method.message_count} × message in the queue"
    finally:
        connection.close()


def _pulse(reading: Reading) -> object:
    """What only changes when something is done for an order."""
    moved = reading.rows(
        "orders",
        "select (select coalesce(sum(seq), 0) from orders), (select count(*) from saga_steps)",
    )
    handled = [tuple(reading.rows(s, "select count(*) from inbox")[0]) for s in SERVICES]
    return tuple(moved[0]), tuple(handled)
