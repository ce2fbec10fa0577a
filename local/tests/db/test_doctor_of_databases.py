"""What does the doctor find in a service's database?"""

import secrets

import pytest
import sqlalchemy as sa

from chassis.migrations import upgrade
from local.doctor import by_database


@pytest.fixture
def url(database_server):
    name = f"doctor_{secrets.token_hex(4)}"
    database_server.create(name)
    return database_server.url(name)


def run(url, statement):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_database_without_tables_is_found(url):
    assert list(by_database("returns", url)) == [
        "returns's database has no tables: python -m chassis migrate returns."
    ]


def test_a_database_that_is_not_there_is_found():
    (said,) = by_database("returns", "postgresql+psycopg2://a:b@127.0.0.1:9/c")

    assert said.startswith("The database of returns does not answer")


def test_tables_that_are_older_than_the_code_are_found(url):
    upgrade("returns", url)
    assert list(by_database("returns", url)) == []
    run(url, "update alembic_version set version_num = '0000'")

    (said,) = by_database("returns", url)

    assert said.startswith("The tables of returns are at version 0000, its code at ")


def test_messages_and_calls_that_wait_in_vain_are_found(url):
    upgrade("returns", url)
    run(
        url,
        "insert into outbox (message_id, wire, correlation_id, headers, body, at)"
        " values ('late', 'w', 'c', '{}', '{}', now() - interval '2 minutes'),"
        " ('fresh', 'w', 'c', '{}', '{}', now())",
    )
    run(
        url,
        "insert into deferred (message_id, name, correlation_id, headers, body, state, attempts,"
        " first_at, due_at, reason, stack) select 'm' || n, 'w', 'c', '{}', '', state, 7, now(),"
        " now() - interval '2 minutes', 'r', 's' from (values (1, 'parked'), (2, 'parked'),"
        " (3, 'waiting')) as made (n, state)",
    )
    run(
        url,
        "insert into outside_calls (id, kind, key, subject, correlation_id, actor, request, state,"
        " attempts, created_at, due_at) values ('c', 'k', 'k', 's', 'c', 'a', '{}', 'pending', 0,"
        " now(), now() - interval '6 minutes')",
    )

    said = list(by_database("returns", url))

    assert len(said) == 4
    assert said[0].startswith("1 messages of returns have waited")
    assert said[1].startswith("returns has parked 2 messages")
    assert said[2].startswith("1 messages of returns are due to be tried again")
    assert said[3].startswith("1 calls of returns to the outside are due")
