"""What must a payment provider be able to do?"""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered: done, not yet, or needs the customer."""

    status: Literal["succeeded", "pending", "requires_action"]
    reference: str
    action_url: str = ""


class Provider(Protocol):
    """A payment provider. Every effect has a key; the same key never acts twice.

    Raises chassis.outside.Declined where the provider says no; anything else means that the
    outcome is unknown, and `look_up` is asked before the effect is tried again.
    Amounts are minor units.
    """

    name: str

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Hold money of the customer's."""

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take part of the money that is held under the authorization's key."""

    def void(self, key: str, authorization: str) -> Answer:
        """Let go of what is held under the authorization's key and was not taken."""

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give back part of what was taken under the authorization's key."""

    def look_up(self, key: str) -> Answer | None:
        """Tell what became of a key; None if the provider never saw it."""
