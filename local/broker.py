"""Where is RabbitMQ? It is looked for in five places, in this order, and each is named.

1 AMQP_URI            2 127.0.0.1:5672, if it answers as guest
3 the program rabbitmq-server, as a private node      4 a container engine
5 Debian's or Ubuntu's packages, unpacked into our cache (no root needed), as a private node
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pika
from pika.exceptions import AMQPError

from local import packages
from local.ports import free_port, wait_for
from local.rabbit_node import PrivateNode

Say = Callable[[str], None]
LOCAL = "amqp://guest:guest@127.0.0.1:5672/"
IMAGE = "rabbitmq:3.13"
SORRY = (
    "No RabbitMQ was found and none could be started. Install it (Debian, Ubuntu: "
    "`apt-get install rabbitmq-server`), or start one and set AMQP_URI to its address."
)


class Broker(Protocol):
    """A broker that can be used."""

    @property
    def uri(self) -> str:
        """Where it is."""

    def wait(self) -> None:
        """Wait until it answers."""

    def stop(self) -> None:
        """End it, if it is ours."""


class Found:
    """A broker that runs already and is not ours to stop."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def wait(self) -> None:
        """It has answered already."""

    def stop(self) -> None:
        """Leave it alone."""


class Container:
    """A broker in a container of ours."""

    def __init__(self, engine: str, say: Say) -> None:
        self._engine, port = engine, free_port()
        self.uri = f"amqp://guest:guest@127.0.0.1:{port}/"
        say(f"starting {IMAGE} with {engine} …")
        command = [engine, "run", "-d", "--rm", "-p", f"127.0.0.1:{port}:5672", IMAGE]
        self._id = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=300
        ).stdout.strip()

    def wait(self) -> None:
        """Wait until it answers."""
        wait_for("the broker's container", lambda: answers(self.uri), within=120)

    def stop(self) -> None:
        """End the container."""
        subprocess.run([self._engine, "stop", self._id], check=False, capture_output=True)


def find_broker(state: Path, say: Say) -> Broker:
    """Find a broker or begin to start one; say where, or raise SystemExit with what to do."""
    if uri := os.environ.get("AMQP_URI"):
        say("using the broker at AMQP_URI")
        return Found(uri)
    if answers(LOCAL):
        say("using the broker at 127.0.0.1:5672")
        return Found(LOCAL)
    return own_broker(state, say)


def own_broker(state: Path, say: Say) -> Broker:
    """Begin to start a broker of our own, whatever else runs here."""
    if home := packages.installed():
        return PrivateNode(state / "rabbitmq", home, say)
    if engine := next((e for e in ("docker", "podman") if _engine_answers(e)), None):
        return Container(engine, say)
    if home := packages.unpacked(state.parent / "cache", say):
        return PrivateNode(state / "rabbitmq", home, say)
    raise SystemExit(SORRY)


def private_node(
    state: Path, say: Say, name: str = "rabbitmq", joins: PrivateNode | None = None
) -> PrivateNode:
    """Begin to start a node that drills stop, kill, start again; raise SystemExit if none can be.

    It lives alone, or joins the cluster that another one is in.
    """
    home = packages.installed() or packages.unpacked(state.parent / "cache", say)
    if home is None:
        raise SystemExit(SORRY)
    return PrivateNode(state / name, home, say, joins)


def answers(uri: str) -> bool:
    """Tell whether a broker answers there and lets us in."""
    parameters = pika.URLParameters(uri)
    try:
        socket.create_connection((parameters.host, parameters.port), timeout=0.5).close()
        parameters.socket_timeout = parameters.blocked_connection_timeout = 3
        parameters.stack_timeout = 4
        pika.BlockingConnection(parameters).close()
    except (OSError, AMQPError):
        return False
    return True


def _engine_answers(engine: str) -> bool:
    if not shutil.which(engine):
        return False
    try:
        found = subprocess.run([engine, "info"], check=False, capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.returncode == 0
