"""What does shipping do? It buys labels, takes notice of parcels, and tells customers."""

from datetime import datetime
from typing import Any, Protocol

from chassis.errors import IllegalMove, NotFound
from chassis.outside import Outcome
from chassis.work import Call, Work
from contracts.shipping import (
    CreateReturnLabel,
    CreateShipment,
    LabelFailed,
    ParcelLabel,
    ReturnLabelCreated,
    ReturnLabelFailed,
    ShipmentDelivered,
    ShipmentLabeled,
    ShipmentShipped,
    ShipmentVoided,
    TrackingEvent,
    TrackingUpdated,
    VoidRefused,
    VoidShipment,
)
from contracts.values import Dimensions, Money
from services.shipping.domain.shipment import Box, Shipment, State

BUY, VOID, MAIL = "shipping.buy", "shipping.void", "shipping.mail"
RETURN_BOX = Dimensions(length_mm=400, width_mm=300, height_mm=200)
TOLD_BY_MAIL = frozenset({"out_for_delivery", "exception"})
MOVING = frozenset({"in_transit", "out_for_delivery", "delivered"})


class Shipments(Protocol):
    """Shipments, all of them locked."""

    def get(self, shipment_id: str) -> Shipment | None:
        """Find a shipment."""

    def of_fulfillment(self, fulfillment_order_id: str) -> Shipment | None:
        """Find the shipment of a fulfillment order."""

    def of_return(self, return_id: str) -> Shipment | None:
        """Find the shipment of a return."""

    def of_tracking(self, tracking_number: str) -> Shipment | None:
        """Find the shipment of a parcel."""

    def add(self, shipment: Shipment) -> None:
        """Keep a new shipment."""

    def keep_numbers(self, shipment: Shipment) -> None:
        """Let a shipment be found by its tracking numbers."""

    def is_void(self, fulfillment_order_id: str) -> bool:
        """Tell whether labels were called off before they were asked for."""

    def mark_void(self, fulfillment_order_id: str, now: datetime) -> None:
        """Remember that labels were called off."""


def create_shipment(command: CreateShipment, work: Work, shipments: Shipments) -> None:
    """Buy labels for packed boxes, once for each fulfillment order."""
    known = shipments.of_fulfillment(command.fulfillment_order_id)
    if known is None and shipments.is_void(command.fulfillment_order_id):
        work.send(_voided(command.order_id, command.fulfillment_order_id))
        return
    if known is None:
        known = Shipment(
            shipment_id=work.new_id("shp"),
            order_id=command.order_id,
            fulfillment_order_id=command.fulfillment_order_id,
            return_id="",
            number=command.number,
            wanted=command.service,
            ship_from=command.ship_from,
            ship_to=command.ship_to,
            email=command.email or command.ship_to.email,
            currency=command.currency,
            boxes=tuple(
                Box(package_id=p.package_id, dimensions=p.dimensions, weight_g=p.weight_g)
                for p in command.packages
            ),
            customs=command.items,
            created_at=work.now,
        )
        shipments.add(known)
        _buy(known, work)
    elif known.state == State.FAILED:
        known.customs = command.items
        known.move(State.PENDING)
        known.tries += 1
        _buy(known, work)
    elif known.state == State.VOIDED:
        work.send(_voided(command.order_id, command.fulfillment_order_id))
    elif known.state != State.PENDING:
        work.send(_labeled(known))


def create_return_label(command: CreateReturnLabel, work: Work, shipments: Shipments) -> None:
    """Buy a label that brings a return back, once for each return."""
    known = shipments.of_return(command.return_id)
    if known is None:
        known = Shipment(
            shipment_id=work.new_id("shp"),
            order_id=command.order_id,
            fulfillment_order_id="",
            return_id=command.return_id,
            number=0,
            wanted="standard",
            ship_from=command.ship_from,
            ship_to=command.ship_to,
            email=command.email,
            currency="EUR",
            boxes=(
                Box(
                    package_id=work.new_id("pac"), dimensions=RETURN_BOX, weight_g=command.weight_g
                ),
            ),
            customs=(),
            created_at=work.now,
        )
        shipments.add(known)
        _buy(known, work)
    elif known.state == State.FAILED:
        known.move(State.PENDING)
        known.tries += 1
        _buy(known, work)
    elif known.state != State.PENDING:
        work.send(_return_labeled(known))


