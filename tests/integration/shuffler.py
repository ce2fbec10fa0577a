"""What if every message comes twice, late, and in another order? A mischievous stop on the way.

The shuffler puts a queue of its own between the exchanges and the services' queues. What arrives
there it holds for a random moment, shuffles, and hands on twice: once, and once again later.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pika

from chassis.topology import Names
from contracts import load_all
from contracts.message import CATALOGUE

QUEUE = "shuffled"
HELD_SECONDS = 0.3
AGAIN_AFTER_SECONDS = 1.5


class Shuffler:
    """Holds, shuffles and doubles what services say to each other."""

    def __init__(self, uri: str, handled: dict[str, set[str]], seed: int) -> None:
        load_all()
        self._uri, self._names, self._handled = uri, Names(), handled
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._connection = pika.BlockingConnection(pika.URLParameters(uri))
        self._channel = self._connection.channel()
        self.doubled: dict[str, int] = {}

    def start(self) -> None:
        """Stand in the way of all messages."""
        self._channel.queue_declare(QUEUE, durable=True)
        for wire in self._wires:
            self._channel.queue_bind(QUEUE, self._names.exchange_for(wire), wire)
        for service, wires in self._handled.items():
            for wire in wires:
                exchange = self._names.exchange_for(wire)
                self._channel.queue_unbind(self._names.queue(service), exchange, wire)
        self._thread.start()

    def stop(self) -> None:
        """Put everything back as it was, and hand on what is still held."""
        with pika.BlockingConnection(pika.URLParameters(self._uri)) as connection:
            channel = connection.channel()
            for service, wires in self._handled.items():
                for wire in wires:
                    exchange = self._names.exchange_for(wire)
                    channel.queue_bind(self._names.queue(service), exchange, wire)
            for wire in self._wires:
                channel.queue_unbind(QUEUE, self._names.exchange_for(wire), wire)
        self._stop.set()
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()

    @property
    def _wires(self) -> set[str]:
        return {wire for wires in self._handled.values() for wire in wires}

    def _run(self) -> None:
        while not self._stop.is_set():
            self._connection.sleep(self._random.uniform(0, HELD_SECONDS))
            held = self._take()
            self._random.shuffle(held)
            for one in held:
                self._hand_on(*one)
            if held:
                self._connection.call_later(
                    self._random.uniform(0, AGAIN_AFTER_SECONDS),
                    lambda held=held: self._again(held),
                )
        self._connection.sleep(AGAIN_AFTER_SECONDS)
        for one in self._take():
            self._hand_on(*one)
        self._channel.queue_delete(QUEUE)
        self._connection.close()

    def _take(self) -> list[tuple[str, Any, bytes]]:
        held = []
        while True:
            method, properties, body = self._channel.basic_get(QUEUE, auto_ack=True)
            if method is None:
                return held
            held.append((method.routing_key, properties, body))

    def _again(self, held: list[tuple[str, Any, bytes]]) -> None:
        self._random.shuffle(held)
        for wire, properties, body in held:
            self._hand_on(wire, properties, body)
            self.doubled[wire] = self.doubled.get(wire, 0) + 1

    def _hand_on(self, wire: str, properties: Any, body: bytes) -> None:
        assert CATALOGUE[wire]
        for service, wires in self._handled.items():
            if wire in wires:
                self._channel.basic_publish("", self._names.queue(service), body, properties)


@contextmanager
def shuffled(uri: str, handled: dict[str, set[str]], seed: int) -> Iterator[Shuffler]:
    """Let all messages be shuffled and doubled for a while."""
    shuffler = Shuffler(uri, handled, seed)
    shuffler.start()
    try:
        yield shuffler
    finally:
        shuffler.stop()
