"""How does a fake act once for an idempotency key? It answers as it did, or that it differs."""

from collections.abc import Callable
from typing import Any

from tests.fakes.serving import Answer


class Once:
    """What was asked and answered under each key."""

    def __init__(self) -> None:
        self.done: dict[str, tuple[Any, Answer]] = {}

    def answer(self, key: str, asked: Any, act: Callable[[], Answer], differs: Answer) -> Answer:
        """Act, or answer as before; without a key, act each time."""
        if not key:
            return act()
        if key not in self.done:
            self.done[key] = asked, act()
        before, answer = self.done[key]
        return answer if before == asked else differs
