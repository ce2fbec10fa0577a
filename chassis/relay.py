"""Who publishes what a crash left in an outbox? This process, by pika, for one service or several.

The service itself publishes right after its commit; the relay takes what is still there some
seconds later. Rows are locked while they are published (`skip locked`), so several relays never
publish the same row at the same time. A message may go out twice; the inbox of whoever gets it
eats the second.
"""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any

import pika
import sqlalchemy as sa
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, NackError, UnroutableError
from sqlalchemy.exc import DBAPIError

from chassis import telemetry
from chassis.config import read_settings
from chassis.health import serve_health
from chassis.store import new_engine
from chassis.topology import Names
from contracts import load_all

OLD_SECONDS = 3
POLL_SECONDS = 1.0
PAGE = 500
RECONNECT_SECONDS = (0.2, 0.5, 1, 2, 5)

TAKE = sa.text(
    "select message_id, wire, correlation_id, headers, body from outbox"
    " where at < clock_timestamp() - make_interval(secs => :old)"
    " order by seq limit :page for update skip locked"
)
FORGET = sa.text("delete from outbox where message_id = any(:ids)")


class Relay:
    """Publishes leftovers of some services' outboxes until it is told to stop."""

    def __init__(self, services: list[str], environ: dict[str, str]) -> None:
        settings = read_settings(environ)
        self._names = Names(settings.bus_namespace)
        self._uri = settings.amqp_uri
        self._engines = {
            service: new_engine(_url_of(service, environ), pool=1) for service in services
        }
        self._log = telemetry.get_log()
        self.stopping = False
        self.ready = False

    def run(self) -> None:
        """Publish what is left, once a second; reconnect when broker or database were away."""
        failures = 0
        while not self.stopping:
            try:
                with pika.BlockingConnection(pika.URLParameters(self._uri)) as connection:
                    channel = connection.channel()
                    channel.confirm_delivery()
                    self.ready, failures = True, 0
                    while not self.stopping:
                        moved = sum(self._move(service, channel) for service in self._engines)
                        connection.process_data_events(time_limit=0 if moved else POLL_SECONDS)
            except (AMQPError, OSError, DBAPIError) as error:
                wait = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
                failures += 1
                self.ready = False
                self._log.warning("relay lost broker or database", error=type(error).__name__)
                time.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter

    def _move(self, service: str, channel: BlockingChannel) -> int:
        with self._engines[service].begin() as connection:
            rows = connection.execute(TAKE, {"old": OLD_SECONDS, "page": PAGE}).all()
            published = [row.message_id for row in rows if self._publish(channel, row)]
            if published:
                connection.execute(FORGET, {"ids": published})
                self._log.info("relay published leftovers", of=service, count=len(published))
                telemetry.PUBLISHED.labels(service).inc(len(published))
        return len(published)

    def _publish(self, channel: BlockingChannel, row: Any) -> bool:
        properties = pika.BasicProperties(
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            message_id=row.message_id,
            correlation_id=row.correlation_id,
            type=row.wire,
            headers=json.loads(row.headers),
        )
        exchange = self._names.exchange_for(row.wire)
        is_command = exchange == self._names.commands
        try:
            channel.basic_publish(
                exchange, row.wire, row.body.encode(), properties, mandatory=is_command
            )
        except (UnroutableError, NackError):
            return False
        return True


def _url_of(service: str, environ: dict[str, str]) -> str:
    name = f"DATABASE_URL_{service.upper()}"
    if url := environ.get(name) or environ.get("DATABASE_URL"):
        return url
    raise SystemExit(f"{name} must name the database of {service}.")


def main(services: list[str], stop_on: Callable[..., Any] = signal.signal) -> None:
    """Run the relay for these services until SIGTERM or SIGINT."""
    load_all()
    environ = dict(os.environ)
    relay = Relay(services, environ)

    def stop(*_: object) -> None:
        relay.stopping = True

    stop_on(signal.SIGTERM, stop)
    stop_on(signal.SIGINT, stop)
    serve_health(read_settings(environ).health_port, lambda: relay.ready)
    relay.run()
