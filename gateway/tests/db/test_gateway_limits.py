"""A caller may ask so often in a minute, is told how often still, and asked to wait after that."""

from typing import Any

import pytest

from gateway.people.limits import Limits
from gateway.problems import Answered
from gateway.tests.browsers import Browser, kind


class Time:
    """A clock that the test moves on."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def allowed(limits: Limits, name: str, times: int) -> int:
    """How many of so many requests at once are let through."""
    passed = 0
    for _ in range(times):
        try:
            limits.take(name)
        except Answered:
            continue
        passed += 1
    return passed


@pytest.fixture
def request_at_hand(engine: Any) -> Any:
    with Browser(engine).app.test_request_context("/orders"):
        yield


def test_a_bucket_is_full_at_first_and_fills_evenly(request_at_hand: None) -> None:
    time = Time()
    limits = Limits(6, time)

    assert allowed(limits, "key_1", 10) == 6
    time.now += 9.9
    assert allowed(limits, "key_1", 10) == 0
    time.now += 0.2
    assert allowed(limits, "key_1", 10) == 1
    time.now += 600
    assert allowed(limits, "key_1", 10) == 6


def test_no_caller_takes_from_another(request_at_hand: None) -> None:
    limits = Limits(2, Time())

    assert [allowed(limits, name, 3) for name in ("key_1", "key_2", "usr_1")] == [2, 2, 2]


def test_over_an_hour_nobody_gets_more_than_a_minute_s_share_beforehand(
    request_at_hand: None,
) -> None:
    time = Time()
    limits = Limits(60, time)
    passed = 0
    for _ in range(3600 * 2):
        time.now += 0.5
        passed += allowed(limits, "key_1", 3)

    assert passed in range(3600, 3600 + 61)


def test_without_a_limit_all_may_ask_and_no_header_speaks_of_one(engine: Any) -> None:
    browser = Browser(engine, {"rate_limit": 0})
    headers = {"Authorization": f"Bearer {browser.own.keys.create('shop')}"}

    answers = [browser.call("GET", "/orders", headers=headers) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def test_headers_count_down_and_then_ask_to_wait(engine: Any) -> None:
    browser = Browser(engine, {"rate_limit": 3})
    headers = {"Authorization": f"Bearer {browser.own.keys.create('shop')}"}

    answers = [browser.call("GET", "/orders", headers=headers) for _ in range(4)]

    assert [answer.headers["RateLimit"] for answer in answers] == [
        '"minute";r=2;t=20', '"minute";r=1;t=40', '"minute";r=0;t=60', '"minute";r=0;t=60',
    ]  # fmt: skip
    assert {a.headers["RateLimit-Policy"] for a in answers} == {'"minute";q=3;w=60'}
    assert kind(answers[3]) == (429, "rate-limited")
    assert int(answers[3].headers["Retry-After"]) in range(10, 21)
    assert browser.api.heard == ["orders.find"] * 3


def test_a_refused_request_counts_too(engine: Any) -> None:
    browser = Browser(engine, {"rate_limit": 2})
    secret = browser.own.keys.create("eve", scopes=["stock.read"])
    headers = {"Authorization": f"Bearer {secret}"}

    answers = [kind(browser.call("GET", "/orders", headers=headers)) for _ in range(3)]

    assert answers == [(403, "forbidden")] * 2 + [(429, "rate-limited")]
