"""What became of an order that a channel sent?

parked → handed_over → placed | refused

A sale over a counter is no order: once its listings are known it is counted, which is its placed.
What is parked or refused may be sent again by the channel, in a newer version; older ones and
those of an order that was canceled there change nothing. Placed stays placed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from chassis.machine import Machine
from contracts.inventory import CountSale
from contracts.mending import Mending, SeenThere
from contracts.orders import PlaceOrder


class State(StrEnum):
    """The life of an order that a channel sent, on our side."""

    PARKED = "parked"
    HANDED_OVER = "handed_over"
    PLACED = "placed"
    REFUSED = "refused"


S = State
# fmt: off
LIFE = Machine("channel order", S.PARKED, {
    S.PARKED:      frozenset({S.HANDED_OVER, S.REFUSED, S.PLACED}),
    S.HANDED_OVER: frozenset({S.PLACED, S.REFUSED}),
    S.REFUSED:     frozenset({S.PARKED, S.HANDED_OVER, S.PLACED}),
    S.PLACED:      frozenset(),
})
# fmt: on


@dataclass
class Inbound:
    """An order that a channel sent; its lines name listings until they are mapped to SKUs."""

    inbound_id: str
    channel: str
    channel_order_id: str
    received_at: datetime
    order: PlaceOrder | None = None
    state: str = State.PARKED.value
    reason: str = ""
    unmapped: tuple[str, ...] = ()
    unpaid: bool = False
    order_id: str = ""
    canceled: bool = False
    changed_at: datetime | None = None
    import_id: str = ""
    version: int = 1
    sale: CountSale | None = None
    missed: bool = False
    asking: bool = False
    seen: SeenThere | None = None

    def move(self, to: State) -> None:
        """Move to a state, or raise IllegalMove; to stay is no move."""
        if self.state != to:
            which = f"{self.channel} {self.channel_order_id}"
            self.state = LIFE.move(which, State(self.state), to).value

    def learn(self, changed_at: datetime | None, *, newer: bool = False) -> bool:
        """Tell whether news of that time are no older than what is known, and remember it.

        With `newer` they must be newer: what is asked for again and again says the same often.
        """
        if changed_at is None:
            return True
        if self.changed_at and changed_at < self.changed_at:
            return False
        if newer and self.changed_at == changed_at:
            return False
        self.changed_at = changed_at
        return True

    @property
    def is_open(self) -> bool:
        """Tell whether a newer version of the order is still of use."""
        return self.state in {State.PARKED, State.REFUSED}

    def take(self, order: PlaceOrder, known: dict[str, str], *, unpaid: bool) -> None:
        """Take an order, with what is known of which listing is which SKU."""
        self.unmapped = tuple(sorted({x.sku for x in order.lines if x.sku not in known}))
        self.unpaid = unpaid
        lines = tuple(replace(x, sku=known.get(x.sku, x.sku)) for x in order.lines)
        self.order = replace(order, lines=lines)
        self.move(State.PARKED)
        self.reason = self._gap()

    def count(self, sale: CountSale, known: dict[str, str]) -> None:
        """Take what was sold over a counter, with what is known of which listing is which SKU."""
        self.unmapped = tuple(sorted({x.sku for x in sale.units if x.sku not in known}))
        units = tuple(replace(x, sku=known.get(x.sku, x.sku)) for x in sale.units)
        self.sale = replace(sale, units=units)
        self.move(State.PARKED)
        self.reason = self._gap()

    def map(self, listing: str, sku: str) -> None:
        """Know a listing."""
        if self.sale and listing in self.unmapped:
            units = tuple(replace(x, sku=sku) if x.sku == listing else x for x in self.sale.units)
            self.sale = replace(self.sale, units=units)
            self._learned(listing)
        if self.order and listing in self.unmapped:
            lines = tuple(replace(x, sku=sku) if x.sku == listing else x for x in self.order.lines)
            self.order = replace(self.order, lines=lines)
            self._learned(listing)

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing for handing it over."""
        has = self.order is not None or self.sale is not None
        return has and not self.unmapped and not self.unpaid

    @property
    def mends(self) -> tuple[Mending, ...]:
        """What can be done by one word, so that we hold what the shop has last said."""
        if self.seen is None or self.canceled:
            return ()
        if self.seen.says == "canceled":
            return ("cancel",)
        return ("take_again",) if self.seen.says == "sold" and self.is_open else ()

    def refuse(self, reason: str) -> None:
        """It cannot be accepted as it is."""
        self.move(State.REFUSED)
        self.reason = reason[:255]

    def _learned(self, listing: str) -> None:
        self.unmapped = tuple(name for name in self.unmapped if name != listing)
        self.reason = self._gap()

    def _gap(self) -> str:
        if self.unmapped:
            return f"Nobody has said which SKU these listings are: {', '.join(self.unmapped)}"[:255]
        return "The shop still waits for the payment." if self.unpaid else ""
