"""What does a handler get to work with? The time, who asked, and a place for what it says.

A handler is a plain function `verb_object(message, work, ports…)`. It changes what its ports
give it and says things by `work.send` and `work.call`; it neither commits nor publishes.
All of that becomes true in one transaction, or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from chassis.ids import new_id
from contracts.message import Message


@dataclass(frozen=True, slots=True)
class Call:
    """A wish to call the outside world, stored before it is made.

    `kind` names who executes it (`@outside(kind)`), `key` is the idempotency key: stable for
    the intent, unique in the service. `subject` is the id of the thing it is for.
    """

    kind: str
    key: str
    subject: str
    request: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None


class Work(Protocol):
    """One message's share of a transaction."""

    @property
    def now(self) -> datetime:
        """When the transaction began, in UTC."""

    @property
    def actor(self) -> str:
        """Who wants this: `person:…`, `key:…`, `channel:…`, `timer` or `service:…`."""

    @property
    def message_id(self) -> str:
        """The id of the message that is handled; the same again when it comes twice."""

    @property
    def correlation_id(self) -> str:
        """The id of the business process: the order's, where there is one."""

    def new_id(self, prefix: str) -> str:
        """Make an id with the prefix."""

    def send(self, message: Message, *, correlation_id: str = "") -> None:
        """Say it when the transaction commits; to `correlation_id`'s process, or this one's."""

    def call(self, call: Call, *, correlation_id: str = "") -> None:
        """Make the call when the transaction has committed; a known key is not called twice.

        It belongs to `correlation_id`'s process, or this one's.
        """


@dataclass(slots=True)
class Rehearsal:
    """A Work for tests: everything it was given can be looked at."""

    now: datetime
    actor: str = "key:test"
    message_id: str = "msg-1"
    correlation_id: str = ""
    sent: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def new_id(self, prefix: str) -> str:
        """Make an id with the prefix."""
        return new_id(prefix)

    def send(self, message: Message, *, correlation_id: str = "") -> None:  # noqa: ARG002
        """Remember what was said."""
        self.sent.append(message)

    def call(self, call: Call, *, correlation_id: str = "") -> None:  # noqa: ARG002
        """Remember the call."""
        self.calls.append(call)
