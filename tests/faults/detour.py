"""How can messages be kept on their way? They take a detour through a queue of ours.

The detour is put between the exchanges and the services' queues. What arrives there waits until it
is handed on. Nothing is lost when the way is changed: the new one is open before the old one is
closed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pika

from chassis.topology import Names
from contracts import SERVICES
from local.rabbit_node import PrivateNode

QUEUE = "detour"
Passing = tuple[str, Any, bytes]


def ways(node: PrivateNode) -> set[tuple[str, str, str]]:
    """Tell which message goes from which exchange to which service, as the broker knows it."""
    queues = {Names().queue(service): service for service in SERVICES}
    told = node.ctl("list_bindings", "source_name", "destination_name", "routing_key")
    found = (line.split("\t") for line in told.splitlines())
    return {
        (exchange, queues[queue], wire)
        for exchange, queue, wire in found
        if exchange and queue in queues
    }


class Detour:
    """Keeps some messages; used from one thread only."""

    def __init__(self, node: PrivateNode, wanted: Callable[[str], bool]) -> None:
        self._ways = {way for way in ways(node) if wanted(way[2])}
        self.wires = {wire for _, _, wire in self._ways}
        self.connection = pika.BlockingConnection(
            pika.URLParameters(f"{node.uri}?heartbeat=0")  # it is silent while things are held
        )
        self._channel = self.connection.channel()
        self._channel.queue_declare(QUEUE, durable=True)
        for exchange, service, wire in self._ways:
            self._channel.queue_bind(QUEUE, exchange, wire)
            self._channel.queue_unbind(Names().queue(service), exchange, wire)

    def waiting(self) -> int:
        """Count the messages that wait."""
        return int(self._channel.queue_declare(QUEUE, passive=True).method.message_count)

    def take(self) -> list[Passing]:
        """Take all messages that wait, in the order in which they came."""
        taken: list[Passing] = []
        while True:
            method, properties, body = self._channel.basic_get(QUEUE, auto_ack=True)
            if method is None:
                return taken
            taken.append((method.routing_key, properties, body))

    def hand_on(self, passing: Passing) -> None:
        """Put a message into the queues that it would have come to."""
        wire, properties, body = passing
        for service in {service for _, service, way in self._ways if way == wire}:
            self._channel.basic_publish("", Names().queue(service), body, properties)

    def open_the_old_way(self) -> None:
        """Let messages go as ever; those that still wait are not touched."""
        for exchange, service, wire in self._ways:
            self._channel.queue_bind(Names().queue(service), exchange, wire)
            self._channel.queue_unbind(QUEUE, exchange, wire)

    def close(self) -> None:
        """Hand on what is left, and go away."""
        for passing in self.take():
            self.hand_on(passing)
        self._channel.queue_delete(QUEUE)
        self.connection.close()


@contextmanager
def held(node: PrivateNode, wire: str) -> Iterator[Detour]:
    """Keep all messages of one kind for a while; afterwards all of them are handed on."""
    detour = Detour(node, lambda one: one == wire)
    try:
        yield detour
    finally:
        detour.open_the_old_way()
        detour.close()