def conclude_purchase(outcome: Outcome, work: Work, shipments: Shipments) -> None:
    """Take what the carrier answered; labels that nobody wants any more go back at once."""
    shipment = _got(shipments, outcome.call.subject)
    if outcome.status == "succeeded":
        result = outcome.result
        shipment.carrier, shipment.service = result["carrier"], result["service"]
        shipment.cost, shipment.cost_currency = result["price"], result["currency"]
        shipment.choice = result["choice"]
        shipment.label((n, url) for n, url in result["parcels"])
        shipments.keep_numbers(shipment)
        if shipment.void_asked:
            work.call(Call(VOID, f"void-{shipment.shipment_id}", shipment.shipment_id,
                           {"key": outcome.call.key}))  # fmt: skip
        else:
            work.send(_return_labeled(shipment) if shipment.return_id else _labeled(shipment))
        return
    if shipment.void_asked:
        shipment.move(State.VOIDED)
        work.send(_voided(shipment.order_id, shipment.fulfillment_order_id))
        return
    _fail(shipment, outcome.reason or outcome.code, work)


def void_shipment(command: VoidShipment, work: Work, shipments: Shipments) -> None:
    """Give labels back, even if none was ever bought; what has left cannot be."""
    shipment = shipments.of_fulfillment(command.fulfillment_order_id)
    done = _voided(command.order_id, command.fulfillment_order_id)
    if shipment is None:
        shipments.mark_void(command.fulfillment_order_id, work.now)
        work.send(done)
    elif shipment.has_left:
        work.send(
            VoidRefused(
                order_id=shipment.order_id,
                fulfillment_order_id=shipment.fulfillment_order_id,
                reason="The carrier has the parcels already.",
            )
        )
    elif shipment.state in {State.VOIDED, State.FAILED}:
        if shipment.state == State.FAILED:
            shipment.move(State.VOIDED)
        work.send(done)
    elif not shipment.void_asked:
        shipment.void_asked = True
        if shipment.state == State.LABEL_PURCHASED:
            request = {"key": _key(shipment)}
            work.call(Call(VOID, f"void-{shipment.shipment_id}", shipment.shipment_id, request))


def conclude_void(outcome: Outcome, work: Work, shipments: Shipments) -> None:
    """The carrier has taken the labels back, or would not."""
    shipment = _got(shipments, outcome.call.subject)
    if outcome.status == "succeeded" and not shipment.has_left:
        shipment.move(State.VOIDED)
        work.send(_voided(shipment.order_id, shipment.fulfillment_order_id))
        return
    work.send(
        VoidRefused(
            order_id=shipment.order_id,
            fulfillment_order_id=shipment.fulfillment_order_id,
            reason=outcome.reason or "The carrier has the parcels already.",
        )
    )


def hand_over(shipment_id: str, work: Work, shipments: Shipments) -> Shipment:
    """The carrier has taken the parcels along."""
    shipment = _got(shipments, shipment_id)
    if shipment.void_asked and not shipment.has_left:
        raise IllegalMove("shipment", shipment_id, "being voided", "shipped")
    if not shipment.has_left:
        _leave(shipment, work.now, work)
    return shipment


