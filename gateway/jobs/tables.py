"""What is kept of jobs? What is to be done, for whom, how far it is, and a row for each thing.

A job is leased to the worker that has it in hand: nobody else takes it up before `due_at`, and
`token` tells whether it is still the same worker's. Rows are made once, and never more.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.retention import kept
from chassis.store import Instant, Packed
from gateway.jobs.said import RowProblem, StartJob

KEPT = "jobs_kept_days"


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
        sa.CheckConstraint(
            "state in ('queued', 'running', 'done', 'canceled', 'failed')", name="state"
        ),
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
        sa.CheckConstraint("state in ('pending', 'under_way', 'done', 'failed')", name="state"),
        sa.Index("ix_job_rows_state", "job_id", "state", "number"),
        info=kept(KEPT, "job_"),
    )


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")
