"""Jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    """Make the change."""
    op.create_table('jobs',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('caller_id', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('request_key', sa.Text(), nullable=True),
    sa.Column('asked', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('counted', sa.Boolean(), nullable=False),
    sa.Column('after', sa.Text(), server_default='', nullable=False),
    sa.Column('total', sa.Integer(), server_default='0', nullable=False),
    sa.Column('done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('failed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('canceled', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('problem', sa.Text(), server_default='', nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('token', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("state in ('queued', 'running', 'done', 'canceled', 'failed')", name=op.f('ck_jobs_state')),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_jobs')),
    sa.UniqueConstraint('request_key', name=op.f('uq_jobs_request_key'))
    )
    op.create_index('ix_jobs_caller', 'jobs', ['caller_id', 'job_id'], unique=False)
    op.create_index('ix_jobs_due', 'jobs', ['due_at'], unique=False, postgresql_where=sa.text("ended_at is null"))
    op.create_table('job_rows',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), server_default='pending', nullable=False),
    sa.Column('outcome', sa.Text(), server_default='', nullable=False),
    sa.Column('problem', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('parts', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state in ('pending', 'under_way', 'done', 'failed')", name=op.f('ck_job_rows_state')),
    sa.PrimaryKeyConstraint('job_id', 'number', name=op.f('pk_job_rows'))
    )
    op.create_index('ix_job_rows_state', 'job_rows', ['job_id', 'state', 'number'], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index('ix_job_rows_state', table_name='job_rows')
    op.drop_table('job_rows')
    op.drop_index('ix_jobs_due', table_name='jobs', postgresql_where=sa.text("ended_at is null"))
    op.drop_index('ix_jobs_caller', table_name='jobs')
    op.drop_table('jobs')
