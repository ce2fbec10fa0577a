"""Goods that cross a customs border are declared, and what a declaration lacks is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shipping.domain.customs import EUROPEAN_UNION, crosses_border, lacking
from services.shipping.tests.builders import a_shipment, an_address, an_item


@pytest.mark.parametrize("there", ["US", "CH", "GB", "NO"])
def test_a_parcel_from_the_union_to_another_country_crosses_a_customs_border(there: str) -> None:
    assert crosses_border(an_address("DE"), an_address(there))
    assert crosses_border(an_address(there), an_address("DE"))


@pytest.mark.parametrize(
    ("here", "there"), [("DE", "DE"), ("DE", "FR"), ("IE", "GR"), ("US", "US")]
)
def test_inside_a_country_or_the_union_nothing_is_declared(here: str, there: str) -> None:
    assert not crosses_border(an_address(here), an_address(there))


@given(st.sampled_from(sorted(EUROPEAN_UNION)), st.sampled_from(["US", "CH", "GB"]))
def test_every_border_of_the_union_is_one_from_both_sides(member: str, other: str) -> None:
    inside, outside = an_address(member), an_address(other)
    assert crosses_border(inside, outside) == crosses_border(outside, inside) is True


def test_a_complete_declaration_lacks_nothing() -> None:
    assert lacking([an_item(), an_item("CAP", hs_code="6505003090", origin_country="PT")]) == ""


def test_everything_that_is_missing_is_said_at_once() -> None:
    items = [an_item("A", hs_code=""), an_item("B", origin_country=None, weight_g=0), an_item()]

    assert lacking(items) == (
        "SKU A has no HS code. SKU B has no country of origin. SKU B has no weight."
    )


@pytest.mark.parametrize("code", ["6912", "12345678901", "...", "69.12.0"])
def test_an_hs_code_of_too_few_or_too_many_digits_is_no_hs_code(code: str) -> None:
    assert f"has the HS code {code}: 6 to 10 digits are wanted" in lacking([an_item(hs_code=code)])


def test_parcels_abroad_without_any_declaration_cannot_be_sent() -> None:
    assert a_shipment(to="US", customs=()).lacking() == "Nothing is declared for customs."
    assert a_shipment(to="FR", customs=()).lacking() == ""
