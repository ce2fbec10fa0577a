"""How does a service take its work from the broker? In batches, each one transaction.

Guarantees: at least once from the broker, exactly once in effect (inbox); a message that fails
never blocks or spoils its neighbours (the batch is replayed one by one); nothing is acknowledged
before it is committed. Order is kept as it arrives, but not across retries.
It does not guarantee that two services see two messages in the same order.
"""

import random
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import eventlet
import msgspec
import sqlalchemy as sa
from eventlet.greenpool import GreenPool
from eventlet.queue import Empty, LightQueue
from nameko.extensions import DependencyProvider
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from chassis import aside, clock, envelope, telemetry
from chassis.calling import Caller
from chassis.config import read_settings
from chassis.errors import NotYet, Refused
from chassis.failpoints import reach
from chassis.housekeeping import HOUSEKEEPING
from chassis.lanes import Lanes
from chassis.link import Link
from chassis.store import new_engine
from chassis.topology import Names
from chassis.transaction import Finish, Job, Prepare, Transaction, forget_published
from contracts.message import Message, Question

IDLE_SECONDS = 0.2
QUESTIONS_AT_ONCE = 12
REQUEST_TRIES, REQUEST_PAUSE_SECONDS = 10, 0.2
RECONNECT_SECONDS = (0.2, 0.5, 1, 2, 5)
RETRIED_AT_ONCE = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock timeout


class Unreadable(Exception):  # noqa: N818 - parked with this as its reason
    """The body is not what the contract says."""


