"""Who hears what happens on the bus, for those who listen? One queue, while anybody does.

It is this process's own (exclusive), gone with its connection, and bounded: when we are too slow
the oldest goes. While nobody listens there is neither queue nor connection.
"""

import random
import time
from typing import Any

import eventlet

from chassis.config import nodes_in_turn
from chassis.link import Link
from chassis.telemetry import get_log
from chassis.topology import Names
from contracts import SERVICES
from gateway.live.hub import Hub
from gateway.live.news import news_of

LONGEST_QUEUE = 10_000
KEPT_OPEN_SECONDS = 60
LOOK_SECONDS = 0.2
RECONNECT_SECONDS = (0.2, 0.5, 1, 2, 5)
QUEUE = {"x-max-length": LONGEST_QUEUE, "x-overflow": "drop-head"}


class Ear:
    """Listens to all events of all services and tells the hub."""

    def __init__(self, hub: Hub, amqp_uri: str, namespace: str) -> None:
        self._hub, self._names = hub, Names(namespace)
        self._nodes = nodes_in_turn(amqp_uri)
        self._log = get_log()
        self._wanted_at = 0.0
        self._link: Link | None = None

    def run(self) -> None:
        """Listen while somebody wants to hear, until the hub is closed."""
        failures = 0
        while not self._hub.closed:
            if not self._is_wanted():
                eventlet.sleep(LOOK_SECONDS)
                continue
            try:
                self._listen()
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever broke, connect anew
                wait = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
                failures += 1
                self._log.warning("live news lost the broker", error=type(error).__name__)
                eventlet.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
            finally:
                self._hub.pause()

    def _is_wanted(self) -> bool:
        if self._hub.listeners:
            self._wanted_at = time.monotonic()
        return bool(self._wanted_at) and time.monotonic() - self._wanted_at < KEPT_OPEN_SECONDS

    def _listen(self) -> None:
        link = Link(next(self._nodes))
        try:
            channel = link.channel()
            queue = channel.queue_declare("", exclusive=True, auto_delete=True, arguments=QUEUE)[0]
            for service in SERVICES:
                exchange = self._names.events(service)
                channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
                channel.queue_bind(queue, exchange, "#")
            channel.basic_consume(queue, no_ack=True, callback=self._on_message)
            self._hub.begin()
            watch = eventlet.spawn(self._close_when_unwanted, link)
            try:
                link.read()
            except OSError:
                if not link.closed:  # otherwise it was us
                    raise
            finally:
                watch.kill()
        finally:
            link.close()

    def _close_when_unwanted(self, link: Link) -> None:
        while self._is_wanted() and not self._hub.closed:
            eventlet.sleep(LOOK_SECONDS)
        link.close()

    def _on_message(self, delivery: Any) -> None:
        body = delivery.body
        raw = body.encode() if isinstance(body, str) else bytes(body)
        for news in news_of(delivery.delivery_info["routing_key"], raw):
            self._hub.tell(news)
