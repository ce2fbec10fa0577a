"""What must a payment provider be able to do?

Every adapter must pass `ProviderConformance` in tests/provider_conformance.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from contracts.payments import ProviderWebhook
from services.payments.domain.account import Account, Capabilities, Declared
from services.payments.webhooks import ProviderEvent


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered: done, not yet, or needs the customer."""

    status: Literal["succeeded", "pending", "requires_action"]
    reference: str
    action_url: str = ""


class Provider(Protocol):
    """A payment provider. Every effect has a key; the same key never acts twice.

    Raises chassis.outside.Declined where the provider says no, and again for the same key.
    Anything else means that the outcome is unknown: `look_up` is asked before it is tried again.
    Amounts are minor units.
    """

    name: str

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Hold money of the customer's."""

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take part of the money that is held under the authorization's key."""

    def void(self, key: str, authorization: str) -> Answer:
        """Let go of what is held under the authorization's key and was not taken.

        To let go of what was never held succeeds: it may be that nobody knows.
        """

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give back part of what was taken under the authorization's key."""

    def look_up(self, key: str) -> Answer | None:
        """Tell what became of a key, as its own call did; None if nothing was done under it."""

    def test(self) -> str:
        """Ask the provider, within seconds, whether it knows us; raise if not. Moves nothing."""

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        """Check that what was posted is genuine, and read it; else raise Refused."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an adapter declares of itself: what it must be told, what it can do, how it is made.

    `make` gets the account and the address of our own database, which only the sandbox uses.
    """

    kind: str
    name: str
    settings: tuple[Declared, ...]
    capabilities: Capabilities
    make: Callable[[Account, str], Provider]
