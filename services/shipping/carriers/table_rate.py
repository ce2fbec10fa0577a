"""A courier with a price list and no server: we reckon, print the label, and follow by hand.

Scans come by people, or posted and signed by the courier.
"""

from collections.abc import Sequence

import msgspec

from chassis.errors import Refused
from contracts.carriers import CarrierKind, ConfigurationField
from contracts.currencies import CURRENCIES
from services.shipping.carriers.amounts import minor
from services.shipping.carriers.carrier import (
    Account,
    Bought,
    Carrier,
    Consignment,
    Offer,
)
from services.shipping.carriers.s10 import tracking_number
from services.shipping.carriers.signed_scan import read_scan
from services.shipping.domain.parcel import TrackingNotice
from services.shipping.domain.price_table import prices, read_table
from services.shipping.purchases import Purchases

KIND = CarrierKind(
    kind="table_rate",
    name="Price list",
    about="A local courier: prices by zone and weight, labels of ours, scans by hand",
    configuration=(
        ConfigurationField(
            name="rates", label="Prices", kind="long_text",
            about="A line for each service and zone: standard; DE 10, AT; 2=4.90 31.5=9.90; 2 "
            "(service; where; up to kg = price; days). The first line that fits counts",
        ),
        ConfigurationField(name="currency", label="Currency", default="EUR"),
        ConfigurationField(
            name="letters", label="Letters of its tracking numbers", default="LC",
            about="Two letters",
        ),
        ConfigurationField(
            name="volume", label="Cubic centimeters that count as a kilogram", required=False,
            about="Such as 5000; without it only the weight counts",
        ),
        ConfigurationField(
            name="tracking_url", label="Where a parcel is shown", kind="url", required=False,
            about="{number} stands for the tracking number",
        ),
        ConfigurationField(
            name="webhook_secret", label="Webhook secret", kind="secret", required=False,
            about="Without one no posted scan is believed",
        ),
    ),
    capabilities=("rates", "multi_parcel", "customs", "returns", "void", "webhook", "pdf", "zpl"),
)  # fmt: skip


class TableRate(Carrier):
    """A courier with a price list."""

    def __init__(self, account: Account, purchases: Purchases) -> None:
        told = account.settings
        self.name, self._settings, self._purchases = account.name, told, purchases
        self._table = read_table(told.get("rates", ""))
        self._currency = told.get("currency") or "EUR"
        if self._currency not in CURRENCIES:
            field = "configuration.currency"
            raise Refused("invalid", f"{self._currency} is no currency of ISO 4217.", field)
        self._letters = told.get("letters") or "LC"
        if not (self._letters.isascii() and self._letters.isalpha() and self._letters.isupper()
                and len(self._letters) == 2):  # noqa: PLR2004  # fmt: skip
            field = "configuration.letters"
            raise Refused("invalid", f"{self._letters} is not two capital letters.", field)
        volume = told.get("volume", "")
        if volume and not (volume.isdecimal() and 0 < int(volume) <= 10**6):
            raise Refused("invalid", f"{volume} is no whole number.", "configuration.volume")
        self._volume = int(volume or 0)

    def test(self) -> None:
        """There is nobody to ask: a price list that can be read is enough."""

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Look the prices up."""
        weights = [parcel.charged_grams(self._volume) for parcel in consignment.parcels]
        to = consignment.ship_to
        return [
            Offer(self.name, service, minor(str(price), self._currency), self._currency, days)
            for service, price, days in prices(self._table, to.country, to.postcode, weights)
        ]

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Number the parcels, and write down what was agreed."""
        serials = self._purchases.numbers(len(consignment.parcels))
        bought = Bought(offer, tuple(map(self._parcel, serials)))
        agreed = self._purchases.agree(key, msgspec.to_builtins(bought))
        return msgspec.convert(agreed, Bought)

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key."""
        agreed = self._purchases.recall(key)
        return msgspec.convert(agreed, Bought) if agreed else None

    def void(self, key: str) -> None:
        """Nothing was paid, so nothing goes back."""

    def read_webhook(self, body: str, signature: str) -> Sequence[TrackingNotice]:
        """Read a scan that the courier posted."""
        return [read_scan(body, signature, self._settings.get("webhook_secret", ""))]

    def _parcel(self, serial: int) -> tuple[str, str]:
        number = tracking_number(serial, self._letters)
        return number, self._settings.get("tracking_url", "").replace("{number}", number)
