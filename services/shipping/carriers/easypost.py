"""EasyPost: labels of a hundred carriers through one API, each bought once.

EasyPost has no idempotency keys, but finds shipments and orders by the reference that we gave
them, and sells a label for each only once. So a purchase makes a shipment under its key, asks for
the one that bears the key (two who make one at the same time get the same), and buys that.
Several parcels go as one order. A shipment that was made and not bought costs nothing.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

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
from services.shipping.carriers.amounts import minor
from services.shipping.carriers.carrier import (
    Account,
    AddressCheck,
    Bought,
    Carrier,
    Consignment,
    LabelFile,
    Offer,
)
from services.shipping.carriers.easypost_webhook import read_tracker, read_webhook
from services.shipping.carriers.easypost_words import (
    customs_item,
    days,
    fault_of,
    messages_of,
    parcel,
    parcels_of,
    same,
)
from services.shipping.carriers.line import Line
from services.shipping.domain.parcel import TrackingNotice

URL = "https://api.easypost.com/v2"
GIVEN_BACK = frozenset({"submitted", "refunded", "not_applicable"})
SCANS = frozenset({"USPS"})
MEDIA = {"PDF": "application/pdf", "PNG": "image/png", "ZPL": "application/zpl"}
KIND = CarrierKind(
    kind="easypost",
    name="EasyPost",
    about="USPS, UPS, FedEx, DHL and many more through one account",
    configuration=(
        ConfigurationField(name="api_key", label="API key", kind="secret"),
        ConfigurationField(
            name="webhook_secret", label="Webhook secret", kind="secret", required=False,
            about="Without one no webhook is believed",
        ),
        ConfigurationField(
            name="label_format", label="Label format", kind="choice",
            choices=("PDF", "PNG", "ZPL"), default="PDF",
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


class EasyPost(Carrier):
    """An account at EasyPost."""

    can_track = True

    def __init__(self, account: Account) -> None:
        self.name, self._settings = account.name, account.settings
        token = b64encode(f"{account.settings.get('api_key', '')}:".encode()).decode()
        self._line = Line(
            account.name,
            account.settings.get("base_url") or URL,
            {"Authorization": f"Basic {token}"},
            fault_of,
        )

    def test(self) -> None:
        """List one address: it needs the key, and costs nothing."""
        if self._line.get("/addresses?page_size=1") is None:
            raise Declined("not_found", "There is no EasyPost at this address.")

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Make a shipment, or an order of several, and read its rates."""
        return [offer for offer, _ in self._rates(self._make("", consignment))]

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Buy the one that bears the key, making it if there is none."""
        made = self._of_key(key)
        if made is None:
            self._make(key, consignment)
            made = self._of_key(key)
            if made is None:
                raise ConnectionError("EasyPost does not find what it has just made")
        if bought := self._bought(made):
            return bought
        rate = next((rate for o, rate in self._rates(made) if o.service == offer.service), None)
        if rate is None:
            told = f"EasyPost no longer offers {offer.service}: {messages_of(made)}"
            raise Declined("no_service", told[:255])
        sold = self._buy(made, rate)
        if (bought := self._bought(sold)) is None:
            raise ConnectionError("EasyPost has sold something without a tracking number")
        return bought

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key."""
        made = self._of_key(key)
        return self._bought(made) if made else None

    def void(self, key: str) -> None:
        """Ask for the money of each label that has not gone back yet."""
        made = self._of_key(key)
        for shipment in parcels_of(made) if made else ():
            if not shipment.get("tracking_code") or shipment.get("refund_status") in GIVEN_BACK:
                continue
            told = self._line.post(f"/shipments/{shipment['id']}/refund", {})
            if told.get("refund_status") not in GIVEN_BACK:
                raise Declined("no_refund", f"EasyPost says {told.get('refund_status')}.")

    def labels(self, key: str) -> Sequence[LabelFile]:
        """Fetch the labels that were bought under a key, in the format that the account says."""
        made = self._of_key(key)
        return [self._label(shipment) for shipment in parcels_of(made)] if made else ()

    def check_address(self, address: Address) -> AddressCheck | None:
        """Have an address verified for delivery, if the account says so: it may cost something."""
        if not checks_addresses(self._settings):
            return None
        told = self._line.post("/addresses", {"address": address_of(address), "verify": True})
        delivery = (told.get("verifications") or {}).get("delivery") or {}
        faults = [str(fault.get("message")) for fault in delivery.get("errors") or ()]
        return AddressCheck(bool(delivery.get("success")), "; ".join(faults))

    def manifest(self, bought: Sequence[str]) -> Sequence[LabelFile]:
        """Have USPS' SCAN form made of what USPS carries; other carriers want none."""
        parcels = [one for made in map(self._of_key, bought) if made for one in parcels_of(made)]
        ours = [one for one in parcels if (one.get("selected_rate") or {}).get("carrier") in SCANS]
        forms = {form["id"]: form for one in ours if (form := one.get("scan_form"))}
        if rest := [{"id": one["id"]} for one in ours if not one.get("scan_form")]:
            form = self._line.post("/scan_forms", {"scan_form": {"shipments": rest}})
            forms[form["id"]] = form
        return [self._form(form) for form in forms.values()]

    def track(self, key: str) -> Sequence[TrackingNotice]:
        """Read the trackers that EasyPost keeps of what it has sold."""
        made = self._of_key(key)
        trackers = [one.get("tracker") for one in parcels_of(made)] if made else ()
        return [notice for one in trackers if one for notice in read_tracker(one)]

    def read_webhook(self, body: str, signature: str) -> Sequence[TrackingNotice]:
        """Read what was posted in EasyPost's name."""
        return read_webhook(body, signature, self._settings.get("webhook_secret", ""))

    def _make(self, key: str, consignment: Consignment) -> Any:
        ends = {
            "from_address": address_of(consignment.ship_from),
            "to_address": address_of(consignment.ship_to),
        } | ({"reference": key} if key else {})
        options = {
            "label_format": self._settings.get("label_format", "PDF"),
            "currency": consignment.currency,
        }
        customs = self._customs(consignment)
        if len(consignment.parcels) == 1:
            [only] = consignment.parcels
            wish = ends | customs | {"parcel": parcel(only), "options": options}
            return self._line.post("/shipments", {"shipment": wish})
        several = [{"parcel": parcel(one), "options": options} for one in consignment.parcels]
        several[0] |= customs  # what is where is not known; the first declares all
        return self._line.post("/orders", {"order": ends | {"shipments": several}})

    def _customs(self, consignment: Consignment) -> dict[str, Any]:
        if not consignment.customs:
            return {}
        signer = signer_of(self.name, self._settings)
        items = [customs_item(item, consignment.currency) for item in consignment.customs]
        info = {
            "customs_certify": True,
            "customs_signer": signer,
            "contents_type": "merchandise",
            "eel_pfc": "NOEEI 30.37(a)",
            "restriction_type": "none",
            "non_delivery_option": "return",
            "customs_items": items,
        }
        return {"customs_info": info}

    def _of_key(self, key: str) -> Any:
        name = quote(key, safe="")
        return self._line.get(f"/shipments/{name}") or self._line.get(f"/orders/{name}")

    def _buy(self, made: Any, rate: Any) -> Any:
        if "shipments" in made:
            wish = {"carrier": rate["carrier"], "service": rate["service"]}
            return self._line.post(f"/orders/{made['id']}/buy", wish)
        return self._line.post(f"/shipments/{made['id']}/buy", {"rate": {"id": rate["id"]}})

    def _rates(self, made: Any) -> list[tuple[Offer, Any]]:
        """What each service costs for all parcels together; one that lacks a parcel is none."""
        parcels = parcels_of(made)
        found = []
        for rate in parcels[0].get("rates", []):
            each = [same(rate, one.get("rates", [])) for one in parcels]
            if all(each):
                longest = max(days(one) for one in each)
                price = sum(minor(one["rate"], one["currency"]) for one in each)
                name = f"{rate['carrier']} {rate['service']}"
                found.append((Offer(self.name, name, price, rate["currency"], longest), rate))
        return found

    def _bought(self, made: Any) -> Bought | None:
        parcels = parcels_of(made)
        if not all(one.get("tracking_code") and one.get("selected_rate") for one in parcels):
            return None
        rates = [one["selected_rate"] for one in parcels]
        first = rates[0]
        price = sum(minor(rate["rate"], rate["currency"]) for rate in rates)
        name = f"{first['carrier']} {first['service']}"
        longest = max(days(rate) for rate in rates)
        offer = Offer(self.name, name, price, first["currency"], longest)
        numbers = tuple(
            (one["tracking_code"], (one.get("tracker") or {}).get("public_url") or "")
            for one in parcels
        )
        return Bought(offer, numbers)

    def _form(self, form: Any) -> LabelFile:
        if not form.get("form_url"):
            form = self._line.get(f"/scan_forms/{form['id']}") or {}
        if form.get("status") == "failed":
            raise Declined("no_form", f"EasyPost makes no SCAN form: {form.get('message')}"[:255])
        if not form.get("form_url"):
            raise ConnectionError("EasyPost has not made the SCAN form yet")
        return LabelFile(MEDIA["PDF"], self._line.file(form["form_url"]))

    def _label(self, shipment: Any) -> LabelFile:
        wanted = self._settings.get("label_format", "PDF")
        url = _url_of(shipment, wanted)
        if not url:
            path = f"/shipments/{shipment['id']}/label?file_format={wanted}"
            url = _url_of(self._line.get(path) or {}, wanted)
        if not url:
            raise ConnectionError(f"EasyPost has not made the label as {wanted} yet")
        return LabelFile(MEDIA[wanted], self._line.file(url))


def _url_of(shipment: Any, wanted: str) -> str:
    label = shipment.get("postage_label") or {}
    if label.get("label_file_type") == MEDIA[wanted] and label.get("label_url"):
        return str(label["label_url"])
    return str(label.get({"PDF": "label_pdf_url", "ZPL": "label_zpl_url"}.get(wanted, "")) or "")
