"""Whatever a shop sends, an order is read, or named with the field at fault; nothing crashes."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import Refused
from services.channels.domain.news import Cancellation, NotForUs, Sold, Unacceptable
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.shopify import Shopify
from services.channels.tests.builders import (
    SHOP,
    a_place,
    an_item,
    an_order,
    read,
    tax,
)


def fault(order: Any) -> tuple[str, str]:
    said = read(order).said
    assert isinstance(said, Unacceptable), said
    return said.field, said.reason


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shipping_address": None}, "shipping_address"),
        ({"shipping_address": a_place(country_code="Germany")}, "ship_to.country"),
        ({"email": "no mail"}, "customer.email"),
        ({"note": "a\0b"}, "body"),
        ({"currency": None}, "currency"),
        ({"currency": "XXX?"}, "currency"),
        ({"total_price": None}, "total_price"),
        ({"total_price": "a lot"}, "total_price"),
        ({"total_price": "-1.00"}, "total"),
        ({"line_items": []}, "line_items"),
        ({"line_items": None}, "line_items"),
        ({"line_items": "mug"}, "line_items"),
        ({"line_items": [7]}, "line_items[0]"),
        ({"line_items": [an_item(quantity=0)]}, "line_items"),
        ({"line_items": [an_item(quantity=1.5)]}, "line_items[0].quantity"),
        ({"line_items": [an_item(price=None)]}, "line_items[0].price"),
        ({"line_items": [an_item(price="0.001")]}, "line_items[0].price"),
        ({"line_items": [an_item(price="-3.00")]}, "lines[0].unit_price"),
        ({"line_items": [an_item(quantity=10**9)]}, "lines[0].quantity"),
        ({"line_items": [an_item()] * 501}, "lines"),
        ({"total_tax": "1.00", "shipping_lines": [{"price": "0", "tax_lines": tax("2")}]},
         "total_tax"),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_accepted_names_the_field(changes: Any, field: str) -> None:
    where, reason = fault(an_order(**changes))

    assert where == field
    assert reason


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '"x"',
        "[" * 100_000,
        '{"id": {}}',
        "\ud800",
        '{"id":"',
        '{"id":"\\u0000"}',
    ],
)
def test_what_is_no_order_at_all_is_refused(body: str) -> None:
    with pytest.raises(Refused) as refusal:
        Shopify().read(Shop(SHOP), "orders/create", body)
    assert (refusal.value.code, refusal.value.field) in {("malformed", "body"), ("no_id", "id")}


def test_an_order_without_an_id_is_refused() -> None:
    with pytest.raises(Refused, match="no id") as refusal:
        read(an_order(id=None))
    assert refusal.value.field == "id"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["1.00", "-1", "EUR", "paid"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*an_order(), *an_item(), *a_place()]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(list(an_order())), ANYTHING, max_size=6))
def test_whatever_stands_in_its_fields_an_order_is_read_or_named_as_unacceptable(
    changes: dict[str, Any],
) -> None:
    with suppress(Refused):
        (news,) = Shopify().read(Shop(SHOP), "orders/create", json.dumps(an_order(**changes)))
        assert isinstance(news.said, Sold | NotForUs | Unacceptable | Cancellation)
