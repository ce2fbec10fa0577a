"""What is a payment? A list of facts that only grows, and the sums that follow from it.

refunded ≤ captured ≤ authorized, always
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chassis.errors import Refused
from chassis.machine import Machine
from contracts.payments import PaymentFact


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
# fmt: off
LIFE = Machine("payment", S.CREATED, {
    S.CREATED:            frozenset({S.PENDING, S.REQUIRES_ACTION, S.AUTHORIZED, S.CAPTURED, S.FAILED, S.CANCELED}),
    S.PENDING:            frozenset({S.AUTHORIZED, S.CAPTURED, S.FAILED, S.CANCELED, S.EXPIRED, S.REQUIRES_ACTION}),
    S.REQUIRES_ACTION:    frozenset({S.AUTHORIZED, S.CAPTURED, S.FAILED, S.CANCELED, S.EXPIRED, S.PENDING}),
    S.AUTHORIZED:         frozenset({S.PARTIALLY_CAPTURED, S.CAPTURED, S.VOIDED, S.EXPIRED}),
    S.PARTIALLY_CAPTURED: frozenset({S.CAPTURED, S.VOIDED}),
    S.CAPTURED:           frozenset({S.VOIDED}),
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
    """One payment of an order; `post` is the only writer of its sums."""

    payment_id: str
    order_id: str
    method: str
    currency: str
    amount: int
    token: str
    customer: str
    until: datetime
    created_at: datetime
    state: str = State.CREATED.value
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    refunding: int = 0
    void_asked: bool = False
    action_url: str = ""
    reason: str = ""
    seq: int = 0
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
        if not refunded <= captured <= authorized <= self.amount:
            raise Refused(
                "too_much",
                f"{fact.kind} {fact.amount} is too much: of {self.amount}, {self.authorized} are "
                f"authorized, {self.captured} captured and {self.refunded} refunded.",
                "amount",
            )
        self.authorized, self.captured, self.refunded = authorized, captured, refunded
        self.seq += 1

    @property
    def is_waiting(self) -> bool:
        """Tell whether it is not yet known if the order will be paid."""
        return self.state in WAITING

    @property
    def is_secured(self) -> bool:
        """Tell whether the order will be paid."""
        return self.state in SECURED

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


class RefundState(StrEnum):
    """The life of a refund."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# fmt: off
REFUND_LIFE = Machine("refund", RefundState.PROCESSING, {
    RefundState.PROCESSING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.FAILED:     frozenset({RefundState.PROCESSING}),
    RefundState.SUCCEEDED:  frozenset(),
})
# fmt: on


@dataclass
class Refund:
    """Money that goes back, named by a key that the asker chose."""

    order_id: str
    refund_id: str
    payment_id: str
    amount: int
    reason: str
    state: str = RefundState.PROCESSING.value
    tries: int = 1
    version: int = 1

    def move(self, to: RefundState) -> None:
        """Move to a state, or raise IllegalMove."""
        self.state = REFUND_LIFE.move(self.refund_id, RefundState(self.state), to).value


@dataclass
class Capture:
    """Money that was taken for one shipment, named by a key that the asker chose."""

    order_id: str
    capture_id: str
    amount: int
    state: str = "processing"
    tries: int = 1
    reason: str = ""
    version: int = 1


@dataclass
class CreditTerms:
    """How much a customer may owe, and does."""

    customer: str
    currency: str
    credit_limit: int
    net_days: int
    note: str = ""
    exposure: int = 0
    version: int = 1
