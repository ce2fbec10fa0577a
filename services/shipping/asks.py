"""What does shipping ask of the outside? One function for each stored call."""

from collections.abc import Sequence
from datetime import datetime

from chassis.work import Call
from services.shipping.domain.manifest import Manifest
from services.shipping.domain.shipment import Shipment

BUY, VOID, MAIL = "shipping.buy", "shipping.void", "shipping.mail"
MANIFEST, TRACK = "shipping.manifest", "shipping.track"


def buy(shipment: Shipment) -> Call:
    """Buy labels under the newest key; what earlier keys may have bought goes back."""
    *earlier, key = shipment.keys
    return Call(BUY, key, shipment.shipment_id, {"earlier": earlier})


def void(shipment: Shipment) -> Call:
    """Give back whatever was bought under any key, so that a lost answer costs nothing.

    Where the newest answer is known, so is its carrier, and what came before went back already.
    """
    key = f"void-{shipment.shipment_id}-{shipment.voids}"
    return Call(
        VOID, key, shipment.shipment_id, {"keys": shipment.keys, "carrier": shipment.carrier}
    )


def manifest(manifest: Manifest, shipments: Sequence[Shipment], *, own_list: bool) -> Call:
    """Ask the carrier for its form over what was bought under these keys, or do without one."""
    keys = [] if own_list else [shipment.keys[-1] for shipment in shipments]
    request = {"carrier": manifest.carrier, "keys": keys}
    return Call(MANIFEST, manifest.manifest_id, manifest.manifest_id, request)


def track(shipment: Shipment, due_at: datetime, number: int = 1) -> Call:
    """Ask the carrier where the parcels are; the same call again until there is news."""
    key = f"track-{shipment.shipment_id}-{number}"
    request = {"carrier": shipment.carrier, "key": shipment.keys[-1], "number": number}
    return Call(TRACK, key, shipment.shipment_id, request, due_at)


def mail(shipment: Shipment, kind: str, occasion: str) -> Call:
    """Tell the customer, once for each occasion."""
    key = f"mail:{shipment.shipment_id}:{occasion}"
    request = {"kind": kind, "shipment": shipment.shipment_id}
    return Call(MAIL, key, shipment.order_id, request)
