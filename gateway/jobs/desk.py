"""What is answered about jobs? Straight from the gateway's own database.

Who asked for a job sees it and cancels it; whoever sees, or changes, the settings may do so with
everybody's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from chassis import clock
from chassis.errors import IllegalMove, NotFound, Refused
from chassis.ids import new_id
from contracts.orders import ChangedField
from gateway.caller import Caller
from gateway.jobs import said
from gateway.jobs.exports import EXPORTS
from gateway.jobs.imports import IMPORTS
from gateway.jobs.said import RowProblem, StartJob
from gateway.jobs.wishes import check

MOST_AT_ONCE = 20
COLUMNS = (
    "job_id, kind, state, actor as asked_by, asked, counted, total, done, failed,"
    " canceled and ended_at is null as canceling, problem, made_at, started_at, ended_at, checked,"
    " confirmed_at, caller_id,"
    " exists (select from job_files f where f.job_id = jobs.job_id) as has_pieces"
)
MINE = "(cast(:caller as text) = '' or caller_id = :caller)"
ONE = sa.text(f"select {COLUMNS} from jobs where job_id = :id and {MINE}")  # noqa: S608 - our words
PAGE = sa.text(
    f"select {COLUMNS} from jobs where {MINE} and (:state = '' or state = :state)"  # noqa: S608
    " and (:after = '' or job_id < :after) order by job_id desc limit :limit"
)
ROWS = sa.text(
    "select number, subject, label, state, outcome, problem, at, changes from job_rows"
    " where job_id = :id and (:state = '' or state = :state) and number > :after"
    " order by number limit :limit"
)
# one after the other of one caller, so that none is counted twice
ALONE = sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
KNOWN = sa.text("select job_id, asked, digest from jobs where request_key = :key")
UNDER_WAY = sa.text("select count(*) from jobs where caller_id = :caller and ended_at is null")
ADD = sa.text(
    "insert into jobs (job_id, kind, state, caller_id, actor, request_key, asked, counted, total,"
    " made_at, due_at, digest, columns) values (:id, :kind, 'queued', :caller, :actor, :key,"
    " cast(:asked as jsonb), :counted, :total, :now, :now, :digest, cast(:columns as jsonb))"
)
ADD_ROWS = sa.text(
    "insert into job_rows (job_id, number, subject, label, given, problem, state, at)"
    " select :id, number, subject, label, cast(given as jsonb), cast(problem as jsonb),"
    " case when problem is null then 'pending' else 'failed' end, :now"
    " from unnest(cast(:numbers as int[]), cast(:subjects as text[]), cast(:labels as text[]),"
    " cast(:givens as text[]), cast(:problems as text[]))"
    " as row (number, subject, label, given, problem)"
)
COLUMNS_OF = sa.text("select columns from jobs where job_id = :id")
CONFIRM = sa.text(
    "update jobs set state = 'queued', confirmed_at = :now, due_at = :now"
    " where job_id = :id and caller_id = :caller and state = 'checked' returning 1"
)
CANCEL = sa.text(
    "update jobs set canceled = true,"  # noqa: S608 - our own words
    " due_at = case when token = '' then :now else due_at end,"
    " state = case when state in ('queued', 'checked') then 'canceled' else state end,"
    " ended_at = case when state in ('queued', 'checked') then :now end"
    f" where job_id = :id and {MINE} and ended_at is null returning 1"
)


class NewRow(NamedTuple):
    """A row that is to be made; of a file with its cells, or with what is wrong with them."""

    number: int
    subject: str
    label: str
    given: str | None = None
    problem: str | None = None


class Uploaded(NamedTuple):
    """A file that has come whole, kept under the id of its job."""

    job_id: str
    digest: str
    columns: Sequence[str]


class SameKey(Exception):  # noqa: N818 - an answer, not an error of the program
    """The key belongs to another job already."""


class Jobs:
    """Answers about jobs."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def start(
        self, asked: StartJob, caller: Caller, key: str = "", file: Uploaded | None = None
    ) -> said.Job:
        """Add a job; raises SameKey if its request had a key that another job has."""
        if file is None:
            check(asked)
        ids = tuple(dict.fromkeys(asked.order_ids))
        kept = msgspec.structs.replace(asked, order_ids=())
        values = {
            "digest": file.digest if file else "",
            "columns": msgspec.json.encode(file.columns).decode() if file else None,
            "id": file.job_id if file else new_id("job"), "kind": asked.kind,
            "caller": caller.caller_id, "actor": caller.actor, "key": key or None,
            "counted": bool(ids), "asked": msgspec.json.encode(kept).decode(),
            "total": len(ids), "now": clock.now(),
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(ALONE, {"name": f"oms.jobs {caller.caller_id}"})
            if key and (known := connection.execute(KNOWN, {"key": key}).first()):
                same = (msgspec.convert(known.asked, StartJob), known.digest)
                if same != (kept, values["digest"]):
                    raise SameKey
                return _one(connection, known.job_id, caller, caller.caller_id)
            if connection.scalar(UNDER_WAY, values) >= MOST_AT_ONCE:
                told = f"You have {MOST_AT_ONCE} jobs that have not ended; that is the most."
                raise Refused("too_many", told)
            connection.execute(ADD, values)
            rows = [NewRow(number, one, "") for number, one in enumerate(ids, 1)]
            add_rows(connection, values["id"], rows)
            return _one(connection, str(values["id"]), caller, caller.caller_id)

    def find(self, asked: said.FindJobs, caller: Caller) -> said.JobPage:
        """List jobs."""
        wanted = {
            "caller": _whose(caller, "settings.read"), "state": asked.state, "after": asked.after,
            "limit": asked.limit + 1,
        }  # fmt: skip
        with self._engine.connect() as connection:
            found = [_shown(row, caller) for row in connection.execute(PAGE, wanted).mappings()]
        page = tuple(found[: asked.limit])
        return said.JobPage(jobs=page, next=page[-1].job_id if len(found) > asked.limit else "")

    def get(self, asked: said.AboutJob, caller: Caller) -> said.Job:
        """Tell how far a job is."""
        with self._engine.connect() as connection:
            return _one(connection, asked.job_id, caller, _whose(caller, "settings.read"))

    def rows(self, asked: said.FindJobRows, caller: Caller) -> said.JobRows:
        """Tell what became of each thing."""
        wanted = {
            "id": asked.job_id, "state": asked.state, "after": int(asked.after or 0),
            "limit": asked.limit + 1,
        }  # fmt: skip
        with self._engine.connect() as connection:
            _one(connection, asked.job_id, caller, _whose(caller, "settings.read"))
            found = [_row(row) for row in connection.execute(ROWS, wanted).mappings()]
        page = tuple(found[: asked.limit])
        return said.JobRows(rows=page, next=str(page[-1].number) if found[asked.limit :] else "")

    def cancel(self, asked: said.AboutJob, caller: Caller) -> said.Job:
        """Begin no more rows of a job."""
        whose = _whose(caller, "settings.write")
        values = {"id": asked.job_id, "caller": whose, "now": clock.now()}
        with self._engine.begin() as connection:
            done = connection.scalar(CANCEL, values)
            job = _one(connection, asked.job_id, caller, whose)
            if done is None:
                raise IllegalMove("job", asked.job_id, job.state, "canceled")
            return job

    def columns(self, job_id: str) -> list[str]:
        """Tell which columns the file had that a job began with."""
        with self._engine.connect() as connection:
            return list(connection.scalar(COLUMNS_OF, {"id": job_id}) or ())

    def confirm(self, asked: said.AboutJob, caller: Caller) -> said.Job:
        """Let an import change what its rows were seen to change."""
        values = {"id": asked.job_id, "caller": caller.caller_id, "now": clock.now()}
        with self._engine.begin() as connection:
            done = connection.scalar(CONFIRM, values)
            job = _one(connection, asked.job_id, caller, caller.caller_id)
            if done is None:
                raise IllegalMove("job", asked.job_id, job.state, "confirmed")
            return job


def add_rows(connection: sa.Connection, job_id: Any, rows: Sequence[NewRow]) -> None:
    """Make rows."""
    if not rows:
        return
    numbers, subjects, labels, givens, problems = zip(*rows, strict=True)
    values = {
        "id": job_id, "numbers": list(numbers), "subjects": list(subjects), "labels": list(labels),
        "givens": list(givens), "problems": list(problems), "now": clock.now(),
    }  # fmt: skip
    connection.execute(ADD_ROWS, values)


def _whose(caller: Caller, permission: str) -> str:
    return "" if caller.may(permission) else caller.caller_id


def _one(connection: sa.Connection, job_id: str, caller: Caller, whose: str) -> said.Job:
    row = connection.execute(ONE, {"id": job_id, "caller": whose}).mappings().first()
    if row is None:
        raise NotFound("job", job_id, "job_id")
    return _shown(row, caller)


def _shown(row: Mapping[Any, Any], caller: Caller) -> said.Job:
    told = {name: value for name, value in row.items() if name not in {"caller_id", "has_pieces"}}
    allowed = {
        "cancel": row["ended_at"] is None and not row["canceling"],
        "confirm": row["state"] == "checked" and row["caller_id"] == caller.caller_id,
        "file": has_file(row["kind"], row["state"], row["failed"], pieces=row["has_pieces"]),
    }
    asked = msgspec.convert(row["asked"], StartJob)
    return said.Job(**{**told, "asked": asked, "allowed": tuple(n for n in allowed if allowed[n])})


def has_file(kind: str, state: str, failed: int, *, pieces: bool) -> bool:
    """Tell whether there is something to be fetched."""
    if kind in IMPORTS:
        return failed > 0 and state != "queued"
    return kind in EXPORTS and state == "done" and pieces


def _row(row: Mapping[Any, Any]) -> said.JobRow:
    problem = row["problem"] and msgspec.convert(row["problem"], RowProblem)
    changes = msgspec.convert(row["changes"] or (), tuple[ChangedField, ...])
    return said.JobRow(**{**row, "problem": problem, "changes": changes})
