"""Is this process well? HTTP on HEALTH_PORT, for probes and for Prometheus.

/live     200 while the process can answer; never looks at the broker or the database
/ready    200 while it is connected and takes work, else 503
/metrics  Prometheus text
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep probes out of the log."""


def serve_health(port: int, ready: Callable[[], bool]) -> None:
    """Serve the three pages beside the work (a green thread where threads are green)."""
    if not port:
        return

    def pages(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
            return [generate_latest()]
        if path not in {"/live", "/ready"}:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"pages: /live /ready /metrics\n"]
        well = path == "/live" or ready()
        start_response(
            "200 OK" if well else "503 Service Unavailable", [("Content-Type", "text/plain")]
        )
        return [b"yes\n" if well else b"no\n"]

    server = make_server("", port, pages, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True, name="health").start()
