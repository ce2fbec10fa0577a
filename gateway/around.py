"""What happens around every request? It is counted, timed and named, its answer made safe.

So many are worked on at once. Whoever still sends their body is not: the room is for others then.
"""

import time
import uuid
from collections.abc import Callable
from typing import Any

from eventlet.semaphore import Semaphore
from flask import Flask, Response, current_app, g, request
from prometheus_client import Counter, Histogram
from werkzeug.exceptions import ServiceUnavailable

from chassis import tracing
from gateway.problems import problem

REQUESTS = Counter("oms_http_requests_total", "Requests", ["method", "route", "status"])
SECONDS = Histogram("oms_http_seconds", "Seconds for a request", ["method", "route"])
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
IN_HAND, ROOM = "in_hand", "room"
# more at once would not be faster: each would wait longer, until none is answered in time any more
AT_ONCE, WAIT_SECONDS = 128, 5
TOO_MUCH = "More is asked than can be answered."


def watch(app: Flask) -> None:
    """Do all of that for an application."""
    app.extensions[IN_HAND], app.extensions[ROOM] = 0, Semaphore(AT_ONCE)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_done)


def in_hand(app: Flask) -> int:
    """Tell how many requests are not answered yet."""
    return int(app.extensions[IN_HAND])


def _begin() -> Response | None:
    current_app.extensions[IN_HAND] += 1
    g.began = time.perf_counter()
    g.request_id = uuid.uuid4().hex
    # the route, not the address: an address may hold what must not be told
    route = request.url_rule.rule if request.url_rule else "none"
    span = tracing.begin(
        f"{request.method} {route}", "server", request.headers.get("traceparent", ""),
        http__request__id=g.request_id,
    )  # fmt: skip
    g.traced = tracing.enter([span] if span else [])
    g.has_room = False
    if not _enter():
        return problem("unavailable", TOO_MUCH)
    request.environ["wsgi.input"] = Body(request.environ["wsgi.input"])
    return None


def _enter() -> bool:
    g.has_room = current_app.extensions[ROOM].acquire(timeout=WAIT_SECONDS)
    return bool(g.has_room)


def _leave() -> None:
    if g.pop("has_room", False):
        current_app.extensions[ROOM].release()


class Body:
    """A body that is still coming; while one waits for it, others are worked on."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes."""
        return self._aside(self._file.read, size)

    def readline(self, size: int = -1) -> bytes:
        """Read a line."""
        return self._aside(self._file.readline, size)

    def _aside(self, read: Callable[[int], bytes], size: int) -> bytes:
        _leave()
        piece = read(size)
        if not _enter():
            raise ServiceUnavailable(TOO_MUCH)
        return piece


def _end(response: Response) -> Response:
    # labels come from our own lists: a stranger must not be able to invent new ones
    method = request.method if request.method in METHODS else "other"
    route = request.endpoint or "none"
    REQUESTS.labels(method, route, response.status_code).inc()
    SECONDS.labels(method, route).observe(time.perf_counter() - g.began)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Request-Id"] = g.request_id
    return response


def _done(error: BaseException | None) -> None:
    tracing.leave(g.pop("traced", None), type(error).__name__ if error else "")
    current_app.extensions[IN_HAND] -= 1
    _leave()
