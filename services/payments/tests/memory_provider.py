"""A payment provider in a dictionary, whose line breaks when a test wants it to."""

from dataclasses import dataclass, field
from typing import Any, Literal

from chassis.outside import Declined, OutsideCall
from contracts.payments import ProviderWebhook
from services.payments import asks, executors
from services.payments.providers.provider import Answer
from services.payments.webhooks import ProviderEvent

Fault = Literal["before", "after"]
MAKES: dict[str, Any] = {
    asks.AUTHORIZE: executors.authorize,
    asks.POLL: executors.poll,
    asks.CAPTURE: executors.capture,
    asks.REFUND: executors.refund,
    asks.VOID: executors.void,
}


@dataclass
class Entry:
    """One thing that the provider did, or refused to do."""

    operation: str
    held_by: str
    amount: int
    status: str


@dataclass
class MemoryProvider:
    """A provider; `faults` say where the line breaks in the next calls, `asked` counts look-ups."""

    name: str = "memory"
    ledger: dict[str, Entry] = field(default_factory=dict)
    faults: list[Fault | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        statuses = {"tok_decline": "declined", "tok_slow": "pending"}
        entry = Entry("authorize", key, amount, statuses.get(token, "succeeded"))
        return self._act(key, entry)

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        held = self.ledger.get(authorization)
        free = self.sum("authorize", authorization) - self.sum("capture", authorization)
        let_go = any(
            e.operation == "void" and e.held_by == authorization for e in self.ledger.values()
        )
        good = held and held.status == "succeeded" and not let_go and amount <= free
        return self._act(key, Entry("capture", authorization, amount, _status(good)))

    def void(self, key: str, authorization: str) -> Answer:
        answer = self._act(key, Entry("void", authorization, 0, "succeeded"))
        held = self.ledger.get(authorization)
        if held and held.status == "pending":
            held.status = "declined"
        return answer

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        taken = self.sum("capture", authorization) - self.sum("refund", authorization)
        return self._act(key, Entry("refund", authorization, amount, _status(amount <= taken)))

    def look_up(self, key: str) -> Answer | None:
        self.asked.append(key)
        return self._answer(key) if key in self.ledger else None

    def test(self) -> str:
        return "It is there."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        return ProviderEvent(type="payment.authorized", key=posted.body, account=self.name)

    def sum(self, operation: str, authorization: str) -> int:
        """How much was really moved."""
        return sum(
            entry.amount
            for entry in self.ledger.values()
            if (entry.operation, entry.held_by, entry.status)
            == (operation, authorization, "succeeded")
        )

    def _act(self, key: str, entry: Entry) -> Answer:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "before":
            raise ConnectionError("no line")
        self.ledger.setdefault(key, entry)
        if fault == "after":
            raise TimeoutError("no answer")
        return self._answer(key)

    def _answer(self, key: str) -> Answer:
        status: Any = self.ledger[key].status
        if status == "declined":
            raise Declined("declined", "The provider said no.")
        return Answer(status, key)


def _status(good: object) -> str:
    return "succeeded" if good else "declined"


def stored(call: Any, attempts: int = 1) -> OutsideCall:
    """A call as it is when it is made for the so-manieth time."""
    return OutsideCall(
        "call_1", call.kind, call.key, call.subject, dict(call.request), attempts, attempts > 1,
        "key:test", "",
    )  # fmt: skip
