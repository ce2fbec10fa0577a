"""Which ways lead into shipping?"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from chassis import stuck
from chassis.bus import Bus
from chassis.config import read_settings
from chassis.keeping import flush, read_one
from chassis.mail import send
from chassis.outside import Declined, Outcome, OutsideCall
from chassis.store import new_engine
from chassis.transaction import Unit
from chassis.wiring import answers, concludes, handles, outside, performs
from contracts import carriers, manifests, shipping
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.shipping import (
    accounts,
    executors,
    handlers,
    label_files,
    mailer,
    manifest_queries,
    queries,
    tables,
    tracking,
)
from services.shipping.carriers.carrier import LabelFile
from services.shipping.domain.shipment import Shipment
from services.shipping.manifests import close_manifest, conclude_manifest
from services.shipping.tables import SqlManifests, SqlShipments


class ShippingService:
    """Buys labels, follows parcels and tells customers."""

    name = "shipping"
    bus = Bus(tables.metadata, prepare=tables.prepare)

    def __init__(self) -> None:
        self.settings = read_settings()
        self.engine = new_engine(self.settings.database_url, pool=16)

    @handles(shipping.CreateShipment)
    def create(self, command: shipping.CreateShipment, work: Unit) -> None:
        """Buy labels for packed boxes."""
        handlers.create_shipment(command, work, SqlShipments(work.session))

    @handles(shipping.VoidShipment)
    def void(self, command: shipping.VoidShipment, work: Unit) -> None:
        """Give labels back."""
        handlers.void_shipment(command, work, SqlShipments(work.session))

    @handles(shipping.CreateReturnLabel)
    def create_return_label(self, command: shipping.CreateReturnLabel, work: Unit) -> None:
        """Buy a label that brings a return back."""
        handlers.create_return_label(command, work, SqlShipments(work.session))

    @outside("shipping.buy")
    def call_buy(self, call: OutsideCall) -> dict[str, Any]:
        """Buy labels at a carrier."""
        shipment = self._shipment(call.subject)
        with Session(self.engine) as session:
            stalls, known = accounts.stalls_and_carriers(session, self.engine)
        return executors.buy(call, shipment, stalls, known, self._keep_labels)

    @concludes("shipping.buy")
    def bought(self, outcome: Outcome, work: Unit) -> None:
        """Take the carrier's answer."""
        handlers.conclude_purchase(outcome, work, SqlShipments(work.session))

    @outside("shipping.void")
    def call_void(self, call: OutsideCall) -> dict[str, Any]:
        """Give labels back at a carrier."""
        with Session(self.engine) as session:
            _, known = accounts.stalls_and_carriers(session, self.engine)
        return executors.void(call, known)

    @concludes("shipping.void")
    def voided(self, outcome: Outcome, work: Unit) -> None:
        """Take the carrier's answer."""
        handlers.conclude_void(outcome, work, SqlShipments(work.session))

    @performs(manifests.CLOSE)
    def close_manifest(self, wish: manifests.CloseManifest, work: Unit) -> manifests.Manifest:
        """Hand over what waits for a carrier."""
        shelf = SqlShipments(work.session), SqlManifests(work.session)
        return manifest_queries.view(close_manifest(wish, work, *shelf))

    @outside("shipping.manifest")
    def call_manifest(self, call: OutsideCall) -> dict[str, Any]:
        """Have a carrier make its form."""
        with Session(self.engine) as session:
            _, known = accounts.stalls_and_carriers(session, self.engine)
        return executors.manifest(call, known, self._keep_forms)

    @concludes("shipping.manifest")
    def manifested(self, outcome: Outcome, work: Unit) -> None:
        """Take the carrier's answer."""
        conclude_manifest(outcome, work, SqlShipments(work.session), SqlManifests(work.session))

    @answers(manifests.OPEN_PARCELS)
    def open_parcels(
        self, asked: manifests.FindOpenParcels, session: Session
    ) -> manifests.OpenParcelsByCarrier:
        """Count what waits for carriers."""
        return manifest_queries.open_parcels(session, asked)

    @answers(manifests.MANIFEST)
    def manifest(self, asked: manifests.ManifestRef, session: Session) -> manifests.Manifest:
        """Show a manifest."""
        return manifest_queries.get_manifest(session, asked)

    @answers(manifests.MANIFESTS)
    def find_manifests(
        self, asked: manifests.FindManifests, session: Session
    ) -> manifests.ManifestPage:
        """List manifests."""
        return manifest_queries.find_manifests(session, asked)

    @answers(manifests.PAPER)
    def manifest_paper(
        self, asked: manifests.ManifestRef, session: Session
    ) -> manifests.ManifestPaper:
        """Draw a manifest."""
        return manifest_queries.get_paper(session, asked)

    @outside("shipping.track")
    def call_track(self, call: OutsideCall) -> dict[str, Any]:
        """Ask a carrier where parcels are."""
        shipment = self._shipment(call.subject)
        with Session(self.engine) as session:
            _, known = accounts.stalls_and_carriers(session, self.engine)
        return executors.track(call, shipment, known)

    @concludes("shipping.track")
    def tracked(self, outcome: Outcome, work: Unit) -> None:
        """Take the carrier's answer."""
        tracking.conclude_track(outcome, work, SqlShipments(work.session))

    @outside("shipping.mail")
    def call_mail(self, call: OutsideCall) -> dict[str, Any]:
        """Send a mail."""
        shipment = self._shipment(call.request["shipment"])
        with Session(self.engine) as session:
            files = label_files.kept(session, shipment.shipment_id)
        mail = mailer.compose(shipment, call.request["kind"], call.key, files)
        send(mail, self.settings.smtp_uri)
        return {}

    @concludes("shipping.mail")
    def mailed(self, outcome: Outcome, work: Unit) -> None:
        """Nothing follows from a mail; the call's row tells whether it went out."""

    @performs(shipping.HAND_OVER)
    def hand_over(self, wish: shipping.HandOver, work: Unit) -> shipping.Shipment:
        """Hand parcels over to the carrier."""
        shipment = tracking.hand_over(wish, work, SqlShipments(work.session))
        flush(work.session)
        return queries.view(shipment)

    @performs(shipping.RECORD_SCAN)
    def record_scan(self, wish: shipping.RecordScan, work: Unit) -> shipping.Shipment:
        """Take what a person knows of a parcel."""
        shipment = tracking.record_scan(wish, work, SqlShipments(work.session))
        flush(work.session)
        return queries.view(shipment)

    @performs(shipping.WEBHOOK)
    def webhook(self, wish: shipping.CarrierWebhook, work: Unit) -> Nothing:
        """Take what a carrier posted."""
        carrier = accounts.find(work.session, wish.carrier, self.engine)
        signature = wish.signature or wish.hmac_signature
        for notice in carrier.read_webhook(wish.body, signature):
            tracking.take_tracking(notice, work, SqlShipments(work.session))
        return Nothing()

    @performs(carriers.SAVE_ACCOUNT)
    def save_carrier_account(
        self, wish: carriers.SaveCarrierAccount, work: Unit
    ) -> carriers.CarrierAccount:
        """Keep an account at a carrier."""
        return accounts.save_account(work.session, wish, work.actor, work.now)

    @answers(carriers.ACCOUNTS)
    def carrier_accounts(
        self, _asked: carriers.AskCarriers, session: Session
    ) -> carriers.CarrierAccounts:
        """List accounts at carriers."""
        return accounts.list_accounts(session)

    @answers(carriers.KINDS)
    def carrier_kinds(
        self, _asked: carriers.AskCarriers, _session: Session
    ) -> carriers.CarrierKinds:
        """List kinds of carriers."""
        return accounts.list_kinds()

    @answers(carriers.TEST_ACCOUNT)
    def test_carrier_account(
        self, asked: carriers.CarrierAccountRef, session: Session
    ) -> carriers.CarrierTest:
        """Try an account."""
        carrier = accounts.find(session, asked.account, self.engine)
        session.rollback()  # no transaction stays open while the carrier thinks
        return accounts.try_out(carrier)

    @answers(shipping.GET)
    def get(self, asked: shipping.ShipmentRef, session: Session) -> shipping.Shipment:
        """Show a shipment."""
        return queries.get_shipment(session, asked)

    @answers(shipping.LABEL)
    def label(self, asked: shipping.ShipmentRef, session: Session) -> shipping.Label:
        """Draw labels."""
        return queries.get_label(session, asked)

    @answers(shipping.LABEL_ZPL)
    def label_zpl(self, asked: shipping.ShipmentRef, session: Session) -> shipping.Label:
        """Give labels for a ZPL printer."""
        return queries.get_label_zpl(session, asked)

    @answers(shipping.LABEL_QR)
    def label_qr(self, asked: shipping.ShipmentRef, session: Session) -> shipping.Label:
        """Give a return's label as a QR code."""
        return queries.get_label_qr(session, asked)

    @answers(shipping.OF_ORDER)
    def of_order(self, asked: shipping.ShipmentsOf, session: Session) -> shipping.ShipmentPage:
        """List an order's shipments."""
        return queries.of_order(session, asked)

    @answers(shipping.FIND)
    def find(self, asked: shipping.FindShipments, session: Session) -> shipping.ShipmentPage:
        """List shipments."""
        return queries.find_shipments(session, asked)

    @answers(shipping.RATES)
    def rates(self, asked: shipping.GetRates, session: Session) -> shipping.Rates:
        """Ask carriers for prices."""
        stalls = accounts.stalls_of(session, self.engine)
        session.rollback()  # no transaction stays open while carriers think
        return queries.get_rates(stalls, asked)

    @answers(shipping.MAILS)
    def mails(self, asked: shipping.ShipmentsOf, session: Session) -> shipping.Mails:
        """List an order's mails."""
        return queries.get_mails(session, asked)

    def _shipment(self, shipment_id: str) -> Shipment:
        with Session(self.engine) as session:
            shipment = read_one(session, Shipment, shipment_id)
        if shipment is None:
            raise Declined("unknown", f"There is no shipment {shipment_id}.")
        return shipment

    def _keep_labels(self, shipment_id: str, files: Sequence[LabelFile]) -> None:
        with Session(self.engine) as session, session.begin():
            label_files.keep(session, shipment_id, files)

    def _keep_forms(self, manifest_id: str, files: Sequence[LabelFile]) -> None:
        with Session(self.engine) as session, session.begin():
            label_files.keep(session, manifest_id, files, tables.manifest_forms)

    @answers(shipping.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List messages and calls that wait in vain."""
        return stuck.page(asked, stuck.waiting(session, self.name, asked))

    @performs(shipping.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about one of them."""
        stuck.decide(self.name, wish, work)
        return Nothing()
