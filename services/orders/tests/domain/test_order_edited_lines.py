"""Whatever is edited, an order's amounts add up, and what goes up comes down again to the cent."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.orders import OrderLine
from services.orders.domain.lines import of_quantity, ordered
from services.orders.tests.builders import a_line

amounts = st.integers(0, 10_000)


@st.composite
def some_line(draw: Any) -> OrderLine:
    quantity, price = draw(st.integers(1, 30)), draw(st.integers(0, 5_000))
    line = a_line(
        quantity=quantity,
        unit_price=price,
        discount=draw(st.integers(0, price * quantity)),
        tax=draw(amounts),
    )
    return ordered(line, "lin_1", "Mug", taxes_included=draw(st.booleans()))


def net_of(line: OrderLine, *, included: bool) -> int:
    return line.unit_price * line.ordered - line.discount + (0 if included else line.tax)


@given(line=some_line(), quantity=st.integers(0, 60), included=st.booleans())
def test_a_line_of_another_quantity_adds_up_and_costs_no_less_than_nothing(
    line: OrderLine, quantity: int, included: bool
) -> None:
    changed = of_quantity(line, quantity, taxes_included=included)

    assert changed.total == net_of(changed, included=included) >= 0
    assert changed.unit_price == line.unit_price


@given(line=some_line(), more=st.integers(0, 60), included=st.booleans())
def test_up_and_down_again_is_the_line_that_it_was(
    line: OrderLine, more: int, included: bool
) -> None:
    line = replace(line, total=net_of(line, included=included))

    up = of_quantity(line, line.ordered + more, taxes_included=included)

    assert of_quantity(up, line.ordered, taxes_included=included) == line


def test_discount_and_tax_are_in_proportion_to_the_nearest_cent() -> None:
    line = ordered(
        a_line(quantity=3, unit_price=1000, discount=100, tax=551), "lin_1", "Mug",
        taxes_included=False,
    )  # fmt: skip

    two, one = (of_quantity(line, n, taxes_included=False) for n in (2, 1))

    assert (two.discount, two.tax, two.total) == (67, 367, 2300)
    assert (one.discount, one.tax, one.total) == (33, 184, 1151)
