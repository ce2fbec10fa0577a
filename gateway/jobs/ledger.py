"""How far is a job? The steps of its state and of its rows, each a transaction.

Rows are claimed before anything is asked, so whoever takes up the job of a worker that died knows
which rows may have happened: those it asks once more under the same ids. Results and counters are
written together, and only by the worker that still has the job.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis.ids import new_id
from gateway.jobs.desk import NewRow, add_rows
from gateway.jobs.plan import Plan
from gateway.jobs.said import RowProblem, StartJob

LEASE = timedelta(seconds=30)
ROW = "number, subject, parts, tries, asked_at, label, given"
TAKE = sa.text(
    "update jobs set due_at = :until, token = :token, state = 'running',"
    " started_at = coalesce(started_at, :now) where job_id = ("
    " select job_id from jobs where ended_at is null and due_at <= :now"
    " order by due_at limit 1 for update skip locked)"
    " returning job_id, caller_id, asked, counted, after, total, tries, canceled, columns,"
    " checked, checked_at is not null as is_checked, confirmed_at is not null as is_confirmed"
)
HOLD = sa.text(
    "select canceled, total from jobs where job_id = :id and token = :token and ended_at is null"
    " for update"
)
BEGUN = sa.text(
    f"select {ROW} from job_rows"  # noqa: S608 - our own words
    " where job_id = :id and state = 'under_way' order by number limit :most"
)
CLAIM = sa.text(
    "update job_rows set state = 'under_way', asked_at = :now, at = :now"  # noqa: S608 - likewise
    " where job_id = :id"
    " and number in (select number from job_rows where job_id = :id and state = :state"
    f" order by number limit :most) returning {ROW}"
)
SETTLE_PARTS = sa.text(
    "update job_rows set parts = cast(:parts as jsonb) where job_id = :id and number = :number"
)
SETTLE = sa.text(
    "update job_rows set state = :state, outcome = :outcome, problem = cast(:problem as jsonb),"
    " parts = coalesce(cast(:parts as jsonb), parts),"
    " changes = coalesce(cast(:changes as jsonb), changes), at = :now"
    " where job_id = :id and number = :number and state = 'under_way'"
)
TRIED = sa.text(
    "update job_rows set tries = tries + 1 where job_id = :id and number = :number"
    " and state = 'under_way'"
)
COUNT = sa.text(
    "update jobs set done = done + :done, failed = failed + :failed, checked = checked + :checked,"
    " tries = :tries, due_at = :due, token = '' where job_id = :id"
)
FOUND = sa.text(
    "update jobs set after = :after, total = :total, counted = :counted, due_at = :until,"
    " failed = failed + :failed where job_id = :id"
)
END = sa.text(
    "update jobs set state = :state, problem = :problem, ended_at = :now, due_at = :now,"
    " token = '', counted = true where job_id = :id and token = :token and ended_at is null"
)
LOST = sa.text(
    "with lost as (update job_rows set state = 'failed', problem = cast(:unknown as jsonb),"
    " at = :now where job_id = :id and state = 'under_way' returning 1)"
    " update jobs set failed = failed + (select count(*) from lost) where job_id = :id"
)
WAIT = sa.text(
    "update jobs set state = 'checked', checked_at = :now, due_at = :until, token = ''"
    " where job_id = :id"
)
FORGET = (
    sa.text("delete from job_rows where job_id = :id"),
    sa.text("update jobs set total = 0, failed = 0 where job_id = :id"),
)
LATE = sa.text(
    "select extract(epoch from :now - min(due_at)) from jobs"
    " where ended_at is null and due_at <= :now"
)
UNKNOWN = RowProblem(
    type="/problems/unavailable",
    title="It is not known whether it was done",
    detail="The job ended while this was being done. Look at it yourself.",
    code="unknown",
)


@dataclass(slots=True)
class Held:
    """A job that this worker has in hand."""

    job_id: str
    token: str
    caller_id: str
    asked: StartJob
    counted: bool
    after: str
    total: int
    tries: int
    canceled: bool
    columns: list[str] | None  # of the file that it began with
    checked: int
    is_checked: bool
    is_confirmed: bool


@dataclass(slots=True)
class Row:
    """A row that is under way; `parts` is what exactly is asked, None if that is not settled."""

    number: int
    subject: str
    parts: list[str] | None
    tries: int
    asked_at: datetime
    label: str
    given: list[str] | None  # the cells of a row of a file
    answered: bool = False
    tried: bool = False  # and it was of no use
    outcome: str = "done"
    problem: RowProblem | None = field(default=None)
    plan: Plan | None = field(default=None)  # what it would change, if it was only checked


class Lost(Exception):  # noqa: N818 - somebody else goes on
    """The lease was over, and another worker has the job."""


class Ledger:
    """Writes down how far jobs are."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def take(self, now: datetime) -> Held | None:
        """Lease the job that waits longest."""
        token = new_id("lea")
        wanted = {"until": now + LEASE, "token": token, "now": now}
        with self._engine.begin() as connection:
            row = connection.execute(TAKE, wanted).mappings().first()
        if row is None:
            return None
        asked = msgspec.convert(row["asked"], StartJob)
        return Held(**{**row, "asked": asked, "token": token})

    def claim(self, job: Held, most: int, now: datetime) -> list[Row]:
        """Give the rows that were begun, or else begin some; none if the job is at its end."""
        state = "checked" if job.is_confirmed else "pending"
        wanted = {"id": job.job_id, "most": most, "now": now, "state": state}
        with self._engine.begin() as connection:
            job.canceled = hold(connection, job).canceled
            found = connection.execute(BEGUN, wanted).all()
            if not found and not job.canceled:
                found = connection.execute(CLAIM, wanted).all()
        return sorted((Row(*one) for one in found), key=lambda row: row.number)

    def settle_parts(self, job: Held, rows: Sequence[Row]) -> None:
        """Keep what exactly is going to be asked about these rows."""
        values = [
            {
                "id": job.job_id,
                "number": row.number,
                "parts": msgspec.json.encode(row.parts).decode(),
            }
            for row in rows
        ]
        if values:
            with self._engine.begin() as connection:
                hold(connection, job)
                connection.execute(SETTLE_PARTS, values)

    def conclude(self, job: Held, rows: Sequence[Row], now: datetime, again: datetime) -> None:
        """Write down what became of rows; the job is due `again`."""
        settled = [_settled(job, row, now) for row in rows if row.answered]
        silent = any(not row.answered for row in rows)
        tried = [{"id": job.job_id, "number": row.number} for row in rows if row.tried]
        counts = Counter(one["state"] for one in settled)
        checked = counts["checked"] - (len(settled) if job.is_confirmed else 0)
        tries = job.tries + 1 if silent else 0
        with self._engine.begin() as connection:
            hold(connection, job)
            if settled:
                connection.execute(SETTLE, settled)
            if tried:
                connection.execute(TRIED, tried)
            connection.execute(
                COUNT,
                {
                    "id": job.job_id, "done": counts["done"], "failed": counts["failed"],
                    "checked": checked, "tries": tries, "due": again,
                },
            )  # fmt: skip

    def found(
        self, job: Held, page: Sequence[NewRow], after: str, now: datetime, *, last: bool
    ) -> None:
        """Keep a page of what a filter or a file has; more begins behind `after`."""
        with self._engine.begin() as connection:
            job.canceled = hold(connection, job).canceled
            add_rows(connection, job.job_id, page)
            job.total, job.after, job.counted = job.total + len(page), after, last
            values = {
                "id": job.job_id, "after": after, "total": job.total, "counted": job.counted,
                "until": now + LEASE, "failed": sum(1 for row in page if row.problem),
            }  # fmt: skip
            connection.execute(FOUND, values)

    def wait(self, job: Held, until: datetime, now: datetime) -> None:
        """Let a job wait until somebody confirms what its rows would change."""
        with self._engine.begin() as connection:
            hold(connection, job)
            connection.execute(WAIT, {"id": job.job_id, "until": until, "now": now})

    def let_go(self, job: Held, again: datetime, tries: int = 0) -> None:
        """Give a job back that goes on later."""
        nothing = {
            "id": job.job_id,
            "done": 0,
            "failed": 0,
            "checked": 0,
            "tries": tries,
            "due": again,
        }
        with self._engine.begin() as connection:
            hold(connection, job)
            connection.execute(COUNT, nothing)

    def end(
        self, job: Held, state: str, now: datetime, problem: str = "", *, empty: bool = False
    ) -> None:
        """End a job; rows whose end nobody knows are said to be so. `empty`: leave no rows."""
        values = {
            "id": job.job_id, "token": job.token, "state": state, "problem": problem, "now": now,
            "unknown": msgspec.json.encode(UNKNOWN).decode(),
        }  # fmt: skip
        with self._engine.begin() as connection:
            hold(connection, job)
            for statement in (*(FORGET if empty else ()), LOST, END):
                connection.execute(statement, values)

    def late(self, now: datetime) -> float:
        """Tell for how many seconds a job has been due that nobody has taken up; 0 if none is."""
        with self._engine.connect() as connection:
            return float(connection.scalar(LATE, {"now": now}) or 0)


def hold(connection: sa.Connection, job: Held) -> Any:
    """Go on only if the job is still this worker's; raises Lost."""
    row = connection.execute(HOLD, {"id": job.job_id, "token": job.token}).first()
    if row is None:
        raise Lost
    return row


def _settled(job: Held, row: Row, now: datetime) -> dict[str, Any]:
    state, plan = "failed" if row.problem else "done", row.plan or Plan()
    outcome = "" if row.problem else row.outcome
    if plan.wish is not None:
        state, outcome = "checked", ""
    return {
        "id": job.job_id,
        "number": row.number,
        "state": state,
        "outcome": outcome,
        "problem": _packed(row.problem),
        "parts": _packed([msgspec.json.encode(plan.wish).decode()] if plan.wish else None),
        "changes": _packed(plan.changes or None),
        "now": now,
    }


def _packed(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
