"""How does an export go on? A page at a time, each kept together with where the next one begins."""

import time
from collections.abc import Callable

from chassis import clock
from gateway.bounds import Bounds
from gateway.caller import Caller
from gateway.jobs import sheet
from gateway.jobs.exports import EXPORTS
from gateway.jobs.files import Files
from gateway.jobs.ledger import Held, Ledger
from gateway.ports import Asks

MOST_THINGS, MOST_BYTES = 100_000, 200_000_000
REST = 1.0  # as long as a page took: whoever else asks the same services has their turn
TOO_MUCH = (
    f"This is more than {MOST_THINGS:,} things or {MOST_BYTES // 1_000_000} MB, and a file takes no"
    " more; narrow it."
)


class Exporting:
    """Writes files."""

    def __init__(
        self, ledger: Ledger, files: Files, asker: Asks, sleep: Callable[[float], None]
    ) -> None:
        self._ledger, self._files, self._asker, self._sleep = ledger, files, asker, sleep

    def go_on(self, job: Held, caller: Caller, is_over: Callable[[], bool]) -> None:
        """Write pages until the file is whole, or this turn is over."""
        export = EXPORTS[job.asked.kind]
        bounds = Bounds(caller.scope(export.permission), self._asker, caller.actor)
        while not (job.counted or job.canceled):
            if is_over():
                self._ledger.let_go(job, clock.now())
                return
            began = time.monotonic()
            page = export.page(bounds, job.asked, job.after)
            text = sheet.write(page.rows)
            if not job.after:
                text = sheet.BOM + sheet.write([export.columns]) + text
            size = self._files.write(
                job, text.encode(), page.things, page.next, clock.now(), last=not page.next
            )
            if job.total > MOST_THINGS or size > MOST_BYTES:
                self._ledger.end(job, "failed", clock.now(), TOO_MUCH)
                self._files.drop(job.job_id)
                return
            self._sleep(REST * (time.monotonic() - began))
        self._ledger.end(job, "canceled" if job.canceled else "done", clock.now())
        if job.canceled:
            self._files.drop(job.job_id)
