"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Make the change."""
    op.execute("create schema if not exists sandbox")
    op.create_table('captures',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('capture_id', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_captures_not_negative')),
    sa.CheckConstraint("state in ('processing', 'succeeded', 'failed', 'unknown')", name=op.f('ck_captures_state')),
    sa.PrimaryKeyConstraint('order_id', 'capture_id', name=op.f('pk_captures'))
    )
    op.create_table('counters',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counters'))
    )
    op.create_table('credit_terms',
    sa.Column('customer', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('credit_limit', sa.BigInteger(), nullable=False),
    sa.Column('net_days', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('exposure', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('exposure >= 0', name=op.f('ck_credit_terms_exposure')),
    sa.CheckConstraint('credit_limit >= 0', name=op.f('ck_credit_terms_credit_limit')),
    sa.PrimaryKeyConstraint('customer', name=op.f('pk_credit_terms'))
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
    op.create_table('inbox',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox'))
    )
    op.create_index(op.f('ix_inbox_at'), 'inbox', ['at'], unique=False)
    op.create_table('invoices',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('payment_id', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('paid', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('canceled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('0 <= paid and paid <= amount', name=op.f('ck_invoices_paid')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_invoices'))
    )
    op.create_index(op.f('ix_invoices_payment_id'), 'invoices', ['payment_id'], unique=False)
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
    op.create_table('payment_facts',
    sa.Column('payment_id', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_payment_facts_not_negative')),
    sa.PrimaryKeyConstraint('payment_id', 'seq', name=op.f('pk_payment_facts')),
    sa.UniqueConstraint('payment_id', 'key', name=op.f('uq_payment_facts_payment_id_key'))
    )
    op.create_table('payments',
    sa.Column('payment_id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('customer', sa.Text(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('authorized', sa.BigInteger(), nullable=False),
    sa.Column('captured', sa.BigInteger(), nullable=False),
    sa.Column('refunded', sa.BigInteger(), nullable=False),
    sa.Column('claimed', sa.BigInteger(), nullable=False),
    sa.Column('refunding', sa.BigInteger(), nullable=False),
    sa.Column('void_asked', sa.Boolean(), nullable=False),
    sa.Column('voiding', sa.Boolean(), nullable=False),
    sa.Column('void_tries', sa.Integer(), nullable=False),
    sa.Column('action_url', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('0 <= refunded and refunded <= captured', name=op.f('ck_payments_refunded')),
    sa.CheckConstraint('0 <= claimed and claimed <= amount', name=op.f('ck_payments_claimed')),
    sa.CheckConstraint("state in ('created', 'pending', 'requires_action', 'authorized', 'partially_captured', 'captured', 'voided', 'expired', 'failed', 'canceled')", name=op.f('ck_payments_state')),
    sa.CheckConstraint("method in ('card', 'cash', 'bank_transfer', 'invoice', 'external')", name=op.f('ck_payments_method')),
    sa.CheckConstraint('0 <= refunding and refunded + refunding <= captured', name=op.f('ck_payments_refunding')),
    sa.CheckConstraint('captured <= authorized and authorized <= amount', name=op.f('ck_payments_captured')),
    sa.PrimaryKeyConstraint('payment_id', name=op.f('pk_payments')),
    sa.UniqueConstraint('order_id', name=op.f('uq_payments_order_id'))
    )
    op.create_index('ix_payments_state', 'payments', ['state', sa.literal_column('payment_id desc')], unique=False)
    op.create_index('ix_payments_waiting', 'payments', ['until'], unique=False, postgresql_where=sa.text("state in ('pending', 'requires_action') and not void_asked"))
    op.create_table('refunds',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('refund_id', sa.Text(), nullable=False),
    sa.Column('payment_id', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_refunds_positive')),
    sa.CheckConstraint("state in ('processing', 'succeeded', 'failed', 'unknown')", name=op.f('ck_refunds_state')),
    sa.PrimaryKeyConstraint('order_id', 'refund_id', name=op.f('pk_refunds'))
    )
    op.create_table('provider_ledger',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('held_by', sa.Text(), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fails', sa.Boolean(), nullable=False),
    sa.Column('seen', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_provider_ledger')),
    schema='sandbox'
    )
    op.create_index(op.f('ix_sandbox_provider_ledger_held_by'), 'provider_ledger', ['held_by'], unique=False, schema='sandbox')
    op.create_table('voided_orders',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_voided_orders'))
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table('voided_orders')
    op.drop_index(op.f('ix_sandbox_provider_ledger_held_by'), table_name='provider_ledger', schema='sandbox')
    op.drop_table('provider_ledger', schema='sandbox')
    op.drop_table('refunds')
    op.drop_index('ix_payments_waiting', table_name='payments', postgresql_where=sa.text("state in ('pending', 'requires_action') and not void_asked"))
    op.drop_index('ix_payments_state', table_name='payments')
    op.drop_table('payments')
    op.drop_table('payment_facts')
    op.drop_index(op.f('ix_outside_calls_subject'), table_name='outside_calls')
    op.drop_index('ix_outside_calls_due', table_name='outside_calls', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('outside_calls')
    op.drop_index(op.f('ix_outbox_seq'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index(op.f('ix_invoices_payment_id'), table_name='invoices')
    op.drop_table('invoices')
    op.drop_index(op.f('ix_inbox_at'), table_name='inbox')
    op.drop_table('inbox')
    op.drop_index('ix_deferred_due', table_name='deferred', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('deferred')
    op.drop_table('credit_terms')
    op.drop_table('counters')
    op.drop_table('captures')
