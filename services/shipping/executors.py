"""How are stored calls made: labels bought, each once, given back, put on a manifest, followed?"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from chassis import clock
from chassis.outside import OutsideCall, Pending
from services.shipping import address_checks, shopping
from services.shipping.carriers.carrier import Bought, Carrier, Consignment, LabelFile, ParcelWish
from services.shipping.domain import pace
from services.shipping.domain.parcel import TrackingNotice
from services.shipping.domain.shipment import Shipment
from services.shipping.shopping import Stall

KeepLabels = Callable[[str, Sequence[LabelFile]], None]


def buy(
    call: OutsideCall,
    shipment: Shipment,
    stalls: Sequence[Stall],
    carriers: Sequence[Carrier],
    keep: KeepLabels,
) -> dict[str, Any]:
    """Buy labels from the cheapest carrier that keeps the promise, unless an earlier try has.

    An earlier try may have been at another carrier: prices change. So all are asked, those that
    are out of use, too. Labels are kept before it counts as done: they can be fetched again.
    """
    for key in call.request.get("earlier", ()):
        _give_back(key, carriers)
    if call.unknown and (found := _find(call.key, carriers)):
        bought, carrier = found
        choice = f"{shopping.priced(bought.offer)}: bought by an earlier try that got no answer"
        checked = shipment.address_check
    else:
        checked = address_checks.check(shipment, stalls)
        consignment = _consignment(shipment)
        deliver_by = shipment.deliver_by.date() if shipment.deliver_by else None
        market = shopping.ask(stalls, consignment)
        offer, carrier, choice = shopping.choose(
            shipment.wanted, market, consignment, clock.now().date(), deliver_by
        )
        bought = carrier.buy(call.key, offer, consignment)
    files = carrier.labels(call.key)
    if files or call.request.get("earlier"):  # an earlier try may have left labels of its own
        keep(shipment.shipment_id, files)
    return _result(bought, choice, carrier) | {"address_check": checked}


def _consignment(shipment: Shipment) -> Consignment:
    return Consignment(
        shipment.ship_from,
        shipment.ship_to,
        tuple(ParcelWish(box.dimensions, box.weight_g) for box in shipment.boxes),
        shipment.customs if shipment.abroad else (),
        shipment.currency,
    )


def void(call: OutsideCall, carriers: Sequence[Carrier]) -> dict[str, Any]:
    """Give labels back: at the carrier that sold them, or at all if that is not known."""
    seller = call.request.get("carrier", "")
    asked = [carrier for carrier in carriers if carrier.name == seller] or carriers
    for key in call.request["keys"]:
        _give_back(key, asked)
    return {}


def manifest(call: OutsideCall, carriers: Sequence[Carrier], keep: KeepLabels) -> dict[str, Any]:
    """Ask the carrier that sold the labels for its form over them, and keep that."""
    if keys := call.request["keys"]:
        seller = call.request["carrier"]
        for carrier in (one for one in carriers if one.name == seller):
            keep(call.subject, carrier.manifest(keys))
    return {}


def track(call: OutsideCall, shipment: Shipment, carriers: Sequence[Carrier]) -> dict[str, Any]:
    """Ask a carrier where parcels are; raises Pending until it tells something that is news."""
    now = clock.now()
    due_at = pace.next_look(shipment, now)
    if due_at is None:
        return {"notices": []}
    seller = next((one for one in carriers if one.name == call.request["carrier"]), None)
    news: list[TrackingNotice] = []
    if seller and pace.is_due(shipment, now):
        known = {event_id for box in shipment.boxes for event_id in box.event_ids}
        told = seller.track(call.request["key"])
        news = [notice for notice in told if notice.event_id not in known]
    if not news:
        raise Pending(due_at, "nothing new")
    return {"notices": msgspec.to_builtins(news)}


def _give_back(key: str, carriers: Sequence[Carrier]) -> None:
    """Give back at every carrier; one that is away does not keep the others from it."""
    trouble: Exception | None = None
    for carrier in carriers:
        try:
            carrier.void(key)
        except Exception as error:  # noqa: BLE001 - raised when all were asked
            trouble = trouble or error
    if trouble:
        raise trouble


def _find(key: str, carriers: Sequence[Carrier]) -> tuple[Bought, Carrier] | None:
    for carrier in carriers:
        if bought := carrier.look_up(key):
            return bought, carrier
    return None


def _result(bought: Bought, choice: str, carrier: Carrier) -> dict[str, Any]:
    return {
        "carrier": bought.offer.carrier,
        "service": bought.offer.service,
        "price": bought.offer.price,
        "currency": bought.offer.currency,
        "parcels": [list(parcel) for parcel in bought.parcels],
        "choice": choice,
        "can_track": carrier.can_track,
    }
