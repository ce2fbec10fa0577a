"""How does a process hold its line to the broker? One connection; one green thread reads it.

py-amqp's `basic_publish` reads from the socket before it writes, which would race with the reader;
so messages are written by `send_method`, under a lock, and confirms come in through the reader.
It also asks the socket for each piece of a frame by itself and writes each message by itself: nine
reads for a delivery, one write for a publish. Here the socket is read and written in pages.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
from amqp import spec
from amqp.transport import TCPTransport
from eventlet.semaphore import Semaphore
from kombu import Connection

HEARTBEAT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 5
PAGE_BYTES = 16384


class Link:
    """A connection to the broker that is open until it breaks; then make another."""

    def __init__(self, uri: str) -> None:
        self._kombu = Connection(
            uri, heartbeat=HEARTBEAT_SECONDS, connect_timeout=CONNECT_TIMEOUT_SECONDS
        )
        self._kombu.connect()
        self._connection: Any = self._kombu.connection
        transport = self._connection.transport
        if isinstance(transport, TCPTransport):
            socket = transport.sock
            transport._quick_recv = lambda wanted: socket.recv(max(wanted, PAGE_BYTES))  # noqa: SLF001 - no other way
        self._writing = Semaphore(1)
        self._tags: dict[int, int] = {}
        self.closed = False

    def channel(self) -> Any:
        """Open a channel; only before `read` has begun."""
        return self._connection.channel()

    def confirming_channel(self, confirmed: Callable[[int, bool, bool], None]) -> Any:
        """Open a channel whose publishes are confirmed: `confirmed(tag, multiple, accepted)`."""
        channel = self.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(lambda tag, multiple: confirmed(tag, multiple, True))
        channel.events["basic_nack"].add(lambda tag, multiple: confirmed(tag, multiple, False))
        self._tags[channel.channel_id] = 0
        return channel

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all that is published within go out in one write, at the end."""
        transport, parts = self._connection.transport, []
        straight = transport._write  # noqa: SLF001 - no other way
        transport._write = lambda part: parts.append(bytes(part))  # noqa: SLF001
        try:
            yield
        except BaseException:
            self.close()  # delivery tags were given away, so nothing may follow
            raise
        finally:
            transport._write = straight  # noqa: SLF001
        if parts:
            with self._writing:
                transport.write(b"".join(parts))

    def publish(  # noqa: PLR0913 - the parts of one publish
        self,
        channel: Any,
        message: amqp.Message,
        exchange: str,
        key: str,
        *,
        mandatory: bool,
        sent: Callable[[int], None] | None = None,
    ) -> None:
        """Write a message; `sent` learns its delivery tag before its confirm can come."""
        with self._writing:
            if sent:
                self._tags[channel.channel_id] += 1
                sent(self._tags[channel.channel_id])
            channel.send_method(
                spec.Basic.Publish, "Bssbb", (0, exchange, key, mandatory, False), message
            )

    def acknowledge(self, channel: Any, tag: int, *, multiple: bool = False) -> None:
        """Tell the broker that a delivery (or all up to it) is done with."""
        with self._writing:
            channel.basic_ack(tag, multiple)

    def read(self) -> None:
        """Read until the connection breaks (raises) or is closed (returns)."""
        while not self.closed:
            try:
                self._connection.drain_events(timeout=HEARTBEAT_SECONDS / 4)
            except TimeoutError:
                pass
            except OSError as error:
                if "timed out" not in str(error):
                    raise
            with self._writing:
                self._connection.heartbeat_tick()

    def close(self) -> None:
        """Close at once; what was delivered and not acknowledged goes back to its queue."""
        self.closed = True
        try:
            self._connection.transport.close()
        except (OSError, AttributeError):
            return
