"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Make the change."""
    op.create_table('channel_events',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'event_id', name=op.f('pk_channel_events'))
    )
    op.create_index(op.f('ix_channel_events_at'), 'channel_events', ['at'], unique=False)
    op.create_table('connections',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(), nullable=False),
    sa.Column('last_received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_pushed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_connections'))
    )
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
    op.create_table('inbound_orders',
    sa.Column('inbound_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('channel_order_id', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('order', postgresql.JSONB(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('unmapped', postgresql.JSONB(), nullable=False),
    sa.Column('unpaid', sa.Boolean(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('canceled', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('import_id', sa.Text(), server_default='', nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('inbound_id', name=op.f('pk_inbound_orders')),
    sa.UniqueConstraint('channel', 'channel_order_id', name=op.f('uq_inbound_orders_channel_channel_order_id'))
    )
    op.create_index('ix_inbound_orders_import_id', 'inbound_orders', ['import_id', 'state'], unique=False, postgresql_where=sa.text("import_id <> '' and state <> 'placed'"))
    op.create_index('ix_inbound_orders_state', 'inbound_orders', ['state', sa.literal_column('inbound_id desc')], unique=False)
    op.create_index('ix_inbound_orders_unmapped', 'inbound_orders', ['unmapped'], unique=False, postgresql_using='gin', postgresql_where=sa.text("state = 'parked'"))
    op.create_table('import_orders',
    sa.Column('import_id', sa.Text(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('rows', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('faults', postgresql.JSONB(), nullable=False),
    sa.PrimaryKeyConstraint('import_id', 'row', name=op.f('pk_import_orders')),
    sa.UniqueConstraint('import_id', 'key', name=op.f('uq_import_orders_import_id_key'))
    )
    op.create_table('import_parts',
    sa.Column('import_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_import_parts'))
    )
    op.create_table('imports',
    sa.Column('import_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('request_key', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('next_part', sa.Integer(), nullable=False),
    sa.Column('sheet', sa.LargeBinary(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('orders', sa.Integer(), nullable=False),
    sa.Column('last_row', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('duplicates', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('import_id', name=op.f('pk_imports')),
    sa.UniqueConstraint('request_key', name=op.f('uq_imports_request_key'))
    )
    op.create_index('ix_imports_due', 'imports', ['due_at'], unique=False, postgresql_where=sa.text("state in ('reading', 'taking')"))
    op.create_table('inbox',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox'))
    )
    op.create_index(op.f('ix_inbox_at'), 'inbox', ['at'], unique=False)
    op.create_table('listings',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('listing', sa.Text(), nullable=False),
    sa.Column('sku', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'listing', name=op.f('pk_listings'))
    )
    op.create_index(op.f('ix_listings_sku'), 'listings', ['sku'], unique=False)
    op.create_table('orders_under_way',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_orders_under_way'))
    )
    op.create_index(op.f('ix_orders_under_way_at'), 'orders_under_way', ['at'], unique=False)
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
    op.create_table('pulls',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('pull_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cursor', postgresql.JSONB(), nullable=False),
    sa.Column('call', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_pulls'))
    )
    op.create_table('skus',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('sku', name=op.f('pk_skus'))
    )
    op.create_table('stock_to_push',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('available', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('pushed_version', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('sku', name=op.f('pk_stock_to_push'))
    )
    op.create_index('ix_stock_to_push_due', 'stock_to_push', ['sku'], unique=False, postgresql_where=sa.text('version > pushed_version'))


def downgrade() -> None:
    """Take the change back."""
    op.drop_index('ix_stock_to_push_due', table_name='stock_to_push', postgresql_where=sa.text('version > pushed_version'))
    op.drop_table('stock_to_push')
    op.drop_table('skus')
    op.drop_table('pulls')
    op.drop_index(op.f('ix_outside_calls_subject'), table_name='outside_calls')
    op.drop_index('ix_outside_calls_due', table_name='outside_calls', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('outside_calls')
    op.drop_index(op.f('ix_outbox_seq'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index(op.f('ix_orders_under_way_at'), table_name='orders_under_way')
    op.drop_table('orders_under_way')
    op.drop_index(op.f('ix_listings_sku'), table_name='listings')
    op.drop_table('listings')
    op.drop_index(op.f('ix_inbox_at'), table_name='inbox')
    op.drop_table('inbox')
    op.drop_index('ix_imports_due', table_name='imports', postgresql_where=sa.text("state in ('reading', 'taking')"))
    op.drop_table('imports')
    op.drop_table('import_parts')
    op.drop_table('import_orders')
    op.drop_index('ix_inbound_orders_unmapped', table_name='inbound_orders', postgresql_using='gin', postgresql_where=sa.text("state = 'parked'"))
    op.drop_index('ix_inbound_orders_import_id', table_name='inbound_orders', postgresql_where=sa.text("import_id <> '' and state <> 'placed'"))
    op.drop_index('ix_inbound_orders_state', table_name='inbound_orders')
    op.drop_table('inbound_orders')
    op.drop_index('ix_deferred_due', table_name='deferred', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('deferred')
    op.drop_table('connections')
    op.drop_index(op.f('ix_channel_events_at'), table_name='channel_events')
    op.drop_table('channel_events')
