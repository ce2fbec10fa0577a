"""A provider of nobody's, for docs/guides/add-a-payment-provider.md: the smallest whole adapter.

It keeps its ledger in memory, where a real one asks a server. All else is as in a real one.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments.domain.account import Account, Capabilities, Declared
from services.payments.domain.decline import Reason
from services.payments.providers.provider import Answer, Kind
from services.payments.webhooks import ProviderEvent

MEANINGS = {"NO_FUNDS": Reason.INSUFFICIENT_FUNDS, "OLD_CARD": Reason.EXPIRED}


@dataclass
class Deed:
    """What was done under a key."""

    what: Literal["hold", "take", "free", "back"]
    held_by: str
    amount: int
    answer: str


@dataclass
class Toy:
    """The adapter."""

    account: Account
    deeds: dict[str, Deed] = field(default_factory=dict)
    name: str = "toy"

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Hold money; the token says what comes of it."""
        return self._do(key, Deed("hold", key, amount, token))

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take a part of what is held and was not let go."""
        held = self.deeds.get(authorization)
        free = any(d.what == "free" and d.held_by == authorization for d in self.deeds.values())
        good = held and held.answer == "ok" and not free
        left = held.amount - self._sum("take", authorization) if held and good else -1
        return self._do(key, Deed("take", authorization, amount, self._if(amount <= left)))

    def void(self, key: str, authorization: str) -> Answer:
        """Let go; what was undecided is decided by it."""
        held = self.deeds.get(authorization)
        if held and held.answer == "slow":
            held.answer = "VOIDED"
        return self._do(key, Deed("free", authorization, 0, "ok"))

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give back a part of what was taken."""
        left = self._sum("take", authorization) - self._sum("back", authorization)
        return self._do(key, Deed("back", authorization, amount, self._if(amount <= left)))

    def look_up(self, key: str) -> Answer | None:
        """Tell what became of a key."""
        return self._told(key) if key in self.deeds else None

    def test(self) -> str:
        """Nothing can be wrong with it."""
        return "The toy is there."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        """Check the signature, then read what was posted."""
        secret = self.account.secrets.get("webhook_secret", "")
        signed = hmac.new(secret.encode(), posted.body.encode(), hashlib.sha256).hexdigest()
        if not secret or not hmac.compare_digest(signed.encode(), posted.signature.encode()):
            raise Refused("bad_signature", "The signature does not fit the body.", "signature")
        told = msgspec.json.decode(posted.body, type=dict[str, str])
        return ProviderEvent(type=told["type"], key=told["key"], account=self.account.account)

    def _do(self, key: str, deed: Deed) -> Answer:
        self.deeds.setdefault(key, deed)  # the same key never acts twice
        return self._told(key)

    def _told(self, key: str) -> Answer:
        answer = self.deeds[key].answer
        if answer not in {"ok", "slow"}:
            code = MEANINGS.get(answer, Reason.DECLINED)
            raise Declined(code.value, f"The toy says {answer}.")
        return Answer("pending" if answer == "slow" else "succeeded", key)

    def _sum(self, what: str, held_by: str) -> int:
        done = (
            d for d in self.deeds.values() if (d.what, d.held_by, d.answer) == (what, held_by, "ok")
        )
        return sum(deed.amount for deed in done)

    def _if(self, good: bool) -> str:
        return "ok" if good else "TOO_MUCH"


KIND = Kind(
    kind="toy",
    name="Toy",
    settings=(Declared("webhook_secret", "Webhook secret", "Signs what it posts.", secret=True),),
    capabilities=Capabilities(methods=("card",), takes_days=True, webhooks=True),
    make=lambda account, _: Toy(account),
)
