"""What becomes of a batch? It is one transaction; if it fails, its messages are handled alone.

A message that fails never blocks or spoils its neighbours: only it is put aside, for later or
for people. Nothing is acknowledged before it is committed.
"""

import random
import time
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import eventlet
import msgspec
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from chassis import aside, clock, envelope, telemetry, tracing
from chassis.errors import NotYet, Refused
from chassis.failpoints import reach
from chassis.lanes import Lanes
from chassis.outside import Outcome
from chassis.transaction import Job, Transaction, forget_published

if TYPE_CHECKING:
    from chassis.bus import Bus

REQUEST_TRIES, REQUEST_PAUSE_SECONDS = 10, 0.2
# serialization failure, deadlock, and a row that somebody else has just added; a lock that was
# not given was waited for long enough: what needs it must not hold up its neighbors any longer
RETRIED_AT_ONCE = frozenset({"40001", "40P01", "23505"})


class Unreadable(Exception):  # noqa: N818 - parked with this as its reason
    """The body is not what the contract says."""


class Batches:
    """Handles what the bus has taken from its queues."""

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus

    def handle(self, lanes: Lanes, jobs: Sequence[Job]) -> None:
        """Handle the jobs, then acknowledge them; raises when broker or database are away."""
        began = time.perf_counter()
        try:
            self._transact(lanes, jobs)
        except Exception as error:
            if is_outage(error):
                self._keep_what_no_broker_holds(jobs)
                raise
            for i, job in enumerate(jobs):
                try:
                    self._handle_alone(lanes, job)
                except Exception:
                    self._keep_what_no_broker_holds(jobs[i:])
                    raise
        lanes.acknowledge(jobs)
        telemetry.BATCH_SECONDS.labels(self._bus.source).observe(time.perf_counter() - began)
        telemetry.BATCH_SIZE.labels(self._bus.source).observe(len(jobs))

    def _keep_what_no_broker_holds(self, jobs: Sequence[Job]) -> None:
        """Outcomes and timers would be lost with the connection; messages come again."""
        for job in jobs:
            if not job.lane:
                self._bus.waiting.put(job)

    def _transact(self, lanes: Lanes, jobs: Sequence[Job]) -> None:
        confirmed = lanes.take_confirmed()
        transaction = Transaction(
            self._bus.source, self._bus.engine, self._bus.prepare, self._bus.finish, confirmed
        )
        spans = _spans_of(jobs)
        try:
            with tracing.within(*spans):
                committed = transaction.run(self._bus.service, jobs)
        except BaseException:
            lanes.give_back_confirmed(confirmed)
            raise
        for call in committed.calls:
            self._bus.caller.make(call)
        for job, reply in committed.answers:
            lanes.answer(job, reply)  # somebody waits for it; the rest is in the outbox
        lanes.publish(committed.out)
        reach("after_publish", committed.fresh)
        if committed.duplicates:
            telemetry.DUPLICATES.labels(self._bus.source).inc(committed.duplicates)
        for job in jobs:
            telemetry.HANDLED.labels(self._bus.source, job.name, "done").inc()
            self._bus.log.debug("handled", **about(job))

    def _handle_alone(self, lanes: Lanes, job: Job) -> None:
        for attempt in range(3):
            try:
                self._transact(lanes, [job])
            except Exception as error:
                if is_outage(error):
                    raise
                if attempt < 2 and _code(error) in RETRIED_AT_ONCE:  # noqa: PLR2004 - of three
                    eventlet.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - jitter
                    continue
                self._fail(lanes, job, error)
            return

    def _fail(self, lanes: Lanes, job: Job, error: Exception) -> None:
        stack = "".join(traceback.format_exception(error))
        outcome = "refused" if isinstance(error, Refused) else "failed"
        telemetry.HANDLED.labels(self._bus.source, job.name, outcome).inc()
        if job.is_request and isinstance(error, NotYet):
            self._ask_a_little_later(lanes, job, error)
        elif job.is_request:
            if not isinstance(error, Refused):
                self._bus.log.error("request failed", **about(job), stack=stack)
            lanes.refuse(job, error)
        elif isinstance(job.body, Outcome):
            self._bus.log.error("conclusion failed", **about(job), stack=stack)
            self._bus.caller.conclude_later(job.body, error)
        elif job.lane != "bus" and not job.was_aside:
            self._bus.log.error("failed", **about(job), stack=stack)
        else:
            self.put_aside(job, error, stack)

    def _ask_a_little_later(self, lanes: Lanes, job: Job, error: NotYet) -> None:
        job.attempts += 1
        if job.attempts > REQUEST_TRIES:
            lanes.refuse(job, error.otherwise)
        else:
            job.tag = 0  # it is acknowledged with the batch that it came with
            eventlet.spawn_after(REQUEST_PAUSE_SECONDS, self._bus.waiting.put, job)

    def put_aside(self, job: Job, error: Exception, stack: str = "") -> None:
        """Keep a message that cannot be handled for later, or park it for people."""
        attempts = job.attempts + 1
        early = isinstance(error, NotYet)
        hopeless = isinstance(error, Refused | Unreadable)
        delay = None if hopeless else aside.next_try(attempts, early=early)
        now = clock.now()
        state = "waiting" if delay else "parked"
        with Session(self._bus.engine) as session, session.begin():
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
            self._bus.log.warning("put aside", **about(job), state=state, attempts=attempts)

    def take_up_again(self) -> None:
        """Queue the messages that were put aside and whose time has come."""
        with Session(self._bus.engine) as session, session.begin():
            due = aside.take_due(session, clock.now(), self._bus.settings.batch)
        for kept in due:
            job = self.job_of(
                kept.name, kept.message_id, kept.correlation_id, kept.headers, kept.body
            )
            if job:
                job.was_aside, job.attempts, job.first_at = True, kept.attempts, kept.first_at
                self._bus.waiting.put(job)

    def job_of(
        self, wire: str, message_id: str, correlation_id: str, headers: dict[str, Any], raw: bytes
    ) -> Job | None:
        """Make a job of a message; park it and return None if it cannot be read."""
        context = envelope.context_of(headers, correlation_id)
        job = Job(wire, _nothing, id=message_id, context=context, raw=raw, headers=headers)
        known = self._bus.handlers.get(wire)
        if known is None:
            self.put_aside(job, Unreadable(f"{self._bus.source} does not know messages {wire!r}"))
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

    def forget_confirmed(self, lanes: Lanes) -> None:
        """Delete what the broker has confirmed from the outbox."""
        if confirmed := lanes.take_confirmed():
            with Session(self._bus.engine) as session, session.begin():
                forget_published(session, confirmed)


