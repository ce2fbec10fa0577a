"""Whatever is asked, however often, and wherever the line breaks: money is right in the end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis import clock
from chassis.outside import Declined, Outcome, Pending
from services.payments import asks, handlers
from services.payments.domain.parts import whole_of
from services.payments.domain.payment import Payment
from services.payments.tests.builders import (
    NOW,
    ORDER,
    UNTIL,
    Cashier,
    a_capture,
    a_lowering,
    a_raise,
    a_raise_called_off,
    a_refund,
    an_authorization,
    names,
)
from services.payments.tests.memory_provider import MAKES, Fault, MemoryProvider, stored
from services.payments.webhooks import ProviderEvent

AUTHORIZATION = asks.authorization_key(ORDER)
amounts = st.integers(0, 120)
faults = st.lists(st.sampled_from([None, "before", "after"]), min_size=1, max_size=3)


class OneOrdersMoney(RuleBasedStateMachine):
    """A card payment between messages that come twice and a provider that is hard to reach."""

    @initialize(
        amount=st.integers(1, 100),
        token=st.sampled_from(["tok_ok", "tok_slow"]),
        far=st.integers(0, 2),
    )
    def is_asked_for(self, amount: int, token: str, far: int) -> None:
        """Begin here, or where the money is held, or where most of it is taken."""
        self.cashier, self.provider = Cashier(), MemoryProvider()
        self.messages: list[Any] = []
        self.now = NOW
        self.take(an_authorization(amount, token=token))
        if far:
            self.make_all()
        if far > 1:
            self.take(a_capture(amount * 2 // 3, "a"))
            self.make_all()

    @rule(amount=amounts, name=st.sampled_from("abc"))
    def a_shipment_asks_for_its_part(self, amount: int, name: str) -> None:
        self.take(a_capture(amount, name))

    @rule(amount=amounts, name=st.sampled_from("xyz"))
    def money_shall_go_back(self, amount: int, name: str) -> None:
        self.take(a_refund(amount, name))

    @rule(edit=st.integers(1, 3))
    def an_edit_makes_it_dearer(self, edit: int) -> None:
        self.take(a_raise(10 * edit, edit))

    @rule(edit=st.integers(1, 3))
    def that_edit_is_refused(self, edit: int) -> None:
        self.take(a_raise_called_off(edit))

    @rule(edit=st.integers(4, 6))
    def an_edit_makes_it_cheaper(self, edit: int) -> None:
        self.take(a_lowering(5 * edit, edit))

    @rule(which=st.integers(0, 50))
    def a_message_comes_again(self, which: int) -> None:
        self.cashier.take(self.messages[which % len(self.messages)])

    @rule()
    @precondition(lambda self: len(self.messages) > 5)
    def the_order_is_called_off(self) -> None:
        self.cashier.void()

    @rule()
    def the_bank_decides_and_the_provider_tells(self) -> None:
        held = self.provider.ledger.get(AUTHORIZATION)
        if held and held.status in {"pending", "succeeded"}:
            held.status = "succeeded"
            self.cashier.take(ProviderEvent(type="payment.authorized", key=AUTHORIZATION))

    @rule()
    def the_time_is_up(self) -> None:
        self.now = UNTIL + timedelta(hours=3)
        for payment in self.cashier.payments.overdue(self.now):
            handlers.expire_payment(payment, self.cashier.work, self.cashier.payments)

    @rule(which=st.integers(0, 50), line=faults)
    @precondition(lambda self: self.cashier.work.calls)
    def a_call_is_made(self, which: int, line: list[Fault | None]) -> None:
        calls = self.cashier.work.calls
        self.make(calls[which % len(calls)], line)

    @invariant()
    def sums_are_in_bounds_and_follow_from_the_facts(self) -> None:
        for payment in self.payments():
            assert 0 <= payment.refunded <= payment.captured <= payment.authorized
            assert payment.authorized <= payment.amount
            assert 0 <= payment.refunding <= payment.captured - payment.refunded
            assert payment.captured <= payment.claimed <= payment.due <= payment.amount
            told = self.cashier.payments.facts.get(payment.payment_id, [])
            for kind in ("authorized", "captured", "refunded"):
                assert sum(f.amount for f in told if f.kind == kind) == getattr(payment, kind)

    @invariant()
    def no_name_has_moved_money_twice(self) -> None:
        moved = [
            key.rsplit("-", 1)[0]
            for key, entry in self.provider.ledger.items()
            if entry.operation in {"capture", "refund"} and entry.status == "succeeded"
        ]
        assert len(moved) == len(set(moved))

    @invariant()
    def it_counts_no_money_that_the_provider_has_not_moved(self) -> None:
        for payment in self.payments():
            assert payment.captured <= self.provider.sum("capture", asks.key_of(payment))
            assert payment.refunded <= self.provider.sum("refund", asks.key_of(payment))

    def payments(self) -> Sequence[Payment]:
        return self.cashier.payments.all_of(ORDER)  # type: ignore[no-any-return]

    def teardown(self) -> None:
        """People try again what failed, the order is called off, and nothing is kept."""
        if not hasattr(self, "cashier"):
            return
        self.make_all()
        kept = self.cashier.payments
        for capture in list(kept.captures.values()):
            if capture.may_be_tried:
                self.cashier.take(a_capture(capture.amount, whole_of(capture.capture_id)))
        for refund in list(kept.refunds.values()):
            if refund.may_be_tried:
                whole = whole_of(refund.refund_id)
                parts = [r.amount for r in kept.refunds.values() if whole_of(r.refund_id) == whole]
                self.cashier.take(a_refund(sum(parts), whole))
        self.make_all()
        told = names(self.cashier.void())
        told += self.make_all()

        assert told[-1] == "PaymentVoided"
        let_go = {e.held_by for e in self.provider.ledger.values() if e.operation == "void"}
        for payment in self.payments():
            key = asks.key_of(payment)
            captured, refunded = (self.provider.sum(o, key) for o in ("capture", "refund"))
            assert captured == refunded == payment.refunded
            assert payment.is_over
            if captured < self.provider.sum("authorize", key):
                assert key in let_go

    def take(self, message: Any) -> None:
        self.messages.append(message)
        self.cashier.take(message)

    def make_all(self) -> list[str]:
        """Make all calls over a good line; give what was said."""
        told: list[str] = []
        for _ in range(50):
            calls = [call for call in self.cashier.work.calls if call.kind != asks.POLL]
            if not calls:
                return told
            told += self.make(calls[0], [None])
        raise AssertionError("calls without end")

    def make(self, call: Any, line: list[Fault | None]) -> list[str]:
        """Make a call, again and again while its line breaks; give what was said."""
        for attempts, fault in enumerate(line, 1):
            self.provider.faults = [fault]
            try:
                with patch.object(clock, "now", lambda: self.now):
                    result = MAKES[call.kind](stored(call, attempts), self.provider)
            except Pending:
                return []
            except Declined as no:
                return self.conclude(call, "refused", code=no.code, reason=no.reason)
            except OSError:
                continue
            return self.conclude(call, "succeeded", result=result)
        return self.conclude(call, "failed", code="gave_up", reason="no line")

    def conclude(self, call: Any, status: Any, **how: Any) -> list[str]:
        self.cashier.work.calls.remove(call)
        return names(self.cashier.take(Outcome(stored(call), status, **how)))


OneOrdersMoney.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestOneOrdersMoney = OneOrdersMoney.TestCase
