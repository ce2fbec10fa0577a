"""Users, roles and keys are set up by those who may, and nobody gives more than they have."""

from typing import Any

import pytest

from gateway import __main__ as shell
from gateway.people import post, said
from gateway.people.roles import Grant
from gateway.tests.browsers import PASSWORD, Browser, a_user, kind
from gateway.tests.mail_server import MailServer

PIA = {"email": "Pia@example.com", "name": "Pia", "roles": [{"role": "picker"}]}


@pytest.fixture
def browser(engine: Any) -> Browser:
    browser = Browser(engine)
    a_user(browser.own)
    browser.log_in()
    return browser


def test_a_new_user_gets_a_mail_sets_a_password_and_has_the_role(browser: Browser) -> None:
    server = MailServer()
    answer = browser.call("POST", "/users", PIA)
    with server.is_up():
        settings = type(browser.own.settings)(smtp_uri=server.uri)
        assert post.send_due(browser.own.links, settings) == 1

    made = answer.json
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/users/{made['user_id']}")
    assert (made["email"], made["active"], made["last_seen_at"]) == ("pia@example.com", True, None)
    assert made["roles"] == [{"role": "picker", "warehouses": None, "channels": None}]
    assert server.mails[0]["Subject"] == "Your account"
    browser.call("POST", f"/password-resets/{server.secret()}", {"password": PASSWORD})
    session = browser.log_in("pia@example.com").json
    assert session["permissions"] == ["stock.read", "picking.read", "picking.write"]


def test_a_session_tells_where_the_roles_hold(browser: Browser) -> None:
    grants = (
        Grant(role="picker", warehouses=("BER", "HAM")),
        Grant(role="returns", warehouses=("BER", "MUC"), channels=("shop",)),
    )
    a_user(browser.own, "pia@example.com", grants)

    session = browser.log_in("pia@example.com").json

    assert session["roles"] == ["picker", "returns"]
    assert (session["warehouses"], session["channels"]) == (["BER", "HAM", "MUC"], None)


def test_an_address_belongs_to_one_user_for_ever(browser: Browser) -> None:
    browser.call("POST", "/users", PIA)

    answer = browser.call("POST", "/users", {**PIA, "email": "PIA@example.com"})

    assert (answer.status_code, answer.json["code"]) == (422, "taken")
    assert answer.json["errors"][0]["field"] == "email"


def test_a_user_is_changed_if_nobody_else_has_meanwhile(browser: Browser) -> None:
    url = browser.call("POST", "/users", PIA).headers["Location"]
    seen = browser.call("GET", url)
    wish = {"name": "Pia P.", "roles": [{"role": "packer", "warehouses": ["BER"]}]}
    match = {"If-Match": seen.headers["ETag"]}

    first = browser.call("PUT", url, wish, headers=match)
    second = browser.call("PUT", url, wish, headers=match)

    assert (first.json["name"], first.json["version"]) == ("Pia P.", 2)
    assert first.json["roles"] == [{"role": "packer", "warehouses": ["BER"], "channels": None}]
    assert kind(second) == (412, "stale")


def test_other_roles_hold_at_once(browser: Browser, engine: Any) -> None:
    pia = Browser(engine)
    user_id = a_user(pia.own, "pia@example.com", (Grant(role="picker"),))
    pia.log_in("pia@example.com")
    assert kind(pia.call("GET", "/orders")) == (403, "forbidden")

    wish = {"name": "Pia", "roles": [{"role": "read_only"}]}
    browser.call("PUT", f"/users/{user_id}", wish)

    assert pia.call("GET", "/orders").status_code == 200


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ([{"role": "admin", "warehouses": ["BER"]}], "roles cannot limit an admin"),
        (
            [{"role": "picker", "warehouses": ["BER"]}, {"role": "packer", "channels": ["shop"]}],
            "roles must agree in warehouses or channels where several roles give picking.read",
        ),
    ],
)
def test_roles_that_cannot_be_kept_apart_are_refused(
    roles: list[Any], told: str, browser: Browser
) -> None:
    answer = browser.call("POST", "/users", {**PIA, "roles": roles})

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "roles")
    assert answer.json["detail"].startswith(told)


@pytest.mark.parametrize("roles", [[], [{"role": "king"}], [{"role": "picker", "where": "BER"}]])
def test_a_role_that_is_none_is_refused(roles: list[Any], browser: Browser) -> None:
    answer = browser.call("POST", "/users", {**PIA, "roles": roles})

    assert kind(answer) == (422, "invalid-fields")
    assert answer.json["errors"][0]["field"].startswith("roles")