class Bus(DependencyProvider):  # type: ignore[misc]
    """A service's line to broker and database.

    `prepare(session, bodies)` loads and locks what a batch will touch, before its handlers;
    `finish(work)` says what follows from all of them together, after them.
    """

    def __init__(
        self,
        metadata: sa.MetaData,
        *,
        prepare: Prepare | None = None,
        finish: Finish | None = None,
    ) -> None:
        self.metadata = metadata
        self.prepare, self.finish = prepare, finish
        self.handlers: dict[str, tuple[type[Message], Callable[..., Any]]] = {}
        self.requests: dict[str, tuple[Question[Any, Any], Callable[..., Any]]] = {}
        self.questions: dict[str, tuple[Question[Any, Any], Callable[..., Any]]] = {}
        self.timers: dict[str, tuple[float, Callable[..., Any]]] = {}
        self.callers: dict[str, Callable[..., Any]] = {}
        self.conclusions: dict[str, Callable[..., Any]] = {}

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

    def start(self) -> None:
        """Called when all entrypoints have registered: take work until `stop`."""
        self._thread = self.container.spawn_managed_thread(self._run)
        for name, (seconds, method) in {**self.timers, **HOUSEKEEPING}.items():
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
        failures = 0
        while not self.stopping:
            lanes = None
            try:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("select 1")
                self.waiting = LightQueue()
                link = Link(self.settings.amqp_uri)
                lanes = self.lanes = Lanes(self, link)
                self.ready, failures = True, 0
                self.log.info("connected to broker and database")
                self._work(lanes)
            except Exception as error:  # noqa: BLE001 - whatever broke, connect anew
                wait = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
                failures += 1
                self.log.warning("lost broker or database", error=_brief(error), again_in=wait)
                self.ready = False
                if lanes:
                    lanes.close()
                if not self.stopping:
                    eventlet.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
        self.ready = False

    def _work(self, lanes: Lanes) -> None:
        while not self.stopping:
            lanes.check()
            try:
                jobs = [self.waiting.get(timeout=IDLE_SECONDS)]
            except Empty:
                self._forget_confirmed(lanes)
                continue
            eventlet.sleep(0)
            while len(jobs) < self.settings.batch and not self.waiting.empty():
                jobs.append(self.waiting.get_nowait())
            self._handle(lanes, jobs)
        lanes.stop_taking()
        until = time.monotonic() + 3
        while lanes.unconfirmed and time.monotonic() < until:
            eventlet.sleep(0.02)
        self._forget_confirmed(lanes)
        lanes.close()

    def _handle(self, lanes: Lanes, jobs: Sequence[Job]) -> None:
        began = time.perf_counter()
        try:
            self._transact(lanes, jobs)
        except Exception as error:
            if _is_outage(error):
                raise
            for job in jobs:
                self._handle_alone(lanes, job)
        lanes.acknowledge(jobs)
        telemetry.BATCH_SECONDS.labels(self.source).observe(time.perf_counter() - began)
        telemetry.BATCH_SIZE.labels(self.source).observe(len(jobs))

    def _transact(self, lanes: Lanes, jobs: Sequence[Job]) -> None:
        confirmed = lanes.take_confirmed()
        transaction = Transaction(self.source, self.engine, self.prepare, self.finish, confirmed)
        try:
            committed = transaction.run(self.service, jobs)
        except BaseException:
            lanes.give_back_confirmed(confirmed)
            raise
        lanes.publish(committed.out)
        reach("after_publish")
        for job, reply in committed.answers:
            lanes.answer(job, reply)
        for call in committed.calls:
            self.caller.make(call)
        if committed.duplicates:
            telemetry.DUPLICATES.labels(self.source).inc(committed.duplicates)
        for job in jobs:
            telemetry.HANDLED.labels(self.source, job.name, "done").inc()

    def _handle_alone(self, lanes: Lanes, job: Job) -> None:
        for attempt in range(3):
            try:
                self._transact(lanes, [job])
            except Exception as error:
                if _is_outage(error):
                    raise
                if attempt < 2 and _code(error) in RETRIED_AT_ONCE:  # noqa: PLR2004 - of three
                    eventlet.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - jitter
                    continue
                self._fail(lanes, job, error)
            return

    def _fail(self, lanes: Lanes, job: Job, error: Exception) -> None:
        stack = "".join(traceback.format_exception(error))
        outcome = "refused" if isinstance(error, Refused) else "failed"
        telemetry.HANDLED.labels(self.source, job.name, outcome).inc()
        if job.is_request and isinstance(error, NotYet):
            self._ask_a_little_later(lanes, job, error)
        elif job.is_request:
            if not isinstance(error, Refused):
                self.log.error("request failed", name=job.name, stack=stack)
            lanes.refuse(job, error)
        elif job.lane != "bus" and not job.was_aside:
            self.log.error("failed", name=job.name, stack=stack)
        else:
            self.put_aside(job, error, stack)

    def _ask_a_little_later(self, lanes: Lanes, job: Job, error: NotYet) -> None:
        job.attempts += 1
        if job.attempts > REQUEST_TRIES:
            lanes.refuse(job, error.otherwise)
        else:
            eventlet.spawn_after(REQUEST_PAUSE_SECONDS, self.waiting.put, job)

    def put_aside(self, job: Job, error: Exception, stack: str = "") -> None:
        """Keep a message that cannot be handled for later, or park it for people."""
        attempts = job.attempts + 1
        early = isinstance(error, NotYet)
        hopeless = isinstance(error, Refused | Unreadable)
        delay = None if hopeless else aside.next_try(attempts, early=early)
        now = clock.now()
        state = "waiting" if delay else "parked"
        with Session(self.engine) as session, session.begin():
            aside.put_aside(
                session,
                aside.Aside(
                    message_id=job.id,
                    name=job.name,
                    correlation_id=job.context.correlation_id,
                    headers=job.headers,
                    body=job.raw,
                    attempts=attempts,
                    state=state,
                    first_at=job.first_at or now,
                    due_at=now + delay if delay else now,
                    reason=f"{type(error).__name__}: {error}",
                    stack="" if early else stack,
                ),
            )
        if delay and delay.total_seconds() < 1:
            eventlet.spawn_after(delay.total_seconds() + 0.02, self.take_up_again)
        if not (early and delay):
            self.log.warning("put aside", name=job.name, id=job.id, state=state, attempts=attempts)

    def take_up_again(self) -> None:
        """Queue the messages that were put aside and whose time has come."""
        with Session(self.engine) as session, session.begin():
            due = aside.take_due(session, clock.now(), self.settings.batch)
        for kept in due:
            job = self.job_of(
                kept.name, kept.message_id, kept.correlation_id, kept.headers, kept.body
            )
            if job:
                job.was_aside, job.attempts, job.first_at = True, kept.attempts, kept.first_at
                self.waiting.put(job)

    def job_of(
        self, wire: str, message_id: str, correlation_id: str, headers: dict[str, Any], raw: bytes
    ) -> Job | None:
        """Make a job of a message; park it and return None if it cannot be read."""
        context = envelope.context_of(headers, correlation_id)
        job = Job(wire, _nothing, id=message_id, context=context, raw=raw, headers=headers)
        known = self.handlers.get(wire)
        if known is None:
            self.put_aside(job, Unreadable(f"{self.source} does not know messages {wire!r}"))
            return None
        contract, method = known
        try:
            body = msgspec.json.decode(raw, type=contract)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self.put_aside(job, Unreadable(f"{wire} cannot be read: {error}"))
            return None
        job.body = body
        job.run = lambda service, work: method(service, body, work)
        return job

    def _tick(self, name: str, seconds: float, method: Callable[..., Any]) -> None:
        while not self.stopping:
            eventlet.sleep(seconds * random.uniform(0.9, 1.1))  # noqa: S311 - no lock-step
            if not self.ready or self.stopping:
                continue
            if name in HOUSEKEEPING:
                try:
                    method(self)
                except Exception as error:  # noqa: BLE001 - the next tick tries again
                    self.log.warning("housekeeping failed", name=name, error=_brief(error))
                continue
            self.waiting.put(
                Job(name, method, context=envelope.Context("timer", "", "", envelope.new_trace()))
            )

    def _forget_confirmed(self, lanes: Lanes) -> None:
        if confirmed := lanes.take_confirmed():
            with Session(self.engine) as session, session.begin():
                forget_published(session, confirmed)


def _nothing(_service: object, _work: object) -> None:
    """Stand in for the handler of what cannot be read."""


def _code(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "pgcode", None) or "")


def _is_outage(error: BaseException) -> bool:
    """Tell whether broker or database are away, so that no message is to blame."""
    if isinstance(error, DBAPIError):
        code = _code(error)
        if code in RETRIED_AT_ONCE:
            return False
        lost = isinstance(error, OperationalError | InterfaceError) and not code
        return error.connection_invalidated or lost or code[:2] in {"08", "53", "57"}
    return isinstance(error, OSError) or type(error).__module__.startswith("amqp")


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
