"""What is a shipment, and how does it go its way?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from chassis.machine import Machine
from contracts.shipping import CustomsItem
from contracts.values import Address
from services.shipping.domain import customs
from services.shipping.domain.parcel import LABEL_CREATED, Box, TrackingNotice


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
WEB = re.compile(r"https?://[\x21-\x7e]{1,240}")
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
    voids: int = 0
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    version: int = 1
    deliver_by: datetime | None = None
    warehouse_id: str = ""
    manifest_id: str = ""
    doubted: str = ""
    address_check: str = ""

    def move(self, to: State) -> None:
        """Move to a state, or raise IllegalMove; to stay is no move."""
        if self.state != to:
            self.state = LIFE.move(self.shipment_id, State(self.state), to).value

    @property
    def keys(self) -> list[str]:
        """Under which keys labels were wished at carriers; the last is that of the newest try."""
        return [f"{self.shipment_id}-{n}" for n in range(1, self.tries + 1)]

    @property
    def abroad(self) -> bool:
        """Tell whether the parcels cross a customs border."""
        return customs.crosses_border(self.ship_from, self.ship_to)

    @property
    def has_left(self) -> bool:
        """Tell whether the carrier has the parcels."""
        return self.shipped_at is not None

    @property
    def has_label(self) -> bool:
        """Tell whether there are labels that may be stuck on."""
        bought = bool(self.boxes and self.boxes[0].tracking_number)
        return bought and not self.void_asked and self.state != State.VOIDED

    @property
    def waits_for_carrier(self) -> bool:
        """Tell whether the parcels could be put on a manifest."""
        is_free = not self.void_asked and not self.manifest_id and not self.return_id
        return is_free and self.state == State.LABEL_PURCHASED

    @property
    def allowed(self) -> tuple[str, ...]:
        """Tell what a person may do now."""
        if not self.has_label:
            return ()
        return ("label",) if self.has_left or self.manifest_id else ("hand_over", "label")

    @property
    def customer(self) -> Address:
        """Where the customer lives: at the end of the way, or where a return begins."""
        return self.ship_from if self.return_id else self.ship_to

    def lacking(self) -> str:
        """Say what is missing before a label can be bought; empty if nothing."""
        if not self.boxes:
            return "There is no package to send."
        return customs.lacking(self.customs) if self.abroad else ""

    def retry(self, wish: "Shipment") -> None:
        """Try again after a failure, with what is wished now and under a new key."""
        self.move(State.PENDING)
        self.tries += 1
        self.problem = ""
        self.wanted, self.email, self.currency = wish.wanted, wish.email, wish.currency
        self.ship_from, self.ship_to = wish.ship_from, wish.ship_to
        self.boxes, self.customs, self.deliver_by = wish.boxes, wish.customs, wish.deliver_by
        self.warehouse_id = wish.warehouse_id

    def label(self, numbers: Iterable[tuple[str, str]]) -> None:
        """Take over the tracking numbers that were bought; people follow web addresses only."""
        self.boxes = tuple(
            replace(box, tracking_number=number, tracking_url=url if WEB.fullmatch(url) else "")
            for box, (number, url) in zip(self.boxes, numbers, strict=True)
        )
        self.move(State.LABEL_PURCHASED)

    def fail(self, reason: str) -> None:
        """Note why there is no label."""
        self.move(State.FAILED)
        self.problem = reason[:255]

    def leave(self, at: datetime) -> None:
        """Note that the carrier has the parcels."""
        self.move(State.SHIPPED)
        self.shipped_at = at

    def track(self, notice: TrackingNotice) -> bool:
        """Take what the carrier told of a parcel; return whether it is news."""
        boxes = tuple(
            box.told(notice)
            if box.tracking_number == notice.tracking_number
            and notice.event_id not in box.event_ids
            else box
            for box in self.boxes
        )
        news, self.boxes = boxes != self.boxes, boxes
        return news

    def follow(self) -> State | None:
        """Let the state follow the parcels; return the new state, None if it stays the old."""
        to = _whereabouts([box.status for box in self.boxes])
        if to is None or not LIFE.allows(State(self.state), to) or self.state == to:
            return None
        self.move(to)
        if to is State.DELIVERED:
            self.delivered_at = max(box.latest.at for box in self.boxes if box.latest)
        return to


def _whereabouts(told: list[str]) -> State | None:
    """Tell where the shipment is as a whole: trouble first, and arrived when nothing moves."""
    if all(status == LABEL_CREATED for status in told):
        return None
    if all(status == "delivered" for status in told):
        return State.DELIVERED
    for state in (State.LOST, State.EXCEPTION, State.OUT_FOR_DELIVERY, State.IN_TRANSIT):
        if state.value in told:
            return state
    return State.IN_TRANSIT if LABEL_CREATED in told else State.RETURNED
