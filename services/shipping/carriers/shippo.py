"""Shippo: labels of many carriers through one API, each bought once.

Shippo has no idempotency keys and cannot find anything by a reference of ours, but it does find
labels by the rate that they were bought at. So the rate is chosen and written down under the key
of the purchase before it is bought; whoever comes again asks for the labels of that rate first.
A shipment that was made and not bought costs nothing. All labels of several parcels have one rate.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from chassis import clock
from chassis.outside import Declined
from contracts.carriers import CarrierKind, ConfigurationField
from contracts.values import Address
from services.shipping.carriers.aggregator import (
    CHECKS_ADDRESSES,
    CUSTOMS_SIGNER,
    address_of,
    address_of_api,
    checks_addresses,
    signer_of,
)
from services.shipping.carriers.carrier import (
    Account,
    AddressCheck,
    Bought,
    Carrier,
    Consignment,
    LabelFile,
    Offer,
)
from services.shipping.carriers.line import Line
from services.shipping.carriers.shippo_webhook import read_track, read_webhook
from services.shipping.carriers.shippo_words import (
    customs,
    fault_of,
    messages_of,
    offer_of,
    parcel,
)
from services.shipping.domain.parcel import TrackingNotice
from services.shipping.purchases import Purchases

URL = "https://api.goshippo.com"
VERSION = "2018-02-08"
SOLD = frozenset({"SUCCESS", "REFUNDED", "REFUNDPENDING", "REFUNDREJECTED"})
UNDER_WAY = frozenset({"QUEUED", "WAITING"})
MEDIA = {"PDF_4x6": "application/pdf", "PNG": "image/png", "ZPLII": "application/zpl"}
MANIFESTED = frozenset({"USPS"})
PAGE = 100
KIND = CarrierKind(
    kind="shippo",
    name="Shippo",
    about="USPS, UPS, FedEx, DHL and many more through one account",
    configuration=(
        ConfigurationField(name="token", label="API token", kind="secret"),
        ConfigurationField(
            name="webhook_secret", label="Webhook secret", kind="secret", required=False,
            about="Shippo gives it when asked; without one no webhook is believed",
        ),
        ConfigurationField(
            name="label_format", label="Label format", kind="choice",
            choices=("PDF_4x6", "PNG", "ZPLII"), default="PDF_4x6",
        ),
        CUSTOMS_SIGNER,
        CHECKS_ADDRESSES,
        address_of_api(URL),
    ),
    capabilities=(
        "rates", "multi_parcel", "customs", "returns", "void", "manifest", "tracking",
        "address_check", "webhook", "pdf", "png", "zpl",
    ),
)  # fmt: skip


class Shippo(Carrier):
    """An account at Shippo."""

    can_track = True

    def __init__(self, account: Account, purchases: Purchases) -> None:
        self.name, self._settings, self._purchases = account.name, account.settings, purchases
        token = account.settings.get("token", "")
        headers = {"Authorization": f"ShippoToken {token}", "SHIPPO-API-VERSION": VERSION}
        url = account.settings.get("base_url") or URL
        self._line = Line(account.name, url, headers, fault_of)
        self._format = account.settings.get("label_format") or "PDF_4x6"

    def test(self) -> None:
        """List one address: it needs the token, and costs nothing."""
        if self._line.get("/addresses/?results=1") is None:
            raise Declined("not_found", "There is no Shippo at this address.")

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Make a shipment and read its rates."""
        rates = self._make("", consignment)["rates"]
        return [offer_of(self.name, rate) for rate in rates]

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Buy at the rate that is written down under the key, choosing one if there is none."""
        agreed = self._purchases.recall(key) or self._agree(key, offer, consignment)
        with self._purchases.alone(key):
            labels = self._labels_of(agreed)
            if not labels:
                wish = {
                    "rate": agreed["rate"]["object_id"], "label_file_type": self._format,
                    "async": False, "metadata": key,
                }  # fmt: skip
                self._line.post("/transactions/", wish)
                labels = self._labels_of(agreed)
        bought = self._bought(agreed, labels)
        if bought is None:
            raise ConnectionError("Shippo does not find what it has just sold")
        return bought

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key."""
        agreed = self._purchases.recall(key)
        return self._bought(agreed, self._labels_of(agreed)) if agreed else None

    def void(self, key: str) -> None:
        """Ask for the money of each label that has not gone back yet."""
        agreed = self._purchases.recall(key)
        for label in self._labels_of(agreed) if agreed else ():
            _refuse_while_under_way(label)
            if label["status"] == "REFUNDREJECTED":
                raise Declined("no_refund", "Shippo has rejected the refund.")
            if label["status"] == "SUCCESS":
                wish = {"transaction": label["object_id"], "async": False}
                told = self._line.post("/refunds/", wish)
                if told.get("status") == "ERROR":
                    raise Declined("no_refund", "Shippo gives no refund for the label.")

    def labels(self, key: str) -> Sequence[LabelFile]:
        """Fetch the labels that were bought under a key, in the format that the account says."""
        agreed = self._purchases.recall(key)
        sold = [one for one in self._labels_of(agreed) if one["status"] in SOLD] if agreed else []
        return [LabelFile(MEDIA[self._format], self._line.file(one["label_url"])) for one in sold]

    def check_address(self, address: Address) -> AddressCheck | None:
        """Have an address validated, if the account says so: it may cost something."""
        if not checks_addresses(self._settings):
            return None
        told = self._line.post("/addresses/", {**address_of(address), "validate": True})
        results = told.get("validation_results") or {}
        faults = [str(one.get("text")) for one in results.get("messages") or ()]
        return AddressCheck(bool(results.get("is_valid")), "; ".join(faults))

    def manifest(self, bought: Sequence[str]) -> Sequence[LabelFile]:
        """Have USPS' forms made of what USPS carries; other carriers want none."""
        wanted: list[tuple[tuple[str, Any], set[str]]] = []
        for agreed in map(self._purchases.recall, bought):
            if agreed and agreed["rate"]["provider"] in MANIFESTED:
                place = (agreed["rate"]["carrier_account"], agreed["address_from"])
                if place not in [one for one, _ in wanted]:
                    wanted.append((place, set()))
                of_place = next(labels for one, labels in wanted if one == place)
                of_place.update(one["object_id"] for one in self._labels_of(agreed))
        return [file for place, labels in wanted for file in self._forms(*place, labels)]

    def track(self, key: str) -> Sequence[TrackingNotice]:
        """Ask for the track of each label that was sold."""
        agreed = self._purchases.recall(key)
        if not agreed:
            return ()
        carrier = agreed["rate"]["provider"].lower().replace(" ", "_")
        sold = [one for one in self._labels_of(agreed) if one["status"] in SOLD]
        paths = [f"/tracks/{carrier}/{quote(one['tracking_number'], safe='')}" for one in sold]
        tracks = [track for path in paths if (track := self._line.get(path))]
        return [notice for track in tracks for notice in read_track(track)]

    def read_webhook(self, body: str, signature: str) -> Sequence[TrackingNotice]:
        """Read what was posted in Shippo's name."""
        return read_webhook(body, signature, self._settings.get("webhook_secret", ""))

    def _make(self, key: str, consignment: Consignment) -> Any:
        wish = {
            "address_from": address_of(consignment.ship_from),
            "address_to": address_of(consignment.ship_to),
            "parcels": [parcel(one) for one in consignment.parcels],
            "metadata": key,
            "async": False,
        }
        if consignment.customs:
            signer = signer_of(self.name, self._settings)
            wish["customs_declaration"] = customs(consignment, signer)
        return self._line.post("/shipments/", wish)

    def _agree(self, key: str, offer: Offer, consignment: Consignment) -> Any:
        made = self._make(key, consignment)
        wanted = (offer.service, offer.currency)
        for rate in made["rates"]:
            found = offer_of(self.name, rate)
            if (found.service, found.currency) == wanted:
                parcels = [one["object_id"] for one in made["parcels"]]
                place = address_of(consignment.ship_from)
                agreed = {"rate": rate, "parcels": parcels, "address_from": place}
                return self._purchases.agree(key, agreed)
        told = f"Shippo no longer offers {offer.service}: {messages_of(made)}"
        raise Declined("no_service", told[:255])

    def _labels_of(self, agreed: Any) -> list[Any]:
        """The labels of a rate in the order of its parcels."""
        path = f"/transactions/?rate={agreed['rate']['object_id']}&results={PAGE}"
        found = (self._line.get(path) or {}).get("results") or []
        order = {name: place for place, name in enumerate(agreed["parcels"])}
        return sorted(found, key=lambda one: order.get(one.get("parcel"), len(order)))

    def _bought(self, agreed: Any, labels: Sequence[Any]) -> Bought | None:
        """What was sold; raises where it is not sure yet, or Shippo says that it cannot be."""
        for label in labels:
            _refuse_while_under_way(label)
        sold = [one for one in labels if one["status"] in SOLD]
        if len(sold) == len(agreed["parcels"]):
            numbers = tuple((one["tracking_number"], _url_of(one)) for one in sold)
            return Bought(offer_of(self.name, agreed["rate"]), numbers)
        if labels:
            told = "; ".join(messages_of(one) for one in labels if one not in sold)
            raise Declined("no_label", f"Shippo makes no label: {told or 'one is missing'}"[:255])
        return None

    def _forms(self, account: str, place: Any, labels: set[str]) -> list[LabelFile]:
        """The forms over these labels; what is on none goes on a new one."""
        told = self._line.get(f"/manifests/?results={PAGE}") or {}
        made = [one for one in told.get("results") or [] if one.get("status") != "ERROR"]
        known = [one for one in made if labels & set(one["transactions"])]
        if rest := sorted(labels - {label for one in known for label in one["transactions"]}):
            wish = {
                "carrier_account": account, "address_from": place, "transactions": rest,
                "shipment_date": _now(), "async": False,
            }  # fmt: skip
            known.append(self._line.post("/manifests/", wish))
        urls = [url for one in known for url in _forms_of(one)]
        return [LabelFile(MEDIA["PDF_4x6"], self._line.file(url)) for url in urls]


def _now() -> str:
    return clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")


def _refuse_while_under_way(label: Any) -> None:
    if label["status"] in UNDER_WAY:
        raise ConnectionError("Shippo is still making the label")


def _forms_of(manifest: Any) -> list[str]:
    if manifest.get("status") == "ERROR":
        raise Declined("no_form", f"Shippo makes no manifest: {messages_of(manifest)}"[:255])
    if manifest.get("status") != "SUCCESS":
        raise ConnectionError("Shippo has not made the manifest yet")
    return list(manifest.get("documents") or [])


def _url_of(label: Any) -> str:
    return str(label.get("tracking_url_provider") or "")
