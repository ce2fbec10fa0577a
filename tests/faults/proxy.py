"""What if the line between a service and the broker fails? A stop on it that reads along.

It passes AMQP frame by frame, so that it can cut a line in the middle of a message, keep back what
the broker confirms, or swallow everything while both ends believe that the line is good.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass

import pika

from local.broker import Broker
from local.supervisor import System

TO_BROKER, TO_SERVICE = "to broker", "to service"
START_OK, PUBLISH, DELIVER, ACK, NACK = (10, 11), (60, 40), (60, 60), (60, 80), (60, 120)
GREETING = 8
METHOD = 1
Method = tuple[int, int]


@dataclass(slots=True)
class Cut:
    """What to cut lines at: at each so many-th of these frames, so many times."""

    direction: str
    method: Method
    every: int
    times: int
    seen: int = 0
    done: int = 0

    def here(self, direction: str, method: Method) -> bool:
        """Tell whether this is the frame to cut at."""
        if (direction, method) != (self.direction, self.method) or self.done == self.times:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.done += 1
        return True


class Line:
    """One connection through the proxy: two sockets, and who has left."""

    def __init__(self, proxy: "Proxy", service: socket.socket, broker: socket.socket) -> None:
        self._proxy = proxy
        self._ends = {TO_BROKER: (service, broker), TO_SERVICE: (broker, service)}
        self.swallows = self.withholds = self.is_relay = False
        self.withheld: list[bytes] = []
        self.left_at: dict[str, float] = {}
        self._writing = threading.Lock()
        for direction in self._ends:
            threading.Thread(target=self._pump, args=(direction,), daemon=True).start()

    def close(self) -> None:
        """Cut the line for both."""
        for end in self._ends[TO_BROKER]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def let_go(self) -> int:
        """Pass on what was withheld; return how many confirms that were."""
        with self._writing:
            self.withholds, withheld, self.withheld = False, self.withheld, []
            with suppress(OSError):
                self._ends[TO_SERVICE][1].sendall(b"".join(withheld))
        return len(withheld)

    def _pump(self, direction: str) -> None:
        source, _ = self._ends[direction]
        try:
            if direction == TO_BROKER:
                self._pass(direction, _read(source, GREETING))
            while True:
                head = _read(source, 7)
                kind, _channel, size = struct.unpack(">BHI", head)
                rest = _read(source, size + 1)
                method = struct.unpack(">HH", rest[:4]) if kind == METHOD else (0, 0)
                if self._proxy.cut and self._proxy.cut.here(direction, method):
                    if method != ACK:
                        self._pass(direction, head + rest)  # the message itself does not follow
                    break
                self._frame(direction, method, head + rest)
        except OSError:
            pass
        self.left_at[direction] = time.monotonic()
        if not self.swallows or len(self.left_at) == len(self._ends):
            self.close()

    def _frame(self, direction: str, method: Method, frame: bytes) -> None:
        if method == START_OK:
            self.is_relay = b"Pika" in frame  # who connects names its library
        elif direction == TO_SERVICE and method in {ACK, NACK}:
            with self._writing:
                if self.withholds:
                    self.withheld.append(frame)
                    return
        self._pass(direction, frame)

    def _pass(self, direction: str, frame: bytes) -> None:
        if not self.swallows:
            with self._writing if direction == TO_SERVICE else nullcontext():
                self._ends[direction][1].sendall(frame)


class Proxy:
    """Listens for services and connects them to the broker."""

    def __init__(self, broker_uri: str) -> None:
        self._target = pika.URLParameters(broker_uri)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.uri = f"amqp://guest:guest@127.0.0.1:{self._listener.getsockname()[1]}/"
        self._lines: list[Line] = []
        self.cut: Cut | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self) -> None:
        """Listen no more, and cut all lines."""
        self._listener.close()
        for line in self._lines:
            line.close()

    def lines(self) -> list[Line]:
        """Tell which lines nobody has left."""
        return [line for line in self._lines if not line.left_at]

    @contextmanager
    def cutting(self, direction: str, method: Method, every: int, times: int) -> Iterator[Cut]:
        """Cut lines in the middle of what they carry; afterwards no more."""
        self.cut = Cut(direction, method, every, times)
        try:
            yield self.cut
        finally:
            self.cut = None

    def _listen(self) -> None:
        while True:
            try:
                service, _ = self._listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection((self._target.host, self._target.port), 5)
            except OSError:
                service.close()
                continue
            for end in (service, broker):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._lines.append(Line(self, service, broker))


class ProxiedSystem(System):
    """A system whose processes reach the broker only through a proxy."""

    proxy: Proxy

    def _find_broker(self) -> Broker:
        broker = super()._find_broker()
        self.proxy = Proxy(broker.uri)
        return broker

    @property
    def amqp_uri(self) -> str:
        """Where the processes find the broker."""
        return self.proxy.uri

    def stop(self) -> None:
        """Stop everything, the proxy last."""
        super().stop()
        if hasattr(self, "proxy"):
            self.proxy.stop()


def _read(source: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        if not (part := source.recv(size - len(parts))):
            raise ConnectionResetError("the other side has left")
        parts += part
    return parts
