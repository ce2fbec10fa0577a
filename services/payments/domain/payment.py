"""What is a payment? A list of facts that only grows, and the sums that follow from it.

refunded ≤ captured ≤ authorized ≤ amount, always

An order has one, and one more for each edit for which more had to be held: money is taken from
the first that has some, and goes back to where it came from.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chassis.errors import Refused
from chassis.machine import Machine
from contracts.payments import PaymentFact
from contracts.values import Money
from services.payments.domain.account import SANDBOX


class State(StrEnum):
    """The life of a payment; what was given back is told by its refunds."""

    CREATED = "created"
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    AUTHORIZED = "authorized"
    PARTIALLY_CAPTURED = "partially_captured"
    CAPTURED = "captured"
    VOIDED = "voided"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"


S = State
DECIDED = frozenset({S.AUTHORIZED, S.CAPTURED, S.FAILED, S.CANCELED})
# fmt: off
LIFE = Machine("payment", S.CREATED, {
    S.CREATED:            DECIDED | {S.PENDING, S.REQUIRES_ACTION},
    S.PENDING:            DECIDED | {S.EXPIRED, S.REQUIRES_ACTION},
    S.REQUIRES_ACTION:    DECIDED | {S.EXPIRED, S.PENDING},
    S.AUTHORIZED:         frozenset({S.PARTIALLY_CAPTURED, S.CAPTURED, S.VOIDED, S.EXPIRED}),
    S.PARTIALLY_CAPTURED: frozenset({S.CAPTURED, S.VOIDED}),
    S.CAPTURED:           frozenset({S.PARTIALLY_CAPTURED, S.VOIDED}),  # an edit made it cost more
    S.VOIDED:             frozenset(),
    S.EXPIRED:            frozenset(),
    S.FAILED:             frozenset(),
    S.CANCELED:           frozenset(),
})
# fmt: on
WAITING = frozenset({State.CREATED, State.PENDING, State.REQUIRES_ACTION})
SECURED = frozenset({State.AUTHORIZED, State.PARTIALLY_CAPTURED, State.CAPTURED})
PAID_AT_ONCE = frozenset({"cash", "external", "bank_transfer"})


@dataclass
class Payment:
    """One payment of an order; `post` is the only writer of what was authorized, taken, refunded.

    `claimed` is what shipments asked for so far, `refunding` what is on its way back, `lowered`
    what will never be taken because edits made the order cost less. `edit` is the edit that it was
    made for, 0 for the first; the first counts by `raises` how many there are beside it. `again`
    counts how often the customer was asked to pay in another way.
    """

    payment_id: str
    order_id: str
    method: str
    currency: str
    amount: int
    token: str
    customer: str
    until: datetime
    created_at: datetime
    account: str = SANDBOX
    state: str = State.CREATED.value
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    claimed: int = 0
    refunding: int = 0
    void_asked: bool = False
    voiding: bool = False
    void_tries: int = 0
    action_url: str = ""
    code: str = ""
    reason: str = ""
    seq: int = 0
    again: int = 0
    edit: int = 0
    raises: int = 0
    lowered: int = 0
    number: str = ""
    name: str = ""
    version: int = 1

    def move(self, to: State) -> None:
        """Move to a state, or raise IllegalMove; to stay is no move."""
        if self.state != to:
            self.state = LIFE.move(self.payment_id, State(self.state), to).value

    def post(self, fact: PaymentFact) -> None:
        """Add a fact and change the sums by it; refuse what cannot be."""
        authorized, captured, refunded = self.authorized, self.captured, self.refunded
        match fact.kind:
            case "authorized":
                authorized += fact.amount
            case "captured":
                captured += fact.amount
            case "refunded":
                refunded += fact.amount
        if fact.amount < 0 or not refunded <= captured <= authorized <= self.amount:
            raise Refused(
                "too_much",
                f"{fact.kind} {fact.amount} cannot be: of {self.amount}, {self.authorized} are "
                f"authorized, {self.captured} captured and {self.refunded} refunded.",
                "amount",
            )
        self.authorized, self.captured, self.refunded = authorized, captured, refunded
        self.seq += 1

    def claim(self, amount: int) -> None:
        """Count what a shipment asks for; refuse what would be more than the order's amount."""
        if not 0 <= amount <= self.room:
            raise Refused(
                "too_much",
                f"Of {self.due}, {self.claimed} are taken already; {amount} cannot be taken.",
                "amount.amount",
            )
        self.claimed += amount

    def settle(self) -> None:
        """Move to what follows from the sums, after money was taken or the amount has changed."""
        if self.captured and not self.is_over:
            self.move(State.PARTIALLY_CAPTURED if self.owed else State.CAPTURED)

    def check_currency(self, amount: Money) -> None:
        """Refuse money of a currency that the order is not in."""
        if amount.currency != self.currency:
            reason = f"The order is in {self.currency}, not in {amount.currency}."
            raise Refused("wrong_currency", reason, "amount.currency")

    @property
    def due(self) -> int:
        """What is to be taken in all."""
        return self.amount - self.lowered

    @property
    def room(self) -> int:
        """What no shipment has asked for yet."""
        return self.due - self.claimed

    @property
    def owed(self) -> int:
        """What is still to be taken."""
        return max(self.due - self.captured, 0)

    @property
    def by_provider(self) -> bool:
        """Tell whether a provider moves the money."""
        return self.method == "card" and self.amount > 0

    @property
    def is_waiting(self) -> bool:
        """Tell whether it is not yet known if the order will be paid."""
        return self.state in WAITING

    @property
    def is_secured(self) -> bool:
        """Tell whether the order will be paid."""
        return self.state in SECURED

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is held or kept, and nothing will be."""
        return LIFE.is_final(State(self.state))

    @property
    def is_capturing(self) -> bool:
        """Tell whether a provider was asked for money and has not answered yet."""
        return self.by_provider and self.claimed > self.captured

    @property
    def may_be_held(self) -> bool:
        """Tell whether a provider holds, or may hold, what was not taken."""
        return self.is_waiting or self.authorized > self.captured

    @property
    def guarantee(self) -> str:
        """Why the order will be paid."""
        if self.method == "invoice":
            return "terms"
        return "captured" if self.method in PAID_AT_ONCE else "authorization"

    @property
    def refundable(self) -> int:
        """What can still be given back."""
        return self.captured - self.refunded - self.refunding
