"""Decimal amounts become whole minor units exactly, or are refused with the field's name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from services.channels.marketplaces.amounts import in_decimals, minor_units, spread


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "USD", 1250),
        (0, "EUR", 0),
        ("1500", "JPY", 1500),
        ("1500.00", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("1e3", "EUR", 100_000),
    ],
)
def test_an_amount_is_counted_in_its_currencys_smallest_unit(
    text: Any, currency: str, amount: int
) -> None:
    assert minor_units(text, currency, "price") == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.505", "EUR"),
        ("0.5", "JPY"),
        ("1,50", "EUR"),
        ("", "EUR"),
        (None, "EUR"),
        ("NaN", "EUR"),
        ("sNaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e999999", "EUR"),
        ("1e-999999", "EUR"),
        ("9" * 5000, "EUR"),
        ("1." + "0" * 40 + "1", "EUR"),
        ([], "EUR"),
    ],
)
def test_what_is_no_exact_amount_is_refused(text: Any, currency: str) -> None:
    with pytest.raises(Refused) as refusal:
        minor_units(text, currency, "line_items[0].price")
    assert (refusal.value.code, refusal.value.field) == ("no_amount", "line_items[0].price")
    assert len(refusal.value.message) < 120


@pytest.mark.parametrize("currency", ["", "XYZ", "eur", "EURO"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(Refused) as refusal:
        minor_units("1", currency, "price")
    assert (refusal.value.code, refusal.value.field) == ("unknown_currency", "currency")


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_written_for_a_shop_reads_as_the_same_amount(amount: int, currency: str) -> None:
    assert minor_units(in_decimals(amount, currency), currency, "amount") == amount


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_what_is_spread_is_spread_to_the_last_unit_and_nearly_in_proportion(
    amount: int, weights: list[int]
) -> None:
    shares = spread(amount, weights)

    assert sum(shares) == amount
    if total := sum(weights):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share * total - amount * weight) < total


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.data())
def test_no_line_is_given_more_discount_than_it_has_room_for(room: list[int], data: Any) -> None:
    amount = data.draw(st.integers(0, sum(room)))

    assert all(share <= most for share, most in zip(spread(amount, room), room, strict=True))
