"""What is kept? Keys, people, sessions, views, jobs, answers that may be asked twice."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.retention import kept
from chassis.sealing import Sealed
from chassis.store import Instant, Packed, new_metadata
from contracts.orders import OrderFilter
from gateway.jobs import tables as job_tables
from gateway.people.roles import Grant
from gateway.webhooks import tables as webhook_tables

metadata = new_metadata()
webhook_tables.add_to(metadata)
job_tables.add_to(metadata)
api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.Column("used_at", Instant),
    sa.Column("scopes", JSONB(none_as_null=True)),  # null: whatever there is
    sa.Column("created_by", sa.Text, nullable=False, server_default=""),
)
requests = sa.Table(
    "idempotent_requests",
    metadata,
    sa.Column("request_id", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("headers", sa.Text),
    sa.Column("body", sa.LargeBinary),
)
users = sa.Table(
    "users",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),  # in small letters
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("grants", Packed(tuple[Grant, ...]), nullable=False),
    sa.Column("password", sa.Text, nullable=False, server_default=""),
    sa.Column("totp_secret", Sealed, nullable=False, server_default=""),
    sa.Column("totp_on", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant),
    sa.Column("deactivated_at", Instant),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column(
        "user_id",
        sa.Text,
        sa.ForeignKey("users.user_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("used_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
)
attempts = sa.Table(
    "login_attempts",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("locked_until", Instant, nullable=False),
)
password_links = sa.Table(
    "password_links",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id", ondelete="CASCADE"),
              nullable=False, index=True),
    sa.Column("expires_at", Instant, nullable=False, index=True),
)  # fmt: skip
mails = sa.Table(
    "mails",
    metadata,
    sa.Column("mail_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id", ondelete="CASCADE"),
              nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("state in ('waiting', 'sent', 'refused')", name="state"),
    sa.Index("ix_mails_due", "due_at", postgresql_where=sa.text("state = 'waiting'")),
)  # fmt: skip
mentions = sa.Table(
    "mentions",
    metadata,
    sa.Column("mention_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id", ondelete="CASCADE"),
              nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("written_by", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("read_at", Instant),
    sa.Index("ix_mentions_of_user", "user_id", sa.text("(read_at is not null)"),
             sa.text("mention_id desc")),
    info=kept("history_kept_days", "men_"),
)  # fmt: skip
sign_ons = sa.Table(
    "sign_ons",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),  # of the state
    sa.Column("browser", sa.LargeBinary, nullable=False),  # hash of what its cookie holds
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
    sa.Column("goes_to", sa.Text, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
)
views = sa.Table(
    "order_views",
    metadata,
    sa.Column("view_id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),  # the user's or the key's id
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("filter", Packed(OrderFilter), nullable=False),
    sa.Column("columns", Packed(tuple[str, ...]), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.UniqueConstraint("owner", "name"),
    sa.Index("ix_order_views_shared", "position", postgresql_where=sa.text("shared")),
)
exception_owners = sa.Table(
    "exception_owners",
    metadata,
    sa.Column("exception_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id", ondelete="CASCADE"),
              nullable=False, index=True),
    sa.Column("assigned_by", sa.Text, nullable=False),
    sa.Column("assigned_at", Instant, nullable=False),
)  # fmt: skip
