"""What was decided for an order? One decision for each round; a later attempt replaces it."""

from dataclasses import dataclass

from contracts.values import Address
from contracts.warehouse import PlannedFulfillment


@dataclass(frozen=True)
class Decided:
    """The last attempt of a round and what was planned; without a decision nothing could be."""

    round: int
    attempt: int
    decision: str = ""
    fulfillment_order_ids: tuple[str, ...] = ()


@dataclass
class Routing:
    """All decisions for one order. Once it is canceled, nothing is planned for it any more.

    `edit` is the last edit of the order that was answered, `edit_refused` why it was refused, and
    `edit_taken` what it took off the plan. Once `ship_to` was changed by one, whatever is planned
    later goes there: who asks may not know yet.
    """

    order_id: str
    canceled: bool = False
    rounds: tuple[Decided, ...] = ()
    edit: int = 0
    edit_refused: str = ""
    edit_taken: tuple[PlannedFulfillment, ...] = ()
    ship_to: Address | None = None

    def of(self, round: int) -> Decided | None:  # noqa: A002 - the word of the contract
        """Find the decision of a round."""
        return next((decided for decided in self.rounds if decided.round == round), None)

    def decide(self, decided: Decided) -> Decided:
        """Keep the decision of a round; what an earlier attempt planned has been canceled."""
        others = tuple(d for d in self.rounds if d.round != decided.round)
        self.rounds = (*others, decided)
        return decided

    @property
    def fulfillment_order_ids(self) -> tuple[str, ...]:
        """All fulfillment orders that are planned for the order, round by round."""
        return tuple(i for decided in self.rounds for i in decided.fulfillment_order_ids)
