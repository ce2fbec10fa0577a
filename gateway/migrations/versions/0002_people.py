"""People who log in, and what keys may do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    """Make the change."""
    op.create_table('login_attempts',
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('subject', name=op.f('pk_login_attempts'))
    )
    op.create_index(op.f('ix_login_attempts_at'), 'login_attempts', ['at'], unique=False)
    op.create_table('sign_ons',
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('browser', sa.LargeBinary(), nullable=False),
    sa.Column('nonce', sa.Text(), nullable=False),
    sa.Column('verifier', sa.Text(), nullable=False),
    sa.Column('goes_to', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_sign_ons'))
    )
    op.create_index(op.f('ix_sign_ons_expires_at'), 'sign_ons', ['expires_at'], unique=False)
    op.create_table('users',
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('grants', postgresql.JSONB(), nullable=False),
    sa.Column('password', sa.Text(), server_default='', nullable=False),
    sa.Column('totp_secret', sa.Text(), server_default='', nullable=False),
    sa.Column('totp_on', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('totp_step', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deactivated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email'))
    )
    op.create_table('mails',
    sa.Column('mail_id', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
    sa.Column('error', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("state in ('waiting', 'sent', 'refused')", name=op.f('ck_mails_state')),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_mails_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mail_id', name=op.f('pk_mails'))
    )
    op.create_index('ix_mails_due', 'mails', ['due_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(op.f('ix_mails_user_id'), 'mails', ['user_id'], unique=False)
    op.create_table('password_links',
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_password_links_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_password_links'))
    )
    op.create_index(op.f('ix_password_links_expires_at'), 'password_links', ['expires_at'], unique=False)
    op.create_index(op.f('ix_password_links_user_id'), 'password_links', ['user_id'], unique=False)
    op.create_table('sessions',
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('user_id', sa.Text(), nullable=False),
    sa.Column('csrf', sa.Text(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.user_id'], name=op.f('fk_sessions_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_sessions'))
    )
    op.create_index(op.f('ix_sessions_expires_at'), 'sessions', ['expires_at'], unique=False)
    op.create_index(op.f('ix_sessions_user_id'), 'sessions', ['user_id'], unique=False)
    op.add_column('api_keys', sa.Column('scopes', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True))
    op.add_column('api_keys', sa.Column('created_by', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column('api_keys', 'created_by')
    op.drop_column('api_keys', 'scopes')
    op.drop_index(op.f('ix_sessions_user_id'), table_name='sessions')
    op.drop_index(op.f('ix_sessions_expires_at'), table_name='sessions')
    op.drop_table('sessions')
    op.drop_index(op.f('ix_password_links_user_id'), table_name='password_links')
    op.drop_index(op.f('ix_password_links_expires_at'), table_name='password_links')
    op.drop_table('password_links')
    op.drop_index(op.f('ix_mails_user_id'), table_name='mails')
    op.drop_index('ix_mails_due', table_name='mails', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('mails')
    op.drop_table('users')
    op.drop_index(op.f('ix_sign_ons_expires_at'), table_name='sign_ons')
    op.drop_table('sign_ons')
    op.drop_index(op.f('ix_login_attempts_at'), table_name='login_attempts')
    op.drop_table('login_attempts')
