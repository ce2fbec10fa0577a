"""What shall one warehouse send, and how far is it? From the plan to closed boxes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chassis.errors import IllegalMove, Refused
from chassis.machine import Machine
from contracts.message import Message
from contracts.values import Address, Placement, SkuQuantity
from contracts.warehouse import (
    FulfillmentCanceled,
    FulfillmentPacked,
    ItemPicked,
    PackedPackage,
    PickShort,
    ShortReason,
)


class Status(StrEnum):
    """How far a fulfillment order is."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    INCOMPLETE = "incomplete"
    CANCELED = "canceled"


# fmt: off
MACHINE = Machine("Fulfillment order", Status.SCHEDULED, {
    Status.SCHEDULED:   frozenset({Status.OPEN, Status.CANCELED}),
    Status.OPEN:        frozenset({Status.IN_PROGRESS, Status.INCOMPLETE, Status.CANCELED}),
    Status.IN_PROGRESS: frozenset({Status.CLOSED, Status.INCOMPLETE, Status.CANCELED}),
    Status.CLOSED:      frozenset({Status.CANCELED}),  # the boxes have not left the building
    Status.INCOMPLETE:  frozenset(),
    Status.CANCELED:    frozenset(),
})
# fmt: on


@dataclass(frozen=True)
class Line:
    """So many of one SKU for one order line; picked + short never exceed the quantity."""

    line_id: str
    sku: str
    name: str
    quantity: int
    picked: int = 0
    short: int = 0
    packed: int = 0

    @property
    def left(self) -> int:
        """How many are still to be picked."""
        return self.quantity - self.picked - self.short


