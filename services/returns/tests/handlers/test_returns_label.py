"""A return's label is for what it weighs, and declares what is inside for the customs."""

from typing import Any

import pytest

from contracts.shipping import CreateReturnLabel
from contracts.values import Money
from services.returns.domain.return_order import State
from services.returns.tests.builders import (
    MUG,
    SHIRT,
    Desk,
    a_label,
    a_line,
    a_sku,
    days,
    no_label,
    on_its_way,
)


def test_what_comes_back_is_declared_with_what_was_paid_for_a_piece() -> None:
    desk, mugs, shirt = Desk(), a_line(MUG, 3, paid=1000), a_line(SHIRT, 1, paid=2500)
    desk.knows(a_sku(MUG, weight_g=380, hs_code="6912.00", origin_country="DE"))

    desk.open(desk.sold(mugs, shirt, currency="CHF"), {mugs.line_id: 2, shirt.line_id: 1})

    label = desk.last(CreateReturnLabel)
    mug, top = label.items
    assert (mug.sku, mug.description, mug.quantity, mug.value) == (MUG, "Name of MUG-1", 2, 333)
    assert (mug.weight_g, mug.hs_code, mug.origin_country) == (380, "6912.00", "DE")
    assert (top.sku, top.value, top.weight_g, top.hs_code) == (SHIRT, 2500, 0, "")
    assert label.currency == "CHF"


def test_a_label_is_for_what_the_pieces_weigh_and_half_a_kilo_where_nobody_knows() -> None:
    desk, mugs, shirt = Desk(), a_line(MUG, 3), a_line(SHIRT)
    desk.knows(a_sku(MUG, weight_g=380))

    desk.open(desk.sold(mugs, shirt), {mugs.line_id: 2, shirt.line_id: 1})

    assert desk.last(CreateReturnLabel).weight_g == 2 * 380 + 500


def test_a_label_that_is_asked_for_again_declares_what_is_known_by_then() -> None:
    desk = Desk()
    back = desk.opened(a_line())
    desk.tell(no_label(back))
    desk.knows(a_sku(MUG, hs_code="6912.00"))

    desk.resolve(back, "retry")

    assert [item.hs_code for item in desk.last(CreateReturnLabel).items] == ["6912.00"]


def test_a_return_whose_parcel_was_scanned_is_on_its_way() -> None:
    desk = Desk()
    back = desk.opened(a_line())
    desk.tell(a_label(back))

    desk.tell(on_its_way(back))

    assert back.state == State.IN_TRANSIT


def test_a_scan_may_be_heard_of_before_the_label() -> None:
    desk = Desk()
    back = desk.opened(a_line())

    desk.tell(on_its_way(back))
    desk.tell(a_label(back))

    assert (back.state, back.tracking_number) == (State.IN_TRANSIT, "R1")
    assert desk.run(back).step == "goods"


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_scan_that_is_heard_of_after_the_goods_moves_nothing_back(pieces: int) -> None:
    desk, mugs = Desk(), a_line(MUG, 2)
    back = desk.open(desk.sold(mugs), {mugs.line_id: 2})
    desk.receive(back, {mugs.line_id: pieces})
    before = back.state

    desk.tell(on_its_way(back))

    assert back.state == before != State.IN_TRANSIT


@pytest.mark.parametrize("end", [State.CANCELED, State.EXPIRED])
def test_a_scan_of_a_return_that_is_off_moves_nothing(end: Any) -> None:
    desk = Desk()
    back = desk.opened(a_line())
    desk.end(back, end)

    desk.tell(on_its_way(back))

    assert back.state == end


def test_goods_on_their_way_are_received_inspected_and_paid_as_any() -> None:
    desk, mug = Desk(), a_line(paid=1000)
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.tell(a_label(back))
    desk.tell(on_its_way(back))
    desk.work.now += days(3)
    desk.receive(back, {mug.line_id: 1})

    desk.settle(back)

    assert (back.state, back.given_back) == (
        State.COMPLETED, Money(amount=1000, currency="EUR"),
    )  # fmt: skip
