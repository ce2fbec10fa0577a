"""A call whose outcome nobody knows is asked after before it is made again."""

from datetime import datetime, timedelta

import pytest

from chassis import clock
from chassis.outside import Declined, Pending
from services.payments import asks, executors
from services.payments.domain.attempt import Capture, Refund
from services.payments.tests.builders import NOW, UNTIL, a_payment
from services.payments.tests.memory_provider import MemoryProvider, stored

PAYMENT = a_payment(100)
AUTHORIZATION = asks.authorization_key(PAYMENT.order_id)


@pytest.fixture
def provider() -> MemoryProvider:
    return MemoryProvider()


@pytest.fixture
def holding(provider: MemoryProvider) -> MemoryProvider:
    executors.authorize(stored(asks.authorize(PAYMENT)), provider)
    return provider


def capture_of(amount: int, tries: int = 1) -> Capture:
    return Capture(PAYMENT.order_id, "ful-1", amount, tries=tries)


def test_the_first_try_just_does_it(provider: MemoryProvider) -> None:
    result = executors.authorize(stored(asks.authorize(PAYMENT)), provider)

    assert result == {"status": "succeeded", "reference": AUTHORIZATION, "action_url": ""}
    assert provider.asked == []


def test_a_try_that_timed_out_after_doing_it_is_found_and_not_repeated(
    provider: MemoryProvider,
) -> None:
    call = asks.authorize(PAYMENT)
    provider.faults = ["after"]
    with pytest.raises(TimeoutError):
        executors.authorize(stored(call), provider)
    provider.faults = ["before"]  # whoever did it again would fail

    assert executors.authorize(stored(call, 2), provider)["status"] == "succeeded"
    assert provider.asked == [AUTHORIZATION]


def test_a_try_that_failed_before_doing_it_is_made_again(provider: MemoryProvider) -> None:
    call = asks.authorize(PAYMENT)
    provider.faults = ["before"]
    with pytest.raises(ConnectionError):
        executors.authorize(stored(call), provider)

    assert executors.authorize(stored(call, 2), provider)["status"] == "succeeded"
    assert provider.sum("authorize", AUTHORIZATION) == 100


def test_money_that_an_earlier_try_took_is_not_taken_by_the_next(holding: MemoryProvider) -> None:
    holding.faults = ["after"]
    with pytest.raises(TimeoutError):
        executors.capture(stored(asks.capture(PAYMENT, capture_of(60))), holding)

    result = executors.capture(stored(asks.capture(PAYMENT, capture_of(60, tries=2))), holding)

    assert result["reference"] == f"cap-ful-1-{PAYMENT.order_id}-1"
    assert holding.sum("capture", AUTHORIZATION) == 60


def test_an_earlier_try_that_was_declined_does_not_hinder_the_next(
    holding: MemoryProvider,
) -> None:
    early = asks.capture(PAYMENT, capture_of(60))
    holding.ledger[AUTHORIZATION].status = "pending"
    with pytest.raises(Declined):
        executors.capture(stored(early), holding)
    holding.ledger[AUTHORIZATION].status = "succeeded"

    executors.capture(stored(asks.capture(PAYMENT, capture_of(60, tries=2))), holding)

    assert holding.sum("capture", AUTHORIZATION) == 60


def test_money_goes_back_once_though_the_answer_was_lost(holding: MemoryProvider) -> None:
    executors.capture(stored(asks.capture(PAYMENT, capture_of(100))), holding)
    call = asks.refund(PAYMENT, Refund(PAYMENT.order_id, "ret-1", "pay", 30, "why"))
    holding.faults = ["after"]
    with pytest.raises(TimeoutError):
        executors.refund(stored(call), holding)
    holding.faults = ["before"]

    executors.refund(stored(call, 2), holding)

    assert holding.sum("refund", AUTHORIZATION) == 30


def test_a_hold_that_was_let_go_unheard_is_not_let_go_again(holding: MemoryProvider) -> None:
    first = asks.void(a_payment(order_id=PAYMENT.order_id, void_tries=1))
    holding.faults = ["after"]
    with pytest.raises(TimeoutError):
        executors.void(stored(first), holding)
    holding.faults = ["before"]
    second = asks.void(a_payment(order_id=PAYMENT.order_id, void_tries=2))

    assert executors.void(stored(second), holding)["reference"] == first.key


class TestPolling:
    """What takes days is asked after every hour, until it has expired."""

    CALL = stored(asks.poll(PAYMENT, NOW), 50)

    @pytest.fixture
    def slow(self, provider: MemoryProvider, monkeypatch: pytest.MonkeyPatch) -> MemoryProvider:
        provider.authorize(AUTHORIZATION, 100, "EUR", "tok_slow")
        self.set_clock(monkeypatch, NOW)
        return provider

    def set_clock(self, monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: at)

    def test_undecided_it_is_asked_again_in_an_hour(self, slow: MemoryProvider) -> None:
        with pytest.raises(Pending) as later:
            executors.poll(self.CALL, slow)

        assert later.value.due_at == NOW + timedelta(hours=1)

    def test_decided_it_gives_the_answer(self, slow: MemoryProvider) -> None:
        slow.ledger[AUTHORIZATION].status = "succeeded"

        assert executors.poll(self.CALL, slow)["status"] == "succeeded"

    def test_declined_it_says_so(self, slow: MemoryProvider) -> None:
        slow.ledger[AUTHORIZATION].status = "declined"

        with pytest.raises(Declined, match="declined"):
            executors.poll(self.CALL, slow)

    def test_an_outage_is_no_answer_however_often_it_was_asked(
        self, slow: MemoryProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(slow, "ledger", None)

        with pytest.raises(Pending, match="TypeError"):
            executors.poll(self.CALL, slow)

    def test_what_has_expired_here_is_not_asked_after_any_more(
        self, slow: MemoryProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.set_clock(monkeypatch, UNTIL + timedelta(hours=1))
        with pytest.raises(Pending):
            executors.poll(self.CALL, slow)
        self.set_clock(monkeypatch, UNTIL + timedelta(hours=2))

        with pytest.raises(Declined) as no:
            executors.poll(self.CALL, slow)
        assert no.value.code == "expired"
