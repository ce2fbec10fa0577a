"""What may become of a fulfillment order? Its life, and what people may do at each point."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import IllegalMove, Refused
from contracts.warehouse import PackedPackage
from services.warehouse.domain.fulfillment_order import MACHINE, FulfillmentOrder, Line, Status
from services.warehouse.tests.builders import MUG, NOW, SHIRT, a_size, an_address


def an_order(*lines: Any, status: Status = Status.OPEN) -> FulfillmentOrder:
    lines = lines or (Line("lin_1", MUG, "Mug", 2), Line("lin_2", SHIRT, "Shirt", 1))
    return FulfillmentOrder(
        "ful_1", "ord_1", 1001, "BER", 1, 1, an_address(), "near", lines, NOW, status
    )


def a_package() -> PackedPackage:
    return PackedPackage(package_id="pac_1", carton="S", dimensions=a_size(), weight_g=1, items=())


def test_every_state_but_the_last_ones_has_a_way_out() -> None:
    final = {status for status in Status if MACHINE.is_final(status)}

    assert final == {Status.INCOMPLETE, Status.CANCELED}


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (Status.SCHEDULED, ("cancel",)),
        (Status.OPEN, ("start", "scan", "short", "cancel")),
        (Status.IN_PROGRESS, ("scan", "short", "cancel")),
        (Status.CLOSED, ("cancel",)),
        (Status.INCOMPLETE, ()),
        (Status.CANCELED, ()),
    ],
)
def test_people_may_do_only_what_the_state_allows(status: Status, allowed: tuple[str, ...]) -> None:
    assert an_order(status=status).allowed == allowed


def test_packing_is_allowed_when_nothing_is_left_to_pick() -> None:
    order = an_order(Line("lin_1", MUG, "Mug", 2, picked=1, short=1), status=Status.IN_PROGRESS)

    assert order.allowed == ("pack", "cancel")


def test_what_is_not_opened_yet_cannot_be_picked() -> None:
    order = an_order(status=Status.SCHEDULED)

    with pytest.raises(IllegalMove, match="ful_1 is scheduled; it cannot become in_progress"):
        order.scan(MUG, 1, "A-1", "person:ann", NOW)


def test_two_lines_of_one_sku_are_picked_one_after_the_other() -> None:
    order = an_order(Line("lin_1", MUG, "Mug", 1), Line("lin_2", MUG, "Mug", 3))

    events = order.scan(MUG, 2, "A-1", "person:ann", NOW)

    assert [(e.line_id, e.quantity) for e in events] == [("lin_1", 1), ("lin_2", 1)]
    assert [line.left for line in order.lines] == [0, 2]


def test_nobody_takes_an_order_from_a_picker_without_being_named() -> None:
    order = an_order()
    order.start("", "person:ann")

    with pytest.raises(Refused, match="is being picked by person:ann"):
        order.start("", "person:bob")
    order.start("person:bob", "person:lead")
    assert order.picker == "person:bob"


def test_the_last_short_piece_of_an_order_ends_it_without_packing() -> None:
    order = an_order(Line("lin_1", MUG, "Mug", 2))

    first = order.report_short(MUG, 1, "not_found", "person:ann")[0]
    last = order.report_short(MUG, 1, "damaged", "person:ann")[0]

    assert (first.left, last.left) == (True, False)
    assert order.status is Status.INCOMPLETE


def test_a_short_piece_leaves_others_to_be_sent_if_any_are_picked() -> None:
    order = an_order(Line("lin_1", MUG, "Mug", 2))
    order.scan(MUG, 1, "A-1", "person:ann", NOW)

    told = order.report_short(MUG, 1, "not_found", "person:ann")[0]

    assert told.left
    assert order.status is Status.IN_PROGRESS


def test_more_cannot_be_short_than_is_still_to_be_picked() -> None:
    order = an_order()

    with pytest.raises(Refused, match="3 of MUG-1 cannot be short: only 2 are still to be picked"):
        order.report_short(MUG, 3, "not_found", "person:ann")
    with pytest.raises(Refused, match="CAP is not in fulfillment order ful_1"):
        order.report_short("CAP", 1, "not_found", "person:ann")


def test_a_packed_order_may_still_be_canceled_and_a_canceled_one_stays_so() -> None:
    order = an_order(status=Status.CLOSED)

    first, again = order.cancel(), order.cancel()

    assert first == again
    assert order.status is Status.CANCELED


def test_an_order_that_ended_short_stays_incomplete_when_it_is_canceled() -> None:
    order = an_order(status=Status.INCOMPLETE)

    assert order.cancel()
    assert order.status is Status.INCOMPLETE


def test_opening_what_was_canceled_meanwhile_tells_so() -> None:
    told = an_order(status=Status.CANCELED).open(an_address)

    assert told[0].fulfillment_order_id == "ful_1"


def test_opening_again_what_is_packed_already_tells_the_packages_again() -> None:
    order = an_order(Line("lin_1", MUG, "Mug", 1, picked=1), status=Status.IN_PROGRESS)
    told = order.pack((a_package(),), an_address(), "person:ann")

    assert order.open(an_address) == told


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["scan", "short"]), st.sampled_from([MUG, SHIRT]), st.integers(1, 3)
        ),
        max_size=12,
    )
)
def test_picked_and_short_never_exceed_what_was_wanted(moves: Any) -> None:
    order = an_order(Line("l1", MUG, "", 2), Line("l2", MUG, "", 3), Line("l3", SHIRT, "", 1))
    told = 0
    for action, sku, quantity in moves:
        try:
            if action == "scan" and quantity <= order.count(sku, lambda line: line.left):
                told += sum(e.quantity for e in order.scan(sku, quantity, "", "p", NOW))
            elif action == "short":
                order.report_short(sku, quantity, "not_found", "p")
        except Refused:
            continue

    assert all(line.left >= 0 for line in order.lines)
    assert told == sum(line.picked for line in order.lines)
    assert (order.status is Status.INCOMPLETE) == (
        all(line.short == line.quantity for line in order.lines)
    )
