"""How is money taken for a shipment, or given back? In attempts, until one succeeds."""

from dataclasses import dataclass
from enum import StrEnum

from chassis.errors import Refused
from chassis.machine import Machine


class AttemptState(StrEnum):
    """The life of a capture and of a refund."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# fmt: off
ATTEMPT_LIFE = Machine("capture or refund", AttemptState.PROCESSING, {
    AttemptState.PROCESSING: frozenset({AttemptState.SUCCEEDED, AttemptState.FAILED}),
    AttemptState.FAILED:     frozenset({AttemptState.PROCESSING}),
    AttemptState.SUCCEEDED:  frozenset(),
})
# fmt: on


class Attempted:
    """What captures and refunds have in common."""

    state: str
    tries: int

    def move(self, to: AttemptState) -> None:
        """Move to a state, or raise IllegalMove."""
        self.state = ATTEMPT_LIFE.move(str(self), AttemptState(self.state), to).value

    def try_again(self) -> None:
        """Begin another try after one that failed."""
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

    def check_same(self, amount: int) -> None:
        """Refuse to use the refund's name for another amount."""
        if amount != self.amount:
            raise Refused(
                "reused",
                f"The refund {self.refund_id} is one of {self.amount}, not of {amount}.",
                "refund_id",
            )

    def __str__(self) -> str:
        """Show which one it is."""
        return self.refund_id
