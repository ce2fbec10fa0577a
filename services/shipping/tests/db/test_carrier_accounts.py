"""Accounts at carriers are kept with their secrets sealed, shown without, and several at once."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused, Stale
from contracts.carriers import CarrierSetting, SaveCarrierAccount, ServiceLevel
from services.shipping import accounts, label_files
from services.shipping.carriers.carrier import LabelFile
from services.shipping.tests.builders import NOW
from tests.fakes.easypost.server import an_easypost


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


def a_wish(*, kind: str = "easypost", **changes: Any) -> SaveCarrierAccount:
    told = changes.pop("told", {"api_key": "EZTK-very-secret", "label_format": "ZPL"})
    configuration = tuple(CarrierSetting(name=name, value=value) for name, value in told.items())
    fields = {"account": "ep-us", "kind": kind, "name": "EasyPost US"}
    return SaveCarrierAccount(**{**fields, "configuration": configuration, **changes})


def save(session: Session, **changes: Any) -> Any:
    return accounts.save_account(session, a_wish(**changes), "person:ann", NOW)


def names(session: Session, engine: sa.Engine) -> list[str]:
    return [stall.carrier.name for stall in accounts.stalls_of(session, engine)]


def test_an_account_is_shown_with_what_it_was_told_but_its_secrets(session: Session) -> None:
    shown = save(session, countries=("US",))

    assert shown == accounts.list_accounts(session).accounts[0]
    assert [(one.name, one.value) for one in shown.configuration] == [("label_format", "ZPL")]
    assert (shown.secrets_set, shown.countries) == (("api_key",), ("US",))
    assert (shown.saved_by, shown.saved_at) == ("person:ann", NOW)
    assert "void" in shown.capabilities


def test_an_account_that_somebody_else_has_changed_is_not_overwritten(session: Session) -> None:
    first = save(session)
    changed = save(session, active=False, expected_version=first.version)

    with pytest.raises(Stale, match="has version 2, not 1"):
        save(session, expected_version=first.version)
    with pytest.raises(NotFound):
        save(session, account="other", expected_version=1)

    assert (first.version, accounts.list_accounts(session).accounts) == (1, (changed,))


def test_no_secret_lies_open_in_the_database(session: Session) -> None:
    save(session)
    kept = session.execute(sa.text("select carrier_accounts::text from carrier_accounts"))

    [row] = kept.scalars()
    assert "very-secret" not in row
    assert "sealed:" in row


def test_a_secret_that_is_left_out_stays_and_one_that_is_told_replaces_it(
    session: Session, engine: sa.Engine
) -> None:
    with an_easypost() as desk:
        base = {"base_url": f"{desk.url}/v2"}
        save(session, told=base | {"api_key": desk.key})
        save(session, told=base | {"api_key": ""}, name="Renamed")
        assert accounts.try_out(accounts.find(session, "ep-us", engine)).well

        save(session, told=base | {"api_key": "another"})
        tried = accounts.try_out(accounts.find(session, "ep-us", engine))

    assert (tried.well, "not active" in tried.problem) == (False, True)


def test_a_carrier_that_cannot_be_reached_is_said(session: Session, engine: sa.Engine) -> None:
    save(session, told={"api_key": "k", "base_url": "http://127.0.0.1:9/v2"})

    tried = accounts.try_out(accounts.find(session, "ep-us", engine))

    assert (tried.well, tried.problem) == (
        False, "the carrier cannot be reached: ConnectionError",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"told": {}}, "configuration.api_key", "API key is missing"),
        ({"told": {"api_key": "k", "label_format": "GIF"}}, "configuration.label_format", "PDF"),
        ({"told": {"api_key": "k", "color": "red"}}, "configuration.color", "knows no color"),
        ({"told": {"api_key": "k", "base_url": "ftp://x"}}, "configuration.base_url", "https"),
        ({"told": {"api_key": "k\0"}}, "configuration", "NUL"),
        ({"kind": "pigeon"}, "kind", "pigeon is none of easypost, sandbox, shippo, table_rate"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field_and_nothing_is_kept(
    session: Session, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        save(session, **changes)
    assert refusal.value.field == field
    assert accounts.list_accounts(session).accounts == ()


def test_an_account_cannot_become_one_of_another_kind(session: Session) -> None:
    save(session)
    with pytest.raises(Refused, match="is of the kind easypost"):
        save(session, kind="sandbox", told={})


def test_the_sandbox_carries_all_until_there_is_an_account_and_is_still_known_then(
    session: Session, engine: sa.Engine
) -> None:
    assert names(session, engine) == ["sandbox"]
    save(session)

    assert names(session, engine) == ["ep-us"]
    known = [one.name for one in accounts.stalls_and_carriers(session, engine)[1]]
    assert known == ["ep-us", "sandbox"]
    assert accounts.find(session, "sandbox", engine).name == "sandbox"
    with pytest.raises(NotFound, match="There is no carrier pony"):
        accounts.find(session, "pony", engine)


def test_several_are_asked_and_what_is_out_of_use_is_not_but_stays_known(
    session: Session, engine: sa.Engine
) -> None:
    save(session)
    save(session, account="ep-eu", active=False)
    save(session, account="trial", kind="sandbox", told={},
         services=(ServiceLevel(service="express", fulfilled_by=("standard",)),))  # fmt: skip

    stalls = accounts.stalls_of(session, engine)

    assert [stall.carrier.name for stall in stalls] == ["ep-us", "trial"]
    assert stalls[1].levels == (("express", frozenset({"standard"})),)
    known = [one.name for one in accounts.stalls_and_carriers(session, engine)[1]]
    assert known == ["ep-eu", "ep-us", "trial", "sandbox"]


def test_labels_are_kept_as_they_came_and_those_of_an_earlier_try_replaced(
    session: Session,
) -> None:
    label_files.keep(session, "shp_1", [LabelFile("image/png", b"old")] * 3)
    files = [LabelFile("application/zpl", b"^XA1"), LabelFile("application/zpl", b"^XA2")]
    label_files.keep(session, "shp_1", files)

    assert label_files.kept(session, "shp_1") == files
    assert label_files.kept(session, "shp_2") == []
