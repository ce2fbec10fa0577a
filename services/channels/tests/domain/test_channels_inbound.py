"""An order that a channel sent goes its way by the table."""

from datetime import timedelta

import pytest

from chassis.errors import IllegalMove
from services.channels.domain.inbound import LIFE, Inbound, State
from services.channels.tests.builders import NOW, SHOP, an_item, an_order, read


def an_inbound(state: State = State.PARKED) -> Inbound:
    return Inbound("inb_1", SHOP, "4711", NOW, state=state.value)


def test_only_what_was_placed_is_final() -> None:
    assert [state for state in State if LIFE.is_final(state)] == [State.PLACED]


@pytest.mark.parametrize("state", [State.PARKED, State.HANDED_OVER, State.REFUSED])
def test_what_is_placed_stays_placed(state: State) -> None:
    with pytest.raises(IllegalMove):
        an_inbound(State.PLACED).move(state)


def test_older_news_are_known_as_such_and_the_same_again_are_not_older() -> None:
    inbound = an_inbound()

    assert inbound.learn(NOW)
    assert not inbound.learn(NOW - timedelta(seconds=1))
    assert inbound.learn(NOW)
    assert inbound.learn(None)
    assert inbound.changed_at == NOW


def test_each_unknown_listing_is_named_once_and_filled_in_everywhere() -> None:
    items = [an_item("A"), an_item("B"), an_item("A", 2), an_item("KNOWN")]
    inbound = an_inbound()

    inbound.take(read(an_order(*items)).said.order, {"KNOWN": "SKU-9"}, unpaid=False)
    assert inbound.unmapped == ("A", "B")
    assert inbound.reason == "Nobody has said which SKU these listings are: A, B"
    inbound.map("A", "SKU-1")
    assert (inbound.unmapped, inbound.is_complete) == (("B",), False)
    inbound.map("B", "SKU-2")

    assert (inbound.is_complete, inbound.reason) == (True, "")
    assert [line.sku for line in inbound.order.lines] == ["SKU-1", "SKU-2", "SKU-1", "SKU-9"]


def test_an_order_without_money_is_not_complete() -> None:
    inbound = an_inbound()

    inbound.take(read(an_order()).said.order, {"MUG-1": "MUG-1"}, unpaid=True)

    assert (inbound.is_complete, inbound.reason) == (
        False, "The shop still waits for the payment."
    )  # fmt: skip
