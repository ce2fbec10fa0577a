"""Who publishes what a crash left in an outbox? This process, by pika, for one service or several.

The service itself publishes right after its commit; the relay takes what is still there some
seconds later: a page of rows is read, published at once, and forgotten when the broker has
confirmed it. An outbox belongs to one of several relays at a time, by an advisory lock; its rows
are not locked, for a broker that confirms late must not hold up the service that forgets them, too.
A message may go out twice; the inbox of whoever gets it eats the second.

What the broker does not take (a queue is full, or there is none) stays, and stands in nobody's way:
the outboxes have turns, and a full page that was refused is followed by the page behind it.
"""

import json
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pika
import sqlalchemy as sa
from pika.exceptions import AMQPError
from sqlalchemy.exc import DBAPIError

from chassis import telemetry, tracing
from chassis.config import database_url_of, nodes_in_turn, read_settings
from chassis.failpoints import reach
from chassis.health import serve_health
from chassis.store import new_engine
from chassis.topology import Names
from contracts import load_all

OLD_SECONDS = 3
POLL_SECONDS = 1.0
REFUSED_SECONDS = 5.0
CONFIRM_SECONDS = 30
HEARTBEAT_SECONDS = 10
CLOSE_SECONDS = 2
PAGE = 500
OUTBOX_LOCK = 0x6F7574626F78  # any number: within a service's database only outboxes have one
RECONNECT_SECONDS = (0.2, 0.5, 1, 2, 5)

TAKE = sa.text(
    "select message_id, seq, wire, wire as name, correlation_id, headers, body from outbox"
    " where (select pg_try_advisory_xact_lock(:mine))"
    " and at < clock_timestamp() - make_interval(secs => :old) and seq > :after"
    " order by seq limit :page"
)
FORGET = sa.text("delete from outbox where message_id = any(:ids)")


@dataclass(slots=True)
class Outbox:
    """One service's outbox: how far it was looked through, and when to look again."""

    service: str
    engine: sa.Engine
    after: int = 0
    look_at: float = 0.0

    def looked_through(self, page: "Page", confirmed: int) -> None:
        """Take note of what became of a page: what was refused is tried again, but not at once."""
        more = len(page.rows) == PAGE
        self.after = page.rows[-1].seq if more else 0
        pause = 0.0 if confirmed or more else REFUSED_SECONDS
        self.look_at = time.monotonic() + pause


