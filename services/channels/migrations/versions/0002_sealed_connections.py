"""Seal secrets of connections; keep what shops said to a check, and how fast they are asked."""

import json
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from chassis.sealing import unseal
from services.channels.sealed import each_secret, seal_once

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    """Make the change."""
    op.add_column('connections', sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('connections', sa.Column('check_problem', sa.Text(), server_default='', nullable=False))
    op.create_table('paces',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_paces'))
    )
    _each(seal_once)


def downgrade() -> None:
    """Take the change back."""
    _each(unseal)
    op.drop_table('paces')
    op.drop_column('connections', 'check_problem')
    op.drop_column('connections', 'checked_at')


def _each(change: Callable[[str], str]) -> None:
    database = op.get_bind()
    for row in database.execute(sa.text('select channel, data from connections for update')).all():
        database.execute(
            sa.text('update connections set data = cast(:data as jsonb) where channel = :channel'),
            {'channel': row.channel, 'data': json.dumps(each_secret(row.data, change))},
        )
