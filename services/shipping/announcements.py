"""How does shipping tell others of a shipment? One function for each message."""

from datetime import datetime

from contracts.shipping import (
    LabelFailed,
    ParcelLabel,
    ReturnLabelCreated,
    ReturnLabelFailed,
    ReturnShipped,
    ShipmentDelivered,
    ShipmentLabeled,
    ShipmentShipped,
    ShipmentVoided,
    TrackingUpdated,
    VoidRefused,
)
from contracts.values import Money
from services.shipping.domain.parcel import TrackingNotice
from services.shipping.domain.shipment import Shipment


def labeled(shipment: Shipment) -> ShipmentLabeled | ReturnLabelCreated:
    """There are labels."""
    if shipment.return_id:
        return ReturnLabelCreated(
            return_id=shipment.return_id,
            order_id=shipment.order_id,
            shipment_id=shipment.shipment_id,
            carrier=shipment.carrier,
            tracking_number=shipment.boxes[0].tracking_number,
        )
    return ShipmentLabeled(
        order_id=shipment.order_id,
        fulfillment_order_id=shipment.fulfillment_order_id,
        shipment_id=shipment.shipment_id,
        carrier=shipment.carrier,
        service=shipment.service,
        cost=Money(amount=shipment.cost, currency=shipment.cost_currency),
        parcels=tuple(
            ParcelLabel(package_id=box.package_id, tracking_number=box.tracking_number)
            for box in shipment.boxes
        ),
    )


def label_failed(shipment: Shipment) -> LabelFailed | ReturnLabelFailed:
    """There is no label, and why."""
    if shipment.return_id:
        return ReturnLabelFailed(
            return_id=shipment.return_id, order_id=shipment.order_id, reason=shipment.problem
        )
    return LabelFailed(
        order_id=shipment.order_id,
        fulfillment_order_id=shipment.fulfillment_order_id,
        reason=shipment.problem,
    )


def voided(order_id: str, fulfillment_order_id: str) -> ShipmentVoided:
    """The labels are void, or there never were any."""
    return ShipmentVoided(order_id=order_id, fulfillment_order_id=fulfillment_order_id)


def void_refused(shipment: Shipment, reason: str) -> VoidRefused:
    """The labels cannot be given back any more."""
    return VoidRefused(
        order_id=shipment.order_id,
        fulfillment_order_id=shipment.fulfillment_order_id,
        reason=reason[:255],
    )


def shipped(shipment: Shipment, at: datetime, by: str) -> ShipmentShipped | ReturnShipped:
    """The carrier has the parcels."""
    if shipment.return_id:
        return ReturnShipped(return_id=shipment.return_id, order_id=shipment.order_id, at=at)
    return ShipmentShipped(
        order_id=shipment.order_id,
        fulfillment_order_id=shipment.fulfillment_order_id,
        shipment_id=shipment.shipment_id,
        at=at,
        by=by,
        manifest_id=shipment.manifest_id,
    )


def tracked(shipment: Shipment, notice: TrackingNotice, by: str = "") -> TrackingUpdated:
    """The carrier has told where a parcel is."""
    return TrackingUpdated(
        order_id=shipment.order_id,
        fulfillment_order_id=shipment.fulfillment_order_id,
        shipment_id=shipment.shipment_id,
        tracking_number=notice.tracking_number,
        status=notice.event.status,
        at=notice.event.at,
        place=notice.event.place,
        detail=notice.event.detail,
        by=by,
    )


def delivered(shipment: Shipment, at: datetime) -> ShipmentDelivered:
    """The customer has the parcels."""
    return ShipmentDelivered(
        order_id=shipment.order_id,
        fulfillment_order_id=shipment.fulfillment_order_id,
        shipment_id=shipment.shipment_id,
        at=at,
    )
