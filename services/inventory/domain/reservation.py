"""How are goods kept for an order? A reservation for each round, placed on warehouses.

active → committed → fulfilled        active → expired → active     any but fulfilled → released
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
    refused_attempt: int = 0
    version: int = 1

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

    def keep(self, shelves: Shelves, placements: Sequence[Placement]) -> None:
        """Reserve what is placed; what had expired becomes active again."""
        if self.state != State.ACTIVE:
            self.move(State.ACTIVE)
        self.placements = tuple(placements)
        for p in self.placements:
            self._post(shelves, p, "reserved", p.quantity)

    def release(self, shelves: Shelves, reason: str) -> None:
        """Give everything back that is still kept, for good."""
        self._give_back(shelves, "released", reason, State.RELEASED)

    def expire(self, shelves: Shelves) -> None:
        """Give everything back because nobody paid in time."""
        self._give_back(shelves, "expired", "its time was up", State.EXPIRED)

    def release_some(
        self, shelves: Shelves, some: Iterable[Placement], reason: str
    ) -> list[Placement]:
        """Give these back as far as they are kept; return what was not."""
        return self._part_with(shelves, some, "released", State.RELEASED, reason=reason)

    def write_off(
        self, shelves: Shelves, missing: Iterable[Placement], cause: str
    ) -> list[Placement]:
        """Take kept goods off the books that nobody found; return what was not kept."""
        return self._part_with(
            shelves, missing, "short_pick", State.RELEASED,
            gone=True, cause=cause, reason="a picker did not find it",
        )  # fmt: skip

    def send(self, shelves: Shelves, gone: Iterable[Placement], cause: str) -> list[Placement]:
        """Take kept goods off the books that have left; return what was not kept."""
        return self._part_with(shelves, gone, "fulfilled", State.FULFILLED, gone=True, cause=cause)

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
            moved = quantity - min(quantity, wanted.get((sku, warehouse), 0))
            if moved:
                shelves.post(Movement(sku, warehouse, "moved", self.order_id, reserved=-moved))
        for (sku, warehouse), quantity in wanted.items():
            was = min(own.get((sku, warehouse), 0), quantity)
            shelves.post(
                Movement(
                    sku, warehouse, "allocated", self.order_id, reserved=-was, allocated=quantity
                )
            )
        self.placements = tuple(planned)
        self.move(State.COMMITTED)
        return True

    def _give_back(self, shelves: Shelves, kind: str, reason: str, to: State) -> None:
        for p in self.placements:
            self._post(shelves, p, kind, -p.quantity, reason=reason)
        self.placements = ()
        self.move(to)

    def _part_with(  # noqa: PLR0913 - which goods, where to, and why
        self,
        shelves: Shelves,
        some: Iterable[Placement],
        kind: str,
        to: State,
        *,
        gone: bool = False,
        cause: str = "",
        reason: str = "",
    ) -> list[Placement]:
        """Let go of these as far as they are kept; what is `gone` is not on hand any more."""
        rest = []
        for p in some:
            if taken := self._take(p):
                left = replace(p, quantity=taken)
                on_hand = -taken if gone else 0
                self._post(shelves, left, kind, -taken, on_hand=on_hand, cause=cause, reason=reason)
            if p.quantity > taken:
                rest.append(replace(p, quantity=p.quantity - taken))
        if self.holds and not self.placements:
            self.move(to if LIFE.allows(State(self.state), to) else State.RELEASED)
        return rest

    def _take(self, wanted: Placement) -> int:
        """Strike goods off what is kept for the same line at the same place; tell how many."""
        if not self.holds:
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

    def _post(  # noqa: PLR0913 - a movement has many sides
        self,
        shelves: Shelves,
        p: Placement,
        kind: str,
        kept: int,
        *,
        on_hand: int = 0,
        cause: str = "",
        reason: str = "",
    ) -> None:
        """Write a movement; what is kept is reserved at first, allocated once committed."""
        allocated = self.state == State.COMMITTED
        shelves.post(
            Movement(
                p.sku,
                p.warehouse_id,
                kind,
                cause or self.order_id,
                on_hand=on_hand,
                reserved=0 if allocated else kept,
                allocated=kept if allocated else 0,
                reason=reason,
            )
        )
