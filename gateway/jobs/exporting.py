"""How does an export go on? A page at a time, each kept together with where the next one begins."""

import time

from chassis import clock
from gateway.jobs import sheet
from gateway.jobs.exports import EXPORTS
from gateway.jobs.ledger import Held
from gateway.jobs.turn import Turn

MOST_THINGS, MOST_BYTES = 100_000, 200_000_000
TOO_MUCH = (
    f"This is more than {MOST_THINGS:,} things or {MOST_BYTES // 1_000_000} MB, and a file takes no"
    " more; narrow it."
)


def go_on(job: Held, turn: Turn) -> None:
    """Write pages until the file is whole, or this turn is over."""
    export = EXPORTS[job.asked.kind]
    bounds = turn.bounds(export.permission)
    while not (job.counted or job.canceled):
        if turn.is_over():
            turn.ledger.let_go(job, clock.now())
            return
        began = time.monotonic()
        page = export.page(bounds, job.asked, job.after)
        text = sheet.write(page.rows)
        if not job.after:
            text = sheet.BOM + sheet.write([export.columns]) + text
        size = turn.files.write(
            job, text.encode(), page.things, page.next, clock.now(), last=not page.next
        )
        if job.total > MOST_THINGS or size > MOST_BYTES:
            turn.ledger.end(job, "failed", clock.now(), TOO_MUCH)
            turn.files.drop(job.job_id)
            return
        turn.rest_since(began)
    turn.ledger.end(job, "canceled" if job.canceled else "done", clock.now())
    if job.canceled:
        turn.files.drop(job.job_id)
