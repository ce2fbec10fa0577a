"""What does the checker look with, and what does it say? Books, and sentences about them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

if TYPE_CHECKING:
    from local.supervisor import System

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

    `skew` is how far a clock was wrong; `waiting` are orders and returns for which something is
    still to come from somewhere, so that nobody may say that their answer was lost.
    """

    rows: Callable[..., list[Any]]
    now: datetime
    skew: float = 0.0
    parked_allowed: Callable[[str, Any], bool] = lambda _service, _row: False
    waiting: set[str] = field(default_factory=set)


class Reading:
    """Lines to all databases of a system, kept while somebody looks into them."""

    def __init__(self, system: "System") -> None:
        self._system, self._stack = system, ExitStack()
        self._lines: dict[str, sa.Connection] = {}

    def __enter__(self) -> Self:
        """Open a line when it is first needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close them all."""
        self.forget()

    def rows(self, service: str, query: str, **values: object) -> list[Any]:
        """Ask one database; each question sees what is committed by then."""
        if service not in self._lines:
            engine = sa.create_engine(
                self._system.database_url(service),
                poolclass=sa.NullPool,
                isolation_level="AUTOCOMMIT",
            )
            self._lines[service] = self._stack.enter_context(engine.connect())
        return list(self._lines[service].execute(sa.text(query), values))

    def forget(self) -> None:
        """Close all lines: they may be stale."""
        self._stack.close()
        self._lines.clear()


Look = Callable[[Books], Iterator[Damage]]
