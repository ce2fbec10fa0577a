"""What does `make reset` forget? The data of `make run`, and its queues on others' brokers."""

import os
import shutil
from pathlib import Path

import pika

from chassis.topology import Names
from contracts import SERVICES
from local.broker import LOCAL, answers
from local.ports import wait_for
from local.run import STATE

ANSWER_SECONDS = 5


def forget_queues(uri: str, namespace: str) -> None:
    """Delete all queues and exchanges of one system from a broker that others use, too."""
    if not namespace:
        raise ValueError("Without a namespace these would be anybody's queues.")
    names = Names(namespace)
    with pika.BlockingConnection(pika.URLParameters(uri)) as connection:
        channel = connection.channel()
        for service in SERVICES:
            for queue in (names.queue(service), names.dead(service), names.rpc_queue(service)):
                channel.queue_delete(queue)
            channel.exchange_delete(names.events(service))
        for exchange in (names.commands, names.rpc):
            channel.exchange_delete(exchange)


def forget(state: Path) -> None:
    """Forget a system whose processes have stopped."""
    namespace, uri = state / "namespace", os.environ.get("AMQP_URI") or LOCAL
    if namespace.exists():
        name = namespace.read_text()
        try:
            wait_for("the broker", lambda: answers(uri), within=ANSWER_SECONDS, every=0.5)
            forget_queues(uri, name)
        except TimeoutError:
            print(f"The broker does not answer: queues whose names begin with {name} may be left.")
    shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    forget(STATE)
    print("the data of make run are gone")
