"""What can be asked and said about jobs?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Question, Wire
from contracts.orders import ChangedField, OrderFilter, Tag
from contracts.values import Count, Instant, Limit, LongText, OrderId, Text

MOST_NAMED = 10_000
JobId = Annotated[str, Meta(pattern=r"^job_[0-9A-Z]{26}$")]
JobKind = Literal[
    "hold",
    "release",
    "cancel",
    "tag",
    "untag",
    "note",
    "retry",
    "export_orders",
    "export_skus",
    "export_stock",
    "import_skus",
    "import_stock",
]
JobState = Literal["queued", "running", "checked", "done", "canceled", "failed"]
RowState = Literal["pending", "under_way", "checked", "done", "failed"]
Table = Literal["skus", "stock"]


class SkuFilter(Wire, frozen=True, kw_only=True):
    """Which SKUs are meant, as in the list of SKUs; what is empty is not looked at."""

    text: Text = ""
    available_below: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class StartJob(Wire, frozen=True, kw_only=True):
    """Do something to many orders, or write a file of many things.

    Orders are all that a `filter` finds now, or those that are named. `hold` and `cancel` need a
    `reason`, `tag` and `untag` need `tags`, `note` needs a `text`, `retry` needs a `reason`.
    `release` lets go of every hold of an order, `retry` tries each step again that is stuck. An
    empty filter means all orders, but no job takes more than 100,000.

    `export_orders` writes what a `filter` finds, `export_skus` and `export_stock` what `skus`
    finds. Jobs of the kinds `import_skus` and `import_stock` begin with a file.
    """

    kind: JobKind
    filter: OrderFilter | None = None
    skus: SkuFilter | None = None
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

    state: Literal["", "queued", "running", "checked", "done", "canceled", "failed"] = ""
    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Limit = 50


class FindJobRows(Wire, frozen=True, kw_only=True):
    """A page of a job's rows, in their order, behind the number in `after`."""

    job_id: JobId
    state: Literal["", "pending", "under_way", "checked", "done", "failed"] = ""
    after: Annotated[str, Meta(pattern=r"^[0-9]{0,7}$")] = ""
    limit: Limit = 50


class Job(Wire, frozen=True, kw_only=True):
    """How far a job is. `done`, `failed` and `checked` are parts of `total`.

    While `counted` is false, rows are still being found and `total` grows. `canceling` is true as
    long as rows end that were begun before the job was canceled. `problem` says why it failed.
    An import is `checked` when each row tells what it would change: it goes on once it is
    confirmed. `allowed` says what can be done now; with `file` there is one to be fetched.
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
    checked: Count = 0
    confirmed_at: Instant | None = None
    allowed: tuple[str, ...] = ()


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
    field: str = ""


class JobRow(Wire, frozen=True, kw_only=True):
    """What became of one thing. `outcome` is `done`, or `nothing_to_do`.

    `changes` are what the row of a file would change, or has changed, by its columns.
    """

    number: int
    subject: str
    label: str
    state: RowState
    outcome: str
    problem: RowProblem | None
    at: Instant
    changes: tuple[ChangedField, ...] = ()


class JobRows(Wire, frozen=True, kw_only=True):
    """A page of a job's rows."""

    rows: tuple[JobRow, ...]
    next: str = ""


class ImportTable(Wire, frozen=True, kw_only=True):
    """A file of SKUs, or of counted stock.

    Nothing is changed yet: each row is checked, and tells what it would change. The job that is
    made goes on once it is confirmed.
    """

    table: Table
    csv: str = ""


class AboutTable(Wire, frozen=True, kw_only=True):
    """Things that can be imported."""

    table: Table


class JobFile(Wire, frozen=True, kw_only=True):
    """What an export has written, or the rows of an import that failed, each with its problem."""


START = Question("jobs.start", StartJob, Job, changes=True)
JOBS = Question("jobs.find", FindJobs, JobPage)
JOB = Question("jobs.get", AboutJob, Job)
ROWS = Question("jobs.rows", FindJobRows, JobRows)
CANCEL = Question("jobs.cancel", AboutJob, Job, changes=True)
CONFIRM = Question("jobs.confirm", AboutJob, Job, changes=True)
FILE = Question("jobs.file", AboutJob, JobFile)
IMPORT = Question("jobs.import", ImportTable, Job, changes=True)
TEMPLATE = Question("jobs.template", AboutTable, JobFile)
