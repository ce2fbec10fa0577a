"""A person logs in by single sign-on at a real (small) OpenID provider, and nobody else does."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from gateway.people.roles import Grant
from gateway.tests.browsers import Browser, a_user, kind
from gateway.tests.openid import CLIENT, CLIENT_SECRET, OpenIdProvider

FAILED = "/console/?sso=failed"


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    provider = OpenIdProvider()
    with provider.is_up():
        yield provider


@pytest.fixture
def browser(engine: Any, time: Any, provider: OpenIdProvider) -> Browser:
    browser = a_browser(engine, provider)
    a_user(browser.own)
    return browser


def a_browser(engine: Any, provider: OpenIdProvider) -> Browser:
    settings = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Our directory",
        "public_url": "https://oms.example.com",
    }
    return Browser(engine, settings)


def goes(browser: Browser, url: str = "/login/sso") -> str:
    """Where the browser is sent, after what it is sent to."""
    answer = browser.call("GET", url)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def comes_back(browser: Browser, provider: OpenIdProvider, url: str = "/login/sso") -> str:
    return goes(browser, here(provider.visit(goes(browser, url))))


def here(url: str) -> str:
    assert url.startswith("https://oms.example.com/login/sso/callback?")
    return url.removeprefix("https://oms.example.com")


def is_in(browser: Browser) -> bool:
    return browser.call("GET", "/session").status_code == 200


def test_the_login_page_knows_the_name_of_the_button(browser: Browser, engine: Any) -> None:
    assert browser.call("GET", "/login/ways").json == {
        "password": True,
        "sso": {"name": "Our directory"},
    }
    assert Browser(engine).call("GET", "/login/ways").json == {"password": True, "sso": None}
    assert kind(Browser(engine).call("GET", "/login/sso")) == (404, "not-found")


def test_who_the_provider_knows_by_a_verified_address_is_logged_in(
    browser: Browser, provider: OpenIdProvider
) -> None:
    provider.claims["email"] = "Ann@Example.com"

    assert comes_back(browser, provider, "/login/sso?next=/console/orders%3Ftag=vip") == (
        "/console/orders?tag=vip"
    )
    session = browser.call("GET", "/session").json
    assert (session["user"]["email"], session["roles"]) == ("ann@example.com", ["admin"])


def test_nobody_is_made_a_user_by_logging_in(browser: Browser, provider: OpenIdProvider) -> None:
    provider.claims["email"] = "eve@example.com"

    assert comes_back(browser, provider) == "/console/?sso=unknown"
    assert not is_in(browser)


def test_who_is_deactivated_stays_out(browser: Browser, provider: OpenIdProvider) -> None:
    pia = a_user(browser.own, "pia@example.com", (Grant(role="picker"),))
    browser.own.users.deactivate(pia)
    provider.claims["email"] = "pia@example.com"

    assert comes_back(browser, provider) == "/console/?sso=unknown"


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email": ""},
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["oms", "another"], "azp": "another"},
        {"exp": 1_000_000_000},
    ],
    ids=str,
)
def test_a_token_that_does_not_prove_all_of_it_opens_nothing(
    claims: dict[str, Any], browser: Browser, provider: OpenIdProvider
) -> None:
    provider.claims |= claims

    assert comes_back(browser, provider) == FAILED
    assert not is_in(browser)


@pytest.mark.parametrize("how", ["stranger's key", "shared secret"])
def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    how: str, browser: Browser, provider: OpenIdProvider
) -> None:
    if how == "shared secret":
        provider.header["alg"] = "HS256"
        provider.signs_with = OctKey.import_key(CLIENT_SECRET * 2)
    else:
        provider.signs_with = RSAKey.generate_key(2048, parameters={"kid": "one"})

    assert comes_back(browser, provider) == FAILED
    assert not is_in(browser)


def test_an_answer_is_good_once_and_for_the_browser_that_asked(
    browser: Browser, provider: OpenIdProvider, engine: Any
) -> None:
    victim = a_browser(engine, provider)
    mine = here(provider.visit(goes(browser)))

    assert goes(victim, mine) == FAILED  # nobody is logged in as me by a link of mine
    assert not is_in(victim)
    assert goes(browser, mine) == "/console/"
    browser.call("DELETE", "/session")
    assert goes(browser, mine) == FAILED


def test_a_state_that_was_invented_opens_nothing(
    browser: Browser, provider: OpenIdProvider
) -> None:
    code = parse_qs(urlsplit(provider.visit(goes(browser))).query)["code"][0]

    assert goes(browser, f"/login/sso/callback?code={code}&state=invented") == FAILED
    assert goes(browser, f"/login/sso/callback?code={code}") == FAILED


def test_whoever_takes_ten_minutes_begins_anew(
    browser: Browser, provider: OpenIdProvider, time: Any
) -> None:
    back = here(provider.visit(goes(browser)))
    time.passes(minutes=10)

    assert goes(browser, back) == FAILED


def test_who_says_no_there_is_not_in_here(browser: Browser, provider: OpenIdProvider) -> None:
    state = parse_qs(urlsplit(goes(browser)).query)["state"][0]

    answer = f"/login/sso/callback?error=access_denied&error_description=No&state={state}"
    assert goes(browser, answer) == FAILED


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/console/%0d%0aX:1", "/orders",
     "/console//\\evil", "javascript:alert(1)"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(address: str, browser: Browser) -> None:
    answer = browser.client.get("/login/sso", query_string={"next": address})

    assert kind(answer) == (422, "invalid-fields")
    assert answer.json["errors"][0]["field"] == "next"
    assert "Location" not in answer.headers


def test_a_session_that_was_put_upon_the_browser_is_not_used(
    browser: Browser, provider: OpenIdProvider
) -> None:
    browser.client.set_cookie("__Host-oms_session", "of-an-attacker")

    comes_back(browser, provider)

    assert browser.cookie().value != "of-an-attacker"
    assert is_in(browser)


def test_a_provider_that_stumbles_is_asked_again(
    browser: Browser, provider: OpenIdProvider
) -> None:
    provider.failures = 2

    assert comes_back(browser, provider) == "/console/"


def test_a_provider_that_is_away_is_an_outage_and_a_password_still_works(
    browser: Browser, provider: OpenIdProvider
) -> None:
    provider.failures = 99

    assert kind(browser.call("GET", "/login/sso")) == (503, "unavailable")
    assert browser.log_in().status_code == 200


def test_another_provider_under_this_address_is_not_believed(
    browser: Browser, provider: OpenIdProvider
) -> None:
    provider.issuer = "https://evil.example"

    assert kind(browser.call("GET", "/login/sso")) == (503, "unavailable")
