"""Edits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    """Make the change."""
    op.add_column('orders', sa.Column('edits', sa.Integer(), server_default='0', nullable=False))
    op.add_column('orders', sa.Column('editing', postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column('orders', 'editing')
    op.drop_column('orders', 'edits')
