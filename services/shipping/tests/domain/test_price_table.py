"""A price list tells what a parcel costs where, and says which of its lines makes no sense."""

from decimal import Decimal

import pytest

from chassis.errors import Refused
from services.shipping.domain.price_table import prices, read_table

LIST = """
# service; where; up to kg = price; days
standard; DE 10000-14999, DE 20; 5=3.90; 1
standard; DE; 2=4.90 5=6.90 31.5=12.90; 2
standard; AT, CH; 5=14.90; 4
standard; GB SW1 - SW9; 5=9.90; 3
express;  DE; 2=19.90; 1   # only small ones
standard; *; 1=40; 10
"""


def asked(country: str, postcode: str, *grams: int) -> dict[str, tuple[str, int]]:
    found = prices(read_table(LIST), country, postcode, grams)
    return {service: (str(price), days) for service, price, days in found}


@pytest.mark.parametrize(
    ("country", "postcode", "price", "days"),
    [
        ("DE", "10969", "3.90", 1),
        ("DE", "14999", "3.90", 1),
        ("DE", "15000", "4.90", 2),
        ("DE", "20095", "3.90", 1),
        ("DE", "", "4.90", 2),
        ("AT", "1010", "14.90", 4),
        ("CH", "CH-8000", "14.90", 4),
        ("GB", "sw1a 1aa", "9.90", 3),
        ("GB", "N1 9GU", "40", 10),
        ("NO", "0150", "40", 10),
    ],
)
def test_the_first_line_that_fits_the_destination_counts(
    country: str, postcode: str, price: str, days: int
) -> None:
    assert asked(country, postcode, 900)["standard"] == (price, days)


@pytest.mark.parametrize(
    ("grams", "price"), [(2000, "4.90"), (2001, "6.90"), (5000, "6.90"), (31_500, "12.90")]
)
def test_a_step_holds_up_to_its_weight(grams: int, price: str) -> None:
    assert asked("DE", "80331", grams)["standard"] == (price, 2)


def test_all_parcels_are_paid_and_one_that_is_too_heavy_is_taken_by_nobody() -> None:
    assert asked("DE", "80331", 900, 3000) == {"standard": ("11.80", 2)}
    assert asked("DE", "80331", 900, 1900)["express"] == ("39.80", 1)
    assert asked("DE", "80331", 31_501) == {}
    assert asked("DE", "10969", 6000) == {}  # the line for this zone counts, whatever it weighs


def test_a_range_goes_by_the_beginnings_of_postcodes() -> None:
    [line] = read_table("standard; US 100-104; 1=5; 1")

    assert [line.zones[0].holds("US", code) for code in ("09999", "10001", "10499", "10500")] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "no line with prices"),
        ("# nothing", "no line with prices"),
        ("standard; DE; 2=4.90", "Line 1: it must be service; where; prices; days"),
        ("; DE; 2=4.90; 1", "does not begin with a service"),
        ("a; Germany; 2=4.90; 1", "GERMANY is no zone"),
        ("a; DE,; 2=4.90; 1", "nothing is no zone"),
        ("a; DE 20-10; 2=4.90; 1", "from a lower to a higher"),
        ("a; DE 1-200; 2=4.90; 1", "from a lower to a higher"),
        ("a; DE; ; 1", "nothing is no list of prices"),
        ("a; DE; 2=4,90; 1", "2=4,90 is no list of prices"),
        ("a; DE; 2=-1; 1", "is no list of prices"),
        ("a; DE; 5=4 2=3; 1", "its weights do not grow"),
        ("a; DE; 2=4.90; soon", "soon is no number of days"),
        ("a; DE; 2=4.90; 0", "0 is no number of days"),
        ("a; DE; 1=1; 1\n\nb; DE", "Line 3: it must be"),
        ("a; DE; 1=1; 1\n" * 501, "more than 500 lines"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(line: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        read_table(line)
    assert refusal.value.field == "configuration.rates"


def test_prices_are_exact() -> None:
    [(_, price, _)] = prices(read_table("a; *; 1=0.10; 1"), "DE", "", [1] * 3)

    assert price == Decimal("0.30")
