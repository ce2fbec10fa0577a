"""How is something done to many things at once, by a list or a file, and what became of each?"""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import request

from gateway.caller import Caller
from gateway.jobs import said
from gateway.jobs.desk import Jobs, SameKey
from gateway.jobs.download import fetch, template
from gateway.jobs.imports import IMPORTS
from gateway.jobs.upload import LARGEST, take
from gateway.jobs.wishes import permissions_of
from gateway.own import Own
from gateway.people.roles import ANY
from gateway.problems import Answered, problem
from gateway.route import Route

TAG = "jobs"


def start(own: Own, asked: said.StartJob, caller: Caller) -> said.Job:
    """Add a job; the same request gives the same job, for as long as it is kept."""
    if asked.kind not in IMPORTS:
        _check_may(asked, caller)
    sent = request.headers.get("Idempotency-Key", "")
    return _once(caller, sent, lambda key: own.jobs.start(asked, caller, key))


def take_file(own: Own, asked: said.ImportTable, caller: Caller, sent: str) -> said.Job:
    """Add a job that begins with a file."""
    return _once(caller, sent, lambda key: take(own.jobs, own.job_files, asked, caller, key))


def _check_may(asked: said.StartJob, caller: Caller) -> None:
    for permission in permissions_of(asked):
        if not caller.may(permission):
            told = f"A job of the kind {asked.kind} needs the permission {permission}."
            raise Answered(problem("forbidden", told, permission=permission))


def _once(caller: Caller, sent: str, begin: Callable[[str], said.Job]) -> said.Job:
    key = hashlib.sha256(f"{caller.actor}\n{sent}".encode()).hexdigest() if sent else ""
    try:
        return begin(key)
    except SameKey:
        told = f"The Idempotency-Key {sent} was used for another job."
        raise Answered(problem("key-reused", told)) from None


def _file(own: Own, asked: said.AboutJob, caller: Caller) -> Any:
    return fetch(own.jobs, own.job_files, asked, caller)


def _jobs(method: Callable[[Jobs, Any, Caller], Any]) -> Callable[[Own, Any, Caller], Any]:
    return lambda own, asked, caller: method(own.jobs, asked, caller)


ONE = "/jobs/{job_id}"
# fmt: off
ROUTES = (
    Route("POST", "/jobs",          said.START,  "Do something to many orders", TAG, 202, made=ONE, own=start, needs=ANY),
    Route("GET",  "/jobs",          said.JOBS,   "List jobs, newest first", TAG, own=_jobs(Jobs.find), needs=ANY),
    Route("GET",  ONE,              said.JOB,    "Tell how far a job is", TAG, own=_jobs(Jobs.get), needs=ANY),
    Route("GET",  f"{ONE}/rows",    said.ROWS,   "Tell what became of each thing in a job", TAG, own=_jobs(Jobs.rows), needs=ANY),
    Route("GET",  f"{ONE}/file",    said.FILE,   "Fetch the file of a job", TAG, document="text/csv", own=_file, needs=ANY),
    Route("POST", f"{ONE}/confirm", said.CONFIRM, "Let an import change what it was seen to change", TAG, own=_jobs(Jobs.confirm), needs=ANY),
    Route("POST", f"{ONE}/cancel",  said.CANCEL, "Begin no more of a job", TAG, own=_jobs(Jobs.cancel), needs=ANY),
    Route("POST", "/jobs/imports/{table}", said.IMPORT, "Check a file of SKUs or of counted stock", TAG, 202,
          raw="csv", limit=LARGEST, keep=take_file, made=ONE, needs="stock.write"),
    Route("GET",  "/jobs/imports/{table}/template", said.TEMPLATE, "Fetch an empty file with the columns of an import", TAG,
          document="text/csv", own=lambda _own, asked, _caller: template(asked), needs="stock.read"),
)
# fmt: on
