"""Files of jobs: what exports write, and the rows of imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    """Make the change."""
    op.create_table('job_files',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('piece', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'number', name=op.f('pk_job_files'))
    )
    op.add_column('jobs', sa.Column('checked', sa.Integer(), server_default='0', nullable=False))
    op.add_column('jobs', sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('jobs', sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('jobs', sa.Column('digest', sa.Text(), server_default='', nullable=False))
    op.add_column('jobs', sa.Column('columns', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column('jobs', sa.Column('size', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('job_rows', sa.Column('given', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column('job_rows', sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    _let_states('jobs', "'queued', 'running', 'checked', 'done', 'canceled', 'failed'")
    _let_states('job_rows', "'pending', 'under_way', 'checked', 'done', 'failed'")


def downgrade() -> None:
    """Take the change back."""
    op.execute("delete from jobs where state = 'checked'")
    op.execute("delete from job_rows where state = 'checked'")
    _let_states('job_rows', "'pending', 'under_way', 'done', 'failed'")
    _let_states('jobs', "'queued', 'running', 'done', 'canceled', 'failed'")
    for name in ('changes', 'given'):
        op.drop_column('job_rows', name)
    for name in ('size', 'columns', 'digest', 'confirmed_at', 'checked_at', 'checked'):
        op.drop_column('jobs', name)
    op.drop_table('job_files')


def _let_states(table: str, states: str) -> None:
    op.drop_constraint(op.f(f'ck_{table}_state'), table)
    op.create_check_constraint(op.f(f'ck_{table}_state'), table, f'state in ({states})')
