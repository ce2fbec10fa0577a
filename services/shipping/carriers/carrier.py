"""What must a carrier be able to do?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contracts.shipping import CustomsItem
from contracts.values import Address, Dimensions
from services.shipping.domain.parcel import TrackingNotice


@dataclass(frozen=True, slots=True)
class ParcelWish:
    """A parcel as a carrier sees it."""

    dimensions: Dimensions
    weight_g: int

    def charged_grams(self, cubic_mm_per_gram: int) -> int:
        """What it weighs, or what its volume counts as, whichever is more; 0: no volume counts."""
        size = self.dimensions
        volume = size.length_mm * size.width_mm * size.height_mm
        counted = -(-volume // cubic_mm_per_gram) if cubic_mm_per_gram else 0
        return max(self.weight_g, counted)


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


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The label of one parcel as the carrier made it."""

    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """What a carrier thinks of an address: whether it can be delivered to; if not, why."""

    well: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a carrier as its adapter gets it: what it was told, secrets included."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


class Carrier(Protocol):
    """An account at a carrier. Every purchase has a key; the same key never buys twice.

    Raises chassis.outside.Declined where the carrier says no, chassis.outside.Pending where it
    wants to be asked later and has done nothing; anything else means that the outcome is unknown,
    and `look_up` is asked before the purchase is tried again. What has an answer here already is
    for carriers that can do more.
    """

    name: str
    can_track: bool = False

    def test(self) -> None:
        """Find out whether the carrier lets us in, at no cost."""

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Tell what the services would cost for all parcels together; empty if none fits."""

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Buy labels for all parcels."""

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key, void or not; None if nothing was."""

    def void(self, key: str) -> None:
        """Give the labels back that were bought under a key; none, or void already, is fine."""

    def labels(self, key: str) -> Sequence[LabelFile]:  # noqa: ARG002
        """Fetch the labels that were bought under a key, in order; none where we draw our own."""
        return ()

    def check_address(self, address: Address) -> AddressCheck | None:  # noqa: ARG002
        """Tell whether it could deliver to an address; None where it is not asked about such."""
        return None

    def manifest(self, bought: Sequence[str]) -> Sequence[LabelFile]:  # noqa: ARG002
        """Make the form over all that was bought under these keys; none where it has no such.

        What is on a form already is not put on a second one: its form is given again.
        """
        return ()

    def track(self, key: str) -> Sequence[TrackingNotice]:  # noqa: ARG002
        """Ask where the parcels are that were bought under a key; only where it `can_track`."""
        return ()

    def read_webhook(self, body: str, signature: str) -> Sequence[TrackingNotice]:
        """Read what the carrier posted; raises Refused if it is forged or makes no sense.

        What speaks of no parcel brings no notice.
        """
