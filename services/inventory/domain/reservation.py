"""How are goods kept for an order? A reservation for each round, placed on warehouses.

active → committed → fulfilled        active → expired        active | committed → released
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from chassis.machine import Machine
from contracts.values import Placement
from services.inventory.domain.stock import Movement, Shelves


class State(StrEnum):
    """The life of a reservation."""

    ACTIVE = "active"
    COMMITTED = "committed"
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    RELEASED = "released"


# fmt: off
LIFE = Machine("reservation", State.ACTIVE, {
    State.ACTIVE:    frozenset({State.COMMITTED, State.EXPIRED, State.RELEASED}),
    State.COMMITTED: frozenset({State.FULFILLED, State.RELEASED}),
    State.EXPIRED:   frozenset({State.ACTIVE, State.RELEASED}),
    State.FULFILLED: frozenset(),
    State.RELEASED:  frozenset(),
})
# fmt: on
HOLDING = frozenset({State.ACTIVE, State.COMMITTED})


@dataclass
class Reservation:
    """The goods of one round of an order; `placements` is what is still kept."""

    order_id: str
    round: int
    state: str
    placements: tuple[Placement, ...]
    expires_at: datetime
    skus: list[str] = field(default_factory=list)
    version: int = 1

    @property
    def key(self) -> str:
        """What the ledger names as the cause."""
        return self.order_id

    @property
    def holds(self) -> bool:
        """Tell whether anything is kept."""
        return State(self.state) in HOLDING

    def move(self, to: State) -> None:
        """Move to a state, or raise IllegalMove."""
        self.state = LIFE.move(f"{self.order_id} round {self.round}", State(self.state), to).value

    def own(self) -> dict[tuple[str, str], int]:
        """How many are kept, by SKU and warehouse."""
        kept: dict[tuple[str, str], int] = {}
        for p in self.placements if self.holds else ():
            kept[p.sku, p.warehouse_id] = kept.get((p.sku, p.warehouse_id), 0) + p.quantity
        return kept

    def keep(self, shelves: Shelves) -> None:
        """Reserve what is placed."""
        for p in self.placements:
            shelves.post(self._movement(p, "reserved", reserved=p.quantity))

    def give_back(self, shelves: Shelves, kind: str, reason: str) -> None:
        """Give everything back that is still kept."""
        allocated = self.state == State.COMMITTED
        for p in self.placements:
            self._free(shelves, p, kind, reason, allocated=allocated)

    def give_back_some(
        self, shelves: Shelves, some: Iterable[Placement], reason: str
    ) -> list[Placement]:
        """Give these back as far as they are kept; return what was not."""
        rest = []
        allocated = self.state == State.COMMITTED
        for p in some:
            taken = self._take(p)
            if taken:
                given = replace(p, quantity=taken)
                self._free(shelves, given, "released", reason, allocated=allocated)
            if p.quantity > taken:
                rest.append(replace(p, quantity=p.quantity - taken))
        self._close_if_empty(State.RELEASED)
        return rest

    def commit(self, shelves: Shelves, planned: Sequence[Placement]) -> bool:
        """Promise the goods at the planned warehouses; change nothing where they cannot be had."""
        own = self.own()
        wanted: dict[tuple[str, str], int] = {}
        for p in planned:
            wanted[p.sku, p.warehouse_id] = wanted.get((p.sku, p.warehouse_id), 0) + p.quantity
        for (sku, warehouse), quantity in wanted.items():
            if shelves.at(sku, warehouse).available + own.get((sku, warehouse), 0) < quantity:
                return False
        for (sku, warehouse), quantity in own.items():
            stay = min(quantity, wanted.get((sku, warehouse), 0))
            if quantity > stay:
                self._post(shelves, sku, warehouse, "moved", reserved=stay - quantity)
        for (sku, warehouse), quantity in wanted.items():
            was = min(own.get((sku, warehouse), 0), quantity)
            self._post(shelves, sku, warehouse, "allocated", reserved=-was, allocated=quantity)
        self.placements = tuple(planned)
        self.move(State.COMMITTED)
        return True

    def write_off(
        self, shelves: Shelves, missing: Iterable[Placement], cause: str
    ) -> list[Placement]:
        """Take allocated goods off the books that nobody found; return what was not allocated."""
        rest = []
        for p in missing:
            taken = self._take(p)
            if taken:
                shelves.post(
                    Movement(
                        p.sku, p.warehouse_id, "short_pick", cause,
                        on_hand=-taken, allocated=-taken, reason="a picker did not find it",
                    )
                )  # fmt: skip
            if p.quantity > taken:
                rest.append(replace(p, quantity=p.quantity - taken))
        self._close_if_empty(State.RELEASED)
        return rest

    def send(self, shelves: Shelves, gone: Iterable[Placement], cause: str) -> list[Placement]:
        """Take allocated goods off the books that have left; return what was not allocated."""
        rest = []
        for p in gone:
            taken = self._take(p)
            if taken:
                shelves.post(
                    Movement(
                        p.sku, p.warehouse_id, "fulfilled", cause, on_hand=-taken, allocated=-taken
                    )
                )
            if p.quantity > taken:
                rest.append(replace(p, quantity=p.quantity - taken))
        self._close_if_empty(State.FULFILLED)
        return rest

    def _take(self, wanted: Placement) -> int:
        if self.state != State.COMMITTED and self.state != State.ACTIVE:
            return 0
        left, kept = wanted.quantity, []
        for p in self.placements:
            same = (p.line_id, p.sku, p.warehouse_id) == (
                wanted.line_id, wanted.sku, wanted.warehouse_id,
            )  # fmt: skip
            taken = min(left, p.quantity) if same else 0
            left -= taken
            if p.quantity > taken:
                kept.append(replace(p, quantity=p.quantity - taken))
        self.placements = tuple(kept)
        return wanted.quantity - left

    def _close_if_empty(self, to: State) -> None:
        if not self.placements and self.holds:
            self.move(State.RELEASED if self.state == State.ACTIVE else to)

    def _free(
        self, shelves: Shelves, p: Placement, kind: str, reason: str, *, allocated: bool
    ) -> None:
        which = {"allocated": -p.quantity} if allocated else {"reserved": -p.quantity}
        shelves.post(Movement(p.sku, p.warehouse_id, kind, self.key, reason=reason, **which))

    def _movement(self, p: Placement, kind: str, **by: int) -> Movement:
        return Movement(p.sku, p.warehouse_id, kind, self.key, **by)

    def _post(self, shelves: Shelves, sku: str, warehouse: str, kind: str, **by: int) -> None:
        if any(by.values()):
            shelves.post(Movement(sku, warehouse, kind, self.key, **by))
