"""Can the parcels be delivered to the address? Carriers are asked before a label is bought.

A doubtful address stops the order once, with the reason. Whoever then tries again without another
address has decided that it is right.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from chassis.outside import Declined
from contracts.values import Address
from services.shipping.domain.shipment import Shipment
from services.shipping.shopping import Stall

DOUBTFUL = "doubtful_address"


def fingerprint(address: Address) -> str:
    """What tells one address from another."""
    return hashlib.sha256(msgspec.json.encode(address)).hexdigest()


def check(shipment: Shipment, stalls: Sequence[Stall]) -> str:
    """Say what carriers think of the address; raise Declined where they doubt it for once.

    One that does not answer holds nothing up. A return comes to us, and we know where we are.
    """
    if shipment.return_id:
        return ""
    to, said = shipment.ship_to, []
    for stall in stalls:
        if not stall.delivers_to(to.country):
            continue
        name = stall.carrier.name
        try:
            found = stall.carrier.check_address(to)
        except Exception as error:  # noqa: BLE001 - a check that fails must stop no parcel
            said.append(f"{name} did not answer ({type(error).__name__})")
            continue
        if found is not None and found.well:
            return f"{name} knows it"
        if found is not None:
            said.append(f"{name} doubts it: {found.words or 'it says no more'}")
    words = "; ".join(said)[:200]
    if any(" doubts it" in one for one in said):
        if shipment.doubted != fingerprint(to):
            told = f"{words} Correct the address, or try again to send it there as it is."
            raise Declined(DOUBTFUL, told)
        return f"{words} A person decided that it is right."
    return words


def doubt(shipment: Shipment, result: dict[str, Any], code: str) -> None:
    """Note what came of the check with the answer to a purchase."""
    if code == DOUBTFUL:
        shipment.doubted = fingerprint(shipment.ship_to)
    shipment.address_check = str(result.get("address_check") or "")[:255]
