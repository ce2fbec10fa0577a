"""Who plays the gateway's ports in a test? Dictionaries that keep the same promises."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from chassis import clock
from chassis.ask import Unavailable
from chassis.errors import Refused
from contracts.message import Question
from contracts.stuck import FindStuck, StuckPage
from gateway.caller import Caller
from gateway.idempotency import ABANDONED, Answer, Reused, Running


@dataclass(frozen=True, slots=True)
class Heard:
    """What a service was asked, and by whom."""

    name: str
    asked: Any
    actor: str
    request_id: str = ""


@dataclass
class MemoryServices:
    """All services: `answers` by the question's name, an exception is raised, the rest is made.

    A function is called with what was asked.
    """

    make: Any
    answers: dict[str, Any] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)

    def ask(  # noqa: PLR0913 - as chassis.ask.Asker
        self,
        question: Question[Any, Any],
        asked: Any,
        *,
        actor: str,
        request_id: str = "",
        correlation_id: str = "",  # noqa: ARG002 - nothing is traced here
        timeout: float = 10,  # noqa: ARG002 - nobody waits here
    ) -> Any:
        """Answer as a service would, which does nothing twice."""
        over_the_bus = msgspec.json.decode(msgspec.json.encode(asked), type=question.asked)
        self.heard.append(Heard(question.name, over_the_bus, actor, request_id))
        if request_id and request_id in self.done:
            return self.done[request_id]
        answer = self.answers.get(question.name)
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(over_the_bus)
        if answer is None:
            answer = self.make(question.answered)
        if request_id:
            self.done[request_id] = answer
        return answer

    def ask_all(
        self,
        questions: Sequence[tuple[Question[Any, Any], Any]],
        *,
        actor: str,
        timeout: float = 5,
    ) -> list[Any]:
        """Answer all."""
        answers: list[Any] = []
        for question, asked in questions:
            try:
                answers.append(self.ask(question, asked, actor=actor, timeout=timeout))
            except (Refused, Unavailable) as error:
                answers.append(error)
        return answers


@dataclass
class MemoryKeys:
    """Keys by their secret."""

    callers: dict[str, Caller] = field(default_factory=dict)

    def caller(self, header: str) -> Caller | None:
        """Tell who sent this Authorization header."""
        kind, _, secret = header.partition(" ")
        return self.callers.get(secret) if kind == "Bearer" else None


@dataclass
class MemoryPeople:
    """People who are logged in, by the token of their cookie."""

    visitors: dict[str, Caller] = field(default_factory=dict)

    def visitor(self, token: str) -> Caller | None:
        """Tell whose session this token is."""
        return self.visitors.get(token)


@dataclass
class _Record:
    fingerprint: bytes
    at: datetime
    answer: Answer | None = None


@dataclass
class MemoryRequests:
    """Requests that had an Idempotency-Key."""

    records: dict[str, _Record] = field(default_factory=dict)

    def begin(self, record: str, fingerprint: bytes) -> Answer | None:
        """Note that a request begins, or give the first answer."""
        known = self.records.setdefault(record, _Record(fingerprint, clock.now() - ABANDONED))
        if known.fingerprint != fingerprint:
            raise Reused
        if known.answer is None:
            if clock.now() - known.at < ABANDONED:
                raise Running
            known.at = clock.now()
        return known.answer

    def end(self, record: str, answer: Answer) -> None:
        """Keep the answer."""
        self.records[record].answer = answer

    def let_go(self, record: str) -> None:
        """Let the same request be tried at once."""
        self.records[record].at = clock.now() - ABANDONED


@dataclass
class MemoryOwn:
    """What of the gateway's own stores lists over all services look at."""

    owners: "MemoryOwners" = field(default_factory=lambda: MemoryOwners())
    troubles: "MemoryTroubles" = field(default_factory=lambda: MemoryTroubles())


class MemoryOwners:
    """Nobody takes care of anything."""

    def of(self, _exception_ids: Iterable[str]) -> Mapping[str, Any]:
        """Tell whose these are."""
        return {}


class MemoryTroubles:
    """In the gateway itself all goes on."""

    def find(self, _asked: FindStuck) -> StuckPage:
        """Give an empty page."""
        return StuckPage(stuck=())


@dataclass
class MemoryLine:
    """The broker as the deliveries' queue sees it; it may be `away`; `then` hears what was done."""

    bound: set[str] = field(default_factory=set)
    away: bool = False
    then: Callable[[str], None] = lambda _what: None

    def bind(self, wires: AbstractSet[str]) -> None:
        """Bind."""
        self._reach()
        self.bound |= wires
        self.then("bind")

    def unbind(self, wires: AbstractSet[str]) -> None:
        """Unbind."""
        self._reach()
        self.bound -= wires
        self.then("unbind")

    def _reach(self) -> None:
        if self.away:
            raise Unavailable("the broker", "it cannot be reached")
