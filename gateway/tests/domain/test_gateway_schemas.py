"""What passes the schemas is what the contracts allow, and only that."""

import math
from datetime import timedelta, timezone
from typing import Any

import marshmallow as ma
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect as mi

from contracts.orders import FindOrders, NewLine, PlaceOrder
from contracts.warehouse import WarehouseData
from gateway.api import ROUTES
from gateway.route import Route
from gateway.schemas import faults, load
from gateway.tests.builders import an_order, example, label

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
    | st.sampled_from(["EUR", "DE", "ord_" + "0" * 26, "2026-11-24T10:00:00Z", "", "card"])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@st.composite
def nearly_right(draw: st.DrawFn, struct: Any) -> Any:
    """A valid request in which something was replaced."""
    sent = msgspec.to_builtins(example(struct))
    names = sorted({*struct.__struct_fields__, "colour"})
    for name in draw(st.lists(st.sampled_from(names), max_size=3)):
        sent[name] = draw(JSON)
    return sent


@pytest.mark.parametrize("route", ROUTES, ids=label)
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(chance=st.data())
def test_whatever_is_sent_is_taken_as_the_contract_or_refused_in_words(
    route: Route, chance: st.DataObject
) -> None:
    sent = chance.draw(nearly_right(route.struct))

    try:
        asked = load(route.struct, sent)
    except ma.ValidationError as error:
        told = faults(error.messages)
        assert told
        assert all(fault["detail"].endswith(".") for fault in told)
    else:
        assert msgspec.json.decode(msgspec.json.encode(asked), type=route.struct) == asked


@pytest.mark.parametrize("route", [r for r in ROUTES if r.once], ids=label)
def test_no_number_of_a_request_is_without_bounds(route: Route) -> None:
    unbounded = [
        f"{struct.cls.__name__}.{declared.encode_name}"
        for struct in structs(mi.type_info(route.struct))
        for declared in struct.fields
        if isinstance(kind := bare(declared.type), mi.IntType) and None in (kind.ge, kind.le)
    ]

    # the version is read from If-Match, with at most nine digits
    assert [name for name in unbounded if not name.endswith(".expected_version")] == []


def bare(kind: mi.Type) -> mi.Type:
    return bare(kind.type) if isinstance(kind, mi.Metadata) else kind


def structs(kind: mi.Type) -> Any:
    """All structs inside a type."""
    match kind:
        case mi.Metadata(type=inner) | mi.VarTupleType(item_type=inner):
            yield from structs(inner)
        case mi.UnionType(types=types):
            for each in types:
                yield from structs(each)
        case mi.StructType(fields=declared):
            yield kind
            for field in declared:
                yield from structs(field.type)


@given(number=st.integers() | st.floats(allow_nan=False))
def test_a_quantity_is_a_whole_number_of_pieces_within_its_limits(number: float) -> None:
    valid = math.isfinite(number) and number == int(number) and 1 <= number <= 1_000_000

    line = {"sku": "MUG-1", "quantity": number, "unit_price": 1}
    try:
        quantity = load(NewLine, line).quantity
    except ma.ValidationError:
        assert not valid
    else:
        assert valid
        assert (quantity, type(quantity)) == (number, int)


@given(moment=st.datetimes(timezones=st.timezones()), shift=st.integers(-23, 23))
def test_a_time_is_the_same_moment_in_utc(moment: Any, shift: int) -> None:
    sent = moment.replace(tzinfo=timezone(timedelta(hours=shift)))

    try:
        asked = load(FindOrders, {"placed_from": sent.isoformat()})
    except ma.ValidationError:
        assert not 1970 <= sent.year <= 2999
    else:
        assert asked.placed_from == sent
        assert asked.placed_from.utcoffset() == timedelta(0)


def test_what_is_not_sent_is_as_the_contract_says() -> None:
    asked = load(PlaceOrder, an_order())

    assert asked == msgspec.convert(an_order(), PlaceOrder)


def test_a_place_may_be_a_whole_number_of_degrees() -> None:
    sent = msgspec.to_builtins(example(WarehouseData))

    assert load(WarehouseData, {**sent, "latitude": 52, "longitude": 13.4}).latitude == 52.0


def test_a_missing_field_is_told_once() -> None:
    with pytest.raises(ma.ValidationError) as refused:
        load(NewLine, {"sku": None})

    told = sorted(fault["detail"] for fault in faults(refused.value.messages))
    assert told == ["quantity is missing.", "sku must not be null.", "unit_price is missing."]
