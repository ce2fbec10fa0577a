"""What does shipping look like in a test? Valid unless the test says otherwise."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.ids import new_id
from chassis.outside import Outcome, OutsideCall
from chassis.work import Call, Rehearsal
from contracts.manifests import CloseManifest
from contracts.shipping import (
    CreateReturnLabel,
    CreateShipment,
    CustomsItem,
    HandOver,
    TrackingEvent,
    VoidShipment,
)
from contracts.values import Address, Dimensions
from contracts.warehouse import PackedPackage
from services.shipping import asks, handlers, manifests, tracking
from services.shipping.domain.manifest import Manifest
from services.shipping.domain.parcel import Box, TrackingNotice
from services.shipping.domain.shipment import Shipment
from services.shipping.memory import MemoryManifests, MemoryShipments

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORDER, FULFILLMENT, RETURN = new_id("ord"), new_id("ful"), new_id("ret")


def an_address(country: str = "DE", name: str = "Ada Reader", **changes: Any) -> Address:
    fields = {"line1": "Lindenstr. 5", "city": "Berlin", "postcode": "10969"}
    return Address(name=name, country=country, **{**fields, **changes})


def a_size(length: int = 300, width: int = 200, height: int = 150) -> Dimensions:
    return Dimensions(length_mm=length, width_mm=width, height_mm=height)


def a_package(weight_g: int = 1260) -> PackedPackage:
    return PackedPackage(
        package_id=new_id("pac"), carton="S", dimensions=a_size(), weight_g=weight_g, items=()
    )


def an_item(sku: str = "MUG-BLUE", **changes: Any) -> CustomsItem:
    fields: dict[str, Any] = {
        "description": "Mug blue",
        "quantity": 3,
        "value": 1290,
        "weight_g": 380,
        "hs_code": "6912.00",
        "origin_country": "DE",
    }
    return CustomsItem(sku=sku, **{**fields, **changes})


def a_wish(to: str = "DE", **changes: Any) -> CreateShipment:
    fields: dict[str, Any] = {
        "order_id": ORDER,
        "number": 10042,
        "fulfillment_order_id": FULFILLMENT,
        "service": "standard",
        "ship_from": an_address(name="Berlin North"),
        "ship_to": an_address(to),
        "email": "ada@example.com",
        "currency": "EUR",
        "packages": (a_package(),),
        "items": (an_item(),),
        "warehouse_id": "berlin",
    }
    return CreateShipment(**{**fields, **changes})


def a_return_wish(**changes: Any) -> CreateReturnLabel:
    fields: dict[str, Any] = {
        "return_id": RETURN,
        "order_id": ORDER,
        "ship_from": an_address(),
        "ship_to": an_address(name="Berlin North"),
        "weight_g": 500,
        "email": "ada@example.com",
    }
    return CreateReturnLabel(**{**fields, **changes})


def a_box(number: str = "SB100000012XX", **changes: Any) -> Box:
    fields = {"package_id": new_id("pac"), "dimensions": a_size(), "weight_g": 1260}
    url = f"https://sandbox.example/track/{number}" if number else ""
    return Box(tracking_number=number, tracking_url=url, **{**fields, **changes})


def a_shipment(*boxes: Box, to: str = "DE", **changes: Any) -> Shipment:
    """A shipment whose labels are bought."""
    fields: dict[str, Any] = {
        "shipment_id": new_id("shp"),
        "order_id": ORDER,
        "fulfillment_order_id": FULFILLMENT,
        "return_id": "",
        "number": 10042,
        "wanted": "standard",
        "ship_from": an_address(name="Berlin North"),
        "ship_to": an_address(to),
        "email": "ada@example.com",
        "currency": "EUR",
        "boxes": boxes or (a_box(),),
        "customs": (an_item(),),
        "created_at": NOW,
        "state": "label_purchased",
        "carrier": "sandbox",
        "service": "standard",
        "warehouse_id": "berlin",
    }
    return Shipment(**{**fields, **changes})


def a_notice(
    status: str = "in_transit", hours: float = 1, number: str = "SB100000012XX", event_id: str = ""
) -> TrackingNotice:
    event = TrackingEvent(at=NOW + timedelta(hours=hours), status=status, place="Leipzig")
    return TrackingNotice(event_id=event_id or new_id("evt"), tracking_number=number, event=event)


def a_posting(**changes: Any) -> str:
    """What the sandbox carrier posts."""
    fields: dict[str, Any] = {
        "id": "evt-1",
        "tracking_number": "SB100000012XX",
        "status": "in_transit",
        "at": "2026-03-02T12:00:00+01:00",
        "place": "Leipzig",
    }
    return json.dumps({**fields, **changes})


def a_call(call: Call, attempts: int = 1) -> OutsideCall:
    """A stored call as its executor gets it."""
    return OutsideCall(
        id=new_id("call"),
        kind=call.kind,
        key=call.key,
        subject=call.subject,
        request=dict(call.request),
        attempts=attempts,
        unknown=attempts > 1,
        actor="key:test",
        correlation_id=ORDER,
    )


class Desk:
    """Shipping at work: give it messages and answers, look at what it says and asks."""

    def __init__(self) -> None:
        self.shipments = MemoryShipments()
        self.manifests = MemoryManifests()
        self.work = Rehearsal(NOW, actor="person:ann")
        self.can_track = False

    @property
    def shipment(self) -> Shipment:
        [only] = self.shipments.shipments.values()
        return only

    @property
    def said(self) -> list[str]:
        return [type(message).__name__ for message in self.work.sent]

    def asked(self, kind: str) -> list[Call]:
        return [call for call in self.work.calls if call.kind == kind]

    def mails(self) -> list[str]:
        return [call.request["kind"] for call in self.asked(asks.MAIL)]

    def create(self, **changes: Any) -> Any:
        handlers.create_shipment(a_wish(**changes), self.work, self.shipments)
        return self.work.sent[-1] if self.work.sent else None

    def create_return(self, **changes: Any) -> Any:
        handlers.create_return_label(a_return_wish(**changes), self.work, self.shipments)
        return self.work.sent[-1] if self.work.sent else None

    def void(self, fulfillment_order_id: str = FULFILLMENT) -> Any:
        command = VoidShipment(order_id=ORDER, fulfillment_order_id=fulfillment_order_id)
        handlers.void_shipment(command, self.work, self.shipments)
        return self.work.sent[-1] if self.work.sent else None

    def sold(self, *numbers: str) -> Any:
        """The carrier has sold the labels that were wished last."""
        parcels = [[n, f"https://sandbox.example/track/{n}"] for n in numbers or ["SB100000012XX"]]
        result = {
            "carrier": "sandbox", "service": "standard", "price": 527, "currency": "EUR",
            "parcels": parcels, "choice": "sandbox standard for 5.27 EUR: the only offer",
            "can_track": self.can_track,
        }  # fmt: skip
        return self.answer(asks.BUY, "succeeded", result)

    def answer(
        self, kind: str, status: Any, result: dict[str, Any] | None = None, reason: str = "",
        code: str = "",
    ) -> Any:  # fmt: skip
        """The carrier has answered the newest call of a kind."""
        code = code or ("code" if reason else "")
        outcome = Outcome(a_call(self.asked(kind)[-1]), status, result or {}, code, reason)
        if kind == asks.TRACK:
            tracking.conclude_track(outcome, self.work, self.shipments)
            return None
        if kind == asks.MANIFEST:
            manifests.conclude_manifest(outcome, self.work, self.shipments, self.manifests)
            return None
        conclude = {asks.BUY: handlers.conclude_purchase, asks.VOID: handlers.conclude_void}[kind]
        conclude(outcome, self.work, self.shipments)
        return self.work.sent[-1] if self.work.sent else None

    def labeled(self, *numbers: str, **changes: Any) -> Shipment:
        """Buy labels, and forget what was said on the way."""
        packages = tuple(a_package() for _ in numbers or [""])
        self.create(**{"packages": packages, **changes})
        self.sold(*numbers)
        self.work.sent.clear()
        return self.shipment

    def hand_over(self, expected_version: int | None = None) -> Shipment:
        wish = HandOver(shipment_id=self.shipment.shipment_id, expected_version=expected_version)
        return tracking.hand_over(wish, self.work, self.shipments)

    def close(self, *scans: str, **changes: Any) -> Manifest:
        fields = {"carrier": "sandbox", "warehouse_id": "berlin", "tracking_numbers": scans}
        wish = CloseManifest(**{**fields, **changes})
        return manifests.close_manifest(wish, self.work, self.shipments, self.manifests)

    def told(self, status: str, hours: float = 1, **changes: Any) -> None:
        """The carrier tells of a parcel."""
        tracking.take_tracking(a_notice(status, hours, **changes), self.work, self.shipments)