class Page:
    """Rows of one outbox, ours alone until the broker has said what became of each."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self._connection = outbox.engine.connect()
        wanted = {
            "mine": OUTBOX_LOCK, "old": OLD_SECONDS, "page": PAGE, "after": outbox.after,
        }  # fmt: skip
        self.rows: Sequence[Any] = self._connection.execute(TAKE, wanted).all()
        self.waiting: dict[int, str] = {}
        self.spans: dict[str, tracing.Span] = {}
        self._confirmed: list[str] = []
        self._returned: set[str] = set()

    def returned(self, message_id: str) -> None:
        """Take note that no queue takes a message: it stays."""
        self._returned.add(message_id)

    def told(self, tag: int, *, multiple: bool, accepted: bool) -> None:
        """Take note of what the broker says of a delivery tag, or of all up to it."""
        for one in [t for t in self.waiting if t == tag or (multiple and t <= tag)]:
            message_id = self.waiting.pop(one)
            if accepted and message_id not in self._returned:
                self._confirmed.append(message_id)
                if span := self.spans.pop(message_id, None):
                    span.end()

    def close(self) -> int:
        """Forget what was confirmed, leave the rest; return how many were."""
        with self._connection as connection:
            if self._confirmed:
                connection.execute(FORGET, {"ids": self._confirmed})
                reach("before_commit", self.rows)
            connection.commit()
        reach("after_commit", self.rows)
        return len(self._confirmed)


class Relay:
    """Publishes leftovers of some services' outboxes until it is told to stop."""

    def __init__(self, services: list[str], environ: dict[str, str]) -> None:
        settings = read_settings(environ)
        self._names = Names(settings.bus_namespace)
        self._nodes = nodes_in_turn(settings.amqp_uri)
        self._outboxes = [
            Outbox(service, new_engine(database_url_of(service, environ), pool=1))
            for service in services
        ]
        self._log = telemetry.get_log()
        self._failures = 0
        self.stopping = False
        self.ready = False

    def run(self) -> None:
        """Publish what is left, once a second; reconnect when broker or database were away."""
        while not self.stopping:
            why = "closed"
            try:
                self._run_one_connection()
            except (AMQPError, OSError, DBAPIError) as error:
                why = type(error).__name__
            self.ready = False
            if not self.stopping:
                wait = RECONNECT_SECONDS[min(self._failures, len(RECONNECT_SECONDS) - 1)]
                self._failures += 1
                self._log.warning("relay lost broker or database", error=why)
                time.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter

    def _run_one_connection(self) -> None:
        self._page: Page | None = None
        self._published = 0
        parameters = pika.URLParameters(next(self._nodes))
        parameters.heartbeat = HEARTBEAT_SECONDS
        connection = pika.SelectConnection(
            parameters,
            on_open_callback=lambda opened: opened.channel(on_open_callback=self._begin),
            on_open_error_callback=lambda failed, _why: failed.ioloop.stop(),
            on_close_callback=lambda closed, _why: closed.ioloop.stop(),
        )
        self._loop = connection.ioloop
        try:
            self._loop.start()
        finally:
            if self._page:
                self._page.close()
            if connection.is_open:
                connection.close()
                self._loop.call_later(CLOSE_SECONDS, self._loop.stop)  # nobody may be there
                self._loop.start()

    def _begin(self, channel: Any) -> None:
        self._channel = channel
        channel.add_on_close_callback(lambda *_: self._loop.stop())
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=lambda _frame: self._look())
        self.ready, self._failures = True, 0

    def _look(self) -> None:
        """Take a page of leftovers, from each outbox in turn; none has any: look again soon."""
        if self.stopping:
            self._loop.stop()
            return
        for outbox in [o for o in self._outboxes if o.look_at <= time.monotonic()]:
            self._outboxes.remove(outbox)
            self._outboxes.append(outbox)
            page = Page(outbox)
            if page.rows:
                self._page = page
                self._publish(page)
                return
            page.close()
            outbox.after = 0
        self._loop.call_later(POLL_SECONDS, self._look)

    def _publish(self, page: Page) -> None:
        first = self._published + 1
        self._published += len(page.rows)
        page.waiting = {first + i: row.message_id for i, row in enumerate(page.rows)}
        for row in page.rows:
            exchange = self._names.exchange_for(row.wire)
            headers = json.loads(row.headers)
            span = tracing.begin(
                f"publish {row.wire}", "producer", headers.get("traceparent", ""),
                messaging__message__id=row.message_id,
            )  # fmt: skip
            if span:
                page.spans[row.message_id] = span
            properties = pika.BasicProperties(
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=row.message_id,
                correlation_id=row.correlation_id,
                type=row.wire,
                headers=headers,
            )
            self._channel.basic_publish(
                exchange,
                row.wire,
                row.body.encode(),
                properties,
                mandatory=exchange == self._names.commands,
            )
        self._loop.call_later(CONFIRM_SECONDS, lambda: self._give_up(page))

    def _give_up(self, page: Page) -> None:
        """A broker that does not confirm gets a new connection."""
        if page is self._page:
            self._loop.stop()

    def _on_return(self, _channel: Any, _method: Any, properties: Any, _body: bytes) -> None:
        if self._page:
            self._page.returned(properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        page, method = self._page, frame.method
        if page is None:
            return
        reach("after_publish", page.rows)
        page.told(
            method.delivery_tag, multiple=method.multiple, accepted=method.NAME == "Basic.Ack"
        )
        if not page.waiting:
            self._page = None
            service, done = page.outbox.service, page.close()
            page.outbox.looked_through(page, done)
            if done:
                self._log.info("relay published leftovers", of=service, count=done)
                telemetry.PUBLISHED.labels(service).inc(done)
            if left := len(page.rows) - done:
                self._log.warning("the broker refuses leftovers", of=service, count=left)
            self._look()


def main(services: list[str], stop_on: Callable[..., Any] = signal.signal) -> None:
    """Run the relay for these services until SIGTERM or SIGINT."""
    load_all()
    environ = dict(os.environ)
    relay = Relay(services, environ)

    def stop(*_: object) -> None:
        relay.stopping = True

    stop_on(signal.SIGTERM, stop)
    stop_on(signal.SIGINT, stop)
    settings = read_settings(environ)
    tracing.set_up("relay", settings.otel_exporter_otlp_endpoint, settings.traces_percent)
    serve_health(settings.health_port, lambda: relay.ready)
    relay.run()
    tracing.close()
