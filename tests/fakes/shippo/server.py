"""What does Shippo answer? A small one over real HTTP, made of recorded answers."""

import copy
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.serving import Answer, Moods, served

RECORDINGS = Path(__file__).parent / "recordings"
NOT_FOUND: Answer = (404, "<h1>Not Found</h1>", {})


def recorded(name: str) -> list[Any]:
    """The exchanges of a recording."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())


class ShippoDesk(Moods):
    """What Shippo keeps: shipments, labels by rate, refunds, manifests."""

    def __init__(self) -> None:
        super().__init__()
        self.token, self.webhook_secret = "shippo_test_1", "hush"
        self.shipments: list[Any] = []
        self.labels: list[Any] = []
        self.refunds: list[str] = []
        self.manifests: list[Any] = []
        self.tracks: dict[str, Any] = {}
        self.status = "SUCCESS"
        self.breaks_at = ""
        self.refund_status = "PENDING"
        self.made = recorded("shipment_test_retrieve")[-1]["response"]["body"]
        self.label = recorded("transaction_test_create")[-1]["response"]["body"]
        self.form = recorded("manifest_test_create")[-1]["response"]["body"]

    @property
    def sold(self) -> list[str]:
        """The tracking numbers of all labels that cost something."""
        return [one["tracking_number"] for one in self.labels if one["status"] != "ERROR"]

    def answer(  # noqa: C901, PLR0911 - one for each thing that can be asked
        self, method: str, target: str, headers: Mapping[str, str], body: Any
    ) -> Answer:
        """Answer as Shippo does."""
        parts = urlsplit(target)
        if parts.path.startswith("/files/"):
            return 200, f"paper of {parts.path}", {}
        if headers.get("Authorization") != f"ShippoToken {self.token}":
            return 401, {"detail": "Invalid token."}, {}
        if f"{method} {parts.path}" == self.breaks_at:
            self.breaks_at = ""
            return 500, {}, {}
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match method, parts.path:
            case "GET", "/addresses/":
                return 200, recorded("address_test_list_all")[0]["response"]["body"], {}
            case "POST", "/addresses/":
                known = body["street1"] == "215 Clayton St"
                name = "address_test_validate" if known else "address_test_invalid_validate"
                return 201, recorded(name)[-1]["response"]["body"], {}
            case "POST", "/shipments/":
                return self.make(body)
            case "GET", "/transactions/":
                found = [one for one in self.labels if one["rate"] == asked["rate"]]
                return 200, {"next": None, "previous": None, "results": found[::-1]}, {}
            case "POST", "/transactions/":
                return self.sell(body)
            case "GET", path if path in self.tracks:
                return 200, self.tracks[path], {}
            case "POST", "/refunds/":
                return self.refund(body["transaction"])
            case "GET", "/manifests/":
                return 200, {"next": None, "previous": None, "results": self.manifests[::-1]}, {}
            case "POST", "/manifests/":
                return self.manifest(body)
        return NOT_FOUND

    def make(self, wish: Any) -> Answer:
        """Make a shipment with rates; what lacks its parcels is refused as it really is."""
        if not wish.get("parcels"):
            refused = recorded("shipment_test_invalid_create")[-1]["response"]
            return refused["status"], refused["body"], {}
        number = len(self.shipments)
        made = copy.deepcopy(self.made) | {"object_id": f"shipment{number}"}
        made |= {"metadata": wish["metadata"], "customs_declaration": None}
        made["told"] = wish
        made["parcels"] = [
            {**made["parcels"][0], **one, "object_id": f"parcel{number}-{place}"}
            for place, one in enumerate(wish["parcels"])
        ]
        for place, rate in enumerate(made["rates"]):
            rate |= {"object_id": f"rate{number}-{place}", "shipment": made["object_id"]}
        self.shipments.append(made)
        return 201, made, {}

    def sell(self, wish: Any) -> Answer:
        """Sell a label for each parcel of the rate's shipment."""
        rates = {rate["object_id"]: made for made in self.shipments for rate in made["rates"]}
        made = rates.get(wish.get("rate"))
        if made is None:
            refused = recorded("transaction_test_invalid_create")[-1]["response"]
            return refused["status"], refused["body"], {}
        first = len(self.labels)
        for parcel in made["parcels"]:
            number = f"92055901755477{len(self.labels):08d}"
            label = copy.deepcopy(self.label) | {
                "object_id": f"label{len(self.labels)}", "rate": wish["rate"],
                "status": self.status, "parcel": parcel["object_id"], "metadata": wish["metadata"],
            }  # fmt: skip
            if self.status == "SUCCESS":
                label |= {
                    "tracking_number": number, "label_url": f"{self.url}/files/{number}",
                    "tracking_url_provider": f"https://tracking.example/{number}",
                }  # fmt: skip
            if self.status == "ERROR":
                label["messages"] = [{"source": "USPS", "code": "", "text": "No such day."}]
            self.labels.append(label)
        return 201, self.labels[first], {}

    def refund(self, name: str) -> Answer:
        """Take a label back once."""
        label = next(one for one in self.labels if one["object_id"] == name)
        if self.refund_status != "ERROR":
            label["status"] = "REFUNDPENDING"
            self.refunds.append(label["tracking_number"])
        return 201, {"object_id": "refund", "status": self.refund_status, "transaction": name}, {}

    def manifest(self, wish: Any) -> Answer:
        """Make a manifest of labels that are on none."""
        taken = {label for one in self.manifests for label in one["transactions"]}
        if taken & set(wish["transactions"]):
            return 400, {"transactions": ["Already on a manifest."]}, {}
        number = len(self.manifests)
        form = copy.deepcopy(self.form) | {
            "object_id": f"manifest{number}", "transactions": wish["transactions"],
            "carrier_account": wish["carrier_account"], "address_from": wish["address_from"],
            "documents": [f"{self.url}/files/manifest{number}"],
        }  # fmt: skip
        self.manifests.append(form)
        return 201, form, {}

    def webhook(self, number: str, *scans: tuple[str, str, str]) -> tuple[str, str]:
        """What Shippo posts of a parcel, (status, substatus, when) each, and its signature."""
        history = [
            {"status": status, "substatus": {"code": substatus}, "status_date": at,
             "status_details": f"It is {status}.", "location": {"city": "Reno", "country": "US"}}
            for status, substatus, at in scans
        ]  # fmt: skip
        track = {"tracking_number": number, "carrier": "usps", "tracking_history": history,
                 "tracking_status": history[-1]}  # fmt: skip
        body = json.dumps({"event": "track_updated", "test": True, "data": track})
        digest = hmac.new(self.webhook_secret.encode(), f"17.{body}".encode(), hashlib.sha256)
        return body, f"t=17,v1={digest.hexdigest()}"


@contextmanager
def a_shippo() -> Iterator[ShippoDesk]:
    """Open Shippo on a port of its own."""
    desk = ShippoDesk()
    with served(desk, desk.answer, ""):
        yield desk
