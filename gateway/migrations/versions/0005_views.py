"""Saved views, and whose exceptions are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    """Make the change."""
    op.create_table('order_views',
    sa.Column('view_id', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('filter', postgresql.JSONB(), nullable=False),
    sa.Column('columns', postgresql.JSONB(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('view_id', name=op.f('pk_order_views')),
    sa.UniqueConstraint('owner', 'name', name=op.f('uq_order_views_owner_name'))
    )
    op.create_index('ix_order_views_shared', 'order_views', ['position'], unique=False, postgresql_where=sa.text('shared'))
    op.create_table('exception_owners',
    sa.Column('exception_id', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('assigned_by', sa.Text(), nullable=False),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_exception_owners_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('exception_id', name=op.f('pk_exception_owners'))
    )
    op.create_index(op.f('ix_exception_owners_user_id'), 'exception_owners', ['user_id'], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(op.f('ix_exception_owners_user_id'), table_name='exception_owners')
    op.drop_table('exception_owners')
    op.drop_index('ix_order_views_shared', table_name='order_views', postgresql_where=sa.text('shared'))
    op.drop_table('order_views')
