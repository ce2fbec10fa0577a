"""Manifests, from which warehouse parcels leave, address checks, what carriers have agreed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    """Make the change."""
    op.create_table('manifests',
    sa.Column('manifest_id', sa.Text(), nullable=False),
    sa.Column('carrier', sa.Text(), nullable=False),
    sa.Column('warehouse_id', sa.Text(), nullable=False),
    sa.Column('parcels', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_by', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('manifest_id', name=op.f('pk_manifests'))
    )
    op.create_table('manifest_forms',
    sa.Column('manifest_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('manifest_id', 'number', name=op.f('pk_manifest_forms'))
    )
    op.execute('create sequence courier_numbers start with 10000001')
    op.create_table('carrier_purchases',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('told', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', 'account', name=op.f('pk_carrier_purchases'))
    )
    op.add_column('shipments', sa.Column('warehouse_id', sa.Text(), server_default='', nullable=False))
    op.add_column('shipments', sa.Column('manifest_id', sa.Text(), server_default='', nullable=False))
    op.add_column('shipments', sa.Column('doubted', sa.Text(), server_default='', nullable=False))
    op.add_column('shipments', sa.Column('address_check', sa.Text(), server_default='', nullable=False))
    op.create_index('ix_shipments_manifest', 'shipments', ['manifest_id'], unique=False, postgresql_where=sa.text("manifest_id <> ''"))


def downgrade() -> None:
    """Take the change back."""
    op.drop_index('ix_shipments_manifest', table_name='shipments')
    op.drop_column('shipments', 'address_check')
    op.drop_column('shipments', 'doubted')
    op.drop_column('shipments', 'manifest_id')
    op.drop_column('shipments', 'warehouse_id')
    op.drop_table('carrier_purchases')
    op.execute('drop sequence courier_numbers')
    op.drop_table('manifest_forms')
    op.drop_table('manifests')
