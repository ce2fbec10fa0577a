"""How do pieces lie in a box? In cuboid blocks of equal pieces, turned in any of six ways.

Every block stands on the floor or wholly on another block. The rest of a space is cut into three
spaces beside, before and above the block. Several orders of the axes and two measures of a good
block are tried. It is a heuristic: nothing ever overlaps, sticks out or is too heavy, but a very
tight fit may be missed.
"""

from collections.abc import Iterable, Sequence
from itertools import permutations, product
from typing import NamedTuple

Size = tuple[int, int, int]


class Item(NamedTuple):
    """So many pieces of one SKU; all pieces are alike."""

    sku: str
    size: Size
    weight_g: int
    quantity: int


class Block(NamedTuple):
    """Equal pieces laid side by side: where the first lies, how it is turned, how many each way."""

    sku: str
    at: Size
    piece: Size
    times: Size

    @property
    def quantity(self) -> int:
        """How many pieces the block has."""
        return volume(self.times)


MANY_KINDS = 20
_TRIES = tuple((axes, widest) for widest, axes in product((False, True), permutations((0, 1, 2))))


def fill(items: Sequence[Item], box: Size, weight_g: int) -> list[Block]:
    """Lay as much as possible into a box of this size that may take so many grams."""
    wanted = volume_of(items)
    best: list[Block] = []
    most = -1
    # with many kinds the pieces differ so much that turning the box gains little, and costs long
    for axes, widest in _TRIES if len(items) <= MANY_KINDS else _TRIES[::6]:
        turned = (box[axes[0]], box[axes[1]], box[axes[2]])
        blocks = _fill_turned(items, turned, weight_g, widest=widest)
        taken = sum(volume(block.piece) * block.quantity for block in blocks)
        if taken > most:
            most, best = taken, [_turned_back(block, axes) for block in blocks]
        if taken == wanted:
            break
    return best


def _fill_turned(items: Sequence[Item], box: Size, weight_g: int, *, widest: bool) -> list[Block]:
    counts = [item.quantity for item in items]
    turns = [_turns(item.size) for item in items]
    spaces: list[tuple[Size, Size]] = [((0, 0, 0), box)]
    blocks: list[Block] = []
    while spaces and any(counts):
        at, room = spaces.pop()
        found = None
        for index, item in enumerate(items):
            may = min(counts[index], weight_g // item.weight_g if item.weight_g else counts[index])
            for piece in turns[index] if may > 0 else ():
                if times := _times(piece, room, may):
                    score = _score(piece, times, room, widest=widest)
                    if found is None or score > found[0]:
                        found = (score, index, piece, times)
        if found is None:
            continue
        _, index, piece, times = found
        counts[index] -= volume(times)
        weight_g -= items[index].weight_g * volume(times)
        blocks.append(Block(items[index].sku, at, piece, times))
        spaces.extend(_rest(at, room, _grown(piece, times)))
    return blocks


def _turns(size: Size) -> list[Size]:
    x, y, z = size
    return sorted({(x, y, z), (x, z, y), (y, x, z), (y, z, x), (z, x, y), (z, y, x)})


def _times(piece: Size, room: Size, may: int) -> Size | None:
    """How often the piece is laid along each axis, without more pieces than there may be."""
    x, y, z = room[0] // piece[0], room[1] // piece[1], room[2] // piece[2]
    if not (x and y and z):
        return None
    z = min(z, may)
    y = min(y, may // z)
    x = min(x, may // (z * y))
    return x, y, z


def _score(piece: Size, times: Size, room: Size, *, widest: bool) -> tuple[int, int]:
    filled = volume(piece) * volume(times)
    gap = min(space - used for space, used in zip(room, _grown(piece, times), strict=True))
    return (max(piece), filled) if widest else (filled, -gap)


def _rest(at: Size, room: Size, block: Size) -> Iterable[tuple[Size, Size]]:
    """Cut what the block leaves into three spaces; the smallest comes last and is filled next."""
    (x, y, z), (length, width, height), (bl, bw, bh) = at, room, block
    beside_is_larger = (length - bl) * width >= length * (width - bw)
    spaces = [
        ((x + bl, y, z), (length - bl, width if beside_is_larger else bw, height)),
        ((x, y + bw, z), (bl if beside_is_larger else length, width - bw, height)),
        ((x, y, z + bh), (bl, bw, height - bh)),
    ]
    return sorted((s for s in spaces if volume(s[1])), key=lambda s: -volume(s[1]))


def _turned_back(block: Block, axes: Sequence[int]) -> Block:
    def back(turned: Size) -> Size:
        straight = [0, 0, 0]
        for length, axis in zip(turned, axes, strict=True):
            straight[axis] = length
        return straight[0], straight[1], straight[2]

    return Block(block.sku, back(block.at), back(block.piece), back(block.times))


def _grown(piece: Size, times: Size) -> Size:
    return piece[0] * times[0], piece[1] * times[1], piece[2] * times[2]


def volume(size: Size) -> int:
    """Multiply the three lengths."""
    return size[0] * size[1] * size[2]


def volume_of(items: Iterable[Item]) -> int:
    """Add up the volumes of all pieces."""
    return sum(volume(item.size) * item.quantity for item in items)
