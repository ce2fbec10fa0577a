"""Do the migrations of each service make exactly what its code declares, and take it back?"""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.migrations import configuration, tables_of, upgrade
from contracts import SERVICES

OURS = "nspname in ('public', 'sandbox')"
DEFINED = {
    "constraints": "select conrelid::regclass::text, conname, pg_get_constraintdef(c.oid)"
    f" from pg_constraint c join pg_namespace n on n.oid = connamespace where {OURS}"
    " and conrelid::regclass::text <> 'alembic_version' order by 1, 2",
    "indexes": "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
    " join pg_class c on c.oid = indrelid join pg_namespace n on n.oid = relnamespace"
    f" where {OURS} and relname <> 'alembic_version' order by 1",
    "sequences": "select schemaname, sequencename, start_value from pg_sequences order by 1, 2",
}


@pytest.fixture
def migrated(service, session_for):
    """A database that the migrations have made."""
    engine = session_for(sa.MetaData()).get_bind()
    upgrade(service, engine.url.render_as_string(hide_password=False))
    return engine


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_the_migrations_make_exactly_what_the_code_declares(service, migrated, session_for):
    metadata = tables_of(service).metadata
    declared = session_for(metadata).connection()

    with migrated.connect() as connection:
        found = MigrationContext.configure(connection, opts={"include_schemas": True})
        assert compare_metadata(found, metadata) == []
        for what, query in DEFINED.items():
            made = connection.exec_driver_sql(query).all()
            assert made == declared.exec_driver_sql(query).all(), what
            assert made or what == "sequences"


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_the_migrations_can_be_taken_back(service, migrated):
    command.downgrade(
        configuration(service, migrated.url.render_as_string(hide_password=False)), "base"
    )
    assert sa.inspect(migrated).get_table_names() == ["alembic_version"]


def test_two_services_keep_runs_of_sagas_in_one_shape():
    shapes = [
        [(c.name, str(c.type)) for c in tables_of(name).metadata.tables["saga_runs"].columns]
        for name in ("orders", "returns")
    ]
    assert shapes[0] == shapes[1]
