"""Where do goods lie? Buildings, the bins in them, and how far a building is from somewhere."""

from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from contracts.values import Address

EARTH_KM = 6371.0


class Point(NamedTuple):
    """A place on the earth, in degrees."""

    latitude: float
    longitude: float


class Destination(NamedTuple):
    """Where a parcel goes: the country, and a point if one is known.

    Unless `exact` the point is only the middle of the country, good enough to compare buildings
    abroad, but not buildings in the country itself.
    """

    country: str
    point: Point | None = None
    exact: bool = False


@dataclass
class Warehouse:
    """A building that sends goods; one that is not active is not chosen any more."""

    warehouse_id: str
    name: str
    address: Address
    latitude: float | None = None
    longitude: float | None = None
    active: bool = True
    version: int = 1

    @property
    def label(self) -> str:
        """How people call it."""
        return self.name if self.name == self.warehouse_id else f"{self.name} ({self.warehouse_id})"

    @property
    def point(self) -> Point | None:
        """Where it stands, if that is known."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    def is_in(self, country: str) -> bool:
        """Tell whether it stands in the country."""
        return self.address.country == country

    def km_to(self, destination: Destination) -> int | None:
        """How far it is to the destination as the crow flies; None if that is not known."""
        point = self.point
        if point is None or destination.point is None:
            return None
        if self.is_in(destination.country) and not destination.exact:
            return None
        return round(great_circle_km(point, destination.point))


@dataclass
class Bin:
    """A shelf position with one SKU in it; `sequence` is its place on the picker's way."""

    warehouse_id: str
    bin: str
    zone: str
    sequence: int
    sku: str
    version: int = 1


@dataclass
class CountTask:
    """A bin whose contents are in doubt since somebody did not find what should be there."""

    warehouse_id: str
    bin: str
    sku: str
    reason: str
    since: datetime


def great_circle_km(here: Point, there: Point) -> float:
    """Measure along the earth's surface, by the haversine formula."""
    north = sin(radians(there.latitude - here.latitude) / 2) ** 2
    east = sin(radians(there.longitude - here.longitude) / 2) ** 2
    both = north + cos(radians(here.latitude)) * cos(radians(there.latitude)) * east
    return 2 * EARTH_KM * asin(min(1.0, sqrt(both)))
