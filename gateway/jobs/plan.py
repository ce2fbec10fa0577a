"""What would a row of a file change? Settled when it is checked, and done once it is confirmed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.message import Question, Wire
from contracts.orders import ChangedField

Ask = Callable[[Question[Any, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be asked for a row, None if nothing; and what that changes."""

    wish: Wire | None = None
    changes: tuple[ChangedField, ...] = ()
