"""Who works off jobs? Takes one, does some rows of it, and lets it go: so all jobs have their turn.

Each row is asked under an id of its own, made of the job's id and the row's number, and a service
that was asked before only answers again: so a row acts once, whoever asks how often. Services
remember for INBOX_KEPT; a row that is taken up long after is not asked again, but said to be
unknown. A service that does not answer is asked again later, with growing pauses.
"""

import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import eventlet
import msgspec
import sqlalchemy as sa
from eventlet.greenpool import GreenPool

from chassis import clock
from chassis.ask import Unavailable
from chassis.errors import Refused
from chassis.telemetry import get_log
from contracts import orders
from gateway.caller import Caller
from gateway.jobs import exporting, importing
from gateway.jobs.actions import ACTIONS
from gateway.jobs.askers import Askers
from gateway.jobs.batch import Batch
from gateway.jobs.desk import NewRow
from gateway.jobs.exports import EXPORTS
from gateway.jobs.files import Files
from gateway.jobs.imports import IMPORTS
from gateway.jobs.ledger import Held, Ledger, Lost, Row
from gateway.jobs.turn import Turn
from gateway.jobs.wishes import permissions_of
from gateway.ports import Asks

MOST_ROWS = 100_000
BATCH, AT_ONCE, PAGE = 25, 4, 200
TURN_SECONDS = 12  # with the last answer that is waited for, within the lease
LONGEST_PAUSE = 60.0
TOO_MANY = f"The filter finds more than {MOST_ROWS:,} orders, and a job takes no more; narrow it."
LESS = "Whoever asked for this may not do it any more; it needs {}."
NOBODY = "Whoever asked for this was deactivated, or the key was revoked or has expired."


class Worker:
    """Works off jobs; `rate` is how many rows it begins in a second, at most."""

    def __init__(
        self, engine: sa.Engine, asker: Asks, rate: int, remembered: timedelta,
        sleep: Callable[[float], None] = eventlet.sleep,
    ) -> None:  # fmt: skip
        self._ledger, self._askers, self._asker = Ledger(engine), Askers(engine), asker
        self._rate, self._remembered, self._sleep = rate, remembered / 2, sleep
        self._pool = GreenPool(AT_ONCE)
        self._files = Files(engine)
        self.stopping = False

    def work(self) -> bool:
        """Do some of the job that waits longest; False if none does."""
        if (job := self._ledger.take(clock.now())) is None:
            return False
        try:
            try:
                self._work_on(job)
            except Unavailable:
                self._ledger.let_go(job, clock.now() + pause_after(job.tries), job.tries + 1)
        except Lost:
            get_log().info("another one has the job", job_id=job.job_id)
        return True

    def _work_on(self, job: Held) -> None:
        caller, kind = self._askers.caller(job.caller_id), job.asked.kind
        needed = permissions_of(job.asked, counted=job.counted)
        if caller is None or not all(map(caller.may, needed)):
            told = LESS if caller else NOBODY
            self._ledger.end(job, "failed", clock.now(), told.format(" and ".join(needed)))
            return
        until = time.monotonic() + TURN_SECONDS
        turn = Turn(
            self._ledger, self._files, self._asker, caller, lambda: self._is_over(until),
            self._sleep,
        )  # fmt: skip
        try:
            if kind in EXPORTS:
                exporting.go_on(job, turn)
            elif kind in IMPORTS and not job.is_confirmed:
                importing.go_on(job, turn)
            elif job.counted or job.canceled or self._find(job, caller, until):
                self._do_some(job, caller)
        except Refused as refusal:  # of what is asked about the whole job, not about a row
            self._ledger.end(job, "failed", clock.now(), refusal.message)

    def _is_over(self, until: float) -> bool:
        return self.stopping or time.monotonic() > until

    def _find(self, job: Held, caller: Caller, until: float) -> bool:
        """Make a row of each order that the filter finds; True when all are there."""
        assert job.asked.filter is not None
        wanted = msgspec.structs.asdict(job.asked.filter)
        channels = caller.scope("orders.read").channels
        within = None if channels is None else tuple(sorted(channels))
        while not (job.counted or job.canceled):
            if self._is_over(until):
                self._ledger.let_go(job, clock.now())
                return False
            asked = orders.FindOrders(**wanted, after=job.after, limit=PAGE, channels=within)
            page = self._asker.ask(orders.FIND, asked, actor=caller.actor)
            if job.total + len(page.orders) > MOST_ROWS:
                self._ledger.end(job, "failed", clock.now(), TOO_MANY, empty=True)
                return False
            found = [
                NewRow(number, row.order_id, f"#{row.number}")
                for number, row in enumerate(page.orders, job.total + 1)
            ]
            self._ledger.found(job, found, page.next, clock.now(), last=not page.next)
        return True

    def _do_some(self, job: Held, caller: Caller) -> None:
        kind = job.asked.kind
        action = IMPORTS[kind].action if kind in IMPORTS else ACTIONS[kind]
        began, now = time.monotonic(), clock.now()
        rows = self._ledger.claim(job, BATCH, now)
        if not rows:
            self._ledger.end(job, "canceled" if job.canceled else "done", now)
            return
        batch = Batch(job, action, caller, self._asker, rows, began + TURN_SECONDS)
        batch.leave_out_forgotten(now - self._remembered)
        batch.leave_out_strange()
        self._each(batch.look, batch.waiting)
        if action.look:
            self._ledger.settle_parts(job, [row for row in batch.waiting if row.parts is not None])
        self._each(batch.do, batch.waiting)
        again = clock.now() + (pause_after(job.tries) if batch.waiting else timedelta())
        self._ledger.conclude(job, rows, clock.now(), again)
        self._sleep(max(0.0, len(rows) / self._rate - (time.monotonic() - began)))

    def _each(self, act: Callable[[Row], None], rows: Sequence[Row]) -> None:
        for _ in self._pool.imap(act, rows):
            pass


def pause_after(tries: int) -> timedelta:
    """Wait longer each time, and not in step with others."""
    seconds = min(LONGEST_PAUSE, 2.0 ** min(tries, 10))
    return timedelta(seconds=seconds * random.uniform(0.5, 1))  # noqa: S311 - no lock-step
