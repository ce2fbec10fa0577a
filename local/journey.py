"""How does a person take an order through the warehouse and back? Steps for demo and tests."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from local.client import Client, Refusal

UNAVAILABLE = 503
GIVEN_UP = frozenset({"incomplete", "canceled"})
CARRIER_SECRET, PROVIDER_SECRET = b"sandbox-carrier-secret", b"sandbox-secret"


class Stuck(Exception):  # noqa: N818 - told with what the order looks like
    """An order did not come to where it should within the time."""


def until(what: str, probe: Callable[[], Any], *, within: float = 30, every: float = 0.1) -> Any:
    """Ask until the answer is true; raise Stuck that names what was waited for."""
    end = time.monotonic() + within
    while True:
        if found := probe():
            return found
        if time.monotonic() > end:
            raise Stuck(f"{what}: not within {within:.0f} s")
        time.sleep(every)


def order_body(lines: list[tuple[str, int, int]], **more: Any) -> dict[str, Any]:
    """An order of (SKU, quantity, price in cents), to a house in Berlin, by card."""
    total = sum(quantity * price for _, quantity, price in lines)
    delivery = more.pop("delivery", {"price": 490})
    return {
        "currency": "EUR",
        "lines": [{"sku": s, "quantity": q, "unit_price": p} for s, q, p in lines],
        "delivery": delivery,
        "total": total + delivery.get("price", 0),
        "payment": {"method": "card", "token": "tok_ok"},
        "ship_to": {
            "name": "Ada Reader",
            "line1": "Lindenstr. 5",
            "city": "Berlin",
            "postcode": "10969",
            "country": "DE",
        },
        "customer": {"email": "ada@example.com", "name": "Ada Reader"},
        **more,
    }


class Staff:
    """People at work: they pick, pack, hand over, and take goods back."""

    def __init__(self, api: Client, patience: float = 30) -> None:
        self.api, self._patience = api, patience

    def page(self, order_id: str) -> Any:
        """Look at an order's page."""
        return self.api.get(f"/orders/{order_id}")

    def wait_for(
        self, order_id: str, what: str, probe: Callable[[Any], Any], within: float = 0
    ) -> Any:
        """Look at an order's whole page until the probe likes it; return the page."""

        def look() -> Any:
            try:
                page = self.page(order_id)
            except Refusal as refusal:
                if refusal.status == UNAVAILABLE:
                    return None
                raise
            return page if not page["missing"] and probe(page) else None

        try:
            return until(f"order {order_id}: {what}", look, within=within or self._patience)
        except Stuck as stuck:
            page = self.page(order_id)
            runs = [
                (r["saga"], r["step"], r["phase"], r["problem"]) for r in page["order"]["journey"]
            ]
            last = [(h["action"], h["subject"], h["reason"]) for h in (page["history"] or [])[-4:]]
            raise Stuck(f"{stuck}; {page['order']['status']}, runs {runs}, last {last}") from None

    def whole(self, order_id: str) -> Any:
        """Look at an order's page when all services have answered."""
        return self.wait_for(order_id, "all services answer", lambda _page: True)

    def allocated(self, order_id: str, within: float = 0) -> Any:
        """Wait until an order is reserved, paid, routed and open for picking."""

        def is_open(page: Any) -> bool:
            live = [f["status"] for f in page["fulfillments"] if f["status"] not in GIVEN_UP]
            return bool(live) and "scheduled" not in live

        return self.wait_for(order_id, "open for picking", is_open, within)

    def pick(self, fulfillment: Any) -> Any:
        """Scan everything that is still to be picked."""
        where = f"/fulfillments/{fulfillment['fulfillment_order_id']}"
        for line in fulfillment["lines"]:
            left = line["quantity"] - line["picked"] - line["short"]
            if left > 0:
                scan = {
                    "barcode": line["barcodes"][0],
                    "bin": line["bin"],
                    "quantity": left,
                    "scan_id": uuid.uuid4().hex,
                }
                fulfillment = self.api.post(f"{where}/scans", scan)
        return fulfillment

    def pack(self, fulfillment: Any) -> Any:
        """Scan everything that was picked into the cartons that were proposed."""
        where = f"/fulfillments/{fulfillment['fulfillment_order_id']}"
        codes = [
            line["barcodes"][0]
            for line in self.api.get(where)["lines"]
            for _ in range(line["picked"])
        ]
        carton = (fulfillment["proposed_cartons"] or ["XL"])[0]
        return self.api.post(
            f"{where}/packages", {"packages": [{"carton": carton, "barcodes": codes}]}
        )

    def pick_and_pack(self, order_id: str) -> Any:
        """Pick and pack all open fulfillment orders of an order."""
        page = self.allocated(order_id)
        for fulfillment in page["fulfillments"]:
            if fulfillment["status"] in {"open", "in_progress"}:
                self.pack(self.pick(fulfillment))
        return self.wait_for(
            order_id, "labels bought",
            lambda p: p["shipments"] and all(s["state"] != "pending" for s in p["shipments"]),
        )  # fmt: skip

    def hand_over(self, order_id: str) -> Any:
        """Hand all labeled parcels of an order over to the carrier."""
        for shipment in self.whole(order_id)["shipments"]:
            if shipment["state"] == "label_purchased" and shipment["fulfillment_order_id"]:
                self.api.post(f"/shipments/{shipment['shipment_id']}/handover")
        return self.wait_for(
            order_id, "shipped and captured",
            lambda p: {"shipped", "payment captured"} <= {h["action"] for h in p["history"]},
        )  # fmt: skip

    def close_manifest(self, *order_ids: str) -> Any:
        """Hand all parcels of these orders over at once; return the manifest when it is done."""
        shipments = [s for one in order_ids for s in self.whole(one)["shipments"]]
        numbers = [box["tracking_number"] for s in shipments for box in s["parcels"]]
        place = self.whole(order_ids[0])["fulfillments"][0]["warehouse_id"]
        wish = {"warehouse_id": place, "tracking_numbers": numbers}
        closed = self.api.post("/manifests", {"carrier": shipments[0]["carrier"], **wish})
        where = f"/manifests/{closed['manifest_id']}"
        until(f"{where} is answered", lambda: self.api.get(where)["state"] != "pending")
        return self.api.get(where)

    def track(
        self, number: str, status: str, at: datetime | None = None, event_id: str = ""
    ) -> None:
        """Play the carrier: tell where a parcel is."""
        body = json.dumps(
            {
                "id": event_id or uuid.uuid4().hex,
                "tracking_number": number,
                "status": status,
                "at": (at or datetime.now(UTC)).isoformat(),
                "place": "Berlin",
            }
        ).encode()
        self.webhook("/webhooks/carriers/sandbox", body, CARRIER_SECRET)

    def webhook(self, path: str, body: bytes, secret: bytes) -> None:
        """Post a signed webhook, as often as it takes: senders do when the other side is away."""
        headers = {
            "Content-Type": "application/json",
            "X-Signature": hmac.new(secret, body, hashlib.sha256).hexdigest(),
        }

        def send() -> bool:
            try:
                answer = self.api.session.post(
                    f"{self.api.url}{path}", data=body, timeout=30, headers=headers
                )
            except requests.ConnectionError:
                return False
            if not answer.ok and answer.status_code != UNAVAILABLE:
                raise Refusal(answer.status_code, answer.json())
            return answer.ok

        until("webhook taken", send)

    def deliver(self, order_id: str) -> Any:
        """Play the carrier until all parcels of an order have arrived."""
        for shipment in self.whole(order_id)["shipments"]:
            for parcel in shipment["parcels"] if shipment["fulfillment_order_id"] else ():
                for status in ("in_transit", "out_for_delivery", "delivered"):
                    self.track(parcel["tracking_number"], status)
        return self.wait_for(order_id, "completed", lambda p: p["order"]["status"] == "completed")

    def ship_whole(self, order_id: str) -> Any:
        """Take an order from allocated to delivered."""
        self.pick_and_pack(order_id)
        self.hand_over(order_id)
        return self.deliver(order_id)

    def send_back(
        self,
        order_id: str,
        wanted: list[tuple[str, int]],
        *,
        grade: str = "A",
        disposition: str = "restock",
    ) -> Any:
        """Return (line id, quantity) of an order: ask, receive, inspect; wait until it is done."""
        lines = [{"line_id": x, "quantity": q, "reason": "unwanted"} for x, q in wanted]
        opened = self.api.post(f"/orders/{order_id}/returns", {"lines": lines})
        where = f"/returns/{opened['return_id']}"
        until(
            "return label",
            lambda: self.api.get(where)["tracking_number"],
            within=self._patience,
        )
        arrived = [{"line_id": x, "quantity": q} for x, q in wanted]
        receipt = {"receipt_id": uuid.uuid4().hex, "warehouse_id": "berlin", "lines": arrived}
        self.api.post(f"{where}/receipts", receipt)
        found = [{**x, "grade": grade, "disposition": disposition} for x in arrived]
        self.api.post(f"{where}/inspection", {"lines": found})
        return until(
            "return completed",
            lambda: (r := self.api.get(where))["status"] == "completed" and r,
            within=self._patience,
        )
