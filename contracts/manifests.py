"""What is said of manifests: the lists with which parcels are handed over to a carrier at once."""

from typing import Annotated

from msgspec import Meta

from contracts.message import Wire, question, request
from contracts.values import Code, Count, Country, Grams, Instant, Limit, ShipmentId, Text
from contracts.warehouse import Document

ManifestId = Annotated[str, Meta(pattern=r"^man_[0-9A-Z]{26}$")]
Scans = Annotated[tuple[Text, ...], Meta(max_length=1000)]
Scope = Annotated[tuple[Code, ...], Meta(max_length=200)]


class FindOpenParcels(Wire, frozen=True, kw_only=True):
    """What has a label and waits for its carrier, in all warehouses or in these."""

    warehouses: Scope = ()


class OpenParcels(Wire, frozen=True, kw_only=True):
    """What waits for one carrier at one warehouse, and since when the first of it."""

    carrier: Text
    warehouse_id: Text
    shipments: Count
    parcels: Count
    since: Instant


class OpenParcelsByCarrier(Wire, frozen=True, kw_only=True):
    """What waits, for each carrier at each warehouse."""

    waiting: tuple[OpenParcels, ...]


class CloseManifest(Wire, frozen=True, kw_only=True):
    """Hand over what waits for a carrier at a warehouse: all of it, or what was scanned.

    The carrier is asked for its own form where it has one; with `own_list` it is not.
    """

    carrier: Code
    warehouse_id: Text
    tracking_numbers: Scans = ()
    own_list: bool = False


class ManifestParcel(Wire, frozen=True, kw_only=True):
    """One parcel on a manifest, and the order that it belongs to."""

    shipment_id: ShipmentId
    number: int
    tracking_number: Text
    service: Text
    weight_g: Grams
    postcode: Text
    country: Country


class Manifest(Wire, frozen=True, kw_only=True):
    """The parcels that a carrier takes along at one time.

    It is `pending` until the carrier has answered, then `handed_over`, or `failed` with what the
    carrier said: then its parcels wait as before.
    """

    manifest_id: ManifestId
    carrier: Text
    warehouse_id: Text
    state: str
    parcels: tuple[ManifestParcel, ...]
    closed_at: Instant
    closed_by: str
    problem: Text = ""


class ManifestRef(Wire, frozen=True, kw_only=True):
    """One manifest."""

    manifest_id: ManifestId


class FindManifests(Wire, frozen=True, kw_only=True):
    """Which manifests to list, newest first."""

    carrier: Text = ""
    warehouse_id: Text = ""
    warehouses: Scope = ()
    after: Text = ""
    limit: Limit = 50


class ManifestPage(Wire, frozen=True, kw_only=True):
    """A page of manifests; `next` is empty on the last."""

    manifests: tuple[Manifest, ...]
    next: str = ""


class ManifestPaper(Wire, frozen=True, kw_only=True):
    """What the driver signs: the carrier's own form where it made one, then our list."""

    manifest_id: ManifestId
    document: Document


OPEN_PARCELS = question("shipping.open_parcels", FindOpenParcels, OpenParcelsByCarrier)
CLOSE = request("shipping.close_manifest", CloseManifest, Manifest)
MANIFEST = question("shipping.manifest", ManifestRef, Manifest)
MANIFESTS = question("shipping.find_manifests", FindManifests, ManifestPage)
PAPER = question("shipping.manifest_paper", ManifestRef, ManifestPaper)
