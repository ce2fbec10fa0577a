"""What is a parcel, and what does its carrier tell of it?"""

from datetime import datetime

from msgspec.structs import replace

from contracts.message import Wire
from contracts.shipping import TrackingEvent
from contracts.values import Dimensions

LABEL_CREATED = "label_created"
ARRIVED = frozenset({"delivered", "returned_to_sender"})
AT_THE_SAME_TIME = (
    LABEL_CREATED,
    "in_transit",
    "out_for_delivery",
    "exception",
    "lost",
    "returned_to_sender",
    "delivered",
)


class TrackingNotice(Wire, frozen=True, kw_only=True):
    """One event as a carrier tells it; the same id when it tells it again."""

    event_id: str
    tracking_number: str
    event: TrackingEvent


class Box(Wire, frozen=True, kw_only=True):
    """One parcel of a shipment with what the carrier has told of it."""

    package_id: str
    dimensions: Dimensions
    weight_g: int
    tracking_number: str = ""
    tracking_url: str = ""
    events: tuple[TrackingEvent, ...] = ()
    event_ids: tuple[str, ...] = ()

    @property
    def latest(self) -> TrackingEvent | None:
        """What counts: the newest event by its own time, but no scan after the arrival."""
        arrivals = (event for event in self.events if event.status in ARRIVED)
        return next(arrivals, self.events[-1] if self.events else None)

    @property
    def status(self) -> str:
        """Where the parcel is."""
        return self.latest.status if self.latest else LABEL_CREATED

    def told(self, notice: TrackingNotice) -> "Box":
        """Take an event up in the order of time, whenever it comes."""
        events = tuple(sorted((*self.events, notice.event), key=_when))
        return replace(self, events=events, event_ids=(*self.event_ids, notice.event_id))


def _when(event: TrackingEvent) -> tuple[datetime, int]:
    return event.at, AT_THE_SAME_TIME.index(event.status)
