"""What if a request comes twice? With an Idempotency-Key the first answer comes again.

The record is made before the work, so a second request that comes meanwhile is told to wait. If
the gateway dies in between, the request may be sent again after a minute: it carries the same
request id to the services, which do nothing twice.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import sqlalchemy as sa
from flask import Response
from sqlalchemy.exc import OperationalError

from chassis import clock
from gateway.tables import requests

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)
AWAY_SECONDS = (0, 0.2, 0.5, 1, 2, 4)  # how long a database that restarts is waited for
NEW = sa.text(
    "insert into idempotent_requests (request_id, fingerprint, at)"
    " values (:id, :print, :now) on conflict (request_id) do nothing"
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
    def of(cls, response: Response) -> "Answer":
        """Keep what must be the same when it is given again."""
        headers = {n: response.headers[n] for n in SHOWN_AGAIN if n in response.headers}
        return cls(response.status_code, headers, response.get_data())

    def again(self) -> Response:
        """Give it again, marked as such."""
        return Response(self.body, self.status, {**self.headers, "Idempotent-Replayed": "true"})


class Requests:
    """Requests with a key, and their answers, in PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")

    def begin(self, record: str, fingerprint: bytes) -> Answer | None:
        """Note that a request begins, or give the first answer; raises Reused or Running."""
        now = clock.now()
        with self._at_once.connect() as connection:
            made = connection.execute(NEW, {"id": record, "print": fingerprint, "now": now})
            if made.rowcount:
                return None
        with self._engine.begin() as connection:
            row = connection.execute(
                sa.select(requests).where(requests.c.request_id == record).with_for_update()
            ).first()
            if row is None:  # pruned since the insert; the next try makes it anew
                raise Running
            if bytes(row.fingerprint) != fingerprint:
                raise Reused
            if row.status is None:
                if now - row.at < ABANDONED:
                    raise Running
                again = sa.update(requests).where(requests.c.request_id == record)
                connection.execute(again.values(at=now))
                return None
        return Answer(row.status, msgspec.json.decode(row.headers), bytes(row.body))

    def end(self, record: str, answer: Answer) -> None:
        """Keep the answer."""
        self._change(
            record,
            status=answer.status,
            headers=msgspec.json.encode(answer.headers).decode(),
            body=answer.body,
        )

    def let_go(self, record: str) -> None:
        """Let the same request be tried at once; another with its key is still refused."""
        self._change(record, at=clock.now() - ABANDONED)

    def prune(self) -> None:
        """Forget requests of the day before."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(requests).where(requests.c.at < clock.now() - KEPT))

    def _change(self, record: str, **values: object) -> None:
        change = sa.update(requests).where(requests.c.request_id == record).values(**values)
        for pause in AWAY_SECONDS:
            try:
                self._execute(change)
            except sa.exc.DBAPIError as error:
                if not (error.connection_invalidated or isinstance(error, OperationalError)):
                    raise
                # the database is away; without this the client would have to wait until ABANDONED
                time.sleep(pause)
            else:
                return
        self._execute(change)

    def _execute(self, change: sa.Update) -> None:
        with self._at_once.connect() as connection:
            connection.execute(change)
