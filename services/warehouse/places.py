"""Where on earth is an address? Looked up by country and city in `places.tsv`, never asked outside.

The file has the larger cities and the middle of every country's people; what it does not have is
unknown, and then distance plays no part in sourcing.
"""

import unicodedata
from functools import cache
from pathlib import Path

from contracts.values import Address
from services.warehouse.domain.building import Destination, Point

PLACES = Path(__file__).with_name("places.tsv")


def locate(address: Address) -> Destination:
    """Find the city of an address, or else its country."""
    cities, countries = _places()
    point = cities.get((address.country, _plain(address.city)))
    if point:
        return Destination(address.country, point, exact=True)
    return Destination(address.country, countries.get(address.country))


@cache
def _places() -> tuple[dict[tuple[str, str], Point], dict[str, Point]]:
    cities: dict[tuple[str, str], Point] = {}
    countries: dict[str, Point] = {}
    for line in PLACES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        country, latitude, longitude, names = line.split("\t")
        point = Point(float(latitude), float(longitude))
        if not names:
            countries[country] = point
        for name in names.split("|") if names else ():
            cities[country, name] = point
    return cities, countries


def _plain(name: str) -> str:
    """Write a name as the file does: no accents, no capitals, words parted by one blank."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(bare.split())
