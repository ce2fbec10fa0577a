"""What can be asked of shipping?"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.keeping import read, read_one
from chassis.outside import find_calls
from contracts import shipping as said
from contracts.values import Money
from services.shipping import label_files, mailer, papers, qr
from services.shipping.asks import MAIL
from services.shipping.carriers.carrier import Consignment, ParcelWish
from services.shipping.domain.shipment import Shipment
from services.shipping.shopping import Stall, ask
from services.shipping.tables import shipments

MANY = 200


def get_shipment(session: Session, asked: said.ShipmentRef) -> said.Shipment:
    """Show a shipment."""
    return view(_got(session, asked.shipment_id))


def get_label(session: Session, asked: said.ShipmentRef) -> said.Label:
    """Give the labels of a shipment as PDF: the carrier's own, or ours where it gave none."""
    shipment = _labeled(session, asked)
    content = papers.as_pdf(shipment, label_files.kept(session, shipment.shipment_id))
    return _label(shipment, content, "pdf", papers.PDF)


def get_label_zpl(session: Session, asked: said.ShipmentRef) -> said.Label:
    """Give the labels of a shipment as ZPL: the carrier's own, or ours."""
    shipment = _labeled(session, asked)
    content = papers.as_zpl(shipment, label_files.kept(session, shipment.shipment_id))
    return _label(shipment, content, "zpl", papers.ZPL)


def get_label_qr(session: Session, asked: said.ShipmentRef) -> said.Label:
    """Give a return's parcel as a QR code, for whoever cannot print."""
    shipment = _labeled(session, asked)
    if not shipment.return_id:
        told = f"Shipment {shipment.shipment_id} is no return; its label is printed."
        raise Refused("no_return", told, "shipment_id")
    content = qr.png(shipment.boxes[0].tracking_number)
    return _label(shipment, content, "png", papers.PNG)


def _labeled(session: Session, asked: said.ShipmentRef) -> Shipment:
    shipment = _got(session, asked.shipment_id)
    if not shipment.has_label:
        told = f"Shipment {shipment.shipment_id} is {shipment.state}; it has no label."
        raise Refused("illegal_move", told)
    return shipment


def _label(shipment: Shipment, content: bytes, ending: str, media_type: str) -> said.Label:
    paper = papers.document(f"label-{shipment.shipment_id}.{ending}", media_type, content)
    return said.Label(shipment_id=shipment.shipment_id, document=paper)


def of_order(session: Session, asked: said.ShipmentsOf) -> said.ShipmentPage:
    """List the shipments of an order."""
    query = sa.select(shipments).where(shipments.c.order_id == asked.order_id)
    found = read(session, Shipment, query.order_by(shipments.c.shipment_id).limit(MANY))
    return said.ShipmentPage(shipments=tuple(view(shipment) for shipment in found))


def find_shipments(session: Session, asked: said.FindShipments) -> said.ShipmentPage:
    """List shipments, oldest first."""
    query = sa.select(shipments).order_by(shipments.c.shipment_id).limit(asked.limit + 1)
    if asked.state:
        query = query.where(shipments.c.state == asked.state)
    if asked.after:
        query = query.where(shipments.c.shipment_id > asked.after)
    found = read(session, Shipment, query)
    page = tuple(view(shipment) for shipment in found[: asked.limit])
    return said.ShipmentPage(
        shipments=page, next=page[-1].shipment_id if len(found) > asked.limit else ""
    )


def get_rates(stalls: Sequence[Stall], asked: said.GetRates) -> said.Rates:
    """Ask all carriers what they would charge, side by side."""
    parcel = ParcelWish(asked.dimensions, asked.weight_g)
    market = ask(stalls, Consignment(asked.ship_from, asked.ship_to, (parcel,)))
    offers = sorted((o for o, _ in market.offers), key=lambda o: (o.currency, o.price, o.days))
    return said.Rates(
        rates=tuple(
            said.Rate(
                carrier=offer.carrier,
                service=offer.service,
                price=Money(amount=offer.price, currency=offer.currency),
                days=offer.days,
            )
            for offer in offers
        ),
        failed=tuple(said.NoRate(carrier=name, reason=why) for name, why in market.failed),
    )


def get_mails(session: Session, asked: said.ShipmentsOf) -> said.Mails:
    """List the e-mails about an order."""
    query = sa.select(shipments).where(shipments.c.order_id == asked.order_id)
    known = {shipment.shipment_id: shipment for shipment in read(session, Shipment, query)}
    calls = find_calls(session, kind=MAIL, subject=asked.order_id, limit=MANY)
    mails = [
        said.Mail(
            kind=call.request["kind"],
            to=shipment.email,
            subject=mailer.subject(shipment, call.request["kind"]),
            state=call.state,
            attempts=call.attempts,
            at=call.created_at,
        )
        for call in reversed(calls)
        if (shipment := known.get(call.request["shipment"]))
    ]
    return said.Mails(mails=tuple(mails))


def view(shipment: Shipment) -> said.Shipment:
    """Show a shipment as others see it."""
    return said.Shipment(
        shipment_id=shipment.shipment_id,
        order_id=shipment.order_id,
        number=shipment.number,
        fulfillment_order_id=shipment.fulfillment_order_id,
        return_id=shipment.return_id,
        state=shipment.state,
        carrier=shipment.carrier,
        service=shipment.service,
        cost=Money(amount=shipment.cost, currency=shipment.cost_currency or shipment.currency),
        parcels=tuple(
            said.Parcel(
                package_id=box.package_id,
                tracking_number=box.tracking_number,
                status=box.status,
                weight_g=box.weight_g,
                tracking_url=box.tracking_url,
                events=box.events,
            )
            for box in shipment.boxes
        ),
        customs=shipment.customs if shipment.abroad else (),
        problem=shipment.problem,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        allowed=shipment.allowed,
        version=shipment.version,
        choice=shipment.choice,
        manifest_id=shipment.manifest_id,
        address_check=shipment.address_check,
    )


def _got(session: Session, shipment_id: str) -> Shipment:
    shipment = read_one(session, Shipment, shipment_id)
    if shipment is None:
        raise NotFound("shipment", shipment_id, "shipment_id")
    return shipment
