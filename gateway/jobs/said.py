"""What can be asked and said about jobs?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Question, Wire
from contracts.orders import OrderFilter, Tag
from contracts.values import Count, Instant, Limit, LongText, OrderId, Text

MOST_NAMED = 10_000
JobId = Annotated[str, Meta(pattern=r"^job_[0-9A-Z]{26}$")]
JobKind = Literal["hold", "release", "cancel", "tag", "untag", "note", "retry"]
JobState = Literal["queued", "running", "done", "canceled", "failed"]
RowState = Literal["pending", "under_way", "done", "failed"]


class StartJob(Wire, frozen=True, kw_only=True):
    """Do something to many orders: to all that a filter finds now, or to those that are named.

    `hold` and `cancel` need a `reason`, `tag` and `untag` need `tags`, `note` needs a `text`,
    `retry` needs a `reason`. `release` lets go of every hold of an order, `retry` tries each step
    again that is stuck. An empty filter means all orders, but no job takes more than 100,000.
    """

    kind: JobKind
    filter: OrderFilter | None = None
    order_ids: Annotated[tuple[OrderId, ...], Meta(max_length=MOST_NAMED)] = ()
    reason: Text = ""
    note: LongText = ""
    until: Instant | None = None
    tags: Annotated[tuple[Tag, ...], Meta(max_length=50)] = ()
    text: LongText = ""


class AboutJob(Wire, frozen=True, kw_only=True):
    """One job."""

    job_id: JobId


class FindJobs(Wire, frozen=True, kw_only=True):
    """A page of jobs, newest first, behind the one named in `after`."""

    state: Literal["", "queued", "running", "done", "canceled", "failed"] = ""
    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Limit = 50


class FindJobRows(Wire, frozen=True, kw_only=True):
    """A page of a job's rows, in their order, behind the number in `after`."""

    job_id: JobId
    state: Literal["", "pending", "under_way", "done", "failed"] = ""
    after: Annotated[str, Meta(pattern=r"^[0-9]{0,7}$")] = ""
    limit: Limit = 50


class Job(Wire, frozen=True, kw_only=True):
    """How far a job is. `done` and `failed` are parts of `total`.

    While `counted` is false, rows are still being found and `total` grows. `canceling` is true as
    long as rows end that were begun before the job was canceled. `problem` says why it failed.
    """

    job_id: str
    kind: JobKind
    state: JobState
    asked_by: str
    asked: StartJob
    counted: bool
    total: Count
    done: Count
    failed: Count
    canceling: bool
    problem: str
    made_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class JobPage(Wire, frozen=True, kw_only=True):
    """A page of jobs."""

    jobs: tuple[Job, ...]
    next: str = ""


class RowProblem(Wire, frozen=True, kw_only=True):
    """Why a row failed, as the API would have answered it alone."""

    type: str
    title: str
    detail: str
    code: str = ""


class JobRow(Wire, frozen=True, kw_only=True):
    """What became of one thing. `outcome` is `done`, or `nothing_to_do`."""

    number: int
    subject: str
    label: str
    state: RowState
    outcome: str
    problem: RowProblem | None
    at: Instant


class JobRows(Wire, frozen=True, kw_only=True):
    """A page of a job's rows."""

    rows: tuple[JobRow, ...]
    next: str = ""


START = Question("jobs.start", StartJob, Job, changes=True)
JOBS = Question("jobs.find", FindJobs, JobPage)
JOB = Question("jobs.get", AboutJob, Job)
ROWS = Question("jobs.rows", FindJobRows, JobRows)
CANCEL = Question("jobs.cancel", AboutJob, Job, changes=True)
