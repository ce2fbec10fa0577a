"""Accounts at payment providers are saved with sealed secrets, and chosen without a statement."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused, Stale
from contracts.payments import SaveAccount, SettingValue
from services.payments import accounts
from services.payments.accounts import Directory
from services.payments.tests.db.test_payments_sandbox import url_of

SECRET = SettingValue(name="webhook_secret", value="a-secret-of-ours")


def a_wish(**changes: Any) -> SaveAccount:
    fields: dict[str, Any] = {
        "account": "play", "kind": "sandbox", "mode": "test", "currencies": ("EUR",),
        "secrets": (SECRET,),
    }  # fmt: skip
    return SaveAccount(**{**fields, **changes})


def save(engine: sa.Engine, **changes: Any) -> Any:
    with Session(engine) as session, session.begin():
        return accounts.show(accounts.save(a_wish(**changes), session))


@pytest.fixture
def directory(engine: sa.Engine) -> Directory:
    return Directory(url_of(engine))


def test_a_secret_is_sealed_and_shown_to_nobody_but_its_adapter(engine: sa.Engine) -> None:
    shown = save(engine)

    with Session(engine) as session:
        (kept,) = session.execute(sa.text("select secrets from provider_accounts")).one()
        listed = accounts.show_all(session)
        (found,) = accounts.saved(session)
    assert kept.startswith("sealed:")
    assert SECRET.value not in f"{kept}{shown}{listed}"
    assert (shown.secrets, shown.version) == (("webhook_secret",), 1)
    assert found.secrets == {"webhook_secret": SECRET.value}


def test_a_secret_that_is_not_given_again_stays(engine: sa.Engine) -> None:
    save(engine)
    changed = save(engine, secrets=(), active=False)

    assert (changed.secrets, changed.active, changed.version) == (("webhook_secret",), False, 2)


def test_an_account_that_somebody_else_has_changed_is_not_overwritten(engine: sa.Engine) -> None:
    first = save(engine)
    save(engine, active=False, expected_version=first.version)

    with pytest.raises(Stale, match="has version 2, not 1"):
        save(engine, expected_version=first.version)
    with pytest.raises(NotFound):
        save(engine, account="other", expected_version=1)

    with Session(engine) as session:
        (kept,) = accounts.saved(session)
    assert (kept.account, kept.active) == ("play", False)


def test_the_sandbox_that_is_shown_before_anything_is_saved_can_be_changed(
    engine: sa.Engine,
) -> None:
    with Session(engine) as session:
        (shown,) = accounts.show_all(session).accounts

    saved = save(engine, account=shown.account, expected_version=shown.version)

    assert saved.account == shown.account


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "acme"}, "kind"),
        ({"mode": "live"}, "mode"),
        ({"settings": (SettingValue(name="color", value="red"),)}, "settings.color"),
        (
            {"secrets": (SettingValue(name="webhook_secret", value="short"),)},
            "secrets.webhook_secret",
        ),
        ({"secrets": (SECRET, SECRET)}, "secrets"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(
    engine: sa.Engine, change: dict[str, Any], field: str
) -> None:
    before = save(engine)
    with pytest.raises(Refused) as no:
        save(engine, **change)

    assert no.value.field == field
    with Session(engine) as session:
        assert [accounts.show(one) for one in accounts.saved(session)] == [before]


def test_an_account_is_chosen_from_memory_and_looked_for_before_it_is_refused(
    engine: sa.Engine, directory: Directory
) -> None:
    sent: list[str] = []
    with Session(engine) as session:
        assert directory.choosing(session).choose("card", "EUR", "") == "sandbox"
        sa.event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
        assert directory.choosing(session).choose("card", "EUR", "") == "sandbox"
        assert sent == []
        with pytest.raises(Refused):
            directory.choosing(session).choose("card", "EUR", "play")
    save(engine)
    with Session(engine) as session:
        assert directory.choosing(session).choose("card", "EUR", "play") == "play"


def test_the_adapter_is_made_anew_when_its_account_has_changed(
    engine: sa.Engine, directory: Directory
) -> None:
    save(engine)
    first = directory.of_call("play")
    assert directory.of_call("play") is first

    save(engine, secrets=(SettingValue(name="webhook_secret", value="another-one"),))
    with Session(engine) as session:
        directory.read_again(session)
    assert directory.of_call("play") is not first
    with pytest.raises(NotFound):
        directory.of_call("nowhere")


def test_a_connection_is_tried_and_a_fault_is_an_answer(directory: Directory) -> None:
    assert accounts.test(directory.of_call("sandbox")).ok

    class Broken:
        def test(self) -> str:
            raise ConnectionError("no line")

    told: Any = accounts.test(Broken())  # type: ignore[arg-type]
    assert (told.ok, told.detail) == (False, "ConnectionError: no line")
