"""What can be asked of manifests, and of what waits to be put on one?"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from chassis.keeping import read, read_one
from contracts import manifests as said
from services.shipping import label_files, papers
from services.shipping.carriers.carrier import LabelFile
from services.shipping.domain.manifest import Manifest
from services.shipping.manifest_paper import manifest_list
from services.shipping.tables import WAITS, manifest_forms, manifests, shipments

MOST_GROUPS = 500


def open_parcels(session: Session, asked: said.FindOpenParcels) -> said.OpenParcelsByCarrier:
    """Count what waits for each carrier at each warehouse."""
    group = (shipments.c.warehouse_id, shipments.c.carrier)
    query = sa.select(
        *group,
        sa.func.count().label("shipments"),
        sa.func.sum(sa.func.jsonb_array_length(shipments.c.boxes)).label("parcels"),
        sa.func.min(shipments.c.created_at).label("since"),
    ).where(WAITS)
    if asked.warehouses:
        query = query.where(shipments.c.warehouse_id.in_(asked.warehouses))
    rows = session.execute(query.group_by(*group).order_by(*group).limit(MOST_GROUPS))
    waiting = tuple(
        said.OpenParcels(
            carrier=row.carrier,
            warehouse_id=row.warehouse_id,
            shipments=row.shipments,
            parcels=row.parcels,
            since=row.since,
        )
        for row in rows
    )
    return said.OpenParcelsByCarrier(waiting=waiting)


def find_manifests(session: Session, asked: said.FindManifests) -> said.ManifestPage:
    """List manifests, newest first."""
    query = sa.select(manifests).order_by(manifests.c.manifest_id.desc()).limit(asked.limit + 1)
    for column in (manifests.c.carrier, manifests.c.warehouse_id):
        if wanted := getattr(asked, column.name):
            query = query.where(column == wanted)
    if asked.warehouses:
        query = query.where(manifests.c.warehouse_id.in_(asked.warehouses))
    if asked.after:
        query = query.where(manifests.c.manifest_id < asked.after)
    found = read(session, Manifest, query)
    page = tuple(view(manifest) for manifest in found[: asked.limit])
    return said.ManifestPage(
        manifests=page, next=page[-1].manifest_id if len(found) > asked.limit else ""
    )


def get_manifest(session: Session, asked: said.ManifestRef) -> said.Manifest:
    """Show a manifest."""
    return view(_got(session, asked.manifest_id))


def get_paper(session: Session, asked: said.ManifestRef) -> said.ManifestPaper:
    """Give what the driver signs: the carrier's forms, then our list."""
    manifest = _got(session, asked.manifest_id)
    ours = LabelFile(papers.PDF, manifest_list(manifest))
    content = papers.joined(
        [*label_files.kept(session, manifest.manifest_id, manifest_forms), ours]
    )
    name = f"manifest-{manifest.manifest_id}.pdf"
    paper = papers.document(name, papers.PDF, content)
    return said.ManifestPaper(manifest_id=manifest.manifest_id, document=paper)


def view(manifest: Manifest) -> said.Manifest:
    """Show a manifest as others see it."""
    return said.Manifest(
        manifest_id=manifest.manifest_id,
        carrier=manifest.carrier,
        warehouse_id=manifest.warehouse_id,
        state=manifest.state,
        parcels=manifest.parcels,
        closed_at=manifest.closed_at,
        closed_by=manifest.closed_by,
        problem=manifest.problem,
    )


def _got(session: Session, manifest_id: str) -> Manifest:
    manifest = read_one(session, Manifest, manifest_id)
    if manifest is None:
        raise NotFound("manifest", manifest_id, "manifest_id")
    return manifest
