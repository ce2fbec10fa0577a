"""What must a carrier be able to do?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.errors import NotFound
from contracts.shipping import CustomsItem
from contracts.values import Address, Dimensions
from services.shipping.domain.parcel import TrackingNotice


@dataclass(frozen=True, slots=True)
class ParcelWish:
    """A parcel as a carrier sees it."""

    dimensions: Dimensions
    weight_g: int


@dataclass(frozen=True, slots=True)
class Consignment:
    """Parcels that go the same way; `customs` is what they hold, if a border is crossed."""

    ship_from: Address
    ship_to: Address
    parcels: tuple[ParcelWish, ...]
    customs: tuple[CustomsItem, ...] = ()
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a carrier would charge for one service, in minor units, and how long it takes."""

    carrier: str
    service: str
    price: int
    currency: str
    days: int


@dataclass(frozen=True, slots=True)
class Bought:
    """Labels as they were sold: (tracking number, tracking address) for each parcel in order."""

    offer: Offer
    parcels: tuple[tuple[str, str], ...]


class Carrier(Protocol):
    """A carrier. Every purchase has a key; the same key never buys twice.

    Raises chassis.outside.Declined where the carrier says no; anything else means that the
    outcome is unknown, and `look_up` is asked before the purchase is tried again.
    All carriers of a shop quote in one currency, so that their prices can be compared.
    """

    name: str

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Tell what the services would cost for all parcels together; empty if none fits."""

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Buy labels for all parcels."""

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key, void or not; None if nothing was."""

    def void(self, key: str) -> None:
        """Give the labels back that were bought under a key; none, or void already, is fine."""

    def read_webhook(self, body: str, signature: str) -> TrackingNotice:
        """Read what the carrier posted; raises Refused if it is forged or makes no sense."""


def find_carrier(carriers: Sequence[Carrier], name: str) -> Carrier:
    """Find a carrier by its name, or raise NotFound."""
    for carrier in carriers:
        if carrier.name == name:
            return carrier
    raise NotFound("carrier", name, "carrier")
