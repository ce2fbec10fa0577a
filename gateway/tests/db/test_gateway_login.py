"""A person logs in with a password, is known by a cookie, and may do what their roles allow."""

from typing import Any

import pytest
import sqlalchemy as sa

from contracts import orders
from gateway.people.roles import Grant
from gateway.tables import sessions, users
from gateway.tests.browsers import PASSWORD, Browser, a_user, kind
from gateway.tests.builders import NOW, ORDER, SECRET, an_order, example

NOTE = {"text": "Call first"}


@pytest.fixture
def browser(engine: sa.Engine) -> Browser:
    browser = Browser(engine)
    a_user(browser.own)
    return browser


def test_who_logs_in_is_told_who_they_are_and_what_they_may_do(browser: Browser) -> None:
    answer = browser.log_in("Ann@Example.com")

    assert answer.status_code == 200
    told = answer.json
    assert (told["user"]["name"], told["user"]["email"]) == ("Ann", "ann@example.com")
    assert (told["roles"], told["warehouses"], told["channels"]) == (["admin"], None, None)
    assert "settings.write" in told["permissions"]
    assert told["second_factor"] is False
    assert browser.call("GET", "/session").json == told


def test_the_cookie_is_for_this_host_and_out_of_reach_of_scripts(browser: Browser) -> None:
    header = browser.log_in().headers["Set-Cookie"]

    name, _, rest = header.partition("=")
    assert name == "__Host-oms_session"
    assert {part.strip() for part in rest.split(";")[1:]} >= {
        "Secure", "HttpOnly", "Path=/", "SameSite=Lax",
    }  # fmt: skip
    assert "Domain" not in rest


@pytest.mark.parametrize(
    ("email", "password"),
    [("ann@example.com", "wrong password"), ("eve@example.com", PASSWORD)],
)
def test_a_wrong_login_does_not_say_what_was_wrong(
    email: str, password: str, browser: Browser
) -> None:
    answer = browser.log_in(email, password)

    assert kind(answer) == (401, "wrong-login")
    assert answer.json["detail"] == "The e-mail address or the password is wrong."
    assert browser.cookie() is None


def test_nobody_is_logged_in_without_a_password_that_was_set(browser: Browser) -> None:
    browser.own.users.add("bob@example.com", "Bob", (Grant(role="picker"),))

    assert kind(browser.log_in("bob@example.com", PASSWORD)) == (401, "wrong-login")


def test_what_a_person_does_is_written_down_under_their_address(browser: Browser) -> None:
    browser.log_in()

    assert browser.call("POST", f"/orders/{ORDER}/notes", NOTE).status_code == 201
    heard = browser.api.services.heard[0]
    assert (heard.name, heard.actor) == ("orders.note", "person:ann@example.com")


def test_a_role_without_the_permission_is_refused_by_its_name(browser: Browser) -> None:
    a_user(browser.own, "pia@example.com", (Grant(role="picker"),))
    browser.log_in("pia@example.com")

    answer = browser.call("POST", "/orders", an_order())

    assert kind(answer) == (403, "forbidden")
    assert answer.json["permission"] == "orders.write"
    assert browser.api.heard == []
    assert browser.call("GET", "/fulfillments").status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_change_without_the_csrf_token_is_refused(token: str | None, browser: Browser) -> None:
    right = browser.log_in().json["csrf_token"]
    browser.csrf = ""
    headers = {} if token is None else {"X-CSRF-Token": token}

    forged = browser.call("POST", f"/orders/{ORDER}/notes", NOTE, headers=headers)

    assert kind(forged) == (403, "csrf")
    assert browser.api.heard == []
    assert browser.call("GET", "/orders").status_code == 200
    headers = {"X-CSRF-Token": right}
    assert browser.call("POST", f"/orders/{ORDER}/notes", NOTE, headers=headers).status_code == 201


def test_the_csrf_token_of_another_session_is_of_no_use(browser: Browser, engine: Any) -> None:
    eve = Browser(engine)
    a_user(eve.own, "eve@example.com")
    browser.log_in()

    headers = {"X-CSRF-Token": eve.log_in("eve@example.com").json["csrf_token"]}

    assert kind(browser.call("DELETE", "/session", headers=headers)) == (403, "csrf")


def test_a_page_of_another_site_cannot_log_somebody_in(browser: Browser) -> None:
    body = {"email": "ann@example.com", "password": PASSWORD}

    foreign = browser.call("POST", "/login", body, headers={"Origin": "https://evil.example"})
    form = browser.call(
        "POST", "/login", data="{}", content_type="application/x-www-form-urlencoded"
    )
    own = browser.call("POST", "/login", body, headers={"Origin": "http://localhost"})

    assert (kind(foreign), form.status_code) == ((403, "csrf"), 415)
    assert own.status_code == 200


def test_a_key_needs_no_csrf_token_and_passes_over_the_cookie(browser: Browser) -> None:
    browser.log_in()
    secret = browser.own.keys.create("shop", scopes=["orders.write"])
    headers = {"Authorization": f"Bearer {secret}", "X-CSRF-Token": ""}

    changed = browser.call("POST", f"/orders/{ORDER}/notes", NOTE, headers=headers)
    read = browser.call("GET", "/orders", headers=headers)
    bad = browser.call("GET", "/orders", headers={"Authorization": f"Bearer {SECRET}x"})

    assert (changed.status_code, browser.api.services.heard[0].actor) == (201, "key:shop")
    assert (kind(read), kind(bad)) == ((403, "forbidden"), (401, "unauthorized"))


