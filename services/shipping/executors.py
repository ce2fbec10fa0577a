"""How are stored calls made: labels bought and given back, mails sent?"""

from typing import Any

from sqlalchemy.orm import Session

from chassis.outside import Declined, OutsideCall
from contracts.values import Address
from services.shipping.carriers.carrier import Bought, Carrier, Offer, ParcelWish
from services.shipping.domain.shipment import Shipment


def buy(call: OutsideCall, session: Session, carriers: list[Carrier]) -> dict[str, Any]:
    """Buy labels from the cheapest carrier that has the service, unless an earlier try has."""
    shipment = session.get(Shipment, call.subject)
    if shipment is None:
        raise Declined("unknown", f"There is no shipment {call.subject}.")
    parcels = [ParcelWish(box.dimensions, box.weight_g) for box in shipment.boxes]
    addresses = shipment.ship_from, shipment.ship_to
    wanted = shipment.wanted
    session.rollback()
    offer, carrier, choice = _choose(wanted, *addresses, parcels, carriers)
    bought = carrier.look_up(call.key) if call.unknown else None
    if bought is None:
        bought = carrier.buy(call.key, offer, *addresses, parcels)
    return _result(offer, bought, choice)


def void(call: OutsideCall, carriers: list[Carrier]) -> dict[str, Any]:
    """Give labels back."""
    for carrier in carriers:
        carrier.void(call.request["key"])
    return {}


def _choose(
    wanted: str,
    ship_from: Address,
    ship_to: Address,
    parcels: list[ParcelWish],
    carriers: list[Carrier],
) -> tuple[Offer, Carrier, str]:
    offers = sorted(
        (
            (offer, carrier)
            for carrier in carriers
            for offer in carrier.offers(ship_from, ship_to, parcels)
            if offer.service == wanted
        ),
        key=lambda pair: (pair[0].price, pair[0].days, pair[0].carrier),
    )
    if not offers:
        raise Declined("no_service", f"No carrier offers {wanted} to {ship_to.country}.")
    offer, carrier = offers[0]
    choice = f"{offer.carrier} {offer.service}: the cheapest of {len(offers)} offers for {wanted}"
    return offer, carrier, choice


def _result(offer: Offer, bought: Bought, choice: str) -> dict[str, Any]:
    return {
        "carrier": offer.carrier,
        "service": offer.service,
        "price": offer.price,
        "currency": offer.currency,
        "parcels": [list(parcel) for parcel in bought.parcels],
        "choice": choice,
    }
