"""What if a request comes twice? With an Idempotency-Key the first answer comes again.

The record is made before the work, so a second request that comes meanwhile is told to wait. If
the gateway dies in between, the request may be sent again after a minute: it carries the same
request id to the services, which do nothing twice.

An answer that holds a secret is kept sealed: whoever did not get it can ask again for a day, and
the database tells nobody.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from flask import Response
from sqlalchemy.exc import DBAPIError, OperationalError

from chassis import clock
from chassis.sealing import seal, unseal
from chassis.together import Together
from gateway.tables import requests

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)
PRUNED_AT_ONCE = 2_000
AWAY_SECONDS = (0, 0.2, 0.5, 1, 2, 4)  # how long a database that restarts is waited for
WRITE = (
    "with ended as (update idempotent_requests r"
    " set status = t.status, headers = t.headers, body = t.body"
    " from unnest(%s::text[], %s::int[], %s::text[], %s::bytea[]) as t(id, status, headers, body)"
    " where r.request_id = t.id)"
    " insert into idempotent_requests (request_id, fingerprint, at)"
    " select * from unnest(%s::text[], %s::bytea[], %s::timestamptz[]) order by 1"
    " on conflict (request_id) do nothing returning request_id"
)
NEW_OR_MINE = sa.text(
    "insert into idempotent_requests (request_id, fingerprint, at)"
    " values (:id, :print, :now) on conflict (request_id) do update set at = excluded.at"
    " where idempotent_requests.at = excluded.at and idempotent_requests.status is null"
    " and idempotent_requests.fingerprint = excluded.fingerprint"
)
TAKE_OVER = sa.text(
    "update idempotent_requests set at = :now"
    " where request_id = :id and status is null and at <= :abandoned"
)
SHOWN_AGAIN = ("Content-Type", "ETag", "Location")


class Reused(Exception):  # noqa: N818 - an answer, not an error
    """The key was used for another request."""


class Running(Exception):  # noqa: N818 - an answer, not an error
    """The same request has not ended yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it is kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, response: Response, *, sealed: bool = False) -> "Answer":
        """Keep what must be the same when it is given again; sealed, if it holds a secret."""
        headers = {n: response.headers[n] for n in SHOWN_AGAIN if n in response.headers}
        body = response.get_data()
        return cls(response.status_code, headers, seal(body.decode()).encode() if sealed else body)

    def again(self, *, sealed: bool = False) -> Response:
        """Give it again, marked as such."""
        body = unseal(self.body.decode()).encode() if sealed else self.body
        return Response(body, self.status, {**self.headers, "Idempotent-Replayed": "true"})


@dataclass(frozen=True, slots=True)
class _Beginning:
    record: str
    fingerprint: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class _Ending:
    record: str
    answer: Answer


class Requests:
    """Requests with a key, and their answers, in PostgreSQL; several at a time.

    With an engine that commits each at once, a statement is one way there and back.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._together: Together[_Beginning | _Ending, bool] = Together(self._write)

    def begin(self, record: str, fingerprint: bytes) -> Answer | None:
        """Note that a request begins, or give the first answer; raises Reused or Running."""
        now = clock.now()
        try:
            made: int = self._together.do(_Beginning(record, fingerprint, now))
        except DBAPIError as error:
            if not _is_away(error):
                raise
            # the line was cut, and nobody knows whether it was noted before
            values = {"id": record, "print": fingerprint, "now": now}
            made, _ = self._execute(NEW_OR_MINE, values)
        return None if made else self._known(record, fingerprint, now)

    def _known(self, record: str, fingerprint: bytes, now: datetime) -> Answer | None:
        _, row = self._execute(sa.select(requests).where(requests.c.request_id == record))
        if row is None:  # pruned since the insert; the next try makes it anew
            raise Running
        if bytes(row.fingerprint) != fingerprint:
            raise Reused
        if row.status is not None:
            return Answer(row.status, msgspec.json.decode(row.headers), bytes(row.body))
        values = {"id": record, "now": now, "abandoned": now - ABANDONED}
        taken, _ = self._execute(TAKE_OVER, values)
        if not taken:
            raise Running
        return None

    def end(self, record: str, answer: Answer) -> None:
        """Keep the answer."""
        self._insist(lambda: self._together.do(_Ending(record, answer)))

    def let_go(self, record: str) -> None:
        """Let the same request be tried at once; another with its key is still refused."""
        change = sa.update(requests).where(requests.c.request_id == record)
        self._insist(lambda: self._execute(change.values(at=clock.now() - ABANDONED)))

    def prune(self) -> None:
        """Forget requests of the day before, page by page: nobody waits for long."""
        old = sa.select(requests.c.request_id).where(requests.c.at < clock.now() - KEPT)
        page = sa.delete(requests).where(requests.c.request_id.in_(old.limit(PRUNED_AT_ONCE)))
        while self._execute(page)[0] == PRUNED_AT_ONCE:
            pass

    def _insist(self, change: Callable[[], object]) -> None:
        for pause in AWAY_SECONDS:
            try:
                change()
            except DBAPIError as error:
                if not _is_away(error):
                    raise
                # without this the client would have to wait until ABANDONED
                time.sleep(pause)
            else:
                return
        change()

    def _write(self, wishes: Sequence["_Beginning | _Ending"]) -> list[bool]:
        """Note beginnings and keep answers; tell of each beginning whether it is the first."""
        ended = [w for w in wishes if isinstance(w, _Ending)]
        begun = [w for w in wishes if isinstance(w, _Beginning)]
        values = (
            [w.record for w in ended],
            [w.answer.status for w in ended],
            [msgspec.json.encode(w.answer.headers).decode() for w in ended],
            [w.answer.body for w in ended],
            [w.record for w in begun],
            [w.fingerprint for w in begun],
            [w.at for w in begun],
        )
        with self._engine.begin() as connection:
            first = {row[0] for row in connection.exec_driver_sql(WRITE, values)}
        told = []
        for wish in wishes:
            told.append(wish.record in first)
            if isinstance(wish, _Beginning):
                first.discard(wish.record)
        return told

    def _execute(
        self, statement: sa.Executable, values: dict[str, object] | None = None
    ) -> tuple[int, Any]:
        """Tell how many rows it touched, and the first that it gives."""
        with self._engine.begin() as connection:
            done = connection.execute(statement, values or {})
            return done.rowcount, done.first() if done.returns_rows else None  # type: ignore[attr-defined]


def _is_away(error: DBAPIError) -> bool:
    return error.connection_invalidated or isinstance(error, OperationalError)
