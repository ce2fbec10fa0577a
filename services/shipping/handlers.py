"""How are labels bought, each once, and given back? What follows them is in tracking.py."""

from chassis.outside import Outcome
from chassis.work import Work
from contracts.shipping import CreateReturnLabel, CreateShipment, VoidShipment
from contracts.values import Dimensions
from services.shipping import address_checks, asks
from services.shipping.announcements import label_failed, labeled, void_refused, voided
from services.shipping.domain.pace import next_look
from services.shipping.domain.parcel import Box
from services.shipping.domain.shipment import Shipment, State
from services.shipping.ports import Shipments, found

RETURN_BOX = Dimensions(length_mm=400, width_mm=300, height_mm=200)
TOO_LATE = "The carrier has the parcels already."


def create_shipment(command: CreateShipment, work: Work, shipments: Shipments) -> None:
    """Buy labels for packed boxes, once for each fulfillment order."""
    wish = Shipment(
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
        deliver_by=command.deliver_by,
        warehouse_id=command.warehouse_id,
    )
    known = shipments.of_fulfillment(command.fulfillment_order_id)
    if known is None and shipments.is_void(command.fulfillment_order_id):
        work.send(voided(command.order_id, command.fulfillment_order_id))
    else:
        _buy_once(wish, known, work, shipments)


def create_return_label(command: CreateReturnLabel, work: Work, shipments: Shipments) -> None:
    """Buy a label that brings a return back, once for each return."""
    parcel = Box(package_id=work.new_id("pac"), dimensions=RETURN_BOX, weight_g=command.weight_g)
    wish = Shipment(
        shipment_id=work.new_id("shp"),
        order_id=command.order_id,
        fulfillment_order_id="",
        return_id=command.return_id,
        number=0,
        wanted="standard",
        ship_from=command.ship_from,
        ship_to=command.ship_to,
        email=command.email or command.ship_from.email,
        currency=command.currency,
        boxes=(parcel,),
        customs=command.items,
        created_at=work.now,
    )
    _buy_once(wish, shipments.of_return(command.return_id), work, shipments)


def conclude_purchase(outcome: Outcome, work: Work, shipments: Shipments) -> None:
    """Take what the carrier answered; labels that nobody wants any more go back at once."""
    shipment = found(shipments, outcome.call.subject)
    if outcome.status == "succeeded":
        result = outcome.result
        shipment.carrier, shipment.service = result["carrier"], result["service"]
        shipment.cost, shipment.cost_currency = result["price"], result["currency"]
        shipment.choice = result["choice"]
        shipment.label((number, url) for number, url in result["parcels"])
        shipments.keep_numbers(shipment)
    else:
        shipment.fail(outcome.reason or outcome.code)
    address_checks.doubt(shipment, outcome.result, outcome.code)
    if shipment.void_asked:
        work.call(asks.void(shipment))
    elif shipment.state == State.FAILED:
        work.send(label_failed(shipment))
    else:
        work.send(labeled(shipment))
        due_at = next_look(shipment, work.now)
        if outcome.result.get("can_track") and due_at:
            work.call(asks.track(shipment, due_at))
        if shipment.return_id and shipment.email:
            work.call(asks.mail(shipment, "return_label", "return_label"))


def void_shipment(command: VoidShipment, work: Work, shipments: Shipments) -> None:
    """Give labels back, even if none was ever bought; what has left cannot be."""
    shipment = shipments.of_fulfillment(command.fulfillment_order_id)
    if shipment is None:
        shipments.mark_void(command.fulfillment_order_id, work.now)
        work.send(voided(command.order_id, command.fulfillment_order_id))
    elif shipment.has_left:
        work.send(void_refused(shipment, TOO_LATE))
    elif shipment.manifest_id:
        work.send(void_refused(shipment, f"The parcels are on manifest {shipment.manifest_id}."))
    elif shipment.state == State.VOIDED:
        work.send(voided(shipment.order_id, shipment.fulfillment_order_id))
    elif not shipment.void_asked:
        shipment.void_asked = True
        shipment.voids += 1
        if shipment.state != State.PENDING:  # else the conclusion of the purchase asks for it
            work.call(asks.void(shipment))


def conclude_void(outcome: Outcome, work: Work, shipments: Shipments) -> None:
    """The carrier has taken the labels back, or would not, or has not answered at all.

    Without an answer nothing is told: who waits asks again, and that makes a new call.
    """
    shipment = found(shipments, outcome.call.subject)
    shipment.void_asked = False
    if shipment.has_left:
        work.send(void_refused(shipment, TOO_LATE))
    elif outcome.status == "succeeded":
        shipment.move(State.VOIDED)
        work.send(voided(shipment.order_id, shipment.fulfillment_order_id))
    elif outcome.status == "refused":
        if shipment.has_label:
            work.send(labeled(shipment))
        work.send(void_refused(shipment, outcome.reason or outcome.code))
    else:
        shipment.problem = f"The labels could not be given back: {outcome.reason}"[:255]


def _buy_once(wish: Shipment, known: Shipment | None, work: Work, shipments: Shipments) -> None:
    if known is None:
        shipments.add(wish)
        _buy(wish, work)
    elif known.state == State.VOIDED:
        work.send(voided(known.order_id, known.fulfillment_order_id))
    elif known.void_asked or known.state == State.PENDING:
        return  # what the carrier answers is told when it answers
    elif known.state == State.FAILED:
        known.retry(wish)
        _buy(known, work)
    else:
        work.send(labeled(known))


def _buy(shipment: Shipment, work: Work) -> None:
    if lacking := shipment.lacking():
        shipment.fail(lacking)
        work.send(label_failed(shipment))
    else:
        work.call(asks.buy(shipment))
