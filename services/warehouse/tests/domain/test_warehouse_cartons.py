"""Which boxes are chosen? Examples, and what must hold for any items and any boxes."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Dimensions
from services.warehouse.domain.blocks import Item
from services.warehouse.domain.cartons import (
    MOST_KINDS,
    MOST_PIECES,
    OWN_PACKAGING,
    Carton,
    propose,
)
from services.warehouse.tests.builders import a_carton, a_size

SMALL = a_carton("S", a_size(200, 150, 100))
LARGE = a_carton("L", a_size(600, 400, 400), max_weight_g=30_000)


def an_item(
    sku: str = "MUG", size: Any = (100, 80, 60), weight_g: int | None = 350, quantity: int = 1
) -> Item:
    return Item(sku, size, weight_g, quantity)


def codes(proposed: Any) -> list[str]:
    return [box.carton for box in proposed]


def test_the_smallest_carton_that_takes_everything_is_chosen() -> None:
    assert codes(propose([an_item(quantity=2)], [LARGE, SMALL])) == ["S"]
    assert codes(propose([an_item(quantity=20)], [LARGE, SMALL])) == ["L"]


def test_of_two_cartons_of_the_same_size_the_cheaper_one_is_chosen() -> None:
    dear = a_carton("A", a_size(200, 150, 100), cost=90)
    cheap = a_carton("B", a_size(200, 150, 100), cost=40)

    assert codes(propose([an_item()], [dear, cheap])) == ["B"]


def test_an_item_is_turned_if_it_fits_only_lying_on_its_side() -> None:
    umbrella = an_item("UMBRELLA", (40, 40, 590))

    assert codes(propose([umbrella], [LARGE])) == ["L"]


def test_it_makes_no_difference_how_a_piece_was_measured() -> None:
    flat, upright = an_item(size=(250, 200, 30)), an_item(size=(30, 250, 200))

    assert propose([flat, upright], [LARGE]) == propose([flat, flat], [LARGE])


def test_of_cartons_that_take_equally_much_the_smallest_is_filled() -> None:
    large = a_carton("L", a_size(600, 400, 400), max_weight_g=6_000)
    weights = an_item("WEIGHT", (50, 50, 50), weight_g=5_000, quantity=2)

    assert codes(propose([weights], [a_carton("S", max_weight_g=6_000), large])) == ["S", "S"]


def test_a_carton_that_would_be_too_heavy_is_not_chosen() -> None:
    weights = an_item("WEIGHT", (50, 50, 50), weight_g=9_000, quantity=2)

    assert codes(propose([weights], [SMALL, LARGE])) == ["L"]


def test_the_cartons_own_weight_counts() -> None:
    heavy_box = a_carton("H", max_weight_g=1_000, own_weight_g=700)

    assert codes(propose([an_item(weight_g=301)], [heavy_box])) == [OWN_PACKAGING]
    assert codes(propose([an_item(weight_g=300)], [heavy_box])) == ["H"]


def test_what_does_not_fit_into_one_carton_goes_into_several_and_the_rest_into_a_small_one() -> (
    None
):
    blocks = an_item("BLOCK", (300, 200, 200), quantity=8)

    assert codes(propose([blocks, an_item()], [SMALL, LARGE])) == ["L", "S"]
    assert codes(propose([blocks._replace(quantity=24)], [SMALL, LARGE])) == ["L", "L", "L"]


def test_what_is_larger_than_any_carton_travels_in_its_own_packaging_piece_by_piece() -> None:
    skis = an_item("SKI", (1800, 100, 100), quantity=2)

    assert codes(propose([skis, an_item()], [SMALL, LARGE])) == ["S", OWN_PACKAGING, OWN_PACKAGING]


def test_without_cartons_everything_travels_in_its_own_packaging() -> None:
    assert codes(propose([an_item()], [])) == [OWN_PACKAGING]


def test_nothing_is_proposed_for_nothing_or_for_what_leaves_on_pallets() -> None:
    many_kinds = [an_item(f"SKU-{n}") for n in range(MOST_KINDS + 1)]

    assert propose([], [SMALL]) == ()
    assert propose([an_item(quantity=MOST_PIECES + 1)], [LARGE]) == ()
    assert propose(many_kinds, [LARGE]) == ()


SIZES = st.tuples(*[st.integers(1, 60)] * 3)
ITEMS = st.lists(
    st.builds(Item, st.uuids().map(str), SIZES, st.integers(0, 500), st.integers(1, 12)),
    min_size=1,
    max_size=6,
)
BOXES = st.lists(
    st.builds(
        lambda code, size, most, own: Carton(
            code,
            Dimensions(length_mm=size[0], width_mm=size[1], height_mm=size[2]),
            max_weight_g=most,
            own_weight_g=own,
        ),
        st.uuids().map(str),
        st.tuples(*[st.integers(10, 120)] * 3),
        st.integers(1, 4000),
        st.integers(0, 50),
    ),
    max_size=4,
)


@given(ITEMS, BOXES)
def test_every_piece_is_in_exactly_one_box(items: list[Item], boxes: list[Carton]) -> None:
    packed = Counter()
    for box in propose(items, boxes):
        packed.update(dict(box.counts))

    assert packed == {item.sku: item.quantity for item in items}


@given(ITEMS, BOXES)
def test_nothing_sticks_out_and_no_two_pieces_are_in_the_same_place(
    items: list[Item], boxes: list[Carton]
) -> None:
    sizes = {item.sku: sorted(item.size) for item in items}
    cartons = {box.carton: box.size for box in boxes}
    for filled in propose(items, boxes):
        pieces = [piece for block in filled.blocks for piece in pieces_of(block)]
        assert len(pieces) == sum(n for _, n in filled.counts) or filled.carton == OWN_PACKAGING
        for sku, at, size in pieces:
            assert sorted(size) == sizes[sku]
            inner = cartons[filled.carton]
            assert all(a >= 0 and a + s <= i for a, s, i in zip(at, size, inner, strict=True))
        assert not any(overlap(one, other) for one, other in combinations(pieces, 2))


@given(ITEMS, BOXES)
def test_no_box_is_heavier_than_it_may_be(items: list[Item], boxes: list[Carton]) -> None:
    weights = {item.sku: item.weight_g for item in items}
    cartons = {box.carton: box for box in boxes}
    for filled in propose(items, boxes):
        if filled.carton != OWN_PACKAGING:
            box = cartons[filled.carton]
            full = box.own_weight_g + sum(weights[sku] * n for sku, n in filled.counts)
            assert full <= box.max_weight_g


@given(ITEMS, BOXES, st.randoms(use_true_random=False))
def test_the_order_of_items_makes_no_difference(
    items: list[Item], boxes: list[Carton], chance: Random
) -> None:
    singles = [item._replace(quantity=1) for item in items for _ in range(item.quantity)]
    chance.shuffle(singles)

    assert propose(singles, boxes) == propose(items, boxes)


def pieces_of(block: Any) -> Iterator[Any]:
    """Take a block apart into its pieces."""
    for x in range(block.times[0]):
        for y in range(block.times[1]):
            for z in range(block.times[2]):
                steps = zip(block.at, block.piece, (x, y, z), strict=True)
                yield block.sku, tuple(at + size * n for at, size, n in steps), block.piece


def overlap(one: Any, other: Any) -> bool:
    (_, a, size_a), (_, b, size_b) = one, other
    return all(a[i] < b[i] + size_b[i] and b[i] < a[i] + size_a[i] for i in range(3))
