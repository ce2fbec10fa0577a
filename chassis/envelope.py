"""What travels around a message? Ids, who wants it, what caused it, and CloudEvents attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from chassis.ids import new_id
from contracts.message import Message

PERSISTENT, TRANSIENT = 2, 1
encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Context:
    """In whose name, for which process, because of which message, in which trace."""

    actor: str = ""
    correlation_id: str = ""
    causation_id: str = ""
    trace: str = ""


@dataclass(slots=True)
class Outgoing:
    """A message on its way out, as the outbox keeps it."""

    message_id: str
    wire: str
    correlation_id: str
    headers: str
    body: str


def outgoing(message: Message, source: str, context: Context) -> Outgoing:
    """Put a message into its envelope; `source` is the service that says it."""
    message_id = new_id("msg")
    headers = {
        "actor": context.actor,
        "causation-id": context.causation_id,
        "traceparent": context.trace,
        "cloudEvents:specversion": "1.0",
        "cloudEvents:type": message.wire,
        "cloudEvents:source": f"/oms/{source}",
        "cloudEvents:id": message_id,
    }
    return Outgoing(
        message_id,
        message.wire,
        context.correlation_id,
        encode(headers).decode(),
        encode(message).decode(),
    )


def context_of(headers: Mapping[str, Any], correlation_id: str) -> Context:
    """Read the context that came with a message; what is absent is empty."""
    return Context(
        actor=str(headers.get("actor", "")),
        correlation_id=correlation_id,
        causation_id=str(headers.get("causation-id", "")),
        trace=str(headers.get("traceparent", "")),
    )
