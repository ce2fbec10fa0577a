"""When is a carrier asked where a parcel is that it does not tell of by itself?

Soon after something happened, then ever more rarely, and in the end not at all. Whoever posts its
scans is hardly ever asked.
"""

from datetime import datetime, timedelta

from services.shipping.domain.shipment import Shipment, State

SOONEST, LATEST = timedelta(hours=2), timedelta(hours=24)
FOLLOWED_FOR = timedelta(days=45)
AT_REST = frozenset({State.DELIVERED, State.RETURNED, State.VOIDED})


def last_heard(shipment: Shipment) -> datetime:
    """When something was last heard of the parcels, by the carrier's time."""
    told = [box.latest.at for box in shipment.boxes if box.latest]
    return max([shipment.created_at, *filter(None, [shipment.shipped_at]), *told])


def next_look(shipment: Shipment, now: datetime) -> datetime | None:
    """When to ask next; None when there is nothing to follow any more."""
    is_over = State(shipment.state) in AT_REST or not shipment.has_label
    if is_over or now - shipment.created_at > FOLLOWED_FOR:
        return None
    quiet = now - last_heard(shipment)
    return now + min(max(quiet / 2, SOONEST), LATEST)


def is_due(shipment: Shipment, now: datetime) -> bool:
    """Tell whether it has been quiet for long enough to ask."""
    return now - last_heard(shipment) >= SOONEST
