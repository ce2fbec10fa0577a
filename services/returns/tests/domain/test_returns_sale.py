"""What may come back is measured against what left, and never refunded above what was paid."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from services.returns.domain.sale import Parcelled, Sale, SoldLine
from services.returns.tests.builders import MUG, NOW, Customer, Policy, an_address, days

LINE = "lin_1"


def a_sale(quantity: int = 3, paid: int = 1000, left: int | None = None, **policy: Any) -> Sale:
    """A sale of one line, of which `left` pieces have left (all, if it is not said)."""
    line = SoldLine(line_id=LINE, sku=MUG, name="Blue mug", quantity=quantity, paid=paid)
    sale = Sale(
        "ord_1", 1001, "api", "", "EUR", Customer(), an_address(), NOW, (line,), Policy(**policy)
    )
    sale.pack(a_parcel("ful_1", quantity if left is None else left))
    sale.ship("ful_1", NOW)
    return sale


def a_parcel(fulfillment_order_id: str, pieces: int) -> Parcelled:
    return Parcelled(
        fulfillment_order_id=fulfillment_order_id, warehouse_id="BER", ship_from=an_address(),
        items={LINE: pieces},
    )  # fmt: skip


def refusal(sale: Sale, quantity: int = 1, line_id: str = LINE, at: Any = NOW) -> Refused:
    with pytest.raises(Refused) as refused:
        sale.may_return(line_id, quantity, at, "lines[0]")
    return refused.value


def test_what_has_left_may_come_back() -> None:
    assert a_sale(quantity=3, left=2).may_return(LINE, 2, NOW, "lines[0]").sku == MUG


def test_what_has_not_left_cannot_come_back() -> None:
    told = refusal(a_sale(quantity=3, left=2), quantity=3)

    assert (told.code, told.field) == ("too_many", "lines[0].quantity")
    assert told.message == "Of Blue mug, 2 can still be returned, not 3."


def test_what_is_coming_back_already_cannot_come_back_again() -> None:
    sale = a_sale(quantity=3)
    sale.take_back(LINE, 2)

    assert refusal(sale, quantity=2).code == "too_many"
    assert sale.may_return(LINE, 1, NOW, "lines[0]")


def test_a_line_of_another_order_is_refused() -> None:
    told = refusal(a_sale(), line_id="lin_2")

    assert (told.code, told.field) == ("not_of_this_order", "lines[0].line_id")


def test_what_was_sold_for_good_is_refused() -> None:
    assert refusal(a_sale(final_sale=(MUG,))).code == "final_sale"


def test_the_window_counts_from_the_last_delivery_and_its_last_moment_is_in_it() -> None:
    sale = a_sale(window_days=14)
    sale.deliver(NOW + days(5))
    sale.deliver(NOW + days(3))

    assert sale.may_return(LINE, 1, NOW + days(19), "lines[0]")
    told = refusal(sale, at=NOW + days(20))
    assert (told.code, told.message) == (
        "too_late", "It could be returned until 2026-03-21, 14 days."
    )  # fmt: skip


def test_what_was_never_seen_to_arrive_counts_from_the_day_it_left() -> None:
    sale = a_sale(window_days=14)

    assert sale.may_return(LINE, 1, NOW + days(14), "lines[0]")
    assert refusal(sale, at=NOW + days(15)).code == "too_late"


def test_a_parcel_that_is_told_twice_has_left_once() -> None:
    sale = a_sale(quantity=3, left=2)
    sale.pack(a_parcel("ful_1", 2))

    assert sale.ship("ful_1", NOW + days(1))
    assert sale.line(LINE).shipped == 2


def test_a_parcel_that_was_never_packed_has_not_left() -> None:
    sale = a_sale(quantity=3, left=2)

    assert not sale.ship("ful_2", NOW)
    assert sale.line(LINE).shipped == 2


def test_the_cents_of_three_for_ten_euros_are_neither_lost_nor_given_twice() -> None:
    sale = a_sale(quantity=3, paid=1000)

    assert [sale.refund_units(LINE, 1) for _ in range(3)] == [333, 333, 334]
    assert (sale.refunded, sale.paid) == (1000, 1000)


@given(
    paid=st.integers(0, 10**12),
    portions=st.lists(st.integers(0, 40), min_size=1, max_size=30).filter(any),
)
def test_in_whatever_portions_all_pieces_come_back_exactly_what_was_paid_is_given_back(
    paid: int, portions: list[int]
) -> None:
    sale = a_sale(quantity=sum(portions), paid=paid)

    worths = []
    for pieces in portions:
        worths.append(sale.refund_units(LINE, pieces))
        assert 0 <= sum(worths) <= paid

    assert sum(worths) == paid == sale.refunded
    piece = paid / sum(portions)
    for pieces, worth in zip(portions, worths, strict=True):
        assert abs(worth - piece * pieces) <= 1 + paid * 1e-12
