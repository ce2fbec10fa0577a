"""What does a payment look like in a test? Valid unless the test says otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.ids import new_id
from chassis.outside import Outcome, OutsideCall
from chassis.work import Call, Rehearsal
from contracts.payments import (
    AuthorizePayment,
    CancelRaise,
    CapturePayment,
    GiveRefund,
    LowerPayment,
    PaymentFact,
    RaisePayment,
    RecordPayment,
    RefundPayment,
    SetTerms,
    VoidPayment,
)
from contracts.values import Money
from services.payments import (
    asks,
    conclusions,
    editing,
    handlers,
    invoices,
    receiving,
    refunding,
    voiding,
)
from services.payments.domain.account import Accounts
from services.payments.domain.payment import Payment
from services.payments.memory import MemoryPayments
from services.payments.ports import Payments
from services.payments.providers import BUILT_IN
from services.payments.webhooks import ProviderEvent

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
UNTIL = NOW + timedelta(days=7)
ORDER = new_id("ord")
CONCLUDES: dict[str, Any] = {
    asks.AUTHORIZE: conclusions.conclude_authorization,
    asks.POLL: conclusions.conclude_authorization,
    asks.CAPTURE: conclusions.conclude_capture,
    asks.REFUND: conclusions.conclude_refund,
    asks.VOID: conclusions.conclude_void,
}


def euro(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def a_payment(amount: int = 100, **changes: Any) -> Payment:
    fields: dict[str, Any] = {
        "payment_id": new_id("pay"),
        "order_id": new_id("ord"),
        "method": "card",
        "currency": "EUR",
        "amount": amount,
        "token": "tok_ok",
        "customer": "ann@example.com",
        "until": UNTIL,
        "created_at": NOW,
    }
    return Payment(**{**fields, **changes})


def a_fact(kind: Any, amount: int, key: str = "") -> PaymentFact:
    return PaymentFact(at=NOW, kind=kind, amount=amount, reference=key or new_id("key"))


def an_authorization(amount: Money | int = 100, **changes: Any) -> AuthorizePayment:
    fields: dict[str, Any] = {
        "order_id": ORDER,
        "amount": euro(amount) if isinstance(amount, int) else amount,
        "method": "card",
        "token": "tok_ok",
        "customer": "ann@example.com",
        "until": UNTIL,
    }
    return AuthorizePayment(**{**fields, **changes})


def a_capture(
    amount: Money | int = 100, capture_id: str = "ful-1", order_id: str = ORDER
) -> CapturePayment:
    money = euro(amount) if isinstance(amount, int) else amount
    return CapturePayment(order_id=order_id, capture_id=capture_id, amount=money)


def a_raise(amount: int, edit: int = 1) -> RaisePayment:
    return RaisePayment(order_id=ORDER, edit=edit, amount=euro(amount))


def a_raise_called_off(edit: int = 1) -> CancelRaise:
    return CancelRaise(order_id=ORDER, edit=edit)


def a_lowering(amount: int, edit: int = 2) -> LowerPayment:
    return LowerPayment(order_id=ORDER, edit=edit, amount=euro(amount))


def a_refund(amount: Money | int, refund_id: str = "ret-1", order_id: str = ORDER) -> RefundPayment:
    money = euro(amount) if isinstance(amount, int) else amount
    return RefundPayment(order_id=order_id, refund_id=refund_id, amount=money, reason="returned")


def a_record(amount: Money | int, reference: str = "receipt-1", **changes: Any) -> RecordPayment:
    fields: dict[str, Any] = {
        "order_id": ORDER,
        "amount": euro(amount) if isinstance(amount, int) else amount,
        "method": "cash",
        "reference": reference,
    }
    return RecordPayment(**{**fields, **changes})


def some_terms(limit: Money | int = 500, customer: str = "ann@example.com") -> SetTerms:
    money = euro(limit) if isinstance(limit, int) else limit
    return SetTerms(customer=customer, credit_limit=money, net_days=14)


def outcome_of(call: Call, status: Any = "succeeded", answer: str = "succeeded") -> Outcome:
    """What a provider made of a call."""
    stored = OutsideCall(
        new_id("call"), call.kind, call.key, call.subject, dict(call.request), 1, False, "", ""
    )
    if status == "succeeded":
        url = "https://sandbox.example/confirm" if answer == "requires_action" else ""
        result = {"status": answer, "reference": call.key, "action_url": url}
        return Outcome(stored, status, result)
    code = "declined" if status == "refused" else "gave_up"
    return Outcome(stored, status, {}, code, f"It was {status}.")


class Cashier:
    """Payments at work: give it messages and a provider's answers, look at what it says."""

    def __init__(self, payments: Payments | None = None) -> None:
        self.payments: Any = MemoryPayments() if payments is None else payments
        self.work = Rehearsal(NOW, actor="person:ann")
        self.accounts = Accounts([], BUILT_IN)

    def take(self, message: Any) -> list[Any]:
        """Handle a message or a request; give what was said."""
        done: Any = {
            AuthorizePayment: lambda *given: handlers.authorize_payment(*given, self.accounts),
            CapturePayment: handlers.capture_payment,
            RaisePayment: lambda *given: editing.raise_payment(*given, self.accounts),
            CancelRaise: editing.cancel_raise,
            LowerPayment: editing.lower_payment,
            VoidPayment: voiding.void_payment,
            RefundPayment: refunding.refund_payment,
            RecordPayment: receiving.record_payment,
            GiveRefund: refunding.give_refund,
            ProviderEvent: lambda *given: conclusions.take_webhook(*given, self.accounts),
            Outcome: lambda outcome, *rest: self._conclude(outcome, *rest),
            SetTerms: lambda wish, _, payments: invoices.set_terms(wish, payments),
        }
        done[type(message)](message, self.work, self.payments)
        return self.said()

    def _conclude(self, outcome: Outcome, *rest: Any) -> None:
        with_accounts = outcome.call.kind in {asks.AUTHORIZE, asks.POLL}
        more = (*rest, self.accounts) if with_accounts else rest
        CONCLUDES[outcome.call.kind](outcome, *more)

    def said(self) -> list[Any]:
        """What was said since it was asked last."""
        said = list(self.work.sent)
        self.work.sent.clear()
        return said

    def answer(self, kind: str, status: str = "succeeded", answer: str = "succeeded") -> list[Any]:
        """Let the provider answer the call of this kind that waits longest; give what was said."""
        call = next(call for call in self.work.calls if call.kind == kind)
        self.work.calls.remove(call)
        return self.take(outcome_of(call, status, answer))

    def waiting(self) -> list[str]:
        """Which calls the provider has not answered."""
        return [call.kind.removeprefix("payments.") for call in self.work.calls]

    def void(self, order_id: str = ORDER) -> list[Any]:
        """Call the order off."""
        return self.take(VoidPayment(order_id=order_id, reason="order canceled"))

    def authorized(self, amount: Money | int = 100, **changes: Any) -> Payment:
        """Have a card payment that the provider has authorized."""
        self.take(an_authorization(amount, **changes))
        self.answer(asks.AUTHORIZE)
        return self.payment

    def captured(self, amount: int = 100, of: int = 100) -> Payment:
        """Have a card payment of which so much was taken."""
        self.authorized(of)
        self.take(a_capture(amount))
        self.answer(asks.CAPTURE)
        return self.payment

    @property
    def payment(self) -> Payment:
        """The payment of the order."""
        found = self.payments.of_order(ORDER)
        assert found is not None
        return found

    @property
    def sums(self) -> tuple[int, int, int]:
        """What was authorized, captured and refunded."""
        payment = self.payment
        return payment.authorized, payment.captured, payment.refunded

    def raised(self, amount: int = 40, edit: int = 1) -> Payment:
        """Have so much held for an edit beside what is held already."""
        self.take(a_raise(amount, edit))
        self.answer(asks.AUTHORIZE)
        found: Payment = self.payments.all_of(ORDER)[-1]
        return found

    def facts(self) -> list[tuple[str, int]]:
        """Kind and amount of each fact, oldest first."""
        return [(f.kind, f.amount) for f in self.payments.facts[self.payment.payment_id]]


def names(said: list[Any]) -> list[str]:
    """Which events were said."""
    return [type(event).__name__ for event in said]
