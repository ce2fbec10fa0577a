"""How is a file fetched? As it is read from the database, by who asked for it or sees all jobs."""

from collections.abc import Iterable, Iterator

from flask import Response, request

from chassis.errors import NotFound
from gateway.caller import Caller
from gateway.jobs import said, sheet
from gateway.jobs.columns import PROBLEM, names
from gateway.jobs.desk import Jobs
from gateway.jobs.files import Files
from gateway.jobs.imports import IMPORTS
from gateway.jobs.wishes import permissions_of
from gateway.problems import Answered, problem

TYPE = "text/csv; charset=utf-8"


def fetch(jobs: Jobs, files: Files, asked: said.AboutJob, caller: Caller) -> Response:
    """Give the file of a job; raises NotFound if it has none, or has it no more."""
    job = jobs.get(asked, caller)
    for permission in permissions_of(job.asked):
        if not caller.may(permission):
            told = f"A file of the kind {job.kind} needs the permission {permission}."
            raise Answered(problem("forbidden", told, permission=permission))
    if "file" not in job.allowed:
        raise NotFound("file of job", job.job_id, "job_id")
    failed = job.kind in IMPORTS
    tag = f"{job.job_id}-{job.failed}" if failed else job.job_id
    body = _failed(job.job_id, jobs, files) if failed else files.read(job.job_id)
    name = f"{job.kind}{'_failed' if failed else ''}_{job.made_at:%Y-%m-%d}"
    return _shown(body, f"{name}.csv", tag)


def template(asked: said.AboutTable) -> Response:
    """Give an empty file with the columns that an import looks at."""
    of = IMPORTS[f"import_{asked.table}"]
    head = names([column for column in of.columns if not column.shown])
    return _shown([(sheet.BOM + sheet.write([head])).encode()], f"{asked.table}.csv", "1")


def _failed(job_id: str, jobs: Jobs, files: Files) -> Iterator[bytes]:
    head = jobs.columns(job_id)
    kept = [place for place, name in enumerate(head) if name != PROBLEM]
    yield (sheet.BOM + sheet.write([[*(head[place] for place in kept), PROBLEM]])).encode()
    for page in files.failed(job_id):
        rows = (
            [*((cells[place : place + 1] or [""])[0] for place in kept), why.detail]
            for cells, why in page
        )
        yield sheet.write(rows).encode()


def _shown(body: Iterable[bytes], name: str, tag: str) -> Response:
    if request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        response = Response(body, content_type=TYPE)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(tag)
    return response
