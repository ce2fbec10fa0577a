"""Where are shipments kept? With their parcels; and beside them how they are found."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from chassis.keeping import add, insert_rows, keep, load_locked, locked, take
from chassis.outside import Outcome
from chassis.retention import kept
from chassis.sealing import Sealed
from chassis.store import Instant, Packed, new_metadata
from contracts.carriers import SaveCarrierAccount
from contracts.manifests import ManifestParcel
from contracts.shipping import CustomsItem
from contracts.values import Address
from services.shipping.domain.manifest import Manifest
from services.shipping.domain.parcel import Box
from services.shipping.domain.shipment import Shipment, State

metadata = new_metadata()


def _papers(name: str, owner: str, start: str) -> sa.Table:
    """Papers that carriers made, in order for each owner, whose ids begin like that."""
    return sa.Table(
        name,
        metadata,
        sa.Column(owner, sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
        info=kept("labels_kept_days", start),
    )


shipments = sa.Table(
    "shipments",
    metadata,
    sa.Column("shipment_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False, index=True),
    sa.Column("fulfillment_order_id", sa.Text, nullable=False),
    sa.Column("return_id", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("wanted", sa.Text, nullable=False),
    sa.Column("ship_from", Packed(Address), nullable=False),
    sa.Column("ship_to", Packed(Address), nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("boxes", Packed(tuple[Box, ...]), nullable=False),
    sa.Column("customs", Packed(tuple[CustomsItem, ...]), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("carrier", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("cost", sa.BigInteger, nullable=False),
    sa.Column("cost_currency", sa.Text, nullable=False),
    sa.Column("choice", sa.Text, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("void_asked", sa.Boolean, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("voids", sa.Integer, nullable=False),
    sa.Column("shipped_at", Instant),
    sa.Column("delivered_at", Instant),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("deliver_by", Instant),
    sa.Column("warehouse_id", sa.Text, nullable=False, server_default=""),
    sa.Column("manifest_id", sa.Text, nullable=False, server_default=""),
    sa.Column("doubted", sa.Text, nullable=False, server_default=""),
    sa.Column("address_check", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("cost >= 0", name="cost"),
    sa.Index("uq_shipments_fulfillment", "fulfillment_order_id", unique=True,
             postgresql_where=sa.text("fulfillment_order_id <> ''")),
    sa.Index("uq_shipments_return", "return_id", unique=True,
             postgresql_where=sa.text("return_id <> ''")),
    sa.Index("ix_shipments_state", "state", "shipment_id"),
    sa.Index("ix_shipments_manifest", "manifest_id",
             postgresql_where=sa.text("manifest_id <> ''")),
)  # fmt: skip
numbered = sa.Table(
    "tracking_numbers",
    metadata,
    sa.Column("tracking_number", sa.Text, primary_key=True),
    sa.Column("shipment_id", sa.Text, nullable=False, index=True),
)
voided = sa.Table(
    "voided_fulfillments",
    metadata,
    sa.Column("fulfillment_order_id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
accounts = sa.Table(
    "carrier_accounts",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("data", Packed(SaveCarrierAccount), nullable=False),
    sa.Column("secrets", Sealed, nullable=False),
    sa.Column("saved_at", Instant, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
labels = _papers("labels", "shipment_id", "shp_")
manifests = sa.Table(
    "manifests",
    metadata,
    sa.Column("manifest_id", sa.Text, primary_key=True),
    sa.Column("carrier", sa.Text, nullable=False),
    sa.Column("warehouse_id", sa.Text, nullable=False),
    sa.Column("parcels", Packed(tuple[ManifestParcel, ...]), nullable=False),
    sa.Column("closed_at", Instant, nullable=False),
    sa.Column("closed_by", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
manifest_forms = _papers("manifest_forms", "manifest_id", "man_")
courier_numbers = sa.Sequence("courier_numbers", start=10_000_001, metadata=metadata)
purchases = sa.Table(
    "carrier_purchases",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("told", postgresql.JSONB, nullable=False),
    sa.Column("at", Instant, nullable=False),
    info=kept("labels_kept_days", "shp_"),
)
sandbox_numbers = sa.Sequence(
    "tracking_numbers", start=10_000_001, schema="sandbox", metadata=metadata
)
sandbox = sa.Table(
    "carrier_ledger",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("customs", postgresql.JSONB, nullable=False),
    sa.Column("sold", postgresql.JSONB),
    sa.Column("seen", sa.Integer, nullable=False, server_default="1"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("voided_at", Instant),
    schema="sandbox",
)
keep(Shipment, shipments)
keep(Manifest, manifests)

LOOKED_UP_BY = ("fulfillment_order_id", "return_id")
WAITS = sa.and_(
    shipments.c.state == State.LABEL_PURCHASED.value,
    ~shipments.c.void_asked,
    shipments.c.manifest_id == "",
    shipments.c.return_id == "",
)
ALONE = sa.text(
    "select pg_advisory_xact_lock(hashtextextended(i, 0))"
    " from (select i from unnest(:ids) as t(i) order by i) as s"
)


class SqlShipments:
    """Shipments in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session, self._info = session, session.info

    def get(self, shipment_id: str) -> Shipment | None:
        """Find a shipment."""
        return locked(self._session, Shipment, shipment_id)

    def of_fulfillment(self, fulfillment_order_id: str) -> Shipment | None:
        """Find the shipment of a fulfillment order."""
        return self._by("fulfillment_order_id", fulfillment_order_id)

    def of_return(self, return_id: str) -> Shipment | None:
        """Find the shipment of a return."""
        return self._by("return_id", return_id)

    def of_tracking(self, tracking_number: str) -> Shipment | None:
        """Find the newest shipment with a parcel of this number."""
        query = sa.select(numbered.c.shipment_id).where(
            numbered.c.tracking_number == tracking_number
        )
        shipment_id = self._session.scalar(query)
        return self.get(shipment_id) if shipment_id else None

    def add(self, shipment: Shipment) -> None:
        """Keep a new shipment."""
        add(self._session, shipment)
        known = self._info.setdefault("shipments", {})
        for name in LOOKED_UP_BY:
            known[name, getattr(shipment, name)] = shipment

    def keep_numbers(self, shipment: Shipment) -> None:
        """Let a shipment be found by its tracking numbers."""
        rows = [
            {"tracking_number": box.tracking_number, "shipment_id": shipment.shipment_id}
            for box in shipment.boxes
        ]
        insert = postgresql.insert(numbered)
        newest = {"shipment_id": insert.excluded.shipment_id}
        self._session.execute(
            insert.on_conflict_do_update(index_elements=["tracking_number"], set_=newest), rows
        )

    def waiting(
        self, carrier: str, warehouse_id: str, limit: int, numbers: Collection[str] = ()
    ) -> list[Shipment]:
        """Find what waits for a carrier at a warehouse."""
        query = sa.select(shipments).where(
            WAITS, shipments.c.carrier == carrier, shipments.c.warehouse_id == warehouse_id
        )
        if numbers:
            named = sa.select(numbered.c.shipment_id).where(
                numbered.c.tracking_number.in_(sorted(numbers))
            )
            query = query.where(shipments.c.shipment_id.in_(named))
        query = query.order_by(shipments.c.shipment_id).limit(limit).with_for_update()
        return take(self._session, Shipment, query)

    def of_manifest(self, manifest_id: str) -> list[Shipment]:
        """Find the shipments on a manifest."""
        return load_locked(self._session, Shipment, [manifest_id], by=("manifest_id",))

    def is_void(self, fulfillment_order_id: str) -> bool:
        """Tell whether labels were called off before they were asked for."""
        query = sa.select(voided.c.at).where(voided.c.fulfillment_order_id == fulfillment_order_id)
        return self._session.scalar(query) is not None

    def mark_void(self, fulfillment_order_id: str, now: datetime) -> None:
        """Remember that labels were called off."""
        if not self.is_void(fulfillment_order_id):
            row = {"fulfillment_order_id": fulfillment_order_id, "at": now}
            insert_rows(self._session, voided, [row])

    def _by(self, name: str, value: str) -> Shipment | None:
        known: dict[tuple[str, str], Shipment | None] = self._info.setdefault("shipments", {})
        if (name, value) not in known:
            found = load_locked(self._session, Shipment, [value], by=(name,))
            known[name, value] = found[0] if found else None
        return known[name, value]


class SqlManifests:
    """Manifests in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, manifest_id: str) -> Manifest | None:
        """Find a manifest."""
        return locked(self._session, Manifest, manifest_id)

    def add(self, manifest: Manifest) -> None:
        """Keep a new manifest."""
        add(self._session, manifest)


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock the shipments that a batch will touch.

    A shipment that is not there yet cannot be locked, so its fulfillment order is: a purchase
    and a void of the same one wait for each other in whichever processes they are handled.
    """
    known = session.info.setdefault("shipments", {})
    asked = {b.fulfillment_order_id for b in bodies if hasattr(b, "fulfillment_order_id")}
    if asked:
        session.execute(ALONE, {"ids": sorted(asked)})
    outcomes = {b.call.subject for b in bodies if isinstance(b, Outcome)}
    load_locked(session, Shipment, outcomes | {b.shipment_id for b in bodies if _names_one(b)})
    for name in LOOKED_UP_BY:
        wanted = {value for b in bodies if (value := getattr(b, name, ""))}
        known.update({(name, value): None for value in wanted})
        for shipment in load_locked(session, Shipment, wanted, by=(name,)):
            known[name, getattr(shipment, name)] = shipment


def _names_one(body: Any) -> bool:
    return hasattr(body, "shipment_id")