def test_a_key_is_no_person(browser: Browser) -> None:
    secret = browser.own.keys.create("shop")

    answer = browser.call("GET", "/session", headers={"Authorization": f"Bearer {secret}"})

    assert kind(answer) == (403, "forbidden")
    assert kind(browser.call("GET", "/session")) == (401, "unauthorized")


def test_who_logs_out_is_out(browser: Browser, engine: Any) -> None:
    browser.log_in()
    token = browser.cookie().value

    assert browser.call("DELETE", "/session").status_code == 204

    assert browser.cookie() is None
    browser.client.set_cookie("__Host-oms_session", token)
    assert kind(browser.call("GET", "/session")) == (401, "unauthorized")


def test_a_session_that_was_put_upon_a_browser_does_not_become_somebodys(
    browser: Browser,
) -> None:
    browser.client.set_cookie("__Host-oms_session", "of-an-attacker")

    browser.log_in()
    first = browser.cookie().value
    browser.log_in()

    assert len({"of-an-attacker", first, browser.cookie().value}) == 3
    browser.client.set_cookie("__Host-oms_session", first)
    assert kind(browser.call("GET", "/session")) == (401, "unauthorized")


def test_the_database_has_neither_tokens_nor_passwords(browser: Browser, engine: Any) -> None:
    browser.log_in()

    with engine.connect() as connection:
        kept = str(connection.execute(sa.select(sessions)).all())
        row: Any = connection.execute(sa.select(users)).one()
    assert browser.cookie().value not in kept
    assert row.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in str(row)


def test_a_session_ends_after_half_a_day_without_requests(browser: Browser, time: Any) -> None:
    browser.log_in()
    for _ in range(2):
        time.passes(hours=11, minutes=59)
        assert browser.call("GET", "/session").status_code == 200

    time.passes(hours=12)

    assert kind(browser.call("GET", "/session")) == (401, "unauthorized")


def test_a_session_ends_after_a_week_though_it_is_used(browser: Browser, time: Any) -> None:
    browser.log_in()
    for _ in range(14):
        assert browser.call("GET", "/session").status_code == 200
        time.passes(hours=12, seconds=-1)
    time.passes(seconds=14)

    assert kind(browser.call("GET", "/session")) == (401, "unauthorized")
    browser.own.sessions.prune()
    with browser.engine.connect() as connection:
        assert connection.execute(sa.select(sessions)).all() == []


def test_who_is_deactivated_is_out_at_once_and_stays_out(browser: Browser) -> None:
    pia = a_user(browser.own, "pia@example.com", (Grant(role="picker"),))
    browser.log_in("pia@example.com")

    browser.own.users.deactivate(pia)

    assert kind(browser.call("GET", "/session")) == (401, "unauthorized")
    assert kind(browser.log_in("pia@example.com")) == (401, "wrong-login")


def test_who_logs_in_just_while_being_deactivated_is_not_in(browser: Browser) -> None:
    pia = a_user(browser.own, "pia@example.com", (Grant(role="picker"),))
    browser.own.users.deactivate(pia)

    assert browser.own.sessions.visitor(browser.own.sessions.begin(pia)) is None


def test_a_new_password_ends_all_other_sessions_and_renews_this_one(
    browser: Browser, engine: Any
) -> None:
    other = Browser(engine)
    other.log_in()
    browser.log_in()
    before = browser.cookie().value

    wish = {"old": PASSWORD, "new": "quite another password"}
    assert browser.call("PUT", "/session/password", wish).status_code == 204

    assert browser.cookie().value != before
    assert browser.call("GET", "/session").status_code == 200
    assert kind(other.call("GET", "/session")) == (401, "unauthorized")
    assert kind(other.log_in()) == (401, "wrong-login")
    assert other.log_in(password="quite another password").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "field", "told"),
    [
        ("wrong", "quite another password", "old", "This is not your password so far."),
        (PASSWORD, "short", "new", "new must have 12 to 200 characters."),
        (PASSWORD, "aaaaaaaaaaaaaa", "new", "new must have at least 5 different characters."),
        (PASSWORD, "Ann@Example.com", "new", "new must not be your name or e-mail address."),
    ],
)
def test_a_bad_new_password_is_refused_and_the_old_one_stays(
    old: str, new: str, field: str, told: str, browser: Browser
) -> None:
    browser.log_in()

    answer = browser.call("PUT", "/session/password", {"old": old, "new": new})

    assert (answer.status_code, answer.json["errors"]) == (422, [{"field": field, "detail": told}])
    assert browser.log_in().status_code == 200


def test_an_order_page_leaves_out_what_one_may_not_see(browser: Browser) -> None:
    a_user(browser.own, "rob@example.com", (Grant(role="returns"),))
    browser.log_in("rob@example.com")
    browser.api.services.answers["orders.get"] = example(orders.Order, placed_at=NOW)

    page = browser.call("GET", f"/orders/{ORDER}").json

    assert (page["payments"], page["fulfillments"]) == (None, None)
    assert page["hidden"] == ["payments", "fulfillments"]
    assert page["missing"] == []
    assert page["returns"] == []
    assert "payments.get" not in browser.api.heard
