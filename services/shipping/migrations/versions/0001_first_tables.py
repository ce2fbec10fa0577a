"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Make the change."""
    op.execute("create schema if not exists sandbox")
    op.execute("create sequence sandbox.tracking_numbers start with 10000001")
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
    op.create_table('carrier_ledger',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('way', sa.Text(), nullable=False),
    sa.Column('customs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sold', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('seen', sa.Integer(), server_default='1', nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_carrier_ledger')),
    schema='sandbox'
    )
    op.create_table('shipments',
    sa.Column('shipment_id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('fulfillment_order_id', sa.Text(), nullable=False),
    sa.Column('return_id', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('wanted', sa.Text(), nullable=False),
    sa.Column('ship_from', postgresql.JSONB(), nullable=False),
    sa.Column('ship_to', postgresql.JSONB(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('boxes', postgresql.JSONB(), nullable=False),
    sa.Column('customs', postgresql.JSONB(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('carrier', sa.Text(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('cost', sa.BigInteger(), nullable=False),
    sa.Column('cost_currency', sa.Text(), nullable=False),
    sa.Column('choice', sa.Text(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('void_asked', sa.Boolean(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('voids', sa.Integer(), nullable=False),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('cost >= 0', name=op.f('ck_shipments_cost')),
    sa.PrimaryKeyConstraint('shipment_id', name=op.f('pk_shipments'))
    )
    op.create_index(op.f('ix_shipments_order_id'), 'shipments', ['order_id'], unique=False)
    op.create_index('ix_shipments_state', 'shipments', ['state', 'shipment_id'], unique=False)
    op.create_index('uq_shipments_fulfillment', 'shipments', ['fulfillment_order_id'], unique=True, postgresql_where=sa.text("fulfillment_order_id <> ''"))
    op.create_index('uq_shipments_return', 'shipments', ['return_id'], unique=True, postgresql_where=sa.text("return_id <> ''"))
    op.create_table('tracking_numbers',
    sa.Column('tracking_number', sa.Text(), nullable=False),
    sa.Column('shipment_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('tracking_number', name=op.f('pk_tracking_numbers'))
    )
    op.create_index(op.f('ix_tracking_numbers_shipment_id'), 'tracking_numbers', ['shipment_id'], unique=False)
    op.create_table('voided_fulfillments',
    sa.Column('fulfillment_order_id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('fulfillment_order_id', name=op.f('pk_voided_fulfillments'))
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table('voided_fulfillments')
    op.drop_index(op.f('ix_tracking_numbers_shipment_id'), table_name='tracking_numbers')
    op.drop_table('tracking_numbers')
    op.drop_index('uq_shipments_return', table_name='shipments', postgresql_where=sa.text("return_id <> ''"))
    op.drop_index('uq_shipments_fulfillment', table_name='shipments', postgresql_where=sa.text("fulfillment_order_id <> ''"))
    op.drop_index('ix_shipments_state', table_name='shipments')
    op.drop_index(op.f('ix_shipments_order_id'), table_name='shipments')
    op.drop_table('shipments')
    op.drop_table('carrier_ledger', schema='sandbox')
    op.drop_index(op.f('ix_outside_calls_subject'), table_name='outside_calls')
    op.drop_index('ix_outside_calls_due', table_name='outside_calls', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('outside_calls')
    op.drop_index(op.f('ix_outbox_seq'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index(op.f('ix_inbox_at'), table_name='inbox')
    op.drop_table('inbox')
    op.drop_index('ix_deferred_due', table_name='deferred', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('deferred')
    op.execute("drop sequence sandbox.tracking_numbers")
    op.execute("drop schema sandbox")
