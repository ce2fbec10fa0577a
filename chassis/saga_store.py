"""Where do the runs of sagas live? One row each, with deadline; and a log of their steps.

A run is locked with the batch that moves it. A timer of the service asks `lock_overdue` for those
whose deadline has passed; `skip locked` lets several replicas share that work.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from chassis.keeping import add, insert_rows, keep, load_locked, locked
from chassis.retention import kept
from chassis.saga import Phase, Progress
from chassis.sparing import TAKEN_UP_AT_ONCE
from chassis.store import Instant
from chassis.writing import at_end

OPEN_PHASES = (Phase.FORWARD, Phase.BACKWARD, Phase.WAITING)


@dataclass
class Run:
    """One run of a saga about one subject."""

    run_id: str
    saga: str
    subject_id: str
    started_at: datetime
    moved_at: datetime
    step: str = ""
    phase: str = Phase.FORWARD.value
    attempts: int = 0
    deadline: datetime | None = None
    problem: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def progress(self) -> Progress:
        """Where the run stands, as the engine takes it."""
        return Progress(
            self.step, Phase(self.phase), self.attempts, self.deadline, self.problem, self.data
        )

    def move(self, to: Progress, now: datetime) -> None:
        """Take over where the engine says that the run stands."""
        if to.step != self.step or to.phase != self.phase:
            self.moved_at = now
        self.step, self.phase, self.attempts = to.step, to.phase.value, to.attempts
        self.deadline, self.problem = to.deadline, to.problem
        if to.data is not self.data:
            self.data = dict(to.data)

    @property
    def is_open(self) -> bool:
        """Tell whether anything is still to come."""
        return self.phase in OPEN_PHASES


class Runs(Protocol):
    """Where handlers find runs."""

    def get(self, run_id: str) -> Run | None:
        """Find a run and lock it."""

    def of_subject(self, subject_id: str) -> Sequence[Run]:
        """Find all runs about a subject, oldest first, and lock them."""

    def add(self, run: Run) -> None:
        """Keep a new run."""

    def log(self, run: Run, now: datetime, what: str) -> None:
        """Write down that a run moved."""


def saga_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table]:
    """Add the tables of runs and of their steps to a service's metadata, and map Run."""
    runs = sa.Table(
        "saga_runs",
        metadata,
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("saga", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False, index=True),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("moved_at", Instant, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("deadline", Instant),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Index(
            "ix_saga_runs_deadline", "deadline", postgresql_where=sa.text("deadline is not null")
        ),
        sa.Index(
            "ix_saga_runs_stuck",
            "run_id",
            postgresql_where=sa.text(
                "phase = 'waiting' or (problem <> '' and phase in ('forward', 'backward'))"
            ),
        ),
    )
    steps = sa.Table(
        "saga_steps",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False, index=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        info=kept("steps_kept_days"),
    )
    keep(Run, runs)
    return runs, steps


class SqlRuns:
    """Runs in the service's database; keep one for a session."""

    def __init__(self, session: Session, steps: sa.Table) -> None:
        self._session, self._steps = session, steps
        self._by_subject: dict[str, list[Run]] = session.info.setdefault("runs", {})

    def prepare(self, subject_ids: Sequence[str]) -> None:
        """Load and lock all runs about these subjects with one query."""
        for subject_id in subject_ids:
            self._by_subject.setdefault(subject_id, [])
        for run in load_locked(self._session, Run, subject_ids, by=("subject_id",)):
            if run not in self._by_subject[run.subject_id]:
                self._by_subject[run.subject_id].append(run)

    def get(self, run_id: str) -> Run | None:
        """Find a run and lock it."""
        return locked(self._session, Run, run_id)

    def of_subject(self, subject_id: str) -> Sequence[Run]:
        """Find all runs about a subject, oldest first, and lock them."""
        if subject_id not in self._by_subject:
            self.prepare([subject_id])
        return sorted(self._by_subject[subject_id], key=lambda run: run.run_id)

    def add(self, run: Run) -> None:
        """Keep a new run."""
        self._by_subject.setdefault(run.subject_id, []).append(run)
        add(self._session, run)

    def log(self, run: Run, now: datetime, what: str) -> None:
        """Write down that a run moved, at the end of the batch."""
        rows = self._session.info.setdefault("saga_log", [])
        if not rows:
            at_end(self._session, self._write_log)
        rows.append(
            {"run_id": run.run_id, "at": now, "step": run.step, "phase": run.phase, "what": what}
        )

    def _write_log(self, session: Session) -> None:
        insert_rows(session, self._steps, session.info.pop("saga_log", []))


def lock_overdue(
    session: Session, runs: sa.Table, key: sa.Column[str], now: datetime, spared: Sequence[str]
) -> Sequence[str]:
    """Find the subjects of runs whose deadline has passed, but not the spared ones; lock them.

    `key` is the primary key of the subjects' table. Every batch locks subjects before runs, so that
    two can never wait for each other; `skip locked` lets several replicas share the work.
    """
    due = (
        sa.select(runs.c.subject_id)
        .where(runs.c.deadline <= now, runs.c.subject_id.not_in(spared))
        .order_by(runs.c.deadline)
        .limit(TAKEN_UP_AT_ONCE)
    )
    query = sa.select(key).where(key.in_(due)).order_by(key)
    return session.scalars(query.with_for_update(skip_locked=True)).all()
