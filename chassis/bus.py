"""How does a service take its work from the broker? In batches, each one transaction.

Guarantees: at least once from the broker, exactly once in effect (inbox); a message that fails
never blocks or spoils its neighbours (the batch is replayed one by one); nothing is acknowledged
before it is committed. Order is kept as it arrives, but not across retries.
It does not guarantee that two services see two messages in the same order.
"""

import random
import time
from collections.abc import Callable
from typing import Any

import eventlet
import sqlalchemy as sa
from eventlet.greenpool import GreenPool
from eventlet.queue import Empty, LightQueue
from nameko.extensions import DependencyProvider

from chassis import envelope, telemetry, tracing
from chassis.batches import Batches, brief
from chassis.calling import Caller
from chassis.config import nodes_in_turn, read_settings
from chassis.housekeeping import HOUSEKEEPING
from chassis.lanes import Lanes
from chassis.link import Link
from chassis.store import new_engine
from chassis.topology import Names
from chassis.transaction import Finish, Job, Prepare
from contracts.message import Message, Question

IDLE_SECONDS = 0.2
SEVERAL, BUSY_PAUSE_SECONDS = 4, 0.01
QUESTIONS_AT_ONCE = 12
FINISH_SECONDS = 8
RECONNECT_SECONDS = (0.2, 0.5, 1, 2, 5)


class Bus(DependencyProvider):  # type: ignore[misc]
    """A service's line to broker and database.

    `prepare(session, bodies)` loads and locks what a batch will touch, before its handlers;
    `finish(work)` says what follows from all of them together, after them. `binds(engine)`, called
    for each connection, binds the queue instead of us, who bind it to all that is handled.
    """

    def __init__(
        self,
        metadata: sa.MetaData,
        *,
        prepare: Prepare | None = None,
        finish: Finish | None = None,
        binds: Callable[[sa.Engine], None] | None = None,
    ) -> None:
        self.metadata = metadata
        self.prepare, self.finish, self.binds = prepare, finish, binds
        self.handlers: dict[str, tuple[type[Message], Callable[..., Any]]] = {}
        self.requests: dict[str, tuple[Question[Any, Any], Callable[..., Any]]] = {}
        self.questions: dict[str, tuple[Question[Any, Any], Callable[..., Any]]] = {}
        self.timers: dict[str, tuple[float, Callable[..., Any]]] = {}
        self.callers: dict[str, Callable[..., Any]] = {}
        self.conclusions: dict[str, Callable[..., Any]] = {}
        self.housekeeping = dict(HOUSEKEEPING)

    def setup(self) -> None:
        """Called before anything starts; no connection yet."""
        self.settings = read_settings()
        self.source: str = self.container.service_name
        self.names = Names(self.settings.bus_namespace)
        self.engine = new_engine(self.settings.database_url, pool=QUESTIONS_AT_ONCE + 4)
        self.service = self.container.service_cls()
        self.waiting: LightQueue = LightQueue()
        self.asking = GreenPool(QUESTIONS_AT_ONCE)
        self.log = telemetry.get_log()
        self.stopping = False
        self.ready = False
        self.lanes: Lanes | None = None
        self.caller = Caller(self)
        self.batches = Batches(self)

    def start(self) -> None:
        """Called when all entrypoints have registered: take work until `stop`."""
        self._thread = self.container.spawn_managed_thread(self._run)
        for name, (seconds, method) in {**self.timers, **self.housekeeping}.items():
            eventlet.spawn(self._tick, name, seconds, method)

    def stop(self) -> None:
        """Finish the batch in hand, wait for its confirms, give the rest back."""
        self.stopping = True
        self._thread.wait()
        self.engine.dispose()

    def get_dependency(self, worker_ctx: Any) -> "Bus":  # noqa: ARG002 - nameko's signature
        """Give the bus itself to whoever asks nameko for it."""
        return self

    def _run(self) -> None:
        failures, nodes = 0, nodes_in_turn(self.settings.amqp_uri)
        while not self.stopping:
            lanes = None
            try:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("select 1")
                self._forget_what_comes_again()
                link = Link(next(nodes))
                lanes = self.lanes = Lanes(self, link)
                if self.binds:
                    self.binds(self.engine)
                self.ready, failures = True, 0
                self.log.info("connected to broker and database")
                self._work(lanes)
            except Exception as error:  # noqa: BLE001 - whatever broke, connect anew
                wait = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
                failures += 1
                self.log.warning("lost broker or database", error=brief(error), again_in=wait)
                self.ready = False
                if lanes:
                    lanes.close()
                if not self.stopping:
                    eventlet.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
        self.ready = False

    def _forget_what_comes_again(self) -> None:
        """Keep only outcomes and timers: the broker delivers everything else anew."""
        before, self.waiting = self.waiting, LightQueue()
        while not before.empty():
            if not (job := before.get_nowait()).lane:
                self.waiting.put(job)

    def _work(self, lanes: Lanes) -> None:
        several = False
        while not self.stopping:
            lanes.check()
            try:
                first = self.waiting.get(timeout=IDLE_SECONDS)
            except Empty:
                self.batches.forget_confirmed(lanes)
                continue
            # where several came together before, more are on their way: take them together, too
            eventlet.sleep(BUSY_PAUSE_SECONDS if several else 0)
            jobs = self._take(first)
            several = len(jobs) >= SEVERAL
            self.batches.handle(lanes, jobs)
        lanes.stop_taking()
        self._finish_what_is_in_hand(lanes)
        lanes.close()

    def _finish_what_is_in_hand(self, lanes: Lanes) -> None:
        """Handle what has arrived and what calls come back; the broker gets the rest again."""
        until = time.monotonic() + FINISH_SECONDS
        while time.monotonic() < until:
            lanes.check()
            if not self.waiting.empty():
                self.batches.handle(lanes, self._take(self.waiting.get_nowait()))
            elif lanes.unconfirmed or self.caller.busy or self.asking.running():
                eventlet.sleep(0.02)
            else:
                break
        self.batches.forget_confirmed(lanes)

    def _take(self, first: Job) -> list[Job]:
        jobs = [first]
        while len(jobs) < self.settings.batch and not self.waiting.empty():
            jobs.append(self.waiting.get_nowait())
        return jobs

    def _tick(self, name: str, seconds: float, method: Callable[..., Any]) -> None:
        while not self.stopping:
            eventlet.sleep(seconds * random.uniform(0.9, 1.1))  # noqa: S311 - no lock-step
            if not self.ready or self.stopping:
                continue
            if name in self.housekeeping:
                try:
                    method(self)
                except Exception as error:  # noqa: BLE001 - the next tick tries again
                    self.log.warning("housekeeping failed", name=name, error=brief(error))
                continue
            self.waiting.put(
                Job(name, method, context=envelope.Context("timer", "", "", tracing.new_trace()))
            )
