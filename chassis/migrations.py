"""How does a service's database get its tables? By Alembic, one linear history per service.

python -m chassis migrate SERVICE...              upgrade the databases, declare the queues
python -m chassis new-migration SERVICE "what"    write the next migration from the tables
"""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config

from chassis.config import with_driver
from chassis.store import Packed


def folder_of(service: str) -> Path:
    """Find the folder of a service's migrations."""
    root = Path(__file__).parent.parent
    return (
        root / "gateway" if service == "gateway" else root / "services" / service
    ) / "migrations"


def tables_of(service: str) -> Any:
    """Import the module of a service's tables."""
    return import_module("gateway.tables" if service == "gateway" else f"services.{service}.tables")


def configuration(service: str, url: str) -> Config:
    """Make Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(folder_of(service)))
    config.attributes["service"], config.attributes["url"] = service, url
    config.set_main_option("path_separator", "os")
    return config


def upgrade(service: str, url: str) -> None:
    """Bring a database to the newest tables."""
    command.upgrade(configuration(service, url), "head")


def write_next(service: str, url: str, what: str) -> None:
    """Compare the tables with the database and write what differs as the next migration."""
    folder = folder_of(service) / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    number = f"{len(list(folder.glob('[0-9]*.py'))) + 1:04d}"
    upgrade(service, url)
    command.revision(configuration(service, url), what, autogenerate=True, rev_id=number)


def run() -> None:
    """Run the migrations; the one line of every `migrations/env.py`."""
    attributes = context.config.attributes
    service = attributes["service"]
    engine = sa.create_engine(with_driver(attributes["url"] or os.environ["DATABASE_URL"]))
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=tables_of(service).metadata,
            include_schemas=True,
            compare_server_default=False,
            transaction_per_migration=True,
            include_name=_ours,
            render_item=_as_plain_types,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _ours(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "schema" or name in {None, "public", "sandbox"}


def _as_plain_types(kind: str, item: Any, _context: Any) -> Any:
    return "postgresql.JSONB()" if kind == "type" and isinstance(item, Packed) else False


TEMPLATE = '''"""${message}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Make the change."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take the change back."""
    ${downgrades if downgrades else "pass"}
'''


def set_up(service: str) -> None:
    """Make the folder of a new service's migrations."""
    folder = folder_of(service)
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "env.py").write_text(
        '"""Run this service\'s migrations."""\n\nfrom chassis.migrations import run\n\nrun()\n'
    )
    (folder / "script.py.mako").write_text(TEMPLATE)
