"""What is a message, and which messages exist?

A message is a frozen struct with a wire name of its own, such as `payments.authorized.v1`.
The part before the first dot names its owner: the service that tells an event or obeys a command.
Unknown fields are ignored on arrival, so a field with a default may be added at any time;
every other change is a new version beside the old one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Generic, TypeVar

import msgspec

WIRE_NAME = re.compile(r"^[a-z]+\.[a-z_]+\.v[0-9]+$")


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """A value that travels inside messages, questions and answers."""


class Kind(Enum):
    """An event is a fact told to whoever listens; a command asks its one owner to act."""

    EVENT = "event"
    COMMAND = "command"


class Message(Wire, frozen=True, kw_only=True):
    """A struct with a wire name; declared by `@event` or `@command`."""

    wire: ClassVar[str] = ""
    owner: ClassVar[str] = ""
    kind: ClassVar[Kind] = Kind.EVENT


M = TypeVar("M", bound=type[Message])
Asked = TypeVar("Asked", bound=Wire)
Answered = TypeVar("Answered", bound=Wire)

CATALOGUE: dict[str, type[Message]] = {}


def event(wire: str) -> Callable[[M], M]:
    """Declare a fact that its owner tells, under the wire name `owner.past_participle.vN`."""
    return _declared(wire, Kind.EVENT)


def command(wire: str) -> Callable[[M], M]:
    """Declare a wish that its owner obeys, under the wire name `owner.imperative.vN`."""
    return _declared(wire, Kind.COMMAND)


def _declared(wire: str, kind: Kind) -> Callable[[M], M]:
    if not WIRE_NAME.match(wire):
        raise ValueError(f"the wire name {wire!r} is not of the form owner.name.v1")

    def declare(cls: M) -> M:
        if wire in CATALOGUE:
            raise ValueError(f"the wire name {wire!r} is declared twice")
        if taken := {"wire", "owner", "kind"} & set(cls.__struct_fields__):
            raise ValueError(f"{wire}: a field cannot be called {', '.join(sorted(taken))}")
        cls.wire, cls.owner, cls.kind = wire, wire.partition(".")[0], kind
        CATALOGUE[wire] = cls
        return cls

    return declare


@dataclass(frozen=True, slots=True)
class Question(Generic[Asked, Answered]):
    """Something one service answers over RPC: `name` is `service.method`.

    A question changes nothing.
    A request (`changes=True`) changes something, and is answered after the change is committed;
    asked again with the same request id it gives the first answer again.
    """

    name: str
    asked: type[Asked]
    answered: type[Answered]
    changes: bool = False

    @property
    def service(self) -> str:
        """The name of the service that answers."""
        return self.name.partition(".")[0]

    @property
    def method(self) -> str:
        """The name of the RPC method at that service."""
        return self.name.partition(".")[2]


QUESTIONS: dict[str, Question[Wire, Wire]] = {}


def question(name: str, asked: type[Asked], answered: type[Answered]) -> Question[Asked, Answered]:
    """Declare what a service answers and does not change."""
    return _known(Question(name, asked, answered))


def request(name: str, asked: type[Asked], answered: type[Answered]) -> Question[Asked, Answered]:
    """Declare what a service does while the asker waits."""
    return _known(Question(name, asked, answered, changes=True))


def _known(declared: Question[Asked, Answered]) -> Question[Asked, Answered]:
    if declared.name in QUESTIONS:
        raise ValueError(f"the question {declared.name!r} is declared twice")
    QUESTIONS[declared.name] = declared  # type: ignore[assignment]
    return declared
