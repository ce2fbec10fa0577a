"""What is true after a batch? All of it or nothing: inbox, state, outbox and stored calls.

Promise: a message's effects are committed exactly once, however often it is delivered, because
its inbox row is in the same transaction. What it says leaves after the commit, from the outbox.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import aside, clock, ids, outside
from chassis.envelope import Context, Outgoing, encode, outgoing
from chassis.failpoints import reach
from chassis.keeping import flush
from chassis.outside import Outcome, OutsideCall
from chassis.work import Call
from chassis.writing import collect, write
from contracts.message import Message

Prepare = Callable[[Session, Sequence[Any]], Any]
Finish = Callable[["Unit"], None]


@dataclass(slots=True)
class Job:
    """Something to be done in a batch: a message, a request, a call's outcome or a timer."""

    name: str
    run: Callable[[Any, Any], Any]
    body: Any = None
    id: str = ""
    context: Context = field(default_factory=Context)
    lane: str = ""
    tag: int = 0
    is_request: bool = False
    reply_to: str = ""
    reply_id: str = ""
    raw: bytes = b""
    headers: dict[str, Any] = field(default_factory=dict)
    was_aside: bool = False
    attempts: int = 0
    first_at: datetime | None = None
    trace: str = ""  # of what is done now; that of the message, where nobody collects traces


@dataclass(slots=True)
class Committed:
    """What a transaction leaves to be done: publish, answer, call."""

    out: list[Outgoing] = field(default_factory=list)
    answers: list[tuple[Job, bytes]] = field(default_factory=list)
    calls: list[OutsideCall] = field(default_factory=list)
    fresh: list[Job] = field(default_factory=list)
    duplicates: int = 0


class Unit:
    """One message's share of the transaction: the Work that handlers get."""

    __slots__ = ("_batch", "_context", "actor", "correlation_id", "message_id", "now", "session")

    def __init__(self, batch: "Transaction", job: Job, session: Session, now: datetime) -> None:
        self._batch = batch
        self.session = session
        self.now = now
        self.actor = job.context.actor or f"service:{batch.source}"
        self.message_id = job.id
        self.correlation_id = job.context.correlation_id
        speaker = self.actor if job.is_request else f"service:{batch.source}"
        self._context = Context(
            speaker, self.correlation_id, job.id, job.trace or job.context.trace
        )

    def new_id(self, prefix: str) -> str:
        """Make an id with the prefix."""
        return ids.new_id(prefix)

    def send(self, message: Message, *, correlation_id: str = "") -> None:
        """Say it when the transaction commits."""
        self._batch.committed.out.append(
            outgoing(message, self._batch.source, self._in(correlation_id))
        )

    def call(self, call: Call, *, correlation_id: str = "") -> None:
        """Make the call when the transaction has committed."""
        self._batch.wanted.append((call, self._in(correlation_id)))

    def _in(self, correlation_id: str) -> Context:
        context = self._context
        if not correlation_id or correlation_id == context.correlation_id:
            return context
        return Context(context.actor, correlation_id, context.causation_id, context.trace)


class Transaction:
    """One batch in one transaction; made anew for each try."""

    def __init__(
        self,
        source: str,
        engine: sa.Engine,
        prepare: Prepare | None,
        finish: Finish | None = None,
        confirmed: Sequence[str] = (),
    ) -> None:
        self.source = source
        self.committed = Committed()
        self.wanted: list[tuple[Call, Context]] = []
        self._engine = engine
        self._prepare = prepare
        self._finish = finish
        self._confirmed = confirmed

    def run(self, service: Any, jobs: Sequence[Job]) -> Committed:
        """Handle the jobs that were not handled before; raises what a handler raises."""
        now = clock.now()
        replies: list[tuple[str, str]] = []
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            fresh = self.committed.fresh = self._admit(session, jobs, now)
            if self._prepare and fresh:
                self._prepare(session, [job.body for job in fresh if job.body is not None])
            for job in fresh:
                answer = job.run(service, Unit(self, job, session, now))
                if job.is_request:
                    reply = encode(answer)
                    self.committed.answers.append((job, reply))
                    if job.id:
                        replies.append((job.id, reply.decode()))
            collect(session)
            if self._finish and fresh:
                self._finish(Unit(self, Job("finish", _nothing), session, now))
            flush(session)
            self._write(session, replies, now)
            reach("before_commit", fresh)
        reach("after_commit", fresh)
        return self.committed

    def _admit(self, session: Session, jobs: Sequence[Job], now: datetime) -> list[Job]:
        connection = session.connection()
        known = [job.id for job in jobs if job.id]
        new: set[str] = set()
        if known:
            rows = connection.exec_driver_sql(
                "insert into inbox (id, at) select i, %s from unnest(%s::text[]) as t(i) order by i"
                " on conflict (id) do nothing returning id",
                (now, known),
            )
            new = {row[0] for row in rows}
        settled = outside.settle(
            session, [job.body for job in jobs if isinstance(job.body, Outcome)], now
        )
        fresh, again = [], []
        for job in jobs:
            if isinstance(job.body, Outcome):
                if job.body.call.id in settled:
                    fresh.append(job)
            elif not job.id:
                fresh.append(job)
            elif job.id in new:
                new.discard(job.id)
                fresh.append(job)
            else:
                again.append(job)
        self.committed.duplicates = len(again)
        if asked := [job for job in again if job.is_request]:
            self._answer_again(session, asked)
        aside.handled(session, [job.id for job in jobs if job.was_aside])
        return fresh

    def _answer_again(self, session: Session, jobs: Sequence[Job]) -> None:
        rows = session.connection().exec_driver_sql(
            "select id, reply from inbox where id = any(%s)", ([job.id for job in jobs],)
        )
        replies = {row[0]: row[1] for row in rows}
        for job in jobs:
            if reply := replies.get(job.id):
                self.committed.answers.append((job, reply.encode()))

    def _write(self, session: Session, replies: list[tuple[str, str]], now: datetime) -> None:
        if out := self.committed.out:
            write(
                session,
                "insert into outbox (message_id, wire, correlation_id, headers, body)"
                " select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])",
                (
                    [o.message_id for o in out],
                    [o.wire for o in out],
                    [o.correlation_id for o in out],
                    [o.headers for o in out],
                    [o.body for o in out],
                ),
            )
        if replies:
            write(
                session,
                "update inbox set reply = t.r from unnest(%s::text[], %s::text[]) as t(i, r)"
                " where id = t.i",
                ([i for i, _ in replies], [r for _, r in replies]),
            )
        if self.wanted:
            self.committed.calls = outside.store_calls(session, self.wanted, now)
        if self._confirmed:
            forget_published(session, self._confirmed)


def _nothing(_service: object, _work: object) -> None:
    """Stand in for a handler where there is none."""


def forget_published(session: Session, message_ids: Sequence[str]) -> None:
    """Delete what the broker has confirmed from the outbox."""
    write(session, "delete from outbox where message_id = any(%s)", (list(message_ids),))


def prune_inbox(session: Session, before: datetime, limit: int = 5000) -> int:
    """Forget inbox rows so old that no broker holds their messages any more; return how many.

    Replicas share the work: what one is about to forget, the others leave to it.
    """
    done = session.execute(
        sa.text(
            "delete from inbox where id in (select id from inbox where at < :before limit :limit"
            " for update skip locked)"
        ),
        {"before": before, "limit": limit},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
