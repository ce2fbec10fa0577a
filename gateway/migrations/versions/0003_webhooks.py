"""Webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    """Make the change."""
    op.create_table('deferred',
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('correlation_id', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('stack', sa.Text(), nullable=False),
    sa.CheckConstraint("state in ('waiting', 'parked')", name=op.f('ck_deferred_state')),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_deferred'))
    )
    op.create_index('ix_deferred_due', 'deferred', ['due_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('inbox',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox'))
    )
    op.create_index(op.f('ix_inbox_at'), 'inbox', ['at'], unique=False)
    op.create_table('outbox',
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('wire', sa.Text(), nullable=False),
    sa.Column('correlation_id', sa.Text(), nullable=False),
    sa.Column('headers', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_outbox'))
    )
    op.create_index(op.f('ix_outbox_seq'), 'outbox', ['seq'], unique=False)
    op.create_table('outside_calls',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('correlation_id', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('request', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), server_default='', nullable=False),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint("state in ('pending', 'succeeded', 'refused', 'failed')", name=op.f('ck_outside_calls_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_calls')),
    sa.UniqueConstraint('kind', 'key', name=op.f('uq_outside_calls_kind_key'))
    )
    op.create_index('ix_outside_calls_due', 'outside_calls', ['due_at'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index(op.f('ix_outside_calls_subject'), 'outside_calls', ['subject'], unique=False)
    op.create_table('webhook_attempts',
    sa.Column('delivery_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('delivery_id', 'number', name=op.f('pk_webhook_attempts'))
    )
    op.create_table('webhook_deliveries',
    sa.Column('delivery_id', sa.Text(), nullable=False),
    sa.Column('subscription_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('last', sa.Text(), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state in ('pending', 'delivered', 'dead')", name=op.f('ck_webhook_deliveries_state')),
    sa.PrimaryKeyConstraint('delivery_id', name=op.f('pk_webhook_deliveries')),
    sa.UniqueConstraint('subscription_id', 'seq', name=op.f('uq_webhook_deliveries_subscription_id_seq'))
    )
    op.create_index('ix_webhook_deliveries_list', 'webhook_deliveries', ['subscription_id', 'delivery_id'], unique=False)
    op.create_index('ix_webhook_deliveries_next', 'webhook_deliveries', ['subscription_id', 'subject', 'seq'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_webhook_deliveries_state', 'webhook_deliveries', ['subscription_id', 'state', 'delivery_id'], unique=False)
    op.create_table('webhook_events',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_webhook_events')),
    sa.UniqueConstraint('event_id', name=op.f('uq_webhook_events_event_id'))
    )
    op.create_index(op.f('ix_webhook_events_at'), 'webhook_events', ['at'], unique=False)
    op.create_table('webhook_lanes',
    sa.Column('subscription_id', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('subscription_id', 'subject', name=op.f('pk_webhook_lanes'))
    )
    op.create_index('ix_webhook_lanes_due', 'webhook_lanes', ['subscription_id', 'due_at'], unique=False)
    op.create_table('webhook_subscriptions',
    sa.Column('subscription_id', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('events', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('old_secret', sa.Text(), nullable=False),
    sa.Column('old_secret_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('behind', sa.BigInteger(), nullable=True),
    sa.Column('again_until', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state in ('active', 'paused')", name=op.f('ck_webhook_subscriptions_state')),
    sa.PrimaryKeyConstraint('subscription_id', name=op.f('pk_webhook_subscriptions'))
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table('webhook_subscriptions')
    op.drop_index('ix_webhook_lanes_due', table_name='webhook_lanes')
    op.drop_table('webhook_lanes')
    op.drop_index(op.f('ix_webhook_events_at'), table_name='webhook_events')
    op.drop_table('webhook_events')
    op.drop_index('ix_webhook_deliveries_state', table_name='webhook_deliveries')
    op.drop_index('ix_webhook_deliveries_next', table_name='webhook_deliveries', postgresql_where=sa.text("state = 'pending'"))
    op.drop_index('ix_webhook_deliveries_list', table_name='webhook_deliveries')
    op.drop_table('webhook_deliveries')
    op.drop_table('webhook_attempts')
    op.drop_index(op.f('ix_outside_calls_subject'), table_name='outside_calls')
    op.drop_index('ix_outside_calls_due', table_name='outside_calls', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('outside_calls')
    op.drop_index(op.f('ix_outbox_seq'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index(op.f('ix_inbox_at'), table_name='inbox')
    op.drop_table('inbox')
    op.drop_index('ix_deferred_due', table_name='deferred', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('deferred')
