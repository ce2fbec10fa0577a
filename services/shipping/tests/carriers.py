"""What do carriers look like in a test? One with a price, what is sent, and who may be asked."""

from typing import Any

from contracts.values import Address
from services.shipping.carriers.carrier import (
    AddressCheck,
    Bought,
    Carrier,
    Consignment,
    LabelFile,
    Offer,
    ParcelWish,
)
from services.shipping.carriers.signed_scan import read_scan, sign
from services.shipping.domain.parcel import TrackingNotice
from services.shipping.shopping import Stall
from services.shipping.tests.builders import a_size, an_address, an_item

SCAN_SECRET = "sandbox-carrier-secret"


def a_consignment(to: str = "DE", *, name: str = "Ada Reader", parcels: int = 1) -> Consignment:
    wish = ParcelWish(a_size(), 1260)
    customs = (an_item(),) if to == "US" else ()
    return Consignment(an_address(), an_address(to, name), (wish,) * parcels, customs)


def an_offer(carrier: Carrier, consignment: Consignment, service: str = "standard") -> Offer:
    offers = carrier.offers(consignment)
    return next((offer for offer in offers if offer.service == service), offers[0])


class PricedCarrier(Carrier):
    """A carrier with one price for everything, that keeps what it sold."""

    can_track = True

    def __init__(self, name: str, price: int, *services: str) -> None:
        self.name, self.price, self.services = name, price, services or ("standard",)
        self.sold: dict[str, Bought] = {}
        self.voided: set[str] = set()
        self.scans: list[TrackingNotice] = []
        self.thinks: AddressCheck | None = None

    def offers(self, consignment: Consignment) -> list[Offer]:
        del consignment
        return [Offer(self.name, service, self.price, "EUR", 3) for service in self.services]

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        numbers = [f"{self.name}-{key}-{n}" for n, _ in enumerate(consignment.parcels)]
        bought = Bought(offer, tuple((n, f"https://{self.name}.example/{n}") for n in numbers))
        return self.sold.setdefault(key, bought)

    def look_up(self, key: str) -> Bought | None:
        return self.sold.get(key)

    def void(self, key: str) -> None:
        if key in self.sold:
            self.voided.add(key)

    def test(self) -> None:
        """It lets everybody in."""

    def labels(self, key: str) -> list[LabelFile]:
        bought = self.sold.get(key)
        return [LabelFile("image/png", n.encode()) for n, _ in bought.parcels] if bought else []

    def check_address(self, address: Address) -> AddressCheck | None:
        del address
        return self.thinks

    def track(self, key: str) -> list[TrackingNotice]:
        return self.scans if key in self.sold else []

    def read_webhook(self, body: str, signature: str) -> list[TrackingNotice]:
        return [read_scan(body, signature, SCAN_SECRET)]

    @staticmethod
    def signed(body: str) -> str:
        return sign(body, SCAN_SECRET)


def stalls(*carriers: Carrier) -> list[Stall]:
    """These carriers, without any limit."""
    return [Stall(carrier) for carrier in carriers]


def forget_labels(shipment_id: str, files: Any) -> None:
    """Keep no labels."""
