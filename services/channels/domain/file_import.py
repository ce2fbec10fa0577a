"""How far is a file of orders?

uploading → reading → taking → completed
     └──────────┴────────┴──→ stopped;  reading → refused, when the file cannot be read at all

First all rows are read and put together to orders, because an order's rows may stand anywhere in
the file; only then is the first one taken. Each step begins where the last one was committed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chassis.machine import Machine
from contracts.imports import RowFault


class Stage(StrEnum):
    """The life of an import."""

    UPLOADING = "uploading"
    READING = "reading"
    TAKING = "taking"
    COMPLETED = "completed"
    REFUSED = "refused"
    STOPPED = "stopped"


S = Stage
# fmt: off
LIFE = Machine("import", S.UPLOADING, {
    S.UPLOADING: frozenset({S.READING, S.STOPPED}),
    S.READING:   frozenset({S.TAKING, S.REFUSED, S.STOPPED}),
    S.TAKING:    frozenset({S.COMPLETED, S.STOPPED}),
    S.COMPLETED: frozenset(),
    S.REFUSED:   frozenset(),
    S.STOPPED:   frozenset(),
})
# fmt: on


@dataclass
class FileImport:
    """A file of orders; `sheet` is what the reading of rows must know from part to part."""

    import_id: str
    channel: str
    request_key: str
    created_by: str
    created_at: datetime
    due_at: datetime
    state: str = Stage.UPLOADING.value
    ended_at: datetime | None = None
    digest: str = ""
    parts: int = 0
    size: int = 0
    next_part: int = 0
    sheet: bytes = b""
    rows: int = 0
    orders: int = 0
    last_row: int = 0
    taken: int = 0
    duplicates: int = 0
    refused: int = 0
    reason: str = ""
    field: str = ""

    def move(self, to: Stage, now: datetime) -> None:
        """Move to a state, or raise IllegalMove."""
        self.state = LIFE.move(self.import_id, Stage(self.state), to).value
        self.due_at = now
        if LIFE.is_final(to):
            self.ended_at, self.sheet = now, b""

    def refuse(self, reason: str, field: str, now: datetime) -> None:
        """The file as a whole cannot be read."""
        self.move(Stage.REFUSED, now)
        self.reason, self.field = reason[:255], field

    def count(self, outcomes: "list[Result]") -> None:
        """Count what became of orders that stand in the file one after the other."""
        self.last_row = outcomes[-1].row
        self.taken += sum(one.outcome == "taken" for one in outcomes)
        self.duplicates += sum(one.outcome == "duplicate" for one in outcomes)
        self.refused += sum(one.outcome == "refused" for one in outcomes)


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of one order, as they stand in the file; `row` is the first of them."""

    row: int
    key: str
    lines: int
    rows: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one order when it was taken: taken, duplicate or refused."""

    row: int
    outcome: str
    reason: str = ""
    faults: tuple[RowFault, ...] = ()
