"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None


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
    op.create_table('done_once',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_done_once'))
    )
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
    op.create_table('reservations',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('placements', postgresql.JSONB(), nullable=False),
    sa.Column('skus', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('refused_attempt', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state in ('active', 'committed', 'fulfilled', 'expired', 'released')", name=op.f('ck_reservations_state')),
    sa.PrimaryKeyConstraint('order_id', 'round', name=op.f('pk_reservations'))
    )
    op.create_index('ix_reservations_kept', 'reservations', ['order_id'], unique=False, postgresql_where=sa.text("state in ('active', 'committed')"))
    op.create_index('ix_reservations_due', 'reservations', ['expires_at'], unique=False, postgresql_where=sa.text("state = 'active'"))
    op.create_table('skus',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('stock_version', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), sa.Computed("data->>'name'", persisted=True), nullable=False),
    sa.PrimaryKeyConstraint('sku', name=op.f('pk_skus'))
    )
    op.create_index('ix_skus_name', 'skus', [sa.literal_column('lower(name) text_pattern_ops')], unique=False)
    op.create_index('ix_skus_prefix', 'skus', [sa.literal_column('lower(sku) text_pattern_ops')], unique=False)
    op.create_table('stock',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('warehouse_id', sa.Text(), nullable=False),
    sa.Column('on_hand', sa.BigInteger(), nullable=False),
    sa.Column('reserved', sa.BigInteger(), nullable=False),
    sa.Column('allocated', sa.BigInteger(), nullable=False),
    sa.Column('unavailable', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('on_hand >= 0 and reserved >= 0 and allocated >= 0 and unavailable >= 0', name=op.f('ck_stock_not_negative')),
    sa.CheckConstraint('on_hand >= reserved + allocated + unavailable', name=op.f('ck_stock_never_oversold')),
    sa.ForeignKeyConstraint(['sku'], ['skus.sku'], name=op.f('fk_stock_sku')),
    sa.PrimaryKeyConstraint('sku', 'warehouse_id', name=op.f('pk_stock'))
    )
    op.create_table('stock_closings',
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('warehouse_id', sa.Text(), nullable=False),
    sa.Column('movement_id', sa.BigInteger(), nullable=False),
    sa.Column('on_hand', sa.BigInteger(), nullable=False),
    sa.Column('reserved', sa.BigInteger(), nullable=False),
    sa.Column('allocated', sa.BigInteger(), nullable=False),
    sa.Column('unavailable', sa.BigInteger(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sku', 'warehouse_id', name=op.f('pk_stock_closings'))
    )
    op.create_table('stock_movements',
    sa.Column('movement_id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sku', sa.Text(), nullable=False),
    sa.Column('warehouse_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('on_hand', sa.BigInteger(), nullable=False),
    sa.Column('reserved', sa.BigInteger(), nullable=False),
    sa.Column('allocated', sa.BigInteger(), nullable=False),
    sa.Column('unavailable', sa.BigInteger(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('movement_id', name=op.f('pk_stock_movements'))
    )
    op.create_index('ix_stock_movements_sku', 'stock_movements', ['sku', 'movement_id'], unique=False)
    op.create_table('barcodes',
    sa.Column('barcode', sa.Text(), nullable=False),
    sa.Column('sku', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['sku'], ['skus.sku'], name=op.f('fk_barcodes_sku')),
    sa.PrimaryKeyConstraint('barcode', name=op.f('pk_barcodes'))
    )
    op.create_index('ix_barcodes_prefix', 'barcodes', [sa.literal_column('barcode text_pattern_ops')], unique=False)
    op.create_index(op.f('ix_barcodes_sku'), 'barcodes', ['sku'], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(op.f('ix_barcodes_sku'), table_name='barcodes')
    op.drop_index('ix_barcodes_prefix', table_name='barcodes')
    op.drop_table('barcodes')
    op.drop_index('ix_stock_movements_sku', table_name='stock_movements')
    op.drop_table('stock_movements')
    op.drop_table('stock_closings')
    op.drop_table('stock')
    op.drop_index('ix_skus_prefix', table_name='skus')
    op.drop_index('ix_skus_name', table_name='skus')
    op.drop_table('skus')
    op.drop_index('ix_reservations_due', table_name='reservations', postgresql_where=sa.text("state = 'active'"))
    op.drop_index('ix_reservations_kept', table_name='reservations', postgresql_where=sa.text("state in ('active', 'committed')"))
    op.drop_table('reservations')
    op.drop_index(op.f('ix_outside_calls_subject'), table_name='outside_calls')
    op.drop_index('ix_outside_calls_due', table_name='outside_calls', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('outside_calls')
    op.drop_index(op.f('ix_outbox_seq'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index(op.f('ix_inbox_at'), table_name='inbox')
    op.drop_table('inbox')
    op.drop_table('done_once')
    op.drop_index('ix_deferred_due', table_name='deferred', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('deferred')
