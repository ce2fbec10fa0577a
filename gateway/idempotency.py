"""What if a request comes twice? With an Idempotency-Key the first answer comes again.

The record is made before the work, so a second request that comes meanwhile is told to wait. If
the gateway dies in between, the request may be sent again after a minute: it carries the same
request id to the services, which do nothing twice.
"""

import hashlib
from datetime import timedelta

import msgspec
import sqlalchemy as sa
from flask import Response

from chassis import clock
from gateway.tables import requests

KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=1)
SHOWN_AGAIN = ("Content-Type", "ETag", "Location")


class Reused(Exception):  # noqa: N818 - an answer, not an error
    """The key was used for another request."""


class Running(Exception):  # noqa: N818 - an answer, not an error
    """The same request has not ended yet."""


class Requests:
    """Requests with a key, and their answers."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(self, request_id: str, body: bytes) -> Response | None:
        """Note that a request begins; return the first answer if it was answered before."""
        now, print_ = clock.now(), hashlib.sha256(body).digest()
        with self._engine.begin() as connection:
            made = connection.execute(
                sa.text(
                    "insert into idempotent_requests (request_id, fingerprint, at)"
                    " values (:id, :print, :now) on conflict (request_id) do nothing returning 1"
                ),
                {"id": request_id, "print": print_, "now": now},
            ).first()
            if made:
                return None
            row = connection.execute(
                sa.select(requests).where(requests.c.request_id == request_id).with_for_update()
            ).first()
            if row is None or bytes(row.fingerprint) != print_:
                raise Reused
            if row.status is None:
                if now - row.at < ABANDONED:
                    raise Running
                again = sa.update(requests).where(requests.c.request_id == request_id)
                connection.execute(again.values(at=now))
                return None
        response = Response(bytes(row.body), row.status, msgspec.json.decode(row.headers))
        response.headers["Idempotent-Replayed"] = "true"
        return response

    def end(self, request_id: str, response: Response) -> None:
        """Keep the answer; what may go better next time (5xx) is forgotten instead."""
        one = requests.c.request_id == request_id
        with self._engine.begin() as connection:
            if response.status_code >= 500:  # noqa: PLR2004
                connection.execute(sa.delete(requests).where(one))
                return
            headers = {n: response.headers[n] for n in SHOWN_AGAIN if n in response.headers}
            connection.execute(
                sa.update(requests).where(one).values(
                    status=response.status_code,
                    headers=msgspec.json.encode(headers).decode(),
                    body=response.get_data(),
                )
            )  # fmt: skip

    def prune(self) -> None:
        """Forget requests of the day before."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(requests).where(requests.c.at < clock.now() - KEPT))