def take_tracking(event: dict[str, Any], at: datetime, work: Work, shipments: Shipments) -> None:
    """Take what a carrier told of a parcel, in whatever order and however often."""
    shipment = shipments.of_tracking(event["tracking_number"])
    if shipment is None:
        raise NotFound("parcel", event["tracking_number"], "tracking_number")
    told = TrackingEvent(
        at=at, status=event["status"], place=event.get("place", ""), detail=event.get("detail", "")
    )
    if not shipment.track(event["tracking_number"], event["id"], told):
        return
    if told.status in MOVING and not shipment.has_left and shipment.state != State.VOIDED:
        _leave(shipment, at, work)
    if shipment.fulfillment_order_id:
        work.send(
            TrackingUpdated(
                order_id=shipment.order_id,
                fulfillment_order_id=shipment.fulfillment_order_id,
                shipment_id=shipment.shipment_id,
                tracking_number=event["tracking_number"],
                status=told.status,
                at=at,
                place=told.place,
                detail=told.detail,
            ),
            correlation_id=shipment.order_id,
        )
    if not shipment.has_left:
        return
    if shipment.follow(at):
        _deliver(shipment, at, work)
    elif told.status in TOLD_BY_MAIL:
        _mail(shipment, told.status, f"{event['tracking_number']}:{event['id']}", work)


def _buy(shipment: Shipment, work: Work) -> None:
    if lacking := shipment.lacking():
        _fail(shipment, lacking, work)
        return
    work.call(Call(BUY, _key(shipment), shipment.shipment_id))


def _key(shipment: Shipment) -> str:
    return f"{shipment.shipment_id}-{shipment.tries}"


def _fail(shipment: Shipment, reason: str, work: Work) -> None:
    shipment.move(State.FAILED)
    shipment.problem = reason[:255]
    if shipment.return_id:
        work.send(
            ReturnLabelFailed(
                return_id=shipment.return_id, order_id=shipment.order_id, reason=shipment.problem
            )
        )
        return
    work.send(
        LabelFailed(
            order_id=shipment.order_id,
            fulfillment_order_id=shipment.fulfillment_order_id,
            reason=shipment.problem,
        )
    )


def _leave(shipment: Shipment, at: datetime, work: Work) -> None:
    shipment.leave(at)
    if not shipment.fulfillment_order_id:
        return
    work.send(
        ShipmentShipped(
            order_id=shipment.order_id,
            fulfillment_order_id=shipment.fulfillment_order_id,
            shipment_id=shipment.shipment_id,
            at=at,
            by=work.actor,
        ),
        correlation_id=shipment.order_id,
    )
    _mail(shipment, "shipped", "shipped", work)


def _deliver(shipment: Shipment, at: datetime, work: Work) -> None:
    if not shipment.fulfillment_order_id:
        return
    work.send(
        ShipmentDelivered(
            order_id=shipment.order_id,
            fulfillment_order_id=shipment.fulfillment_order_id,
            shipment_id=shipment.shipment_id,
            at=at,
        ),
        correlation_id=shipment.order_id,
    )
    _mail(shipment, "delivered", "delivered", work)


def _mail(shipment: Shipment, kind: str, which: str, work: Work) -> None:
    if shipment.email and shipment.fulfillment_order_id:
        key = f"mail:{shipment.shipment_id}:{which}"
        work.call(
            Call(MAIL, key, shipment.order_id, {"kind": kind, "shipment": shipment.shipment_id})
        )


def _got(shipments: Shipments, shipment_id: str) -> Shipment:
    shipment = shipments.get(shipment_id)
    if shipment is None:
        raise NotFound("shipment", shipment_id, "shipment_id")
    return shipment


def _voided(order_id: str, fulfillment_order_id: str) -> ShipmentVoided:
    return ShipmentVoided(order_id=order_id, fulfillment_order_id=fulfillment_order_id)


def _labeled(shipment: Shipment) -> ShipmentLabeled:
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


def _return_labeled(shipment: Shipment) -> ReturnLabelCreated:
    return ReturnLabelCreated(
        return_id=shipment.return_id,
        order_id=shipment.order_id,
        shipment_id=shipment.shipment_id,
        carrier=shipment.carrier,
        tracking_number=shipment.boxes[0].tracking_number,
    )
