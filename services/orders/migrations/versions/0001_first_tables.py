"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Make the change."""
    op.execute("create sequence order_numbers start with 1001")
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
    op.create_table('order_exceptions',
    sa.Column('exception_id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('exception_id', name=op.f('pk_order_exceptions'))
    )
    op.create_index(op.f('ix_order_exceptions_order_id'), 'order_exceptions', ['order_id'], unique=False)
    op.create_table('watch_rounds',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('orders_after', sa.Text(), nullable=False),
    sa.Column('exceptions_after', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_watch_rounds'))
    )
    op.create_table('order_history',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('order_id', 'seq', name=op.f('pk_order_history'))
    )
    op.create_table('order_search',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('terms', postgresql.TSVECTOR(), nullable=False),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_order_search'))
    )
    op.create_index('ix_order_search_terms', 'order_search', ['terms'], unique=False, postgresql_using='gin', postgresql_with={'gin_pending_list_limit': 64})
    op.create_table('orders',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('channel_order_id', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('taxes_included', sa.Boolean(), nullable=False),
    sa.Column('payment_method', sa.Text(), nullable=False),
    sa.Column('payment_token', sa.Text(), nullable=False),
    sa.Column('customer', postgresql.JSONB(), nullable=False),
    sa.Column('customer_name', sa.Text(), nullable=False),
    sa.Column('ship_to', postgresql.JSONB(), nullable=False),
    sa.Column('bill_to', postgresql.JSONB(), nullable=True),
    sa.Column('delivery', postgresql.JSONB(), nullable=False),
    sa.Column('delivery_net', sa.BigInteger(), nullable=False),
    sa.Column('lines', postgresql.JSONB(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('payment_told', sa.Text(), nullable=False),
    sa.Column('captured', sa.BigInteger(), nullable=False),
    sa.Column('refunded', sa.BigInteger(), nullable=False),
    sa.Column('holds', postgresql.JSONB(), nullable=False),
    sa.Column('hold_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tags', postgresql.JSONB(), nullable=False),
    sa.Column('notes', postgresql.JSONB(), nullable=False),
    sa.Column('sendings', postgresql.JSONB(), nullable=False),
    sa.Column('canceling', sa.Text(), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('payment_status', sa.Text(), nullable=False),
    sa.Column('fulfillment_status', sa.Text(), nullable=False),
    sa.CheckConstraint('refunded <= captured', name=op.f('ck_orders_refunded')),
    sa.CheckConstraint('total >= 0 and captured >= 0 and refunded >= 0', name=op.f('ck_orders_money')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_orders')),
    sa.UniqueConstraint('number', name=op.f('uq_orders_number'))
    )
    op.create_index('ix_orders_hold', 'orders', ['hold_until'], unique=False, postgresql_where=sa.text('hold_until is not null'))
    op.create_index('ix_orders_newest', 'orders', [sa.literal_column('placed_at desc'), sa.literal_column('order_id desc')], unique=False, postgresql_include=['state', 'payment_status', 'fulfillment_status', 'channel'])
    op.create_index('ix_orders_open', 'orders', ['order_id'], unique=False, postgresql_where=sa.text("state in ('pending', 'confirmed')"))
    op.create_index('ix_orders_state', 'orders', ['state', sa.literal_column('placed_at desc'), sa.literal_column('order_id desc')], unique=False, postgresql_include=['payment_status', 'fulfillment_status', 'channel'])
    op.create_index('ix_orders_payment_status', 'orders', ['payment_status', sa.literal_column('placed_at desc'), sa.literal_column('order_id desc')], unique=False, postgresql_include=['state', 'fulfillment_status', 'channel'])
    op.create_index('ix_orders_fulfillment_status', 'orders', ['fulfillment_status', sa.literal_column('placed_at desc'), sa.literal_column('order_id desc')], unique=False, postgresql_include=['state', 'payment_status', 'channel'])
    op.create_index('ix_orders_channel', 'orders', ['channel', sa.literal_column('placed_at desc'), sa.literal_column('order_id desc')], unique=False, postgresql_include=['state', 'payment_status', 'fulfillment_status'])
    op.create_index('uq_orders_channel_order', 'orders', ['channel', 'channel_order_id'], unique=True, postgresql_where=sa.text("channel_order_id <> ''"))
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
    op.create_table('saga_runs',
    sa.Column('run_id', sa.Text(), nullable=False),
    sa.Column('saga', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('phase', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('run_id', name=op.f('pk_saga_runs'))
    )
    op.create_index('ix_saga_runs_deadline', 'saga_runs', ['deadline'], unique=False, postgresql_where=sa.text('deadline is not null'))
    op.create_index('ix_saga_runs_stuck', 'saga_runs', ['run_id'], unique=False, postgresql_where=sa.text("phase = 'waiting' or (problem <> '' and phase in ('forward', 'backward'))"))
    op.create_index(op.f('ix_saga_runs_subject_id'), 'saga_runs', ['subject_id'], unique=False)
    op.create_table('saga_steps',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('run_id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('phase', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saga_steps'))
    )
    op.create_index(op.f('ix_saga_steps_run_id'), 'saga_steps', ['run_id'], unique=False)
    op.create_table('skus',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('data', postgresql.JSONB(), nullable=False),
    sa.PrimaryKeyConstraint('sku', name=op.f('pk_skus'))
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table('watch_rounds')
    op.drop_index(op.f('ix_order_exceptions_order_id'), table_name='order_exceptions')
    op.drop_table('order_exceptions')
    op.drop_table('skus')
    op.drop_index(op.f('ix_saga_steps_run_id'), table_name='saga_steps')
    op.drop_table('saga_steps')
    op.drop_index(op.f('ix_saga_runs_subject_id'), table_name='saga_runs')
    op.drop_index('ix_saga_runs_stuck', table_name='saga_runs', postgresql_where=sa.text("phase = 'waiting' or (problem <> '' and phase in ('forward', 'backward'))"))
    op.drop_index('ix_saga_runs_deadline', table_name='saga_runs', postgresql_where=sa.text('deadline is not null'))
    op.drop_table('saga_runs')
    op.drop_index(op.f('ix_outside_calls_subject'), table_name='outside_calls')
    op.drop_index('ix_outside_calls_due', table_name='outside_calls', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('outside_calls')
    op.drop_index(op.f('ix_outbox_seq'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index('uq_orders_channel_order', table_name='orders', postgresql_where=sa.text("channel_order_id <> ''"))
    op.drop_index('ix_orders_state', table_name='orders')
    op.drop_index('ix_orders_open', table_name='orders', postgresql_where=sa.text("state in ('pending', 'confirmed')"))
    op.drop_index('ix_orders_payment_status', table_name='orders')
    op.drop_index('ix_orders_fulfillment_status', table_name='orders')
    op.drop_index('ix_orders_channel', table_name='orders')
    op.drop_index('ix_orders_newest', table_name='orders')
    op.drop_index('ix_orders_hold', table_name='orders', postgresql_where=sa.text('hold_until is not null'))
    op.drop_table('orders')
    op.drop_index('ix_order_search_terms', table_name='order_search', postgresql_using='gin')
    op.drop_table('order_search')
    op.drop_table('order_history')
    op.drop_index(op.f('ix_inbox_at'), table_name='inbox')
    op.drop_table('inbox')
    op.drop_index('ix_deferred_due', table_name='deferred', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('deferred')
    op.execute("drop sequence order_numbers")
