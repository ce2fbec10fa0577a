"""Where do the handlers of shipping find things? Ports, implemented in tables.py."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from chassis.errors import NotFound
from services.shipping.domain.manifest import Manifest
from services.shipping.domain.shipment import Shipment


class Shipments(Protocol):
    """Shipments, all of them locked."""

    def get(self, shipment_id: str) -> Shipment | None:
        """Find a shipment."""

    def of_fulfillment(self, fulfillment_order_id: str) -> Shipment | None:
        """Find the shipment of a fulfillment order."""

    def of_return(self, return_id: str) -> Shipment | None:
        """Find the shipment of a return."""

    def of_tracking(self, tracking_number: str) -> Shipment | None:
        """Find the newest shipment with a parcel of this number: carriers use numbers again."""

    def add(self, shipment: Shipment) -> None:
        """Keep a new shipment."""

    def keep_numbers(self, shipment: Shipment) -> None:
        """Let a shipment be found by its tracking numbers."""

    def waiting(
        self, carrier: str, warehouse_id: str, limit: int, numbers: Collection[str] = ()
    ) -> list[Shipment]:
        """Find what waits for a carrier at a warehouse; only what has one of the numbers, if any.

        The oldest come first.
        """

    def of_manifest(self, manifest_id: str) -> list[Shipment]:
        """Find the shipments on a manifest."""

    def is_void(self, fulfillment_order_id: str) -> bool:
        """Tell whether labels were called off before they were asked for."""

    def mark_void(self, fulfillment_order_id: str, now: datetime) -> None:
        """Remember that labels were called off."""


class Manifests(Protocol):
    """Manifests, all of them locked."""

    def get(self, manifest_id: str) -> Manifest | None:
        """Find a manifest."""

    def add(self, manifest: Manifest) -> None:
        """Keep a new manifest."""


def found(shipments: Shipments, shipment_id: str) -> Shipment:
    """Find a shipment, or raise NotFound."""
    if shipment := shipments.get(shipment_id):
        return shipment
    raise NotFound("shipment", shipment_id, "shipment_id")