@dataclass
class FulfillmentOrder:
    """The work for one warehouse from one order."""

    fulfillment_order_id: str
    order_id: str
    number: int
    warehouse_id: str
    round: int
    attempt: int
    ship_to: Address
    decision: str
    lines: tuple[Line, ...]
    created_at: datetime
    status: Status = Status.SCHEDULED
    picker: str = ""
    packer: str = ""
    proposed_cartons: tuple[str, ...] = ()
    packages: tuple[PackedPackage, ...] = ()
    version: int = 1

    @property
    def skus(self) -> tuple[str, ...]:
        """What it is about."""
        return tuple(dict.fromkeys(line.sku for line in self.lines))

    @property
    def is_begun(self) -> bool:
        """Tell whether it was given to people, so that nobody else may plan the same goods."""
        return self.status not in {Status.SCHEDULED, Status.CANCELED}

    def count(self, sku: str, of: Callable[[Line], int]) -> int:
        """Add up a quantity over the lines of one SKU."""
        return sum(of(line) for line in self.lines if line.sku == sku)

    @property
    def left(self) -> int:
        """How many pieces are still to be picked."""
        return sum(line.left for line in self.lines)

    @property
    def planned(self) -> tuple[SkuQuantity, ...]:
        """What was planned to be sent, whatever was found later."""
        return tuple(
            SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=line.quantity)
            for line in self.lines
        )

    @property
    def is_planned(self) -> bool:
        """Tell whether it shall be picked, and nobody has begun."""
        return self.status in {Status.SCHEDULED, Status.OPEN}

    @property
    def is_in_hands(self) -> bool:
        """Tell whether somebody has begun to pick it, so that it goes where it was to go."""
        return self.status in {Status.IN_PROGRESS, Status.CLOSED, Status.INCOMPLETE}

    def open(self, ship_from: Callable[[], Address]) -> tuple[Message, ...]:
        """Let picking begin; asked again it says what has become of it meanwhile."""
        if self.status is Status.SCHEDULED:
            self._move(Status.OPEN)
        elif self.status is Status.CANCELED:
            return (self._canceled(),)
        elif self.status is Status.CLOSED:
            return (self._packed(ship_from()),)
        return ()

    def cancel(self) -> tuple[Message, ...]:
        """Stop it unless it has ended; what is picked or packed goes back to the shelves."""
        if MACHINE.allows(self.status, Status.CANCELED):
            self._move(Status.CANCELED)
        return (self._canceled(),)

    def take_off(self, fewer: Mapping[str, int]) -> tuple[SkuQuantity, ...]:
        """Plan so many less of these lines, as far as they are here; with nothing left, stop it."""
        off = {line.line_id: min(line.left, fewer.get(line.line_id, 0)) for line in self.lines}
        if not self.is_planned or not any(off.values()):
            return ()
        taken = tuple(
            SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=off[line.line_id])
            for line in self.lines
            if off[line.line_id]
        )
        left = [replace(line, quantity=line.quantity - off[line.line_id]) for line in self.lines]
        if any(line.quantity for line in left):
            self.lines = tuple(line for line in left if line.quantity)
        else:
            self.cancel()
        return taken

    def start(self, picker: str, actor: str) -> None:
        """Give it to a picker; to take it from another one the picker must be named."""
        if self.status is not Status.IN_PROGRESS:
            self._move(Status.IN_PROGRESS)
        elif self.picker != (picker or actor) and not picker:
            raise Refused("taken", f"{self} is being picked by {self.picker}.", "picker")
        self.picker = picker or actor

    def scan(
        self,
        sku: str,
        quantity: int,
        place: str,
        by: str,
        at: datetime,
    ) -> tuple[Message, ...]:
        """Take so many of a SKU from a bin; what was scanned has been verified before."""
        self.require_picking()
        if self.status is Status.OPEN:
            self.start("", by)
        taken = self.share(sku, quantity, lambda line: line.left)
        self._change(taken, lambda line, n: replace(line, picked=line.picked + n))
        return tuple(
            ItemPicked(
                order_id=self.order_id,
                fulfillment_order_id=self.fulfillment_order_id,
                warehouse_id=self.warehouse_id,
                line_id=line.line_id,
                sku=sku,
                quantity=n,
                bin=place,
                by=by,
                at=at,
            )
            for line, n in taken
        )

    def report_short(
        self, sku: str, quantity: int, reason: ShortReason, by: str
    ) -> tuple[Message, ...]:
        """Go on without so many of a SKU that were not found."""
        self.require_picking()
        if sku not in self.skus:
            raise Refused("wrong_sku", f"{sku} is not in {self}.", "sku")
        if quantity > (left := self.count(sku, lambda line: line.left)):
            said = f"{quantity} of {sku} cannot be short: only {left} are still to be picked."
            raise Refused("too_many", said, "quantity")
        missing = self.share(sku, quantity, lambda line: line.left)
        self._change(missing, lambda line, n: replace(line, short=line.short + n))
        others = any(line.picked or line.left for line in self.lines)
        if not others:
            self._move(Status.INCOMPLETE)
        elif self.status is Status.OPEN:
            self.start("", by)
        return (
            PickShort(
                order_id=self.order_id,
                fulfillment_order_id=self.fulfillment_order_id,
                lines=tuple(
                    Placement(
                        line_id=line.line_id,
                        sku=sku,
                        warehouse_id=self.warehouse_id,
                        quantity=part,
                    )
                    for line, part in missing
                ),
                reason=reason,
                by=by,
                left=others,
            ),
        )

    def pack(
        self, packages: tuple[PackedPackage, ...], ship_from: Address, by: str
    ) -> tuple[Message, ...]:
        """Close the boxes; that they hold what was picked has been verified before."""
        self.require_packable()
        self._move(Status.CLOSED)
        self.packages, self.packer = packages, by
        self.lines = tuple(replace(line, packed=line.picked) for line in self.lines)
        return (self._packed(ship_from),)

    def require_packable(self) -> None:
        """Refuse unless all is picked or reported short."""
        if not MACHINE.allows(self.status, Status.CLOSED) and self.status is not Status.OPEN:
            raise IllegalMove(MACHINE.what, self.fulfillment_order_id, self.status, Status.CLOSED)
        if self.left:
            said = f"{self.left} pieces of {self} must be picked or reported short before packing."
            raise Refused("not_picked", said, "packages")

    @property
    def allowed(self) -> tuple[str, ...]:
        """What can be done with it now."""
        picking = self.status in {Status.OPEN, Status.IN_PROGRESS} and self.left > 0
        can = {
            "start": MACHINE.allows(self.status, Status.IN_PROGRESS),
            "scan": picking,
            "short": picking,
            "pack": MACHINE.allows(self.status, Status.CLOSED) and not self.left,
            "cancel": MACHINE.allows(self.status, Status.CANCELED),
        }
        return tuple(action for action, possible in can.items() if possible)

    def __str__(self) -> str:
        """Name it in a sentence."""
        return f"fulfillment order {self.fulfillment_order_id}"

    def require_picking(self) -> None:
        """Refuse unless people may take goods for it now."""
        if self.status is not Status.IN_PROGRESS:
            MACHINE.move(self.fulfillment_order_id, self.status, Status.IN_PROGRESS)

    def _move(self, to: Status) -> None:
        self.status = MACHINE.move(self.fulfillment_order_id, self.status, to)

    def share(self, sku: str, quantity: int, of: Callable[[Line], int]) -> list[tuple[Line, int]]:
        """Share a quantity of a SKU out over its lines, to each at most what `of` says."""
        shares = []
        for line in self.lines:
            part = min(quantity, of(line)) if line.sku == sku else 0
            if part:
                shares.append((line, part))
                quantity -= part
        return shares

    def _change(self, shares: Iterable[tuple[Line, int]], how: Callable[[Line, int], Line]) -> None:
        changed = {line.line_id: how(line, part) for line, part in shares}
        self.lines = tuple(changed.get(line.line_id, line) for line in self.lines)

    def _canceled(self) -> FulfillmentCanceled:
        return FulfillmentCanceled(
            order_id=self.order_id, fulfillment_order_id=self.fulfillment_order_id
        )

    def _packed(self, ship_from: Address) -> FulfillmentPacked:
        return FulfillmentPacked(
            order_id=self.order_id,
            fulfillment_order_id=self.fulfillment_order_id,
            warehouse_id=self.warehouse_id,
            ship_from=ship_from,
            packages=self.packages,
            by=self.packer,
        )
