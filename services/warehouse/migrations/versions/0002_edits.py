"""Edits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    """Make the change."""
    op.add_column('routings', sa.Column('edit', sa.Integer(), server_default='0', nullable=False))
    op.add_column('routings', sa.Column('edit_refused', sa.Text(), server_default='', nullable=False))
    op.add_column('routings', sa.Column('ship_to', postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column('routings', 'ship_to')
    op.drop_column('routings', 'edit_refused')
    op.drop_column('routings', 'edit')