def test_somebody_must_remain_who_can_do_everything(browser: Browser) -> None:
    ann = browser.call("GET", "/session").json["user"]["user_id"]
    wish = {"name": "Ann", "roles": [{"role": "buyer"}]}

    changed = browser.call("PUT", f"/users/{ann}", wish)
    gone = browser.call("POST", f"/users/{ann}/deactivation")

    assert [changed.json["code"], gone.json["code"]] == ["last_admin"] * 2
    assert browser.call("GET", "/session").json["roles"] == ["admin"]
    a_user(browser.own, "bob@example.com")
    assert browser.call("POST", f"/users/{ann}/deactivation").json["active"] is False
    assert kind(browser.call("GET", "/session")) == (401, "unauthorized")


def test_who_is_deactivated_may_come_back(browser: Browser) -> None:
    url = f"/users/{a_user(browser.own, 'pia@example.com', (Grant(role='picker'),))}/deactivation"

    assert browser.call("POST", url).json["active"] is False
    assert browser.call("POST", url).status_code == 409
    assert browser.call("DELETE", url).json["active"] is True
    assert browser.log_in("pia@example.com").status_code == 200


def test_users_are_listed_page_by_page(browser: Browser) -> None:
    for n in range(3):
        a_user(browser.own, f"user{n}@example.com", (Grant(role="buyer"),))

    first = browser.call("GET", "/users?limit=3").json
    second = browser.call("GET", f"/users?limit=3&after={first['next']}").json

    found = [user["email"] for user in (*first["users"], *second["users"])]
    assert sorted(found) == ["ann@example.com", *(f"user{n}@example.com" for n in range(3))]
    assert second["next"] == ""
    assert "password" not in str(first)


def test_who_may_change_settings_with_a_key_gives_no_more_than_the_key_has(
    browser: Browser,
) -> None:
    secret = browser.own.keys.create("setup", scopes=["settings.write", "orders.read"])
    headers = {"Authorization": f"Bearer {secret}"}
    pia = a_user(browser.own, "pia@example.com", (Grant(role="picker"),))

    more = browser.call(
        "POST", "/api-keys", {"name": "k1", "scopes": ["orders.write"]}, headers=headers
    )
    less = browser.call(
        "POST", "/api-keys", {"name": "k2", "scopes": ["orders.read"]}, headers=headers
    )
    user = browser.call("POST", "/users", PIA, headers=headers)
    gone = browser.call("POST", f"/users/{pia}/deactivation", headers=headers)

    assert (kind(more), more.json["permission"]) == ((403, "forbidden"), "orders.write")
    assert less.status_code == 201
    assert [kind(user), kind(gone)] == [(403, "forbidden")] * 2


def test_roles_are_told_with_what_they_may_do_in_words(browser: Browser) -> None:
    told = browser.call("GET", "/roles").json

    words = {one["permission"]: one["words"] for one in told["permissions"]}
    picker = next(role for role in told["roles"] if role["role"] == "picker")
    assert picker["permissions"] == ["stock.read", "picking.read", "picking.write"]
    assert picker["about"] == "Picks goods, with a phone and a scanner"
    assert words["picking.write"] == "Pick goods, and say what was not found"
    assert all(p in words for role in told["roles"] for p in role["permissions"])


def test_the_first_admin_is_made_from_the_shell_and_sets_a_password_by_the_link(
    engine: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = Browser(engine)
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PUBLIC_URL", "https://oms.example.com/")
    make = ["create-user", "ann@example.com", "Ann", "--role", "admin"]

    assert shell.main(make) == 0
    link = capsys.readouterr().out.strip()
    assert shell.main(make) == 1
    assert "There is, or was, a user ann@example.com already." in capsys.readouterr().err
    assert shell.main(["create-user", "bob", "Bob", "--role", "king"]) == 1
    told = capsys.readouterr().err
    assert "email is not of the form" in told
    assert "role must be one of admin," in told

    assert shell.main(["password-link", "ANN@example.com"]) == 0
    assert capsys.readouterr().out.strip() != link
    assert shell.main(["password-link", "eve@example.com"]) == 1

    start = "https://oms.example.com/console/password/"
    assert link.startswith(start)
    secret = link.removeprefix(start)
    browser.call("POST", f"/password-resets/{secret}", {"password": PASSWORD})
    assert browser.log_in().json["roles"] == ["admin"]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_user_whom_somebody_else_has_changed_is_not_switched(
    browser: Browser, method: str
) -> None:
    user = f"/users/{browser.call('POST', '/users', PIA).json['user_id']}"
    if method == "DELETE":
        browser.call("POST", f"{user}/deactivation")
    seen = browser.call("GET", user)
    browser.own.users.change(
        said.ChangeUser(user_id=seen.json["user_id"], name="Pia P.", roles=(Grant(role="picker"),))
    )

    stale = browser.call(method, f"{user}/deactivation", headers={"If-Match": seen.headers["ETag"]})
    now = browser.call("GET", user)
    right = browser.call(method, f"{user}/deactivation", headers={"If-Match": now.headers["ETag"]})

    assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale")
    assert now.json["active"] == seen.json["active"]
    assert (right.status_code, right.json["active"]) == (200, method == "DELETE")
