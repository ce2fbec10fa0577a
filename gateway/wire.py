"""Which requests are not even read? Those that two readers would understand in two ways.

A proxy and we must agree where a request ends; where they might not, somebody could hide a second
request in the first. And whoever sends slowly, so that they hold a place for ever, is cut off:
eventlet measures only how long it waits for each piece, not for the whole.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import eventlet
from eventlet.greenio import shutdown_safe
from eventlet.wsgi import HttpProtocol

from gateway.waiting import Waiting

IDLE_SECONDS, HEAD_SECONDS = 95, 20
# a piece of a body may take this long, and as much longer as it takes at this pace
BODY_SECONDS, BODY_BYTES_IN_A_SECOND = 20, 2_000
LENGTH = re.compile(r"[0-9]{1,12}")
SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(;[^\r\n]*)?\r\n")
LONGEST_LINE = 4096
# of those who have said nothing yet, and of those whose body is coming, which takes memory
MOST_WAITING, MOST_SENDING = 384, 128
WAITING, SENDING = Waiting(MOST_WAITING), Waiting(MOST_SENDING)
REFUSAL = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}\n"


class TooSlow(TimeoutError):  # noqa: N818 - what happened, as it is told
    """What was announced does not come."""


class BadChunk(OSError):  # noqa: N818 - likewise
    """A body in chunks that is not cut as it should be."""


Within = Callable[[float], AbstractContextManager[None]]


class Incoming:
    """What a connection brings; each piece in time, and chunks cut as they should be."""

    def __init__(self, file: Any, within: Within) -> None:
        self._file, self._within = file, within
        self._next = "size"
        self.is_lost = False  # nobody knows any more where the next request begins

    def begin(self) -> None:
        """Expect a request."""
        self._next = "size"

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes."""
        try:
            with self._within(BODY_SECONDS + max(size, 0) / BODY_BYTES_IN_A_SECOND):
                return bytes(self._file.read(size))
        except OSError:
            self.is_lost = True
            raise

    def readline(self, size: int = -1) -> bytes:
        """Read a line; one whose size is not told is between chunks."""
        if size >= 0:
            return bytes(self._file.readline(size))
        try:
            return self._between_chunks()
        except OSError:
            self.is_lost = True
            raise

    def _between_chunks(self) -> bytes:
        with self._within(BODY_SECONDS):
            line = bytes(self._file.readline(LONGEST_LINE))
        if not line.endswith(b"\n"):
            raise BadChunk("a line between chunks does not end")
        if self._next == "trailer":
            return line
        if self._next == "end":
            if line != b"\r\n":
                raise BadChunk("a chunk is longer than it says")
            self._next = "size"
            return line
        if not (size_of := SIZE.fullmatch(line)):
            raise BadChunk("the size of a chunk is no number")
        self._next = "end" if int(size_of[1], 16) else "trailer"
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Protocol(HttpProtocol):  # type: ignore[misc] # eventlet has no types
    """HTTP as eventlet reads it, and nothing that has two meanings."""

    def setup(self) -> None:
        """Take what comes in time only."""
        super().setup()
        self.rfile: Incoming = Incoming(self.rfile, partial(self._within, among=SENDING))

    def _read_request_line(self) -> bytes:
        with self._within(IDLE_SECONDS):
            self.rfile.begin()
            return super()._read_request_line()  # type: ignore[no-any-return]

    def parse_request(self) -> bool:
        """Read the head of a request, and tell whether it means one thing."""
        with self._within(HEAD_SECONDS):
            if not super().parse_request():
                return False
        if fault := fault_of(self.headers):
            self.wfile.write(REFUSAL.format(len(fault) + 1, fault).encode())
            self.close_connection = True
            return False
        return True

    def handle_one_response(self) -> None:
        """Answer, and read on only where the next request surely begins."""
        super().handle_one_response()
        self.close_connection = self.close_connection or self.rfile.is_lost

    @contextmanager
    def _within(self, seconds: float, among: Waiting = WAITING) -> Iterator[None]:
        """Wait for the client so long, or until somebody else needs the place."""
        late = TooSlow(f"not within {seconds:.0f} s")
        here, hang_up = self.client_address[0], partial(shutdown_safe, self.connection)
        with eventlet.Timeout(seconds, late), among.on(here, hang_up):
            yield


def fault_of(headers: Any) -> str:
    """Tell what has two meanings in these headers; empty if nothing has."""
    lengths = headers.get_all("Content-Length", [])
    codings = [coding.strip().lower() for coding in headers.get_all("Transfer-Encoding", [])]
    folded = any("\n" in value or "\r" in value for value in headers.values())
    one_length = len(lengths) <= 1 and all(LENGTH.fullmatch(one.strip()) for one in lengths)
    faults = {
        "A header cannot be read.": bool(headers.defects) or folded,
        "Content-Length and Transfer-Encoding do not go together.": bool(lengths and codings),
        "Content-Length is one number.": not one_length,
        "Transfer-Encoding can only be chunked.": codings not in ([], ["chunked"]),
        "There can be only one Host.": len(headers.get_all("Host", [])) > 1,
    }
    return next((told for told, is_so in faults.items() if is_so), "")
