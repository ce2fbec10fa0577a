"""What does a courier charge who has a price list and no server? Services, zones, steps of weight.

One line for each service and zone, read from the top; the first that fits a destination counts:

    # service; where; up to kg = price of a parcel; days
    standard; DE 10000-14999, DE 20; 5=3.90 31.5=7.90; 1
    standard; DE; 2=4.90 5=6.90 31.5=12.90; 2
    express; AT, CH; 5=19.90; 3

Where is a country, a country with the beginning of a postcode, or with a range of them; `*` is
everywhere. What is heavier than the last step is not taken.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from chassis.errors import Refused

EVERYWHERE = "*"
FIELD = "configuration.rates"
MOST_LINES, MOST_DAYS = 500, 60
ZONE = re.compile(r"(\*|[A-Z]{2})(?: +([0-9A-Z ]+?)(?: *- *([0-9A-Z ]+))?)?")
STEP = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)=([0-9]{1,7}(?:\.[0-9]{1,3})?)")


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the world: a country, and there the postcodes between two beginnings."""

    country: str
    low: str = ""
    high: str = ""

    def holds(self, country: str, postcode: str) -> bool:
        """Tell whether a destination lies in it."""
        if self.country not in (country, EVERYWHERE):
            return False
        return self.low <= postcode[: len(self.low)] and postcode[: len(self.high)] <= self.high


@dataclass(frozen=True, slots=True)
class Line:
    """What a service costs in some zones: (up to so many grams, price) in order, and its days."""

    service: str
    zones: tuple[Zone, ...]
    steps: tuple[tuple[int, Decimal], ...]
    days: int

    def price(self, grams: int) -> Decimal | None:
        """The price of one parcel; None if it is too heavy."""
        return next((price for most, price in self.steps if grams <= most), None)


def read_table(text: str) -> tuple[Line, ...]:
    """Read a price list; raises Refused with the line that makes no sense."""
    lines = list(_lines(text))
    if not lines:
        raise Refused("invalid", "There is no line with prices.", FIELD)
    if len(lines) > MOST_LINES:
        raise Refused("invalid", f"There are more than {MOST_LINES} lines.", FIELD)
    return tuple(lines)


def prices(
    table: Sequence[Line], country: str, postcode: str, weights: Sequence[int]
) -> Iterator[tuple[str, Decimal, int]]:
    """Tell (service, price of all parcels, days) of each service that takes them all."""
    known: set[str] = set()
    bare = "".join(filter(str.isalnum, postcode.upper()))
    for line in table:
        if line.service in known or not any(zone.holds(country, bare) for zone in line.zones):
            continue
        known.add(line.service)
        each = [line.price(grams) for grams in weights]
        found = [price for price in each if price is not None]
        if len(found) == len(each):
            yield line.service, sum(found, Decimal(0)), line.days


def _lines(text: str) -> Iterator[Line]:
    for number, written in enumerate(text.splitlines(), 1):
        bare = written.partition("#")[0].strip()
        if bare:
            try:
                yield _line(bare)
            except (ValueError, InvalidOperation) as fault:
                raise Refused("invalid", f"Line {number}: {fault}", FIELD) from None


def _line(written: str) -> Line:
    parts = [part.strip() for part in written.split(";")]
    if len(parts) != 4:  # noqa: PLR2004 - as the module says
        raise ValueError("it must be service; where; prices; days.")
    service, where, steps, days = parts
    if not service or len(service) > 64:  # noqa: PLR2004 - as codes are
        raise ValueError("it does not begin with a service of at most 64 characters.")
    if not days.isdecimal() or not 0 < int(days) <= MOST_DAYS:
        raise ValueError(f"{days or 'nothing'} is no number of days from 1 to {MOST_DAYS}.")
    zones = tuple(_zone(zone.strip().upper()) for zone in where.split(","))
    return Line(service, zones, _steps(steps), int(days))


def _zone(written: str) -> Zone:
    found = ZONE.fullmatch(written)
    if not found:
        raise ValueError(f"{written or 'nothing'} is no zone such as DE, DE 10 or DE 10000-14999.")
    country, low, high = (part.replace(" ", "") if part else "" for part in found.groups())
    high = high or low
    if len(high) != len(low) or high < low:
        raise ValueError(f"{written} does not go from a lower to a higher postcode as long.")
    return Zone(country, low, high)


def _steps(written: str) -> tuple[tuple[int, Decimal], ...]:
    found = [STEP.fullmatch(step) for step in written.split()]
    if not found or not all(found):
        raise ValueError(f"{written or 'nothing'} is no list of prices such as 2=4.90 5=6.90.")
    steps = [(int(Decimal(step[1]) * 1000), Decimal(step[2])) for step in found if step]
    weights = [grams for grams, _ in steps]
    if weights != sorted(set(weights)):
        raise ValueError("its weights do not grow.")
    return tuple(steps)
