"""How are parcels handed over all at once? By a manifest, which the carrier is asked for first."""

from chassis.errors import NotFound, Refused
from chassis.outside import Outcome
from chassis.work import Work
from contracts.manifests import CloseManifest
from services.shipping import asks
from services.shipping.domain.manifest import Manifest, check_scans, listed, read_scans
from services.shipping.ports import Manifests, Shipments
from services.shipping.tracking import leave

MOST = 200


def close_manifest(
    wish: CloseManifest, work: Work, shipments: Shipments, manifests: Manifests
) -> Manifest:
    """Put parcels on a manifest, so that they leave together or stay together."""
    scanned = read_scans(wish.tracking_numbers)
    waiting = shipments.waiting(wish.carrier, wish.warehouse_id, MOST, scanned)
    check_scans(scanned, waiting) if scanned else None
    if not waiting:
        where = f" at {wish.warehouse_id}" if wish.warehouse_id else ""
        raise Refused("nothing_waits", f"Nothing waits for {wish.carrier}{where}.", "carrier")
    manifest = Manifest(
        manifest_id=work.new_id("man"),
        carrier=wish.carrier,
        warehouse_id=wish.warehouse_id,
        parcels=listed(waiting),
        closed_at=work.now,
        closed_by=work.actor,
    )
    manifests.add(manifest)
    for shipment in waiting:
        shipment.manifest_id = manifest.manifest_id
    work.call(asks.manifest(manifest, waiting, own_list=wish.own_list))
    return manifest


def conclude_manifest(
    outcome: Outcome, work: Work, shipments: Shipments, manifests: Manifests
) -> None:
    """All parcels have left, or all wait as before; one that left meanwhile has left."""
    manifest = manifests.get(outcome.call.subject)
    if manifest is None:
        raise NotFound("manifest", outcome.call.subject, "manifest_id")
    if outcome.status == "succeeded":
        manifest.hand_over()
    else:
        manifest.fail(outcome.reason or outcome.code)
    for shipment in shipments.of_manifest(manifest.manifest_id):
        if shipment.has_left:
            continue
        if outcome.status == "succeeded":
            leave(shipment, work.now, work)
        else:
            shipment.manifest_id = ""
