"""How does a fake of an outside system answer over real HTTP, and how does it misbehave?"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Answer = tuple[int, Any, dict[str, str]]
Serve = Callable[[str, str, Mapping[str, str], Any], Answer]


class Moods:
    """What goes wrong with a fake, and what it was asked.

    `answers_first` are given before anything is done; `loses_answer_to` names a request that is
    done and then not answered; `is_late` holds each answer back by so many seconds.
    """

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.answers_first: list[tuple[int, dict[str, str]]] = []
        self.loses_answer_to = ""
        self.is_late = 0.0


def from_json(raw: bytes) -> Any:
    """Read a body of JSON."""
    return json.loads(raw) if raw else None


def from_form(raw: bytes) -> Any:
    """Read a body of a form, with its `a[b][0]` as dictionaries; all values are text."""
    return nested(parse_qsl(raw.decode(), keep_blank_values=True))


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Turn the names of a form into dictionaries."""
    whole: dict[str, Any] = {}
    for name, value in pairs:
        *way, last = name.replace("]", "").split("[")
        place = whole
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return whole


@contextmanager
def served(
    moods: Moods, serve: Serve, below: str, read: Callable[[bytes], Any] | None = None
) -> Iterator[None]:
    """Answer on a port of its own; `below` is what stands before each path.

    Bodies are read as their Content-Type says, or by `read`.
    """

    class Door(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Be quiet."""

        def do_GET(self) -> None:
            self.serve("GET")

        def do_POST(self) -> None:
            self.serve("POST")

        def do_PUT(self) -> None:
            self.serve("PUT")

        def do_PATCH(self) -> None:
            self.serve("PATCH")

        def do_DELETE(self) -> None:
            self.serve("DELETE")

        def serve(self, method: str) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.removeprefix(below)
            moods.asked.append(f"{method} {path}")
            if moods.answers_first:
                status, headers = moods.answers_first.pop(0)
                answer: Any = {}
            else:
                form = "form" in (self.headers.get("Content-Type") or "")
                by_type = from_form if form else from_json
                status, answer, headers = serve(method, path, self.headers, (read or by_type)(raw))
            if moods.loses_answer_to == f"{method} {path}":
                moods.loses_answer_to, self.close_connection = "", True
                return
            time.sleep(moods.is_late)
            told = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(told))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    moods.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
