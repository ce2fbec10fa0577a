"""Who has forgotten their password gets a link by mail: good once, for an hour."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.people import post
from gateway.people.roles import Grant
from gateway.tables import mails, password_links
from gateway.tests.browsers import Browser, a_user, kind
from gateway.tests.mail_server import MailServer

NEW = "quite another password"
ANN = {"email": "ann@example.com"}


@pytest.fixture
def server() -> Iterator[MailServer]:
    server = MailServer()
    with server.is_up():
        yield server


@pytest.fixture
def browser(engine: Any, time: Any) -> Browser:
    browser = Browser(engine, {"public_url": "https://oms.example.com"})
    a_user(browser.own)
    return browser


def send(browser: Browser, server: MailServer) -> int:
    settings = type(browser.own.settings)(
        public_url=browser.own.settings.public_url, smtp_uri=server.uri
    )
    return post.send_due(browser.own.links, settings)


def rows(browser: Browser, table: sa.Table) -> list[Any]:
    with browser.engine.connect() as connection:
        return list(connection.execute(sa.select(table)).all())


def test_the_link_of_the_mail_sets_a_password(browser: Browser, server: MailServer) -> None:
    assert browser.call("POST", "/password-resets", ANN).status_code == 202
    assert send(browser, server) == 1

    mail = server.mails[0]
    assert (mail["To"], mail["Subject"]) == ("ann@example.com", "Set a new password")
    assert "Hello Ann," in server.words()
    assert f"https://oms.example.com/console/password/{server.secret()}\n" in server.words()
    set_ = browser.call("POST", f"/password-resets/{server.secret()}", {"password": NEW})
    assert set_.status_code == 204
    assert browser.log_in(password=NEW).status_code == 200
    assert kind(browser.log_in()) == (401, "wrong-login")


def test_a_link_is_good_once(browser: Browser, server: MailServer) -> None:
    browser.call("POST", "/password-resets", ANN)
    send(browser, server)
    url = f"/password-resets/{server.secret()}"
    browser.call("POST", url, {"password": NEW})

    again = browser.call("POST", url, {"password": "yet another password"})

    assert (again.status_code, again.json["code"]) == (422, "link_over")
    assert browser.log_in(password=NEW).status_code == 200


def test_of_two_who_use_a_link_at_once_one_sets_the_password(browser: Browser) -> None:
    secret = browser.own.links.make(a_user(browser.own, "bob@example.com"))

    assert [browser.own.links.use(secret) for _ in range(2)] == [True, False]


def test_a_link_is_good_for_an_hour_from_when_it_was_sent(
    browser: Browser, server: MailServer, time: Any
) -> None:
    browser.call("POST", "/password-resets", ANN)
    time.passes(hours=5)
    send(browser, server)
    url = f"/password-resets/{server.secret()}"

    time.passes(minutes=59)
    bad = browser.call("POST", url, {"password": "short"})
    time.passes(minutes=1)
    late = browser.call("POST", url, {"password": NEW})

    assert (bad.json["errors"][0]["field"], late.json["code"]) == ("password", "link_over")
    browser.own.links.prune()
    assert rows(browser, password_links) == []


def test_a_new_password_ends_sessions_locks_and_all_other_links(
    browser: Browser, server: MailServer, time: Any, engine: Any
) -> None:
    thief = Browser(engine)
    thief.log_in()
    first = browser.own.links.make(a_user(browser.own, "bob@example.com"))
    browser.call("POST", "/password-resets", ANN)
    send(browser, server)
    older = server.secret()
    time.passes(minutes=2)
    browser.call("POST", "/password-resets", ANN)
    send(browser, server)
    for _ in range(5):
        browser.log_in(password="wrong")

    browser.call("POST", f"/password-resets/{server.secret()}", {"password": NEW})

    assert kind(thief.call("GET", "/session")) == (401, "unauthorized")
    assert browser.log_in(password=NEW).status_code == 200
    assert browser.call("POST", f"/password-resets/{older}", {"password": NEW}).status_code == 422
    assert browser.own.links.owner(first).email == "bob@example.com"


def test_whoever_asks_does_not_learn_whether_there_is_such_a_user(
    browser: Browser, server: MailServer
) -> None:
    known = browser.call("POST", "/password-resets", {"email": "Ann@example.com"})
    unknown = browser.call("POST", "/password-resets", {"email": "eve@example.com"})

    assert (known.status_code, known.data) == (unknown.status_code, unknown.data) == (202, b"{}")
    assert send(browser, server) == 1


def test_a_mailbox_is_not_flooded(browser: Browser, server: MailServer, time: Any) -> None:
    for _ in range(3):
        browser.call("POST", "/password-resets", ANN)
    assert send(browser, server) == 1
    browser.call("POST", "/password-resets", ANN)
    assert send(browser, server) == 0

    time.passes(minutes=1, seconds=1)
    browser.call("POST", "/password-resets", ANN)

    assert send(browser, server) == 1


def test_an_address_cannot_ask_for_mails_on_and_on(browser: Browser) -> None:
    asked = [browser.call("POST", "/password-resets", ANN).status_code for _ in range(51)]

    assert asked == [202] * 50 + [429]
    assert browser.log_in().status_code == 200


def test_the_database_holds_nothing_that_opens_an_account(
    browser: Browser, server: MailServer
) -> None:
    browser.call("POST", "/password-resets", ANN)
    send(browser, server)

    kept = f"{rows(browser, mails)} {rows(browser, password_links)}"
    assert server.secret() not in kept
    assert server.secret().encode().hex() not in kept


def test_a_mail_that_cannot_be_sent_is_sent_later(browser: Browser, time: Any) -> None:
    server = MailServer()  # it is not there yet
    browser.call("POST", "/password-resets", ANN)
    assert send(browser, server) == 0
    assert send(browser, server) == 0

    time.passes(seconds=5)
    with server.is_up():
        assert send(browser, server) == 1

    assert rows(browser, mails)[0].attempts == 2
    answer = browser.call("POST", f"/password-resets/{server.secret()}", {"password": NEW})
    assert answer.status_code == 204


def test_a_mail_of_a_process_that_died_over_it_is_sent_by_another(
    browser: Browser, server: MailServer, time: Any
) -> None:
    browser.call("POST", "/password-resets", ANN)
    next(iter(browser.own.links.due()))

    assert send(browser, server) == 0
    time.passes(minutes=2)
    assert send(browser, server) == 1


@pytest.mark.parametrize(("answer", "state"), [("451 later", "waiting"), ("554 never", "refused")])
def test_a_mail_is_tried_again_unless_it_is_refused_for_good(
    answer: str, state: str, browser: Browser, server: MailServer
) -> None:
    server.answer = answer
    browser.call("POST", "/password-resets", ANN)

    assert send(browser, server) == 0
    assert rows(browser, mails)[0].state == state


def test_a_link_is_made_of_our_own_address_whatever_the_request_says(
    browser: Browser, server: MailServer
) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    browser.call("POST", "/password-resets", ANN, headers=evil)
    send(browser, server)

    assert "evil" not in server.words()
    assert "https://oms.example.com/console/password/" in server.words()


def test_a_name_cannot_write_into_the_head_of_a_mail(browser: Browser, server: MailServer) -> None:
    browser.own.users.add("bob@example.com", "Bob\r\nBcc: eve@example.com\r\n", ())
    browser.call("POST", "/password-resets", {"email": "bob@example.com"})
    send(browser, server)

    assert server.mails[0]["Bcc"] is None
    assert "Hello Bob Bcc: eve@example.com,\n" in server.words()


def test_a_mail_speaks_the_language_of_its_reader(browser: Browser, server: MailServer) -> None:
    browser.own.users.add("kurt@example.com", "Kurt", (Grant(role="buyer"),), "de")
    browser.call("POST", "/password-resets", {"email": "kurt@example.com"})
    send(browser, server)

    assert server.mails[0]["Subject"] == "Neues Passwort setzen"
    assert "Guten Tag Kurt," in server.words()
    assert server.secret() in server.words()


@pytest.mark.parametrize("secret", ["wrong", "a" * 43])
def test_an_invented_link_sets_nothing(secret: str, browser: Browser) -> None:
    answer = browser.call("POST", f"/password-resets/{secret}", {"password": NEW})

    assert (answer.status_code, answer.json["code"]) == (422, "link_over")
    assert browser.log_in().status_code == 200
