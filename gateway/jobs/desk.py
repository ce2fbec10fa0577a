"""What is answered about jobs? Straight from the gateway's own database.

Who asked for a job sees it and cancels it; whoever sees, or changes, the settings may do so with
everybody's.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis import clock
from chassis.errors import IllegalMove, NotFound, Refused
from chassis.ids import new_id
from gateway.caller import Caller
from gateway.jobs import said
from gateway.jobs.actions import check
from gateway.jobs.said import RowProblem, StartJob

MOST_AT_ONCE = 20
COLUMNS = (
    "job_id, kind, state, actor as asked_by, asked, counted, total, done, failed,"
    " canceled and ended_at is null as canceling, problem, made_at, started_at, ended_at"
)
MINE = "(cast(:caller as text) = '' or caller_id = :caller)"
ONE = sa.text(f"select {COLUMNS} from jobs where job_id = :id and {MINE}")  # noqa: S608 - our words
PAGE = sa.text(
    f"select {COLUMNS} from jobs where {MINE} and (:state = '' or state = :state)"  # noqa: S608
    " and (:after = '' or job_id < :after) order by job_id desc limit :limit"
)
ROWS = sa.text(
    "select number, subject, label, state, outcome, problem, at from job_rows"
    " where job_id = :id and (:state = '' or state = :state) and number > :after"
    " order by number limit :limit"
)
# one after the other of one caller, so that none is counted twice
ALONE = sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
KNOWN = sa.text("select job_id, asked, caller_id from jobs where request_key = :key")
UNDER_WAY = sa.text("select count(*) from jobs where caller_id = :caller and ended_at is null")
ADD = sa.text(
    "insert into jobs (job_id, kind, state, caller_id, actor, request_key, asked, counted, total,"
    " made_at, due_at) values (:id, :kind, 'queued', :caller, :actor, :key,"
    " cast(:asked as jsonb), :counted, :total, :now, :now)"
)
ADD_ROWS = sa.text(
    "insert into job_rows (job_id, number, subject, label, at)"
    " select :id, number, subject, label, :now"
    " from unnest(cast(:subjects as text[]), cast(:labels as text[]))"
    " with ordinality as given (subject, label, place)"
    " cross join lateral (select (:from + place)::int as number) counted"
)
CANCEL = sa.text(
    "update jobs set canceled = true,"  # noqa: S608 - our own words
    " due_at = case when token = '' then :now else due_at end,"
    " state = case when state = 'queued' then 'canceled' else state end,"
    " ended_at = case when state = 'queued' then :now end"
    f" where job_id = :id and {MINE} and ended_at is null returning 1"
)


class SameKey(Exception):  # noqa: N818 - an answer, not an error of the program
    """The key belongs to another job already."""


class Jobs:
    """Answers about jobs."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def start(self, asked: StartJob, caller: Caller, key: str = "") -> said.Job:
        """Add a job; raises SameKey if its request had a key that another job has."""
        check(asked)
        ids = tuple(dict.fromkeys(asked.order_ids))
        kept = msgspec.structs.replace(asked, order_ids=())
        values = {
            "id": new_id("job"), "kind": asked.kind, "caller": caller.caller_id,
            "actor": caller.actor, "key": key or None, "counted": asked.filter is None,
            "asked": msgspec.json.encode(kept).decode(), "total": len(ids), "now": clock.now(),
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(ALONE, {"name": f"oms.jobs {caller.caller_id}"})
            if key and (known := connection.execute(KNOWN, {"key": key}).first()):
                if msgspec.convert(known.asked, StartJob) != kept:
                    raise SameKey
                return _one(connection, known.job_id, caller.caller_id)
            if connection.scalar(UNDER_WAY, values) >= MOST_AT_ONCE:
                told = f"You have {MOST_AT_ONCE} jobs that have not ended; that is the most."
                raise Refused("too_many", told)
            connection.execute(ADD, values)
            add_rows(connection, values["id"], 0, [(one, "") for one in ids])
            return _one(connection, str(values["id"]), caller.caller_id)

    def find(self, asked: said.FindJobs, caller: Caller) -> said.JobPage:
        """List jobs."""
        wanted = {
            "caller": _whose(caller, "settings.read"), "state": asked.state, "after": asked.after,
            "limit": asked.limit + 1,
        }  # fmt: skip
        with self._engine.connect() as connection:
            found = [_shown(row) for row in connection.execute(PAGE, wanted).mappings()]
        page = tuple(found[: asked.limit])
        return said.JobPage(jobs=page, next=page[-1].job_id if len(found) > asked.limit else "")

    def get(self, asked: said.AboutJob, caller: Caller) -> said.Job:
        """Tell how far a job is."""
        with self._engine.connect() as connection:
            return _one(connection, asked.job_id, _whose(caller, "settings.read"))

    def rows(self, asked: said.FindJobRows, caller: Caller) -> said.JobRows:
        """Tell what became of each thing."""
        wanted = {
            "id": asked.job_id, "state": asked.state, "after": int(asked.after or 0),
            "limit": asked.limit + 1,
        }  # fmt: skip
        with self._engine.connect() as connection:
            _one(connection, asked.job_id, _whose(caller, "settings.read"))
            found = [_row(row) for row in connection.execute(ROWS, wanted).mappings()]
        page = tuple(found[: asked.limit])
        return said.JobRows(rows=page, next=str(page[-1].number) if found[asked.limit :] else "")

    def cancel(self, asked: said.AboutJob, caller: Caller) -> said.Job:
        """Begin no more rows of a job."""
        whose = _whose(caller, "settings.write")
        values = {"id": asked.job_id, "caller": whose, "now": clock.now()}
        with self._engine.begin() as connection:
            done = connection.scalar(CANCEL, values)
            job = _one(connection, asked.job_id, whose)
            if done is None:
                raise IllegalMove("job", asked.job_id, job.state, "canceled")
            return job


def add_rows(
    connection: sa.Connection, job_id: Any, behind: int, rows: list[tuple[str, str]]
) -> None:
    """Make rows of subjects and labels, with the numbers that follow."""
    if not rows:
        return
    subjects, labels = ([row[at] for row in rows] for at in (0, 1))
    values = {
        "id": job_id, "from": behind, "subjects": subjects, "labels": labels, "now": clock.now(),
    }  # fmt: skip
    connection.execute(ADD_ROWS, values)


def _whose(caller: Caller, permission: str) -> str:
    return "" if caller.may(permission) else caller.caller_id


def _one(connection: sa.Connection, job_id: str, whose: str) -> said.Job:
    row = connection.execute(ONE, {"id": job_id, "caller": whose}).mappings().first()
    if row is None:
        raise NotFound("job", job_id, "job_id")
    return _shown(row)


def _shown(row: Mapping[Any, Any]) -> said.Job:
    return said.Job(**{**row, "asked": msgspec.convert(row["asked"], StartJob)})


def _row(row: Mapping[Any, Any]) -> said.JobRow:
    problem = row["problem"] and msgspec.convert(row["problem"], RowProblem)
    return said.JobRow(**{**row, "problem": problem})
