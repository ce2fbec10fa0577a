"""What does the checker look with, and what does it say? Books, and sentences about them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LOST = "nothing is lost"
TWICE = "nothing happens twice"
OVERSOLD = "never oversold, and the ledger is true"
MONEY = "money is exact"
TOLD = "every change is in the history, once and in order"
STUCK = "no order is stuck unseen"


@dataclass(frozen=True, slots=True)
class Damage:
    """A promise that was not kept: which, of what (an order, a SKU, …), and the figures."""

    promise: str
    about: str
    found: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.promise}: {self.about}: {self.found}"


@dataclass(slots=True)
class Books:
    """All databases of a system, and what time it is there.

    `skew` is how far a clock was wrong; `answered` are processes (of an order, a return) for which
    something is waiting somewhere, so that nobody may say that their answer was lost.
    """

    rows: Callable[..., list[Any]]
    now: datetime
    skew: float = 0.0
    parked_allowed: Callable[[str, Any], bool] = lambda _service, _row: False
    waiting: set[str] = field(default_factory=set)


Look = Callable[[Books], Iterator[Damage]]
