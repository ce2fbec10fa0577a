"""Pigeon: a carrier that does not exist, as an example of an adapter.

Its server knows keys: what is put under a key twice is sold once. So nothing needs to be kept here.
"""

from collections.abc import Sequence
from typing import Any

from chassis.outside import Declined
from contracts.carriers import CarrierKind, ConfigurationField
from services.shipping.carriers.amounts import minor
from services.shipping.carriers.carrier import (
    Account,
    Bought,
    Carrier,
    Consignment,
    LabelFile,
    Offer,
)
from services.shipping.carriers.line import Line
from services.shipping.carriers.signed_scan import read_scan
from services.shipping.domain.parcel import TrackingNotice

KIND = CarrierKind(
    kind="pigeon",
    name="Pigeon",
    about="An example: birds that bring small parcels",
    configuration=(
        ConfigurationField(name="token", label="Token", kind="secret"),
        ConfigurationField(name="webhook_secret", label="Webhook secret", kind="secret"),
        ConfigurationField(name="base_url", label="Address of the API", kind="url"),
    ),
    capabilities=("rates", "multi_parcel", "void", "webhook", "pdf"),
)


class Pigeon(Carrier):
    """An account at Pigeon."""

    def __init__(self, account: Account) -> None:
        self.name, self._settings = account.name, account.settings
        headers = {"Authorization": f"Bearer {account.settings['token']}"}
        self._line = Line(account.name, account.settings["base_url"], headers, fault_of)

    def test(self) -> None:
        """Ask for the prices of nothing: it needs the token, and costs nothing."""
        self._line.post("/prices", {"parcels": []})

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Ask for the price of all parcels together."""
        told = self._line.post("/prices", _wish(consignment))
        return [self._offer(one) for one in told["prices"]]

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Buy under the key; under a key that it knows, Pigeon tells what was bought before."""
        wish = _wish(consignment) | {"key": key, "service": offer.service}
        return self._bought(self._line.post("/flights", wish))

    def look_up(self, key: str) -> Bought | None:
        """Ask what was bought under a key."""
        told = self._line.get(f"/flights/{key}")
        return self._bought(told) if told else None

    def void(self, key: str) -> None:
        """Call the birds back, where there are any."""
        if self._line.get(f"/flights/{key}"):
            self._line.post(f"/flights/{key}/recall", {})

    def labels(self, key: str) -> Sequence[LabelFile]:
        """Fetch a label for each parcel."""
        told = self._line.get(f"/flights/{key}") or {"birds": []}
        return [LabelFile("application/pdf", self._line.file(b["label"])) for b in told["birds"]]

    def read_webhook(self, body: str, signature: str) -> Sequence[TrackingNotice]:
        """Read what was posted: so many carriers sign that there is one reader for it."""
        return [read_scan(body, signature, self._settings["webhook_secret"])]

    def _bought(self, told: Any) -> Bought:
        if told["state"] == "refused":
            raise Declined("no_bird", told["why"])
        parcels = tuple((bird["ring"], bird["map"]) for bird in told["birds"])
        return Bought(self._offer(told), parcels)

    def _offer(self, told: Any) -> Offer:
        price = minor(told["price"], "EUR")
        return Offer(self.name, told["service"], price, "EUR", told["days"])


def fault_of(told: Any) -> tuple[str, str]:
    """Read an error: a code for programs, and words for people."""
    return str(told.get("code", "")), str(told.get("words", ""))


def _wish(consignment: Consignment) -> dict[str, Any]:
    to = consignment.ship_to
    grams = [parcel.weight_g for parcel in consignment.parcels]
    return {"to": [to.name, to.line1, to.postcode, to.city, to.country], "parcels": grams}
