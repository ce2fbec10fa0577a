"""What is a shipment, and how does it go its way?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from chassis.machine import Machine
from contracts.message import Wire
from contracts.shipping import CustomsItem, TrackingEvent
from contracts.values import Address, Dimensions


class State(StrEnum):
    """The life of a shipment."""

    PENDING = "pending"
    LABEL_PURCHASED = "label_purchased"
    FAILED = "failed"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNED = "returned_to_sender"
    LOST = "lost"
    VOIDED = "voided"


S = State
ON_THE_WAY = frozenset(
    {S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED, S.EXCEPTION, S.RETURNED, S.LOST}
)
# fmt: off
LIFE = Machine("shipment", S.PENDING, {
    S.PENDING:          frozenset({S.LABEL_PURCHASED, S.FAILED, S.VOIDED}),
    S.FAILED:           frozenset({S.PENDING, S.VOIDED}),
    S.LABEL_PURCHASED:  frozenset({S.SHIPPED, S.VOIDED}),
    S.SHIPPED:          ON_THE_WAY,
    S.IN_TRANSIT:       ON_THE_WAY,
    S.OUT_FOR_DELIVERY: ON_THE_WAY,
    S.EXCEPTION:        ON_THE_WAY,
    S.DELIVERED:        frozenset(),
    S.RETURNED:         frozenset(),
    S.LOST:             frozenset({S.DELIVERED, S.RETURNED}),
    S.VOIDED:           frozenset(),
})
# fmt: on
EUROPEAN_UNION = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


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
    def status(self) -> str:
        """The latest that the carrier told; what came late but happened before changes nothing."""
        return self.events[-1].status if self.events else "label_created"


@dataclass
class Shipment:
    """The parcels of one fulfillment order, or of one return, with one carrier."""

    shipment_id: str
    order_id: str
    fulfillment_order_id: str
    return_id: str
    number: int
    wanted: str
    ship_from: Address
    ship_to: Address
    email: str
    currency: str
    boxes: tuple[Box, ...]
    customs: tuple[CustomsItem, ...]
    created_at: datetime
    state: str = State.PENDING.value
    carrier: str = ""
    service: str = ""
    cost: int = 0
    cost_currency: str = ""
    choice: str = ""
    problem: str = ""
    void_asked: bool = False
    tries: int = 1
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    version: int = 1

    def move(self, to: State) -> None:
        """Move to a state, or raise IllegalMove; to stay is no move."""
        if self.state != to:
            self.state = LIFE.move(self.shipment_id, State(self.state), to).value

    @property
    def abroad(self) -> bool:
        """Tell whether the parcels cross a customs border."""
        here, there = self.ship_from.country, self.ship_to.country
        return here != there and not {here, there} <= EUROPEAN_UNION

    @property
    def has_left(self) -> bool:
        """Tell whether the carrier has the parcels."""
        return self.shipped_at is not None

    def lacking(self) -> str:
        """Say which data customs would miss; empty if none."""
        if not self.abroad or self.return_id:
            return ""
        for item in self.customs:
            if not item.hs_code:
                return f"SKU {item.sku} has no HS code, which {self.ship_to.country} requires."
            if not item.origin_country:
                return f"SKU {item.sku} has no country of origin."
        return "" if self.customs else "Nothing is declared for customs."

    def label(self, numbers: Iterable[tuple[str, str]]) -> None:
        """Take over the tracking numbers that were bought."""
        self.boxes = tuple(
            replace(box, tracking_number=number, tracking_url=url)
            for box, (number, url) in zip(self.boxes, numbers, strict=True)
        )
        self.move(State.LABEL_PURCHASED)

    def leave(self, at: datetime) -> bool:
        """The carrier has the parcels; return whether that is news."""
        if self.has_left:
            return False
        self.move(State.SHIPPED)
        self.shipped_at = at
        return True

    def track(self, number: str, event_id: str, event: TrackingEvent) -> bool:
        """Take what the carrier told of a parcel; return whether it is news."""
        boxes = []
        news = False
        for box in self.boxes:
            if box.tracking_number == number and event_id not in box.event_ids:
                told = tuple(sorted((*box.events, event), key=_when))
                box = replace(box, events=told, event_ids=(*box.event_ids, event_id))  # noqa: PLW2901
                news = True
            boxes.append(box)
        self.boxes = tuple(boxes)
        return news

    def follow(self, at: datetime) -> bool:
        """Let the state follow the parcels; return whether all have been delivered just now."""
        told = [box.status for box in self.boxes]
        if all(status == "delivered" for status in told):
            if self.delivered_at:
                return False
            self.move(State.DELIVERED)
            self.delivered_at = at
            return True
        worst = next((s for s in ("lost", "exception", "returned_to_sender") if s in told), "")
        best = next((s for s in ("out_for_delivery", "in_transit") if s in told), "")
        to = worst or best
        if to and LIFE.allows(State(self.state), State(to)):
            self.move(State(to))
        return False


def _when(event: TrackingEvent) -> tuple[datetime, int]:
    order = ("label_created", "in_transit", "out_for_delivery", "exception", "lost",
             "returned_to_sender", "delivered")  # fmt: skip
    return event.at, order.index(event.status)
