"""A secret in a database: nobody reads it there, and the service that owns the key does."""

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from chassis import sealing
from chassis.sealing import Sealed, SealingError, new_key, seal, unseal

OLD, NEW = new_key(), new_key()


@pytest.fixture(autouse=True)
def one_key(monkeypatch) -> None:
    monkeypatch.setenv("SEALING_KEYS", OLD)


def test_a_sealed_secret_is_unreadable_and_comes_back_whole() -> None:
    kept = seal("shpat_größe")
    assert "shpat" not in kept
    assert unseal(kept) == "shpat_größe"


def test_the_same_secret_looks_different_each_time() -> None:
    assert seal("one") != seal("one")


def test_no_secret_stays_none() -> None:
    assert seal("") == ""
    assert unseal("") == ""


def test_what_was_kept_before_is_still_read() -> None:
    assert unseal("plain as ever") == "plain as ever"


def test_a_new_key_before_the_old_one_seals_and_the_old_one_still_opens(monkeypatch) -> None:
    before = seal("one")
    monkeypatch.setenv("SEALING_KEYS", f"{NEW}, {OLD}")
    assert unseal(before) == "one"
    after = seal("one").removeprefix(sealing.MARK)
    assert Fernet(NEW).decrypt(after) == b"one"


def test_without_its_key_a_secret_does_not_open(monkeypatch) -> None:
    before = seal("one")
    monkeypatch.setenv("SEALING_KEYS", NEW)
    with pytest.raises(SealingError, match="sealed this"):
        unseal(before)


@pytest.mark.parametrize(("keys", "why"), [("", "no key"), (" , ", "no key"), ("abc", "is none")])
def test_a_process_without_a_good_key_says_what_to_do(monkeypatch, keys: str, why: str) -> None:
    monkeypatch.setenv("SEALING_KEYS", keys)
    with pytest.raises(SealingError, match=f"{why}.*sealing-key"):
        sealing.check()


def test_a_sealed_column_is_plain_to_the_service_alone() -> None:
    table = sa.Table("kept", sa.MetaData(), sa.Column("secret", Sealed, nullable=False))
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        table.metadata.create_all(connection)
        connection.execute(table.insert().values(secret="whsec_1"))
        assert connection.scalar(sa.select(table.c.secret)) == "whsec_1"
        assert "whsec" not in connection.exec_driver_sql("select secret from kept").scalar_one()
