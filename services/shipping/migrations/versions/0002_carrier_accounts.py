"""Carrier accounts, labels as carriers made them, and when a parcel was promised."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    """Make the change."""
    op.add_column('shipments', sa.Column('deliver_by', sa.DateTime(timezone=True), nullable=True))
    op.create_table('carrier_accounts',
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('secrets', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('account', name=op.f('pk_carrier_accounts'))
    )
    op.create_table('labels',
    sa.Column('shipment_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('shipment_id', 'number', name=op.f('pk_labels'))
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table('labels')
    op.drop_table('carrier_accounts')
    op.drop_column('shipments', 'deliver_by')
