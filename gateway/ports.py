"""Whom does the gateway ask? Something that asks services; in tests, something that plays them."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from contracts.message import Question, Wire

Asked = TypeVar("Asked", bound=Wire)
Answered = TypeVar("Answered", bound=Wire)


class Asks(Protocol):
    """Asks services; see chassis.ask.Asker."""

    def ask(
        self,
        question: Question[Asked, Answered],
        asked: Asked,
        *,
        actor: str,
        request_id: str = "",
        correlation_id: str = "",
        timeout: float = 10,
    ) -> Answered:
        """Ask and wait."""

    def ask_all(
        self,
        questions: Sequence[tuple[Question[Any, Any], Any]],
        *,
        actor: str,
        timeout: float = 5,
    ) -> list[Any]:
        """Ask all at once."""
