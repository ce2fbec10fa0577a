"""What happens when parcels leave, and when the carrier tells how they fare?"""

from datetime import datetime, timedelta

import msgspec

from chassis.errors import IllegalMove, NotFound, NotYet, Refused, check_version
from chassis.outside import Outcome
from chassis.work import Work
from contracts.shipping import HandOver, RecordScan, TrackingEvent
from services.shipping import asks
from services.shipping.announcements import delivered, shipped, tracked
from services.shipping.domain.pace import next_look
from services.shipping.domain.parcel import TrackingNotice
from services.shipping.domain.shipment import Shipment, State
from services.shipping.ports import Shipments, found

WITH_THE_CARRIER = frozenset(
    {"in_transit", "out_for_delivery", "delivered", "returned_to_sender", "lost"}
)
CLOCKS_DIFFER = timedelta(minutes=5)
TOLD_BY_MAIL = {
    State.OUT_FOR_DELIVERY: "out_for_delivery",
    State.DELIVERED: "delivered",
    State.EXCEPTION: "exception",
    State.RETURNED: "exception",
    State.LOST: "exception",
}


def hand_over(wish: HandOver, work: Work, shipments: Shipments) -> Shipment:
    """The carrier has taken the parcels along."""
    shipment_id = wish.shipment_id
    shipment = found(shipments, shipment_id)
    check_version("Shipment", shipment_id, wish.expected_version, shipment.version)
    if shipment.void_asked and not shipment.has_left:
        raise IllegalMove("shipment", shipment_id, "being voided", "shipped")
    if not shipment.has_left:
        leave(shipment, work.now, work)
    return shipment


def take_tracking(notice: TrackingNotice, work: Work, shipments: Shipments) -> None:
    """Take what a carrier told of a parcel, in whatever order and however often.

    A carrier may tell of a label before its purchase is concluded here, so it waits a moment.
    """
    shipment = shipments.of_tracking(notice.tracking_number)
    if shipment is None:
        unknown = NotFound("parcel", notice.tracking_number, "tracking_number")
        raise NotYet(f"parcel {notice.tracking_number} is not here yet", unknown)
    _take(notice, shipment, work)


def conclude_track(outcome: Outcome, work: Work, shipments: Shipments) -> None:
    """Take what a carrier told when it was asked, and ask again later if there is more to come."""
    shipment = found(shipments, outcome.call.subject)
    for told in outcome.result.get("notices", ()):
        _take(msgspec.convert(told, TrackingNotice), shipment, work)
    if due_at := next_look(shipment, work.now):
        work.call(asks.track(shipment, due_at, outcome.call.request["number"] + 1))


def record_scan(wish: RecordScan, work: Work, shipments: Shipments) -> Shipment:
    """Take what a person knows of a parcel whose carrier tells nothing."""
    shipment = found(shipments, wish.shipment_id)
    if not shipment.has_label:
        raise IllegalMove("shipment", wish.shipment_id, shipment.state, wish.status)
    if wish.tracking_number not in {box.tracking_number for box in shipment.boxes}:
        raise NotFound("parcel", wish.tracking_number, "tracking_number")
    if wish.at and wish.at > work.now + CLOCKS_DIFFER:
        raise Refused("invalid", "It must not be in the future.", "at")
    event = TrackingEvent(
        at=wish.at or work.now, status=wish.status, place=wish.place, detail=wish.detail
    )
    notice = TrackingNotice(
        event_id=f"scan-{work.message_id}", tracking_number=wish.tracking_number, event=event
    )
    _take(notice, shipment, work, by=work.actor)
    return shipment


def _take(notice: TrackingNotice, shipment: Shipment, work: Work, by: str = "") -> None:
    if not shipment.track(notice):
        return
    event = notice.event
    if event.status in WITH_THE_CARRIER and shipment.state == State.LABEL_PURCHASED:
        leave(shipment, event.at, work)
    if shipment.fulfillment_order_id:
        work.send(tracked(shipment, notice, by), correlation_id=shipment.order_id)
    if state := shipment.follow():
        _arrive(shipment, state, notice.event_id, work)


def leave(shipment: Shipment, at: datetime, work: Work) -> None:
    """Note that the carrier has the parcels, and tell whoever waits for it."""
    shipment.leave(at)
    work.send(shipped(shipment, at, work.actor), correlation_id=shipment.order_id)
    if shipment.fulfillment_order_id:
        _mail(shipment, "shipped", "shipped", work)


def _arrive(shipment: Shipment, state: State, event_id: str, work: Work) -> None:
    if not shipment.fulfillment_order_id:
        return
    if state is State.DELIVERED and shipment.delivered_at:
        work.send(delivered(shipment, shipment.delivered_at), correlation_id=shipment.order_id)
    if kind := TOLD_BY_MAIL.get(state):
        occasion = kind if state is State.DELIVERED else f"{state}:{event_id}"
        _mail(shipment, kind, occasion, work)


def _mail(shipment: Shipment, kind: str, occasion: str, work: Work) -> None:
    if shipment.email:
        work.call(asks.mail(shipment, kind, occasion), correlation_id=shipment.order_id)
