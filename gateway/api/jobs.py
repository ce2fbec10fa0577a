"""How is something done to many orders at once, and what became of each?"""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import request

from gateway.caller import Caller
from gateway.jobs import said
from gateway.jobs.actions import ACTIONS
from gateway.jobs.desk import Jobs, SameKey
from gateway.own import Own
from gateway.people.roles import ANY
from gateway.problems import Answered, problem
from gateway.route import Route

TAG = "jobs"


def start(own: Own, asked: said.StartJob, caller: Caller) -> said.Job:
    """Add a job; the same request gives the same job, for as long as it is kept."""
    needed = [
        ACTIONS[asked.kind].permission,
        *(["orders.read"] if asked.filter is not None else []),
    ]
    for permission in needed:
        if not caller.may(permission):
            told = f"A job of the kind {asked.kind} needs the permission {permission}."
            raise Answered(problem("forbidden", told, permission=permission))
    sent = request.headers.get("Idempotency-Key", "")
    key = hashlib.sha256(f"{caller.actor}\n{sent}".encode()).hexdigest() if sent else ""
    try:
        return own.jobs.start(asked, caller, key)
    except SameKey:
        told = f"The Idempotency-Key {sent} was used for another job."
        raise Answered(problem("key-reused", told)) from None


def _jobs(method: Callable[[Jobs, Any, Caller], Any]) -> Callable[[Own, Any, Caller], Any]:
    return lambda own, asked, caller: method(own.jobs, asked, caller)


ONE = "/jobs/{job_id}"
# fmt: off
ROUTES = (
    Route("POST", "/jobs",          said.START,  "Do something to many orders", TAG, 202, made=ONE, own=start, needs=ANY),
    Route("GET",  "/jobs",          said.JOBS,   "List jobs, newest first", TAG, own=_jobs(Jobs.find), needs=ANY),
    Route("GET",  ONE,              said.JOB,    "Tell how far a job is", TAG, own=_jobs(Jobs.get), needs=ANY),
    Route("GET",  f"{ONE}/rows",    said.ROWS,   "Tell what became of each thing in a job", TAG, own=_jobs(Jobs.rows), needs=ANY),
    Route("POST", f"{ONE}/cancel",  said.CANCEL, "Begin no more of a job", TAG, own=_jobs(Jobs.cancel), needs=ANY),
)
# fmt: on
