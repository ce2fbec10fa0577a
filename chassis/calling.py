"""Who makes the stored calls to the outside? A pool of green threads, a few at a time."""

import traceback
from typing import TYPE_CHECKING

from eventlet.greenpool import GreenPool
from sqlalchemy.orm import Session

from chassis import clock, outside, telemetry, tracing
from chassis.envelope import Context
from chassis.outside import Declined, Outcome, OutsideCall, Pending
from chassis.transaction import Job

if TYPE_CHECKING:
    from chassis.bus import Bus


class Caller:
    """Makes calls and queues their outcomes, to be concluded in the batch's transaction."""

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus
        self._pool = GreenPool(bus.settings.calls_at_once)
        self._size = bus.settings.calls_at_once

    @property
    def busy(self) -> bool:
        """Tell whether any call has not come back yet."""
        return bool(self._pool.running() or self._pool.waiting())

    def make(self, call: OutsideCall) -> None:
        """Make a call that is leased, when a place in the pool is free; do not wait for it."""
        if self._pool.waiting() > self._size * 20:
            return  # its lease runs out, and it is taken up again later
        if self._pool.free() > 0:
            self._pool.spawn_n(self._make, call)
        else:
            self._bus.container.spawn_managed_thread(lambda: self._pool.spawn_n(self._make, call))

    def take_up_again(self) -> None:
        """Make the calls whose time has come: retries, and those that a crash interrupted."""
        free = self._pool.free()
        if free <= 0:
            return
        with Session(self._bus.engine) as session, session.begin():
            due = outside.lease_due(session, clock.now(), free)
        for call in due:
            self.make(call)

    def _make(self, call: OutsideCall) -> None:
        bus = self._bus
        span = tracing.begin(
            f"call {call.kind}", "client", call.trace, oms__correlation_id=call.correlation_id,
            oms__attempts=call.attempts,
        )  # fmt: skip
        trace = span.traceparent if span else ""
        try:
            with tracing.within(span):
                result = bus.callers[call.kind](bus.service, call)
        except Declined as no:
            self._conclude(Outcome(call, "refused", no.result, no.code, no.reason), trace)
        except Pending as later:
            telemetry.CALLS.labels(bus.source, call.kind, "pending").inc()
            with Session(bus.engine) as session, session.begin():
                outside.postpone(session, call, later.due_at, later.reason, answered=True)
        except Exception as error:  # noqa: BLE001 - its outcome is unknown
            self._try_later(call, error)
        else:
            self._conclude(Outcome(call, "succeeded", dict(result or {})), trace)

    def _try_later(self, call: OutsideCall, error: Exception) -> None:
        bus = self._bus
        reason = f"{type(error).__name__}: {error}"
        delay = outside.delay_after(call.attempts)
        bus.log.warning(
            "call failed",
            kind=call.kind,
            key=call.key,
            correlation_id=call.correlation_id,
            attempts=call.attempts,
            again=bool(delay),
            error=reason,
            stack="" if isinstance(error, OSError) else traceback.format_exc(limit=5),
        )
        if delay is None:
            self._conclude(Outcome(call, "failed", {}, "gave_up", reason))
            return
        telemetry.CALLS.labels(bus.source, call.kind, "unknown").inc()
        with Session(bus.engine) as session, session.begin():
            outside.postpone(session, call, clock.now() + delay, reason)

    def conclude_later(self, outcome: Outcome, error: Exception) -> None:
        """Make a call again, much later: its outcome could not be concluded, by a fault of ours."""
        delay = outside.delay_after(outcome.call.attempts) or outside.DELAYS[-1]
        with Session(self._bus.engine) as session, session.begin():
            reason = f"not concluded: {type(error).__name__}: {error}"
            outside.postpone(session, outcome.call, clock.now() + delay, reason)

    def _conclude(self, outcome: Outcome, trace: str = "") -> None:
        bus, call = self._bus, outcome.call
        telemetry.CALLS.labels(bus.source, call.kind, outcome.status).inc()
        method = bus.conclusions[call.kind]
        bus.waiting.put(
            Job(
                f"concludes {call.kind}",
                lambda service, work: method(service, outcome, work),
                body=outcome,
                context=Context(
                    call.actor, call.correlation_id, call.id, trace or tracing.new_trace()
                ),
            )
        )
