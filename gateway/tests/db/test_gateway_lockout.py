"""Whoever fails again and again must wait, ever longer, at whichever replica they try."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.people.locks import FIRST_WAIT, LONGEST_WAIT, Locks, account, address
from gateway.tests.browsers import Browser, a_user, kind

ANN = account("ann@example.com")


@pytest.fixture
def browser(engine: Any, time: Any) -> Browser:
    browser = Browser(engine)
    a_user(browser.own)
    return browser


def fail(browser: Browser, times: int = 1, email: str = "ann@example.com") -> list[Any]:
    return [kind(browser.log_in(email, "wrong")) for _ in range(times)]


def test_after_five_failures_even_the_right_password_must_wait(browser: Browser, time: Any) -> None:
    assert fail(browser, 5) == [(401, "wrong-login")] * 5

    locked = browser.log_in()

    assert kind(locked) == (429, "locked")
    assert locked.headers["Retry-After"] == "30"
    assert browser.cookie() is None
    time.passes(seconds=30)
    assert browser.log_in().status_code == 200


def test_each_failure_makes_the_next_wait_twice_as_long_up_to_an_hour(
    browser: Browser, time: Any
) -> None:
    fail(browser, 5)
    waits = []
    for _ in range(9):
        waits.append(int(browser.log_in().headers["Retry-After"]))
        time.passes(seconds=waits[-1])
        fail(browser)

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (FIRST_WAIT.seconds, LONGEST_WAIT.seconds) == (30, 3600)


def test_who_gets_in_begins_anew(browser: Browser) -> None:
    fail(browser, 4)
    assert browser.log_in().status_code == 200

    assert fail(browser, 5) == [(401, "wrong-login")] * 5


def test_a_day_later_all_is_forgotten(browser: Browser, time: Any) -> None:
    fail(browser, 5)
    time.passes(days=1, seconds=1)

    assert fail(browser, 4) == [(401, "wrong-login")] * 4
    assert browser.log_in().status_code == 200


def test_the_lock_of_one_account_is_not_that_of_another(browser: Browser) -> None:
    a_user(browser.own, "bob@example.com")
    fail(browser, 5)

    assert browser.log_in("bob@example.com").status_code == 200


def test_an_account_that_does_not_exist_is_locked_alike(browser: Browser) -> None:
    assert fail(browser, 6, "eve@example.com") == [(401, "wrong-login")] * 5 + [(429, "locked")]


def test_an_address_that_tries_many_accounts_must_wait(browser: Browser, engine: Any) -> None:
    tried = [fail(browser, 1, f"user{n}@example.com")[0] for n in range(20)]

    assert tried == [(401, "wrong-login")] * 20
    assert kind(browser.log_in()) == (429, "locked")
    assert Browser(engine, address="203.0.113.8").log_in().status_code == 200


def test_who_gets_in_does_not_free_the_address_of_its_failures(browser: Browser) -> None:
    for n in range(19):
        fail(browser, 1, f"user{n}@example.com")
        assert browser.log_in().status_code == 200

    fail(browser, 1, "user20@example.com")

    assert kind(browser.log_in()) == (429, "locked")


def test_all_addresses_of_one_network_of_ipv6_are_one() -> None:
    assert address("2001:db8:1:2:3::4") == address("2001:db8:1:2:ffff::1")
    assert address("2001:db8:1:2::1") != address("2001:db8:1:3::1")
    assert address("203.0.113.7") != address("203.0.113.8")


def test_what_a_client_says_of_itself_is_believed_only_behind_our_own_proxy(engine: Any) -> None:
    a_user(Browser(engine).own)
    direct, behind = Browser(engine), Browser(engine, {"proxies": 1})
    invented = {"X-Forwarded-For": "198.51.100.1"}

    for n in range(20):
        direct.call("POST", "/login", {"email": f"a{n}@b.de", "password": "x"}, headers=invented)

    assert kind(direct.log_in()) == (429, "locked")
    seen = {"X-Forwarded-For": "203.0.113.7, 198.51.100.2"}
    body = {"email": "ann@example.com", "password": "wrong"}
    assert kind(behind.call("POST", "/login", body, headers=seen)) == (401, "wrong-login")
    seen = {"X-Forwarded-For": "198.51.100.2, 203.0.113.7"}
    assert kind(behind.call("POST", "/login", body, headers=seen)) == (429, "locked")


def test_replicas_count_together_and_a_rush_gets_no_more_tries(engine: Any, time: Any) -> None:
    def attempt(_: int) -> int:
        return Locks(engine.execution_options(isolation_level="READ COMMITTED")).try_(ANN)

    with ThreadPoolExecutor(8) as replicas:
        waits = list(replicas.map(attempt, range(40)))

    assert sorted(waits) == [0] * 5 + [30] * 35


def test_a_replica_whose_clock_is_behind_locks_nobody_out(engine: Any, time: Any) -> None:
    locks = Locks(engine.execution_options(isolation_level="READ COMMITTED"))
    first = locks.try_(ANN)

    time.passes(seconds=-2)
    second = locks.try_(ANN)
    locks.take_back(ANN)
    time.passes(seconds=-2)

    assert [first, second, locks.try_(ANN)] == [0, 0, 0]


def test_neither_addresses_of_people_nor_forgotten_attempts_are_kept(
    browser: Browser, time: Any
) -> None:
    fail(browser)
    time.passes(days=2)

    with browser.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("select subject from login_attempts").all())
    browser.own.locks.prune()

    assert "ann" not in kept
    with browser.engine.connect() as connection:
        assert connection.exec_driver_sql("select 1 from login_attempts").all() == []
