"""Whoever reads the database alone can neither show codes nor sign webhooks."""

import pytest
import sqlalchemy as sa

from chassis.sealing import MARK, SealingError, new_key
from gateway.people import totp
from gateway.people.roles import Grant
from gateway.people.users import Users
from gateway.sealed import seal_all
from gateway.tables import users

SECRET = totp.new_secret()
RAW = "select totp_secret from users"


@pytest.fixture
def people(engine: sa.Engine) -> Users:
    people = Users(engine.execution_options(isolation_level="READ COMMITTED"))
    user = people.add("ada@example.com", "Ada", [Grant(role="admin")])
    people.offer_second_factor(user.user_id, SECRET)
    return people


def raw(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(RAW).scalar_one())


def known(people: Users) -> str:
    row = people.by_email("ada@example.com")
    assert row is not None
    return str(row.totp_secret)


def test_the_secret_of_a_second_factor_is_not_in_the_database(
    engine: sa.Engine, people: Users
) -> None:
    assert raw(engine).startswith(MARK)
    assert SECRET not in raw(engine)
    assert known(people) == SECRET


def test_what_was_kept_plain_is_still_known_and_then_sealed(
    engine: sa.Engine, people: Users
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("update users set totp_secret = %s", (SECRET,))
    assert known(people) == SECRET

    assert seal_all(engine) == 1

    assert SECRET not in raw(engine)
    assert known(people) == SECRET


def test_an_old_key_can_go_when_all_is_sealed_by_the_new_one(
    engine: sa.Engine, people: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    old, new = os.environ["SEALING_KEYS"], new_key()
    monkeypatch.setenv("SEALING_KEYS", f"{new},{old}")
    seal_all(engine)

    monkeypatch.setenv("SEALING_KEYS", new)
    assert known(people) == SECRET

    monkeypatch.setenv("SEALING_KEYS", old)
    with pytest.raises(SealingError):
        known(people)


def test_somebody_without_a_second_factor_has_no_secret(engine: sa.Engine) -> None:
    Users(engine).add("bob@example.com", "Bob", [Grant(role="admin")])
    with engine.connect() as connection:
        assert connection.scalar(sa.select(users.c.totp_secret)) == ""
    assert seal_all(engine) == 0