def _spans_of(jobs: Sequence[Job]) -> list[tracing.Span | None]:
    """Open a span for each; a tick of a timer has none, for most have nothing to do."""
    spans: list[tracing.Span | None] = []
    for job in jobs if tracing.is_on() else ():
        kind: tracing.Kind = "server" if job.is_request else "consumer"
        span = None
        if job.context.actor != "timer":
            span = tracing.begin(
                f"handle {job.name}", kind, job.context.trace, messaging__message__id=job.id,
                oms__correlation_id=job.context.correlation_id,
                messaging__batch__message_count=len(jobs),
            )  # fmt: skip
        if span:
            job.trace = span.traceparent
            spans.append(span)
    return spans


def _nothing(_service: object, _work: object) -> None:
    """Stand in for the handler of what cannot be read."""


def _code(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "pgcode", None) or "")


def is_outage(error: BaseException) -> bool:
    """Tell whether broker or database are away, so that no message is to blame."""
    if isinstance(error, DBAPIError):
        code = _code(error)
        if code in RETRIED_AT_ONCE:
            return False
        lost = isinstance(error, OperationalError | InterfaceError) and not code
        return error.connection_invalidated or lost or code[:2] in {"08", "53", "57"}
    return isinstance(error, OSError) or type(error).__module__.startswith("amqp")


def about(job: Job) -> dict[str, str]:
    """Name a job in a log: what it is, for which process (an order's id), in which trace."""
    context = job.context
    return {
        "name": job.name,
        "id": job.id,
        "correlation_id": context.correlation_id,
        "trace": context.trace,
    }


def brief(error: BaseException) -> str:
    """Name an error in one line."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
