"""Of what does the broker tell the deliveries? Only of what some subscription wants.

A binding too many costs a little; one too few loses events. So whoever changes a subscription
holds a lock, binds what it will want, commits, and unbinds what nobody wants any more; only then
is there an answer. Whoever mends the bindings holds the same lock, so what he reads is committed,
and nothing is bound meanwhile that he does not know of.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Any, Protocol

import sqlalchemy as sa
from amqp.exceptions import AMQPError
from kombu import Connection

from chassis.ask import Unavailable
from chassis.config import nodes_in_turn, read_settings
from chassis.telemetry import get_log
from chassis.topology import Names, declare, unbind
from contracts.orders import OrderNoted
from gateway.webhooks.catalogue import CATALOGUE, wants

SERVICE = "gateway"
BROKER_SECONDS = 5
AGAIN_SECONDS = 600  # a process may have died between binding and committing
WIRES = frozenset(told.message.wire for told in CATALOGUE)
LOCK = sa.text("select pg_advisory_xact_lock(hashtextextended('oms.webhook_bindings', 0))")
ALWAYS = frozenset({OrderNoted.wire})  # people hear of it, whatever others subscribed to
PATTERNS = sa.text("select events from webhook_subscriptions")


class Line(Protocol):
    """A line to the broker; what is done already is done again without harm."""

    def bind(self, wires: AbstractSet[str]) -> None:
        """Let the queue of the deliveries take these messages; raises Unavailable."""

    def unbind(self, wires: AbstractSet[str]) -> None:
        """Let it take these no longer; raises Unavailable."""


class Bindings:
    """Keeps the queue bound to what is wanted."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._one_at_a_time = Lock()  # who waits holds no connection to the database
        self._settled: tuple[AbstractSet[str], float] | None = None

    @contextmanager
    def changing(self, engine: sa.Engine, patterns: Sequence[str] = ()) -> Iterator[None]:
        """Bind what is wanted with these patterns, let subscriptions change, unbind the rest.

        Raises Unavailable before anything changes. Afterwards nothing fails any more: what
        stays bound in vain is mended later.
        """
        with self._locked(engine) as wanted:
            if patterns:
                self._line.bind(wanted() | _wires(patterns))
            try:
                yield
            finally:
                try:
                    self._line.unbind(WIRES - wanted())
                except (Unavailable, sa.exc.SQLAlchemyError) as error:
                    get_log().warning("bindings stay for now", error=type(error).__name__)

    def settle(self, engine: sa.Engine) -> None:
        """Bind what is wanted and unbind the rest; raises Unavailable."""
        with self._locked(engine) as wanted:
            wires = wanted()
            self._line.bind(wires | ALWAYS)
            self._line.unbind(WIRES - wires)
        self._settled = wires, time.monotonic()

    def mend(self, engine: sa.Engine) -> None:
        """Settle anew if something else is wanted than was settled, or that is long ago."""
        with engine.connect() as connection:
            wires = _wanted(connection)
        if self._settled is not None:
            before, at = self._settled
            if wires == before and time.monotonic() - at < AGAIN_SECONDS:
                return
        self.settle(engine)

    @contextmanager
    def _locked(self, engine: sa.Engine) -> Iterator[Callable[[], AbstractSet[str]]]:
        whole = engine.execution_options(isolation_level="READ COMMITTED")
        with self._one_at_a_time, whole.begin() as connection:
            connection.execute(LOCK)
            yield lambda: _wanted(connection)


class BrokerLine:
    """Short-lived lines to any node of the broker, over the channel's own queue and exchanges."""

    def bind(self, wires: AbstractSet[str]) -> None:
        """Bind; queue and exchanges are made where a new broker has none."""
        self._over_some_node(lambda channel, names: declare(channel, names, SERVICE, wires))

    def unbind(self, wires: AbstractSet[str]) -> None:
        """Unbind."""
        self._over_some_node(lambda channel, names: unbind(channel, names, SERVICE, wires))

    def _over_some_node(self, do: Callable[[Any, Names], None]) -> None:
        settings = read_settings()
        nodes = nodes_in_turn(settings.amqp_uri)
        timeouts = {"read_timeout": BROKER_SECONDS, "write_timeout": BROKER_SECONDS}
        for node in islice(nodes, settings.amqp_uri.count(",") + 1):
            try:
                with Connection(
                    node, connect_timeout=BROKER_SECONDS, transport_options=timeouts
                ) as connection:
                    connection.connect()
                    do(connection.connection.channel(), Names(settings.bus_namespace))
            except (OSError, AMQPError) as error:
                get_log().warning("a node of the broker is away", error=type(error).__name__)
            else:
                return
        raise Unavailable("the broker", "it cannot be reached")


def _wanted(connection: sa.Connection) -> AbstractSet[str]:
    """Tell what the subscriptions want, paused ones too: they are told of it when they resume."""
    return _wires(one for patterns in connection.scalars(PATTERNS) for one in patterns)


def _wires(patterns: Iterable[str]) -> AbstractSet[str]:
    named = sorted(set(patterns))
    return {told.message.wire for told in CATALOGUE if wants(named, told.type)}
