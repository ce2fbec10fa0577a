"""The sandbox provider does what its tokens say, and its ledger counts what it really did."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import clock
from chassis.ids import new_id
from chassis.outside import Declined
from services.payments import asks, executors
from services.payments.providers.sandbox import Sandbox
from services.payments.tests.builders import NOW, a_payment
from services.payments.tests.memory_provider import stored
from services.payments.tests.provider_conformance import ProviderConformance


def url_of(engine: sa.Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


class TestSandbox(ProviderConformance):
    """It is a provider like any other."""

    @pytest.fixture
    def provider(self, engine: sa.Engine) -> Sandbox:
        return Sandbox(url_of(engine))


@pytest.fixture
def sandbox(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    set_clock(monkeypatch)
    return Sandbox(url_of(engine))


def set_clock(monkeypatch: pytest.MonkeyPatch, later: timedelta = timedelta()) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + later)


def moved(engine: sa.Engine) -> list[tuple[Any, ...]]:
    """What the ledger says was really done."""
    with engine.connect() as connection:
        query = (
            "select operation, amount from sandbox.provider_ledger"
            " where status = 'succeeded' and not fails order by at, operation"
        )
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.mark.parametrize("token", ["tok_ok", ""])
def test_a_good_card_is_authorized(sandbox: Sandbox, engine: sa.Engine, token: str) -> None:
    assert sandbox.authorize("auth-1", 100, "EUR", token).status == "succeeded"
    assert moved(engine) == [("authorize", 100)]


@pytest.mark.parametrize(
    ("token", "code"),
    [("tok_decline", "declined"), ("tok_insufficient_funds", "insufficient_funds")],
)
def test_a_bad_card_is_declined_with_its_code(
    sandbox: Sandbox, engine: sa.Engine, token: str, code: str
) -> None:
    with pytest.raises(Declined) as no:
        sandbox.authorize("auth-1", 100, "EUR", token)

    assert (no.value.code, moved(engine)) == (code, [])


@pytest.mark.parametrize("accepted", [True, False])
def test_a_customer_must_confirm_and_may_refuse(sandbox: Sandbox, accepted: bool) -> None:
    answer = sandbox.authorize("auth-1", 100, "EUR", "tok_action")
    assert (answer.status, answer.action_url) == (
        "requires_action",
        "https://sandbox.example/confirm/auth-1",
    )

    sandbox.confirm("auth-1", accepted=accepted)

    if accepted:
        assert sandbox.look_up("auth-1").status == "succeeded"  # type: ignore[union-attr]
    else:
        with pytest.raises(Declined):
            sandbox.look_up("auth-1")


@pytest.mark.parametrize("token", ["tok_slow", "tok_slow_decline"])
def test_a_slow_bank_decides_after_two_days(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    assert sandbox.authorize("auth-1", 100, "EUR", token).status == "pending"
    set_clock(monkeypatch, timedelta(days=2, seconds=-1))
    assert sandbox.look_up("auth-1").status == "pending"  # type: ignore[union-attr]
    set_clock(monkeypatch, timedelta(days=2))

    if token == "tok_slow":
        assert sandbox.look_up("auth-1").status == "succeeded"  # type: ignore[union-attr]
        assert sandbox.capture("cap-1", "auth-1", 100).status == "succeeded"
    else:
        with pytest.raises(Declined):
            sandbox.look_up("auth-1")


def test_what_times_out_was_done_and_is_found_by_its_key(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    call = asks.authorize(a_payment(100, token="tok_timeout"))
    with pytest.raises(TimeoutError):
        executors.authorize(stored(call), sandbox)

    assert executors.authorize(stored(call, 2), sandbox)["status"] == "succeeded"
    with engine.connect() as connection:
        seen = connection.exec_driver_sql("select seen from sandbox.provider_ledger").scalar()
    assert (seen, moved(engine)) == (1, [("authorize", 100)])


def test_what_fails_once_was_not_done_and_is_done_by_the_second_try(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    call = asks.authorize(a_payment(100, token="tok_fail_once"))
    with pytest.raises(ConnectionError):
        executors.authorize(stored(call), sandbox)
    assert moved(engine) == []

    executors.authorize(stored(call, 2), sandbox)

    assert moved(engine) == [("authorize", 100)]


def test_of_many_that_come_at_once_each_is_told_its_own_and_one_key_is_one_row(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    def ask(number: int) -> str:
        token = "tok_decline" if number % 3 == 0 else "tok_ok"
        try:
            return sandbox.authorize(f"auth-{number // 2}", number // 2, "EUR", token).reference
        except Declined as no:
            return no.code

    def expected(number: int) -> set[str]:
        tokens = {n % 3 == 0 for n in (number - number % 2, number - number % 2 + 1)}
        both = {True: "declined", False: f"auth-{number // 2}"}
        return {both[declined] for declined in tokens}

    with ThreadPoolExecutor(20) as several:
        told = list(several.map(ask, range(80)))

    assert [n for n, answer in enumerate(told) if answer not in expected(n)] == []
    assert [told[n] for n in range(0, 80, 2)] == [told[n] for n in range(1, 80, 2)]
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select count(*), sum(amount) from sandbox.provider_ledger"
        )
        assert rows.one() == (40, sum(range(40)))


def test_nothing_is_taken_while_the_authorization_has_only_failed(sandbox: Sandbox) -> None:
    with pytest.raises(ConnectionError):
        sandbox.authorize("auth-1", 100, "EUR", "tok_fail_once")

    with pytest.raises(Declined, match="Nothing is held"):
        sandbox.capture("cap-1", "auth-1", 1)


def test_a_card_may_give_no_money_after_all(sandbox: Sandbox) -> None:
    sandbox.authorize("auth-1", 100, "EUR", "tok_capture_fails")

    with pytest.raises(Declined, match="declined"):
        sandbox.capture("cap-1", "auth-1", 100)


def test_a_refund_may_fail_once(sandbox: Sandbox, engine: sa.Engine) -> None:
    sandbox.authorize("auth-1", 100, "EUR", "tok_refund_fails_once")
    sandbox.capture("cap-1", "auth-1", 100)
    with pytest.raises(ConnectionError):
        sandbox.refund("ref-1", "auth-1", 70)
    assert sandbox.look_up("ref-1") is None

    assert sandbox.refund("ref-1", "auth-1", 70).status == "succeeded"
    assert moved(engine)[-1] == ("refund", 70)


def test_a_refund_that_failed_before_it_was_made_is_judged_when_it_is_made(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    sandbox.authorize("auth-1", 100, "EUR", "tok_refund_fails_once")
    sandbox.capture("cap-1", "auth-1", 100)
    for key, amount in (("ref-1", 70), ("ref-2", 100)):
        with pytest.raises(ConnectionError):
            sandbox.refund(key, "auth-1", amount)

    assert sandbox.refund("ref-2", "auth-1", 100).status == "succeeded"
    with pytest.raises(Declined, match="more than there is"):
        sandbox.refund("ref-1", "auth-1", 70)
    assert [amount for operation, amount in moved(engine) if operation == "refund"] == [100]


def test_the_ledger_survives_the_death_of_the_service(sandbox: Sandbox, engine: sa.Engine) -> None:
    key = new_id("auth")
    sandbox.authorize(key, 100, "EUR", "tok_ok")

    assert Sandbox(url_of(engine)).look_up(key) == sandbox.authorize(key, 100, "EUR", "tok_ok")


def test_an_outage_answers_nothing_for_a_minute_and_nothing_was_done(
    sandbox: Sandbox, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = asks.authorize(a_payment(100, token="tok_outage"))
    for attempts, seconds in ((1, 0), (2, 59)):
        set_clock(monkeypatch, timedelta(seconds=seconds))
        with pytest.raises(ConnectionError):
            executors.authorize(stored(call, attempts), sandbox)
    assert moved(engine) == []

    set_clock(monkeypatch, timedelta(seconds=60))

    assert executors.authorize(stored(call, 3), sandbox)["status"] == "succeeded"
    assert moved(engine) == [("authorize", 100)]


def test_in_an_outage_nothing_is_let_go_of(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConnectionError):
        sandbox.authorize("auth-1", 100, "EUR", "tok_outage")
    set_clock(monkeypatch, timedelta(seconds=60))
    sandbox.authorize("auth-1", 100, "EUR", "tok_outage")

    with pytest.raises(ConnectionError):
        sandbox.void("void-1", "auth-1")

    assert sandbox.look_up("auth-1").status == "succeeded"  # type: ignore[union-attr]


def test_what_is_late_is_done_before_it_is_said(
    sandbox: Sandbox, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_meanwhile = []
    monkeypatch.setattr("time.sleep", lambda _seconds: seen_meanwhile.append(moved(engine)))

    assert sandbox.authorize("auth-1", 100, "EUR", "tok_late").status == "succeeded"

    assert seen_meanwhile == [[("authorize", 100)]]
