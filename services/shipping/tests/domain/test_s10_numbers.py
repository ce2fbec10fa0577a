"""The tracking numbers that we make ourselves have the form of the postal union."""

import pytest

from services.shipping.carriers.s10 import tracking_number


@pytest.mark.parametrize(
    ("serial", "service", "country", "number"),
    [
        (12345678, "RB", "GB", "RB123456785GB"),  # jkeen/tracking_number_data, MIT
        (12345678, "RB", "US", "RB123456785US"),
        (47312482, "EE", "XX", "EE473124829XX"),
    ],
)
def test_tracking_numbers_have_the_check_digit_of_the_postal_union(
    serial: int, service: str, country: str, number: str
) -> None:
    assert tracking_number(serial, service, country) == number
