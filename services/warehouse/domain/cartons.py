"""Which boxes do these items go into? The smallest that takes all, else several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from contracts.values import Dimensions
from services.warehouse.domain.blocks import Block, Item, Size, fill, volume, volume_of

OWN_PACKAGING = "own_packaging"
MOST_PIECES, MOST_KINDS = 2_000, 100


@dataclass
class Carton:
    """A kind of box: inner dimensions, what it may weigh when full, and what it costs."""

    carton: str
    dimensions: Dimensions
    max_weight_g: int
    own_weight_g: int = 0
    cost: int = 0
    version: int = 1

    @property
    def size(self) -> Size:
        """Its inner length, width and height."""
        return size_of(self.dimensions)

    @property
    def takes_g(self) -> int:
        """How much its contents may weigh."""
        return self.max_weight_g - self.own_weight_g


class FilledCarton(NamedTuple):
    """A box and what lies where in it; own packaging has no blocks."""

    carton: str
    counts: tuple[tuple[str, int], ...]
    blocks: tuple[Block, ...] = ()


def propose(items: Iterable[Item], cartons: Iterable[Carton]) -> tuple[FilledCarton, ...]:
    """Choose boxes for all items; one box if one can take them all, as small as possible.

    What fits into no box travels in its own packaging, piece by piece. For more than
    MOST_PIECES or MOST_KINDS nothing is proposed: thinking would take longer than a second, and
    such an order leaves on pallets anyway.
    """
    left = _canonical(items)
    if sum(item.quantity for item in left) > MOST_PIECES or len(left) > MOST_KINDS:
        return ()
    usable = (carton for carton in cartons if carton.takes_g >= 0)
    boxes = sorted(usable, key=lambda c: (volume(c.size), c.cost, c.carton))
    bulky = [item for item in left if not any(_fits_alone(item, box) for box in boxes)]
    left = [item for item in left if item not in bulky]
    filled: list[FilledCarton] = []
    while left:
        box = _next_box(left, boxes)
        while _holds(left, box):  # boxes filled alike need not be thought out again
            filled.append(box)
            left = _without(left, box)
    own = [FilledCarton(OWN_PACKAGING, ((i.sku, 1),)) for i in bulky for _ in range(i.quantity)]
    return (*filled, *own)


def _next_box(left: Sequence[Item], boxes: Sequence[Carton]) -> FilledCarton:
    """Fill the smallest box that takes all, or else the smallest of those that take most."""
    most, best = 0, FilledCarton("", ())
    for box in boxes:
        blocks = fill(left, box.size, box.takes_g)
        taken = sum(volume(block.piece) * block.quantity for block in blocks)
        if taken > most:
            most, best = taken, FilledCarton(box.carton, _counted(blocks), tuple(blocks))
        if taken == volume_of(left):
            break
    return best


def _canonical(items: Iterable[Item]) -> list[Item]:
    """Add up equal items and sort, so that their order on the way in makes no difference."""
    counted: dict[Item, int] = {}
    for item in items:
        length, width, height = sorted(item.size, reverse=True)
        kind = Item(item.sku, (length, width, height), item.weight_g, 0)
        counted[kind] = counted.get(kind, 0) + item.quantity
    kinds = [kind._replace(quantity=count) for kind, count in counted.items() if count]
    return sorted(kinds, key=lambda i: (-volume(i.size), i.size, i.weight_g, i.sku))


def _fits_alone(item: Item, box: Carton) -> bool:
    inside = all(a <= b for a, b in zip(sorted(item.size), sorted(box.size), strict=True))
    return inside and item.weight_g <= box.takes_g


def _counted(blocks: Iterable[Block]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for block in blocks:
        counts[block.sku] = counts.get(block.sku, 0) + block.quantity
    return tuple(sorted(counts.items()))


def _holds(left: Sequence[Item], box: FilledCarton) -> bool:
    have = {item.sku: item.quantity for item in left}
    return all(have.get(sku, 0) >= count for sku, count in box.counts)


def _without(left: Sequence[Item], box: FilledCarton) -> list[Item]:
    taken = dict(box.counts)
    kept = (item._replace(quantity=item.quantity - taken.get(item.sku, 0)) for item in left)
    return [item for item in kept if item.quantity]


def size_of(dimensions: Dimensions) -> Size:
    """Give the three lengths in millimetres."""
    return dimensions.length_mm, dimensions.width_mm, dimensions.height_mm
