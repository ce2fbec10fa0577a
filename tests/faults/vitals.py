"""Does it stay healthy over time? Memory, outboxes, inboxes and queues, looked at again and again.

Memory: one slope for each kind of process, fitted through all its lives together, each around its
own mean. What a process takes to warm up is left out, and so are lives that ended soon after;
where too little is left to say anything, nothing is said.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pika
from pika.exceptions import AMQPError
from sqlalchemy.exc import DBAPIError

from chassis.topology import Names
from contracts import SERVICES
from tests.faults.riot import SPARED
from tests.faults.world import World

EVERY_SECONDS, BOOKS_EVERY = 1.0, 5
WARM_SECONDS, LIVED_SECONDS, WATCHED_SECONDS = 40.0, 20.0, 90.0
WAITING = """
select (select count(*) from outbox) as outbox, (select count(*) from inbox) as inbox,
 (select coalesce(extract(epoch from clock_timestamp() - min(at)), 0) from outbox) as outbox_age,
 (select coalesce(extract(epoch from clock_timestamp() - min(at)), 0) from inbox) as inbox_age
"""


@dataclass(slots=True)
class Life:
    """One process from birth to death: its age in seconds and its MiB, again and again."""

    name: str
    born_at: float
    seen: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Growth:
    """How the memory of one kind of process grew."""

    mib_per_minute: float
    seconds: float
    lives: int


@dataclass(slots=True)
class Books:
    """What waited at one moment, over all services."""

    outbox: int = 0
    outbox_age: float = 0.0
    inbox: int = 0
    inbox_age: float = 0.0
    queues: int = 0


class Vitals:
    """Watches a system from a thread of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.lives: dict[tuple[str, int], Life] = {}
        self.books: list[Books] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch as long as the body lasts."""
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    @property
    def now(self) -> Books:
        """What was found last."""
        return self.books[-1] if self.books else Books()

    @property
    def most(self) -> Books:
        """The most that was ever found of each."""
        names = ("outbox", "outbox_age", "inbox", "inbox_age", "queues")
        return Books(**{n: max((getattr(b, n) for b in self.books), default=0) for n in names})

    def memory(self) -> float:
        """MiB of all processes that live now."""
        alive = {(name, pid) for name, pid in self._world.system.pids().items()}
        return sum(life.seen[-1][1] for key, life in list(self.lives.items()) if key in alive)

    def growth(self) -> dict[str, Growth]:
        """How much memory grew, for each kind of process of which enough was seen."""
        kinds: dict[str, list[Life]] = defaultdict(list)
        for life in self.lives.values():
            kinds[life.name].append(life)
        found = {name: fit(lives) for name, lives in kinds.items()}
        return {n: one for n, one in sorted(found.items()) if one.seconds >= WATCHED_SECONDS}

    def look(self) -> Books:
        """Look into all outboxes, inboxes and queues."""
        books = Books()
        for service in SERVICES:
            (row,) = self._world.rows(service, WAITING)
            books.outbox += row.outbox
            books.inbox += row.inbox
            books.outbox_age = max(books.outbox_age, float(row.outbox_age))
            books.inbox_age = max(books.inbox_age, float(row.inbox_age))
        books.queues = self._in_queues()
        return books

    def _watch(self, over: threading.Event) -> None:
        rounds = 0
        while not over.wait(EVERY_SECONDS):
            self._weigh()
            if rounds % BOOKS_EVERY == 0:
                try:
                    self.books.append(self.look())
                except (DBAPIError, AMQPError, OSError) as error:
                    self._world.say(f"  nothing could be seen: {type(error).__name__}")
            rounds += 1

    def _weigh(self) -> None:
        now = time.monotonic()
        for name, pid in self._world.system.pids().items():
            if pid and name not in SPARED and (mib := resident(pid)):
                life = self.lives.setdefault((name, pid), Life(name, now))
                life.seen.append((now - life.born_at, mib))

    def _in_queues(self) -> int:
        names = Names(self._world.system._namespace)  # of a shared broker
        parameters = pika.URLParameters(self._world.system.broker.uri)
        with pika.BlockingConnection(parameters) as connection:
            channel = connection.channel()
            return sum(
                channel.queue_declare(queue, passive=True).method.message_count
                for service in SERVICES
                for queue in (names.queue(service), names.rpc_queue(service))
            )


def fit(lives: Sequence[Life]) -> Growth:
    """Fit one slope through all lives that lasted, each around its own mean."""
    up = down = watched = 0.0
    counted = 0
    for life in lives:
        warm = [(age, mib) for age, mib in life.seen if age >= WARM_SECONDS]
        if len(warm) < 2 or warm[-1][0] - warm[0][0] < LIVED_SECONDS:
            continue
        counted += 1
        watched += warm[-1][0] - warm[0][0]
        age_mean = sum(age for age, _ in warm) / len(warm)
        mib_mean = sum(mib for _, mib in warm) / len(warm)
        up += sum((age - age_mean) * (mib - mib_mean) for age, mib in warm)
        down += sum((age - age_mean) ** 2 for age, _ in warm)
    return Growth(60 * up / down if down else 0.0, watched, counted)


def resident(pid: int) -> float:
    """MiB of memory that a process has; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmRSS:")), 0.0)
