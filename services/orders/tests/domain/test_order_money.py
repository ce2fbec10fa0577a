"""However news of money comes, late, twice and crossed: the sums are those of the facts."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.errors import NotYet
from contracts import payments
from contracts.message import Message
from contracts.values import Money
from services.orders.domain import facts
from services.orders.domain.states import payment_status
from services.orders.tests.builders import Desk, a_line

shares = st.integers(1, 700)


def euro(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


class NewsOfMoney(RuleBasedStateMachine):
    """What payments has done with an order's money, and what the order has heard of it."""

    @initialize(price=st.integers(1, 1500), method=st.sampled_from(["card", "external"]))
    def place(self, price: int, method: str) -> None:
        self.order = Desk().place(a_line(unit_price=price))
        self.which: dict[str, Any] = {"order_id": self.order.order_id}
        self.authorized = self.captured = self.refunded = 0
        self.ended = False
        self.external = method == "external"
        self.under_way: list[Message] = []
        self.heard: list[Message] = []

    def tell(self, message: Message) -> None:
        self.under_way.append(message)

    def next_id(self, prefix: str) -> str:
        return f"{prefix}_{len(self.under_way) + len(self.heard):026d}"

    @precondition(lambda self: not self.authorized and not self.ended)
    @rule(yes=st.sampled_from([True, True, True, False]))
    def the_bank_decides(self, yes: bool) -> None:
        if not yes:
            self.ended = True
            self.tell(payments.PaymentFailed(**self.which, code="declined", reason="No."))
            return
        self.authorized = self.order.total
        self.captured = self.order.total if self.external else 0
        self.tell(
            payments.PaymentAuthorized(
                **self.which, payment_id="pay_1", amount=euro(self.authorized),
                captured=self.captured,
            )
        )  # fmt: skip

    @precondition(lambda self: self.captured < self.authorized and not self.ended)
    @rule(share=shares)
    def a_part_is_captured(self, share: int) -> None:
        amount = min(share, self.authorized - self.captured)
        self.captured += amount
        self.tell(
            payments.PaymentCaptured(
                **self.which, capture_id=self.next_id("ful"), amount=euro(amount),
                captured=self.captured,
            )
        )  # fmt: skip

    @precondition(lambda self: self.refunded < self.captured and not self.ended)
    @rule(share=shares)
    def a_part_goes_back(self, share: int) -> None:
        amount = min(share, self.captured - self.refunded)
        self.refunded += amount
        self.tell(
            payments.PaymentRefunded(
                **self.which, refund_id=self.next_id("ret"), amount=euro(amount),
                refunded=self.refunded,
            )
        )  # fmt: skip

    @precondition(lambda self: self.authorized and not self.ended)
    @rule(sure=st.integers(0, 3))
    def it_is_voided(self, sure: int) -> None:
        if not sure:
            self.ended, self.refunded = True, self.captured
            self.tell(payments.PaymentVoided(**self.which, refunded=self.refunded))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 30), newest=st.booleans())
    def some_news_arrives(self, which: int, newest: bool) -> None:
        self.hear(self.under_way.pop(-1 if newest else which % len(self.under_way)))

    @precondition(lambda self: self.heard)
    @rule(which=st.integers(0, 30))
    def old_news_comes_again(self, which: int) -> None:
        before = self.sums()
        facts.apply(self.order, self.heard[which % len(self.heard)])
        assert self.sums() == before

    def hear(self, message: Message) -> None:
        before = self.sums()
        try:
            facts.apply(self.order, message)
        except NotYet:
            assert self.sums() == before
            self.under_way.append(message)
            return
        self.heard.append(message)
        assert self.order.captured >= before[0]
        assert self.order.refunded >= before[1]

    def sums(self) -> tuple[int, int, str, str]:
        order = self.order
        return order.captured, order.refunded, order.payment_told, order.payment_status

    @invariant()
    def no_more_is_believed_than_is_true(self) -> None:
        if hasattr(self, "order"):
            order = self.order
            assert 0 <= order.refunded <= order.captured <= self.captured <= self.authorized
            assert order.refunded <= self.refunded

    @invariant()
    def the_status_follows_from_what_was_heard(self) -> None:
        if not hasattr(self, "order"):
            return
        kinds = {type(message) for message in self.heard}
        told = "authorized" if payments.PaymentAuthorized in kinds else "unpaid"
        told = "failed" if payments.PaymentFailed in kinds else told
        told = "voided" if payments.PaymentVoided in kinds else told
        order = self.order
        status = payment_status(told, order.due, order.captured, order.refunded)
        assert (order.payment_told, order.payment_status) == (told, status)

    def teardown(self) -> None:
        """All news arrives at last; then the order knows all."""
        for _ in range(len(getattr(self, "under_way", ())) ** 2):
            if self.under_way:
                self.hear(self.under_way.pop(0))
        if hasattr(self, "order"):
            assert not self.under_way
            assert (self.order.captured, self.order.refunded) == (self.captured, self.refunded)


TestNewsOfMoney = NewsOfMoney.TestCase
TestNewsOfMoney.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
