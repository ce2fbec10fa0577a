"""What is a manifest, and what becomes of it?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chassis.errors import Refused
from chassis.machine import Machine
from contracts.manifests import ManifestParcel
from services.shipping.domain.shipment import Shipment

# on labels of USPS the barcode says where to before it says which (GS1: 420, postcode, number)
WITH_POSTCODE = re.compile(r"420(?:[0-9]{5}|[0-9]{9})(9[0-9]{19,25})")


class State(StrEnum):
    """The life of a manifest."""

    PENDING = "pending"
    HANDED_OVER = "handed_over"
    FAILED = "failed"


S = State
LIFE = Machine("manifest", S.PENDING, {
    S.PENDING:     frozenset({S.HANDED_OVER, S.FAILED}),
    S.HANDED_OVER: frozenset(),
    S.FAILED:      frozenset(),
})  # fmt: skip


@dataclass
class Manifest:
    """The parcels that a carrier takes along at one time."""

    manifest_id: str
    carrier: str
    warehouse_id: str
    parcels: tuple[ManifestParcel, ...]
    closed_at: datetime
    closed_by: str
    state: str = State.PENDING.value
    problem: str = ""
    version: int = 1

    def hand_over(self) -> None:
        """The carrier has the parcels."""
        self.state = LIFE.move(self.manifest_id, State(self.state), S.HANDED_OVER).value

    def fail(self, reason: str) -> None:
        """Note why the carrier makes no form; the parcels wait as before."""
        self.state = LIFE.move(self.manifest_id, State(self.state), S.FAILED).value
        self.problem = reason[:255]

    @property
    def shipment_ids(self) -> list[str]:
        """The shipments on it, each once."""
        return list(dict.fromkeys(parcel.shipment_id for parcel in self.parcels))


def listed(shipments: Iterable[Shipment]) -> tuple[ManifestParcel, ...]:
    """What a manifest says of each parcel."""
    return tuple(
        ManifestParcel(
            shipment_id=shipment.shipment_id,
            number=shipment.number,
            tracking_number=box.tracking_number,
            service=shipment.service,
            weight_g=box.weight_g,
            postcode=shipment.ship_to.postcode,
            country=shipment.ship_to.country,
        )
        for shipment in shipments
        for box in shipment.boxes
    )


def read_scans(scans: Iterable[str]) -> frozenset[str]:
    """The tracking numbers that were scanned, as their carriers write them."""
    return frozenset(filter(None, map(_number, scans)))


def check_scans(scanned: frozenset[str], shipments: Sequence[Shipment]) -> None:
    """Raise Refused where something else was scanned, or a shipment only in part."""
    wait = {box.tracking_number for shipment in shipments for box in shipment.boxes}
    if strangers := sorted(scanned - wait):
        told = f"{strangers[0]} does not wait for this carrier at this warehouse."
        raise Refused("not_waiting", told, "tracking_numbers")
    for number, order in _left_behind(scanned, shipments):
        told = f"{number} goes with others of order #{order}: scan it, or leave all of them."
        raise Refused("in_part", told, "tracking_numbers")


def _left_behind(
    scanned: frozenset[str], shipments: Sequence[Shipment]
) -> Iterator[tuple[str, int]]:
    for shipment in shipments:
        for box in shipment.boxes:
            if box.tracking_number not in scanned:
                yield box.tracking_number, shipment.number


def _number(scan: str) -> str:
    bare = "".join(scan.split())
    found = WITH_POSTCODE.fullmatch(bare)
    return found[1] if found else bare
