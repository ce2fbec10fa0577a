"""What must a carrier be able to do?"""

from dataclasses import dataclass
from typing import Protocol

from contracts.values import Address, Dimensions


@dataclass(frozen=True, slots=True)
class ParcelWish:
    """A parcel as a carrier sees it."""

    dimensions: Dimensions
    weight_g: int


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
    """Labels that were bought: (tracking number, tracking address) for each parcel."""

    reference: str
    parcels: tuple[tuple[str, str], ...]


class Carrier(Protocol):
    """A carrier. Every purchase has a key; the same key never buys twice.

    Raises chassis.outside.Declined where the carrier says no; anything else means that the
    outcome is unknown, and `look_up` is asked before the purchase is tried again.
    """

    name: str

    def offers(
        self, ship_from: Address, ship_to: Address, parcels: list[ParcelWish]
    ) -> list[Offer]:
        """Tell what the services would cost for all parcels together."""

    def buy(
        self,
        key: str,
        offer: Offer,
        ship_from: Address,
        ship_to: Address,
        parcels: list[ParcelWish],
    ) -> Bought:
        """Buy labels for all parcels."""

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key; None if nothing was."""

    def void(self, key: str) -> None:
        """Give the labels back that were bought under a key; none, or void already, is fine."""
