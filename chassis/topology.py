"""Which exchanges and queues are there? All names follow from the service and the contract.

<service>.events   topic     events, routed by wire name (nameko's own convention)
oms.commands       direct    commands, routed by wire name to their one owner
oms.<service>      quorum    all that one service has to handle, in the order it came; of webhooks'
                             events (oms.gateway) only what somebody subscribed to
oms.<service>.dead quorum    what killed its handler again and again (x-delivery-limit)
nameko-rpc         topic     questions; queue rpc-<service>, as any nameko client asks

In a cluster every queue outlives its node: quorum queues on the other nodes, and the questions'
queues, which need not be kept, are made anew by the services that lost theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.message import CATALOGUE, Kind

DELIVERY_LIMIT = 20
QUEUE_BOUND = 1_000_000
RPC_QUEUE_BOUND = 10_000


class Channel(Protocol):
    """What declaring needs of an AMQP channel; py-amqp's has it, pika's is adapted to it."""

    def exchange_declare(self, exchange: str, type: str, **kw: Any) -> Any:  # noqa: A002
        """Make the exchange."""

    def queue_declare(self, queue: str, **kw: Any) -> Any:
        """Make the queue."""

    def queue_bind(self, queue: str, exchange: str, routing_key: str) -> Any:
        """Bind the queue."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names on one broker; a namespace keeps two systems apart there."""

    namespace: str = ""

    def _with(self, name: str) -> str:
        return f"{self.namespace}.{name}" if self.namespace else name

    @property
    def commands(self) -> str:
        """The exchange of all commands."""
        return self._with("oms.commands")

    @property
    def rpc(self) -> str:
        """The exchange of all questions."""
        return self._with("nameko-rpc")

    def events(self, service: str) -> str:
        """The exchange of a service's events."""
        return self._with(f"{service}.events")

    def queue(self, service: str) -> str:
        """The queue of all that a service handles."""
        return self._with(f"oms.{service}")

    def dead(self, service: str) -> str:
        """The queue of what killed its handler again and again."""
        return self._with(f"oms.{service}.dead")

    def rpc_queue(self, service: str) -> str:
        """The queue of what a service is asked."""
        return self._with(f"rpc-{service}")

    def exchange_for(self, wire: str) -> str:
        """The exchange that a message goes to."""
        message = CATALOGUE[wire]
        return self.commands if message.kind is Kind.COMMAND else self.events(message.owner)


def declare(channel: Channel, names: Names, service: str, handled: Iterable[str]) -> None:
    """Make a service's queues and bind them to what it handles; again is harmless."""
    channel.exchange_declare(names.commands, "direct", durable=True, auto_delete=False)
    channel.exchange_declare(names.rpc, "topic", durable=True, auto_delete=False)
    channel.exchange_declare(names.events(service), "topic", durable=True, auto_delete=False)
    channel.queue_declare(
        names.dead(service),
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "quorum",
            "x-max-length": QUEUE_BOUND,
            "x-overflow": "reject-publish",
        },
    )
    channel.queue_declare(
        names.queue(service),
        durable=True,
        auto_delete=False,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": names.dead(service),
            "x-max-length": QUEUE_BOUND,
            "x-overflow": "reject-publish",
        },
    )
    for wire in sorted(handled):
        exchange = names.exchange_for(wire)
        if exchange != names.commands:
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
        channel.queue_bind(names.queue(service), exchange, wire)
    channel.queue_declare(
        names.rpc_queue(service),
        durable=False,
        auto_delete=False,
        arguments={"x-max-length": RPC_QUEUE_BOUND, "x-overflow": "reject-publish"},
    )
    channel.queue_bind(names.rpc_queue(service), names.rpc, f"{service}.*")


def unbind(channel: Any, names: Names, service: str, no_longer: Iterable[str]) -> None:
    """Let a service's queue take these messages no longer; again is harmless."""
    for wire in sorted(no_longer):
        channel.queue_unbind(names.queue(service), names.exchange_for(wire), wire)
