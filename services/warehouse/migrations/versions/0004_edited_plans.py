"""Edited plans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the change."""
    op.add_column('routings', sa.Column('edit_taken', postgresql.JSONB(), server_default='[]', nullable=False))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column('routings', 'edit_taken')
