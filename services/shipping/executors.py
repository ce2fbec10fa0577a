"""How are stored calls made: labels bought, each once, and given back?"""

from collections.abc import Sequence
from typing import Any

from chassis.outside import Declined, OutsideCall
from contracts.values import Money
from services.shipping.carriers.carrier import Bought, Carrier, Consignment, Offer, ParcelWish
from services.shipping.domain.shipment import Shipment


def buy(call: OutsideCall, shipment: Shipment, carriers: Sequence[Carrier]) -> dict[str, Any]:
    """Buy labels from the cheapest carrier that has the service, unless an earlier try has.

    An earlier try may have been at another carrier: prices change. So all are asked.
    """
    for key in call.request.get("earlier", ()):
        _give_back(key, carriers)
    if call.unknown and (bought := _find(call.key, carriers)):
        choice = f"{_priced(bought.offer)}: bought by an earlier try that got no answer"
        return _result(bought, choice)
    consignment = Consignment(
        shipment.ship_from,
        shipment.ship_to,
        tuple(ParcelWish(box.dimensions, box.weight_g) for box in shipment.boxes),
        shipment.customs if shipment.abroad else (),
        shipment.currency,
    )
    offer, carrier, choice = _choose(shipment.wanted, consignment, carriers)
    return _result(carrier.buy(call.key, offer, consignment), choice)


def void(call: OutsideCall, carriers: Sequence[Carrier]) -> dict[str, Any]:
    """Give labels back."""
    for key in call.request["keys"]:
        _give_back(key, carriers)
    return {}


def _give_back(key: str, carriers: Sequence[Carrier]) -> None:
    for carrier in carriers:
        carrier.void(key)


def _find(key: str, carriers: Sequence[Carrier]) -> Bought | None:
    answers = (carrier.look_up(key) for carrier in carriers)
    return next((bought for bought in answers if bought), None)


def _choose(
    wanted: str, consignment: Consignment, carriers: Sequence[Carrier]
) -> tuple[Offer, Carrier, str]:
    offers = sorted(
        (
            (offer, carrier)
            for carrier in carriers
            for offer in carrier.offers(consignment)
            if offer.service == wanted
        ),
        key=lambda pair: (pair[0].price, pair[0].days, pair[0].carrier),
    )
    if not offers:
        country = consignment.ship_to.country
        raise Declined("no_service", f"No carrier offers {wanted} to {country}.")
    offer, carrier = offers[0]
    others = f"the cheapest of {len(offers)} offers" if len(offers) > 1 else "the only offer"
    return offer, carrier, f"{_priced(offer)}: {others} for {wanted}"


def _priced(offer: Offer) -> str:
    price = Money(amount=offer.price, currency=offer.currency)
    return f"{offer.carrier} {offer.service} for {price}"


def _result(bought: Bought, choice: str) -> dict[str, Any]:
    return {
        "carrier": bought.offer.carrier,
        "service": bought.offer.service,
        "price": bought.offer.price,
        "currency": bought.offer.currency,
        "parcels": [list(parcel) for parcel in bought.parcels],
        "choice": choice,
    }
