"""An address is found on the map, as people write it."""

import pytest

from services.warehouse.domain.building import Point, great_circle_km
from services.warehouse.places import locate
from services.warehouse.tests.builders import an_address


@pytest.mark.parametrize("city", ["München", "MUNICH", "muenchen", "Munchen"])
def test_a_city_is_found_however_it_is_written(city: str) -> None:
    found = locate(an_address("DE", city))

    assert found.exact
    assert great_circle_km(found.point, Point(48.14, 11.58)) < 5


def test_a_city_is_looked_for_in_its_own_country() -> None:
    in_germany, in_america = locate(an_address("DE", "Berlin")), locate(an_address("US", "Berlin"))

    assert in_germany.exact
    assert great_circle_km(in_germany.point, in_america.point) > 5_000


def test_of_a_village_only_the_country_is_known() -> None:
    found = locate(an_address("DE", "Kleinkleckersdorf"))

    assert not found.exact
    assert great_circle_km(found.point, Point(51, 10)) < 200


def test_of_an_unknown_country_nothing_is_known() -> None:
    assert locate(an_address("XX", "Berlin")).point is None
