"""How does an import go on? Its file is read to rows, each is checked, and then it waits.

What a row will ask is settled when it is checked, with the version or the stock that was seen: once
confirmed just that is asked, and refused if somebody was faster.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

import msgspec

from chassis import clock
from chassis.errors import NotFound, Refused
from gateway.bounds import Bounds
from gateway.jobs import sheet
from gateway.jobs.actions import Names
from gateway.jobs.batch import problem_of
from gateway.jobs.columns import named
from gateway.jobs.desk import NewRow
from gateway.jobs.imports import IMPORTS, Import
from gateway.jobs.ledger import Held, Row
from gateway.jobs.turn import Turn

MOST_ROWS, PAGE, CHECKED_AT_ONCE = 100_000, 500, 100
WAITS = timedelta(days=7)
TOO_MANY = f"The file has more than {MOST_ROWS:,} rows, and an import takes no more; cut it up."
TOO_LATE = f"Nobody has confirmed it within {WAITS.days} days; nothing was changed."


def go_on(job: Held, turn: Turn) -> None:
    """Read and check until the file waits for its confirmation, or this turn is over."""
    of = IMPORTS[job.asked.kind]
    if job.counted or job.canceled or _read(job, of, turn):
        _check(job, of, turn)


def _read(job: Held, of: Import, turn: Turn) -> bool:
    """Make a row of each row of the file; True when all are there."""
    done = int(job.after or 0)
    rows = (row for row in _rows(job, of, turn.files.read(job.job_id)) if row.number > done)
    while not (job.counted or job.canceled):
        try:
            page = _page(rows, job.total)
        except Refused as refusal:
            turn.ledger.end(job, "failed", clock.now(), refusal.message, empty=True)
            turn.files.drop(job.job_id)
            return False
        after = str(page[-1].number) if page else job.after
        turn.ledger.found(job, page, after, clock.now(), last=len(page) < PAGE)
        if not job.counted and turn.is_over():
            turn.ledger.let_go(job, clock.now())
            return False
        turn.sleep(0)
    turn.files.drop(job.job_id)
    return True


def _check(job: Held, of: Import, turn: Turn) -> None:
    """Check some rows, or end the check."""
    began, now = time.monotonic(), clock.now()
    if rows := turn.ledger.claim(job, CHECKED_AT_ONCE, now):
        _plan(job, of, rows, turn.bounds(of.action.permission))
        turn.ledger.conclude(job, rows, clock.now(), clock.now())
        turn.rest_since(began)
    elif job.canceled or job.is_checked:
        turn.ledger.end(job, "canceled", now, "" if job.canceled else TOO_LATE)
    elif job.checked:
        turn.ledger.wait(job, now + WAITS, now)
    else:
        turn.ledger.end(job, "done", now)


def _page(rows: Iterator[NewRow], behind: int) -> list[NewRow]:
    page = list(islice(rows, PAGE))
    if behind + len(page) > MOST_ROWS:
        raise Refused("too_many", TOO_MANY)
    return page


def _rows(job: Held, of: Import, pieces: Iterable[bytes]) -> Iterator[NewRow]:
    """Read the rows of a file; one that has a fault of its own has failed already."""
    seen: dict[Names, int] = {}
    for number, cells in enumerate(sheet.read(pieces)):
        if number == 0 or not cells:
            continue
        about, problem = ("", ""), None
        try:
            about = of.subject(named(job.columns or (), cells))
            _check_once(about, number, seen)
        except Refused as refusal:
            problem = msgspec.json.encode(problem_of(refusal)).decode()
        yield NewRow(number, *about, msgspec.json.encode(cells).decode(), problem)


def _check_once(about: Names, number: int, seen: dict[Names, int]) -> None:
    if (first := seen.setdefault(about, number)) != number:
        raise Refused("twice", f"Row {first + 1} is about the same.", "sku")


def _plan(job: Held, of: Import, rows: Sequence[Row], bounds: Bounds) -> None:
    """Tell of each row what it would change, or what is wrong with it."""
    cells = [named(job.columns or (), row.given or ()) for row in rows]
    known = of.look(bounds.ask, cells)
    for row, given in zip(rows, cells, strict=True):
        row.answered = True
        try:
            if not bounds.has_warehouse(row.label):
                raise NotFound("warehouse", row.label, "warehouse")
            row.plan = known.plan(given)
        except Refused as refusal:
            row.problem = problem_of(refusal)
        else:
            row.outcome = "nothing_to_do"  # unless it has a wish
