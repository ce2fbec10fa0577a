"""How is money taken for a shipment, or given back? In attempts, until one succeeds."""

from dataclasses import dataclass
from enum import StrEnum

from chassis.machine import Machine


class AttemptState(StrEnum):
    """The life of a capture and of a refund; `unknown`: the money may have moved or not."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


A = AttemptState
# fmt: off
ATTEMPT_LIFE = Machine("capture or refund", A.PROCESSING, {
    A.PROCESSING: frozenset({A.SUCCEEDED, A.FAILED, A.UNKNOWN}),
    A.FAILED:     frozenset({A.PROCESSING}),
    A.UNKNOWN:    frozenset({A.PROCESSING}),
    A.SUCCEEDED:  frozenset(),
})
# fmt: on


class Attempted:
    """What captures and refunds have in common."""

    state: str
    tries: int

    def move(self, to: AttemptState) -> None:
        """Move to a state, or raise IllegalMove."""
        self.state = ATTEMPT_LIFE.move(str(self), AttemptState(self.state), to).value

    @property
    def may_be_tried(self) -> bool:
        """Tell whether an earlier try has ended without success."""
        return self.state in {AttemptState.FAILED, AttemptState.UNKNOWN}

    def try_again(self) -> None:
        """Begin another try after one that has failed, or whose outcome nobody knows."""
        self.move(AttemptState.PROCESSING)
        self.tries += 1


@dataclass
class Capture(Attempted):
    """Money that is taken for one shipment, named by a key that the asker chose."""

    order_id: str
    capture_id: str
    amount: int
    state: str = AttemptState.PROCESSING.value
    tries: int = 1
    reason: str = ""
    version: int = 1

    def __str__(self) -> str:
        """Show which one it is."""
        return self.capture_id


@dataclass
class Refund(Attempted):
    """Money that goes back, named by a key that the asker chose."""

    order_id: str
    refund_id: str
    payment_id: str
    amount: int
    reason: str
    state: str = AttemptState.PROCESSING.value
    tries: int = 1
    version: int = 1

    def __str__(self) -> str:
        """Show which one it is."""
        return self.refund_id
