"""A key opens the API until it expires or is revoked, and is kept so that nobody can read it."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway import __main__ as shell
from gateway.auth import BadKey, Keys
from gateway.people.roles import PERMISSIONS
from gateway.tests.browsers import Browser, a_user


@pytest.fixture
def keys(engine: sa.Engine) -> Keys:
    return Keys(engine)


def actor(keys: Keys, secret: str) -> str | None:
    caller = keys.caller(f"Bearer {secret}")
    return caller.actor if caller else None


def test_a_key_tells_who_is_asking(keys: Keys) -> None:
    ann, bob = keys.create("ann"), keys.create("bob")

    assert [actor(keys, ann), actor(keys, bob)] == ["key:ann", "key:bob"]
    assert ann.startswith("oms_")
    assert len(ann) > 40


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {}", "{}", "Bearer {}x"])
def test_nothing_but_the_whole_key_opens(header: str, keys: Keys) -> None:
    assert keys.caller(header.format(keys.create("ann"))) is None


def test_the_key_itself_is_not_in_the_database(keys: Keys, engine: sa.Engine) -> None:
    secret = keys.create("ann")

    with engine.connect() as connection:
        row = str(connection.exec_driver_sql("select api_keys::text from api_keys").all())
    assert "ann" in row
    assert secret not in row
    assert secret.encode().hex() not in row


def test_a_revoked_key_is_refused_at_once_by_a_process_that_has_not_seen_it(
    keys: Keys, engine: sa.Engine
) -> None:
    secret = keys.create("ann")

    assert keys.revoke("ann")
    assert actor(Keys(engine), secret) is None


def test_a_revoked_key_is_refused_everywhere_within_half_a_minute(keys: Keys, time: Any) -> None:
    secret = keys.create("ann")
    assert actor(keys, secret) == "key:ann"
    keys.revoke("ann")

    time.passes(seconds=30)

    assert actor(keys, secret) is None


def test_a_key_expires_to_the_second_though_it_was_just_seen(keys: Keys, time: Any) -> None:
    secret = keys.create("ann", time.now + timedelta(seconds=10))
    time.passes(seconds=9)
    assert actor(keys, secret) == "key:ann"

    time.passes(seconds=1)

    assert actor(keys, secret) is None


def test_a_known_key_is_not_looked_up_for_every_request(keys: Keys, engine: sa.Engine) -> None:
    secret, asked = keys.create("ann"), []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", listen)
    for _ in range(3):
        actor(keys, secret)
    sa.event.remove(engine, "before_cursor_execute", listen)

    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


def test_the_list_says_what_became_of_each_key(keys: Keys, time: Any) -> None:
    keys.create("ann")
    keys.create("bob", time.now + timedelta(days=1))
    keys.create("eve")
    keys.revoke("eve")
    time.passes(days=2)

    assert keys.names() == [
        "ann  valid  last used never  everything",
        "bob  expired  last used never  everything",
        "eve  revoked  last used never  everything",
    ]


def test_a_name_belongs_to_one_key_for_ever(keys: Keys) -> None:
    keys.create("ann")
    keys.revoke("ann")

    with pytest.raises(BadKey, match="There is, or was, a key ann already"):
        keys.create("ann")
    assert not keys.revoke("ann")


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "x" * 65, "-a", "ü", "key:a"])
def test_a_name_that_would_confuse_a_history_is_refused(name: str, keys: Keys) -> None:
    with pytest.raises(BadKey, match="A key's name has"):
        keys.create(name)


def test_a_key_may_do_what_its_scopes_say_and_one_without_may_do_everything(keys: Keys) -> None:
    some, all_ = keys.create("ann", scopes=["orders.read"]), keys.create("bob")

    ann, bob = keys.caller(f"Bearer {some}"), keys.caller(f"Bearer {all_}")

    assert ann
    assert bob
    assert {*ann.rights} == {"orders.read"}
    assert {*bob.rights} == {*PERMISSIONS}
    assert not ann.scope("orders.read").is_limited
    assert (ann.may("orders.read"), ann.may("orders.write"), ann.may("own")) == (True, False, False)


def test_a_scope_that_is_none_is_refused(keys: Keys) -> None:
    with pytest.raises(BadKey, match=r"There is no permission 'orders\.eat'\."):
        keys.create("ann", scopes=["orders.eat"])


def test_keys_are_made_listed_and_revoked_over_the_api(engine: sa.Engine) -> None:
    browser = Browser(engine)
    a_user(browser.own)
    browser.log_in()
    wish = {"name": "shop", "scopes": ["orders.read", "orders.write"]}

    answer = browser.call("POST", "/api-keys", wish, headers={"Idempotency-Key": "k"})
    again = browser.call("POST", "/api-keys", wish, headers={"Idempotency-Key": "k"})

    made = answer.json
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert (answer.status_code, made["state"]) == (201, "valid")
    assert made["created_by"] == "person:ann@example.com"
    assert (again.status_code, again.json["code"]) == (422, "bad_key")  # no secret is kept
    assert browser.call("GET", "/orders", headers=headers).status_code == 200
    listed = browser.call("GET", "/api-keys").json["keys"]
    assert [(key["name"], key["scopes"]) for key in listed] == [("shop", wish["scopes"])]
    assert listed[0]["used_at"] is not None
    assert made["secret"] not in str(listed)
    assert browser.call("DELETE", f"/api-keys/{made['key_id']}").status_code == 204
    assert browser.call("GET", "/api-keys").json["keys"][0]["state"] == "revoked"
    assert Keys(engine).caller(f"Bearer {made['secret']}") is None
    assert browser.call("DELETE", "/api-keys/key_" + "0" * 26).status_code == 404


def test_keys_are_made_and_revoked_from_the_shell(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)

    assert shell.main(["create-key", "ann", "30"]) == 0
    secret = capsys.readouterr().out.strip()
    assert actor(Keys(engine), secret) == "key:ann"

    assert shell.main(["create-key", "ann"]) == 1
    assert shell.main(["create-key", "bob", "soon"]) == 1
    assert "DAYS must be a whole number from 1 to 3650, not 'soon'." in capsys.readouterr().err
    assert shell.main(["create-key", "eve", "--scopes", "orders.read,stock.read"]) == 0
    caller = Keys(engine).caller(f"Bearer {capsys.readouterr().out.strip()}")
    assert caller
    assert {*caller.rights} == {"orders.read", "stock.read"}
    assert shell.main(["create-key", "max", "30", "--scopes"]) == 1
    assert shell.main(["create-key", "max", "30", "40"]) == 1
    assert shell.main(["revoke-key", "ann"]) == 0
    assert shell.main(["revoke-key", "ann"]) == 1
    assert shell.main(["list-keys"]) == 0
    assert "ann  revoked" in capsys.readouterr().out
    assert shell.main(["make-coffee"]) == 2
