"""What does the gateway need? Someone who asks services, knows callers and remembers answers.

In production chassis.ask.Asker, gateway.auth.Keys, gateway.people.sessions.Sessions and
gateway.idempotency.Requests; gateway.memory plays them in tests.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from contracts.message import Question, Wire
from gateway.caller import Caller
from gateway.idempotency import Answer

Asked = TypeVar("Asked", bound=Wire)
Answered = TypeVar("Answered", bound=Wire)


class Asks(Protocol):
    """Asks services; see chassis.ask.Asker."""

    def ask(  # noqa: PLR0913 - each is part of one question
        self,
        question: Question[Asked, Answered],
        asked: Asked,
        *,
        actor: str,
        request_id: str = "",
        correlation_id: str = "",
        timeout: float = 10,
    ) -> Answered:
        """Ask and wait; raises Refused or Unavailable."""

    def ask_all(
        self,
        questions: Sequence[tuple[Question[Any, Any], Any]],
        *,
        actor: str,
        timeout: float = 5,
    ) -> list[Any]:
        """Ask all at once; each answer, or the Refused or Unavailable that came instead."""


class KnowsCallers(Protocol):
    """Knows the API keys."""

    def caller(self, header: str) -> Caller | None:
        """Tell who sent this Authorization header; None if nobody that we know."""


class KnowsPeople(Protocol):
    """Knows who is logged in."""

    def visitor(self, token: str) -> Caller | None:
        """Tell whose session this token is; None if nobody's."""


class RemembersAnswers(Protocol):
    """Remembers requests that had an Idempotency-Key."""

    def begin(self, record: str, fingerprint: bytes) -> Answer | None:
        """Note that a request begins, or give the first answer; raises Reused or Running."""

    def end(self, record: str, answer: Answer) -> None:
        """Keep the answer."""

    def let_go(self, record: str) -> None:
        """Let the same request be tried at once; another with its key is still refused."""
