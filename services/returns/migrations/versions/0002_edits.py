"""Edits."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    """Make the change."""
    op.add_column('sales', sa.Column('edit', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column('sales', 'edit')
