"""Mentions."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    """Make the change."""
    op.create_table('mentions',
    sa.Column('mention_id', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('written_by', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_mentions_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mention_id', name=op.f('pk_mentions'))
    )
    op.create_index('ix_mentions_of_user', 'mentions', ['user_id', sa.text('(read_at is not null)'), sa.text('mention_id desc')], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index('ix_mentions_of_user', table_name='mentions')
    op.drop_table('mentions')
