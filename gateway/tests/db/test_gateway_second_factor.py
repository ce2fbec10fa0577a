"""Who has switched a second factor on logs in with a code, and with each code once."""

from typing import Any

import pytest

from chassis import clock
from gateway.people import totp
from gateway.tests.browsers import Browser, a_user, kind


@pytest.fixture
def browser(engine: Any, time: Any) -> Browser:
    browser = Browser(engine)
    a_user(browser.own)
    browser.log_in()
    return browser


def code_of(secret: str, steps: int = 0) -> str:
    return totp.code_at(secret, int(clock.now().timestamp()) // 30 + steps)


def switched_on(browser: Browser, time: Any) -> str:
    secret: str = browser.call("GET", "/session/second-factor").json["secret"]
    answer = browser.call("PUT", "/session/second-factor", {"code": code_of(secret)})
    assert answer.status_code == 204
    browser.csrf = browser.call("GET", "/session").json["csrf_token"]
    time.passes(minutes=1)
    return secret


def test_a_code_is_asked_for_once_the_phone_has_proved_to_know_the_secret(
    browser: Browser, time: Any
) -> None:
    offered = browser.call("GET", "/session/second-factor").json
    assert browser.call("GET", "/session/second-factor").json == offered
    assert offered["uri"].endswith(f"secret={offered['secret']}&issuer=OMS")
    assert browser.log_in().json["second_factor"] is False

    secret = switched_on(browser, time)

    assert browser.call("GET", "/session").json["second_factor"] is True
    assert kind(browser.log_in()) == (401, "second-factor")
    assert kind(browser.log_in(code="000000")) == (401, "second-factor")
    assert browser.log_in(code=code_of(secret)).status_code == 200


def test_switching_it_on_renews_the_session(browser: Browser, time: Any) -> None:
    before = browser.cookie().value

    switched_on(browser, time)

    assert browser.cookie().value != before


@pytest.mark.parametrize("earlier", [0, -1])
def test_a_code_is_taken_once_and_none_before_it(earlier: int, browser: Browser, time: Any) -> None:
    secret = switched_on(browser, time)
    assert browser.log_in(code=code_of(secret)).status_code == 200

    assert kind(browser.log_in(code=code_of(secret, earlier))) == (401, "second-factor")


def test_the_code_alone_opens_nothing(browser: Browser, time: Any) -> None:
    secret = switched_on(browser, time)

    assert kind(browser.log_in(password="wrong", code=code_of(secret))) == (401, "wrong-login")
    assert browser.log_in(code=code_of(secret)).status_code == 200


def test_a_wrong_code_does_not_switch_it_on(browser: Browser) -> None:
    secret = browser.call("GET", "/session/second-factor").json["secret"]

    answer = browser.call("PUT", "/session/second-factor", {"code": code_of(secret, 9)})

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "code")
    assert browser.log_in().status_code == 200


def test_it_is_switched_off_with_a_code_only(browser: Browser, time: Any) -> None:
    secret = switched_on(browser, time)

    wrong = browser.call("DELETE", "/session/second-factor", {"code": code_of(secret, 9)})
    right = browser.call("DELETE", "/session/second-factor", {"code": code_of(secret)})
    again = browser.call("DELETE", "/session/second-factor", {"code": code_of(secret)})

    assert [wrong.status_code, right.status_code, again.status_code] == [422, 204, 409]
    assert browser.log_in().status_code == 200
    assert browser.call("GET", "/session/second-factor").json["secret"] != secret


def test_the_secret_is_not_shown_again_once_it_is_on(browser: Browser, time: Any) -> None:
    switched_on(browser, time)

    assert browser.call("GET", "/session/second-factor").status_code == 409


def test_codes_cannot_be_tried_on_and_on_though_the_password_is_right(
    browser: Browser, time: Any
) -> None:
    secret = switched_on(browser, time)

    answers = []
    for _ in range(5):
        answers.append(kind(browser.log_in(code="000000")))
        browser.log_in()  # without a code it is no failure, and forgives none

    assert answers == [(401, "second-factor")] * 5
    assert kind(browser.log_in(code=code_of(secret))) == (429, "locked")
