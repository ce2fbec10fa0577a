"""What are the ports of shipping in a test? Dictionaries that keep the same promises."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from services.shipping.domain.manifest import Manifest
from services.shipping.domain.shipment import Shipment


@dataclass
class MemoryShipments:
    """Shipments in a dictionary."""

    shipments: dict[str, Shipment] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    voided: dict[str, datetime] = field(default_factory=dict)

    def get(self, shipment_id: str) -> Shipment | None:
        """Find a shipment."""
        return self.shipments.get(shipment_id)

    def of_fulfillment(self, fulfillment_order_id: str) -> Shipment | None:
        """Find the shipment of a fulfillment order."""
        return self._first(lambda s: s.fulfillment_order_id == fulfillment_order_id)

    def of_return(self, return_id: str) -> Shipment | None:
        """Find the shipment of a return."""
        return self._first(lambda s: s.return_id == return_id)

    def of_tracking(self, tracking_number: str) -> Shipment | None:
        """Find the newest shipment with a parcel of this number."""
        return self.shipments.get(self.numbers.get(tracking_number, ""))

    def add(self, shipment: Shipment) -> None:
        """Keep a new shipment."""
        self.shipments[shipment.shipment_id] = shipment

    def keep_numbers(self, shipment: Shipment) -> None:
        """Let a shipment be found by its tracking numbers."""
        for box in shipment.boxes:
            self.numbers[box.tracking_number] = shipment.shipment_id

    def waiting(
        self, carrier: str, warehouse_id: str, limit: int, numbers: Collection[str] = ()
    ) -> list[Shipment]:
        """Find what waits for a carrier at a warehouse."""
        here = [
            shipment
            for _, shipment in sorted(self.shipments.items())
            if shipment.waits_for_carrier
            and (shipment.carrier, shipment.warehouse_id) == (carrier, warehouse_id)
            and (not numbers or {box.tracking_number for box in shipment.boxes} & set(numbers))
        ]
        return here[:limit]

    def of_manifest(self, manifest_id: str) -> list[Shipment]:
        """Find the shipments on a manifest."""
        return [s for s in self.shipments.values() if s.manifest_id == manifest_id]

    def is_void(self, fulfillment_order_id: str) -> bool:
        """Tell whether labels were called off before they were asked for."""
        return fulfillment_order_id in self.voided

    def mark_void(self, fulfillment_order_id: str, now: datetime) -> None:
        """Remember that labels were called off."""
        self.voided.setdefault(fulfillment_order_id, now)

    def _first(self, fits: Callable[[Shipment], bool]) -> Shipment | None:
        return next((s for s in self.shipments.values() if fits(s)), None)


@dataclass
class MemoryManifests:
    """Manifests in a dictionary."""

    manifests: dict[str, Manifest] = field(default_factory=dict)

    def get(self, manifest_id: str) -> Manifest | None:
        """Find a manifest."""
        return self.manifests.get(manifest_id)

    def add(self, manifest: Manifest) -> None:
        """Keep a new manifest."""
        self.manifests[manifest.manifest_id] = manifest
