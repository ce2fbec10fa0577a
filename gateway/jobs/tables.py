"""What is kept of jobs? What is to be done, for whom, how far it is, a row for each thing, files.

A job is leased to the worker that has it in hand: nobody else takes it up before `due_at`, and
`token` tells whether it is still the same worker's. Rows are made once, and never more. Files are
kept here, in pieces, because the next request may come to another replica.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.retention import kept
from chassis.store import Instant, Packed
from contracts.orders import ChangedField
from gateway.jobs.said import RowProblem, StartJob

KEPT = "jobs_kept_days"
STATES = "'queued', 'running', 'checked', 'done', 'canceled', 'failed'"
ROW_STATES = "'pending', 'under_way', 'checked', 'done', 'failed'"


def add_to(metadata: sa.MetaData) -> None:
    """Add these tables to the gateway's."""
    sa.Table(
        "jobs",
        metadata,
        _text("job_id", primary_key=True),
        _text("kind"),
        _text("state"),
        _text("caller_id"),
        _text("actor"),
        sa.Column("request_key", sa.Text, unique=True),
        sa.Column("asked", Packed(StartJob), nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),  # all rows are made
        _text("after", server_default=""),  # behind which order more rows are made
        _number("total"),
        _number("done"),
        _number("failed"),
        _number("tries"),
        sa.Column("canceled", sa.Boolean, nullable=False, server_default=sa.false()),
        _text("problem", server_default=""),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("started_at", Instant),
        sa.Column("ended_at", Instant),
        sa.Column("due_at", Instant, nullable=False),
        _text("token", server_default=""),
        _number("checked"),
        sa.Column("checked_at", Instant),  # all rows of its file
        sa.Column("confirmed_at", Instant),
        _text("digest", server_default=""),  # of the file that it began with
        sa.Column("columns", JSONB(none_as_null=True)),  # of that file
        sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),  # of what it wrote
        sa.CheckConstraint(f"state in ({STATES})", name="state"),
        sa.Index("ix_jobs_due", "due_at", postgresql_where=sa.text("ended_at is null")),
        sa.Index("ix_jobs_caller", "caller_id", "job_id"),
        info=kept(KEPT, "job_", at="made_at"),
    )
    sa.Table(
        "job_rows",
        metadata,
        _text("job_id", primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        _text("subject"),
        _text("label"),
        _text("state", server_default="pending"),
        _text("outcome", server_default=""),
        sa.Column("problem", Packed(RowProblem)),
        sa.Column("parts", JSONB(none_as_null=True)),  # what exactly is asked, once that is settled
        sa.Column("asked_at", Instant),
        _number("tries"),
        sa.Column("at", Instant, nullable=False),
        sa.Column("given", JSONB(none_as_null=True)),  # the cells of a row of a file
        sa.Column("changes", Packed(tuple[ChangedField, ...])),
        sa.CheckConstraint(f"state in ({ROW_STATES})", name="state"),
        sa.Index("ix_job_rows_state", "job_id", "state", "number"),
        info=kept(KEPT, "job_"),
    )
    sa.Table(
        "job_files",
        metadata,
        _text("job_id", primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("piece", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
        info=kept("job_files_kept_days", "job_"),
    )


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")
