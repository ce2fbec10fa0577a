"""What is a return, and how does it go its way?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from chassis.errors import Refused, Stale
from chassis.machine import Machine
from contracts.returns import InspectedLine, ReceivedLine, ReturnLine
from contracts.values import Money

MISSING = "missing"


class State(StrEnum):
    """The life of a return."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    LABEL_ISSUED = "label_issued"
    IN_TRANSIT = "in_transit"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    INSPECTED = "inspected"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"


S = State
ARRIVING = frozenset({S.PARTIALLY_RECEIVED, S.RECEIVED})
OVER = frozenset({S.CANCELED, S.EXPIRED})
# fmt: off
LIFE = Machine("return", S.REQUESTED, {
    S.REQUESTED:          frozenset({S.APPROVED, S.DECLINED, S.CANCELED}),
    S.APPROVED:           frozenset({S.LABEL_ISSUED, S.IN_TRANSIT}) | OVER | ARRIVING,
    S.LABEL_ISSUED:       frozenset({S.IN_TRANSIT}) | OVER | ARRIVING,
    S.IN_TRANSIT:         frozenset({S.CANCELED}) | ARRIVING,
    S.PARTIALLY_RECEIVED: frozenset({S.PARTIALLY_RECEIVED, S.RECEIVED, S.INSPECTED}),
    S.RECEIVED:           frozenset({S.INSPECTED}),
    S.INSPECTED:          frozenset({S.COMPLETED}),
    S.COMPLETED:          frozenset(),
    S.DECLINED:           frozenset(),
    S.CANCELED:           frozenset(),
    S.EXPIRED:            frozenset(),
})
# fmt: on
WAITED_FOR = frozenset({State.APPROVED, State.LABEL_ISSUED})
DECISIONS: Mapping[str, tuple[str, ...]] = {
    "label": ("retry", "skip", "compensate"),
    "goods": ("compensate",),
    "restock": ("retry", "skip"),
    "refund": ("retry", "skip"),
}


@dataclass
class ReturnOrder:
    """Goods of an order that come back."""

    return_id: str
    order_id: str
    currency: str
    lines: tuple[ReturnLine, ...]
    opened_at: datetime
    note: str = ""
    state: str = State.REQUESTED.value
    receipts: tuple[str, ...] = ()
    warehouse_id: str = ""
    refund: int = 0
    refunded: bool = False
    tracking_number: str = ""
    label_shipment_id: str = ""
    reason: str = ""
    problem: str = ""
    stuck: str = ""
    approved_at: datetime | None = None
    version: int = 1

    def move(self, to: State) -> None:
        """Move to a state, or raise IllegalMove: nothing is approved, inspected or ended twice."""
        self.state = LIFE.move(self.return_id, State(self.state), to).value

    def expect_version(self, expected: int | None) -> None:
        """Refuse to go on if somebody has changed the return meanwhile."""
        if expected is not None and expected != self.version:
            raise Stale("return", self.return_id, expected, self.version)

    @property
    def decisions(self) -> tuple[str, ...]:
        """What a person may decide about the step that is stuck, if one is.

        Only a return of which nothing has arrived can be turned back.
        """
        known = DECISIONS.get(self.stuck, ())
        may_turn = LIFE.allows(State(self.state), State.CANCELED)
        return tuple(one for one in known if may_turn or one != "compensate")

    def leave(self) -> None:
        """Note that the goods are on their way; what has arrived is not on its way any more."""
        if LIFE.allows(State(self.state), State.IN_TRANSIT):
            self.move(State.IN_TRANSIT)

    def receive(self, receipt_id: str, warehouse_id: str, arrived: Iterable[ReceivedLine]) -> None:
        """Count what has arrived, all of it at one warehouse."""
        if self.warehouse_id and warehouse_id != self.warehouse_id:
            told = f"The rest of it arrived at {self.warehouse_id}; it cannot also arrive here."
            raise Refused("other_warehouse", told, "warehouse_id")
        lines = {line.line_id: line for line in self.lines}
        for i, item in enumerate(arrived):
            line = lines.get(item.line_id)
            if line is None:
                told = f"Line {item.line_id} is not part of this return."
                raise Refused("not_of_this_return", told, f"lines[{i}].line_id")
            if line.received + item.quantity > line.requested:
                told = f"Of {line.name}, {line.requested - line.received} are still to arrive."
                raise Refused("too_many", told, f"lines[{i}].quantity")
            lines[item.line_id] = replace(line, received=line.received + item.quantity)
        kept = tuple(lines[line.line_id] for line in self.lines)
        whole = all(line.received == line.requested for line in kept)
        self.move(State.RECEIVED if whole else State.PARTIALLY_RECEIVED)
        self.lines, self.receipts = kept, (*self.receipts, receipt_id)
        self.warehouse_id = warehouse_id

    def inspect(self, found: Iterable[InspectedLine]) -> None:
        """Take what was found of all that was received."""
        by_line: dict[str, list[InspectedLine]] = {line.line_id: [] for line in self.lines}
        for i, item in enumerate(found):
            if item.line_id not in by_line:
                told = f"Line {item.line_id} is not part of this return."
                raise Refused("not_of_this_return", told, f"lines[{i}].line_id")
            by_line[item.line_id].append(item)
        for line in self.lines:
            inspected = sum(item.quantity for item in by_line[line.line_id])
            if inspected != line.received:
                told = f"Of {line.name}, {line.received} were received and {inspected} inspected."
                raise Refused("does_not_add_up", told, "lines")
        self.move(State.INSPECTED)
        self.lines = tuple(
            replace(line, inspected=tuple(by_line[line.line_id])) for line in self.lines
        )

    @property
    def given_back(self) -> Money:
        """What payments has given back."""
        return Money(amount=self.refund if self.refunded else 0, currency=self.currency)

    def settle(self, worths: Mapping[str, int]) -> None:
        """Write on each line what it is refunded."""
        self.lines = tuple(replace(x, refund=worths[x.line_id]) for x in self.lines)
        self.refund = sum(worths.values())


def pieces_back(line: ReturnLine) -> int:
    """How many pieces of a line have really come back: those are refunded, and no others."""
    return sum(item.quantity for item in line.inspected if item.disposition != MISSING)
