"""Who was mentioned in a note, and have they read it? Only whoever may see the order is told.

That is looked at three times: when a note is written (a name that may not be told refuses it), when
the event arrives (roles may have changed), and when somebody reads what they were told.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock
from chassis.errors import NotFound
from chassis.ids import new_id
from contracts import orders
from gateway.people import mentions_said as said
from gateway.people.roles import Grant, rights_of
from gateway.tables import mentions, users

SEES = "orders.read"
COUNTED = 100
LOOKED_THROUGH = 5_000
LIKE = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


class Mentions:
    """The mentions of people, in PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def colleagues(self, asked: said.FindColleagues) -> said.Colleagues:
        """List users who may see the orders of a channel, by name."""
        query = sa.select(users.c.user_id, users.c.name, users.c.grants).where(
            users.c.deactivated_at.is_(None)
        )
        if asked.text:
            start = f"{asked.text.translate(LIKE)}%"
            of_words = sa.or_(users.c.name.ilike(start), users.c.name.ilike(f"% {start}"))
            query = query.where(sa.or_(of_words, users.c.email.ilike(start)))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(users.c.name).limit(LOOKED_THROUGH)).all()
        found = [row for row in rows if _may_see(row.grants, asked.channel)][: asked.limit]
        return said.Colleagues(
            colleagues=tuple(said.Colleague(user_id=row.user_id, name=row.name) for row in found)
        )

    def strangers(self, user_ids: Collection[str], channel: str) -> list[str]:
        """Tell which of these are no users, or may not see the orders of a channel."""
        with self._engine.connect() as connection:
            known = _who_may_see(connection, user_ids, channel)
        return [user_id for user_id in user_ids if user_id not in known]

    def find(
        self, user_id: str, asked: said.FindMentions, channels: Collection[str] | None
    ) -> said.MentionPage:
        """List the mentions of a user, those that are not read first, newest first."""
        is_read = mentions.c.read_at.is_not(None)
        mine = _of(user_id, channels)
        query = sa.select(mentions).where(*mine)
        if asked.after:
            after_read, last = asked.after.startswith("r"), asked.after[1:]
            older = sa.and_(is_read == after_read, mentions.c.mention_id < last)
            query = query.where(older if after_read else sa.or_(is_read, older))
        query = query.order_by(is_read, mentions.c.mention_id.desc()).limit(asked.limit + 1)
        counted = sa.select(sa.literal(1)).where(*mine, ~is_read).limit(COUNTED).subquery()
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
            unread = connection.scalar(sa.select(sa.func.count()).select_from(counted))
        page = rows[: asked.limit]
        more = len(rows) > asked.limit
        return said.MentionPage(
            mentions=tuple(_shown(row) for row in page),
            unread=unread or 0,
            next=f"{'r' if page[-1].read_at else 'u'}{page[-1].mention_id}" if more else "",
        )

    def mark_read(self, user_id: str, mention_ids: Collection[str]) -> None:
        """Note that a user has read these; raises NotFound, and then none is noted."""
        theirs = sa.and_(mentions.c.user_id == user_id, mentions.c.mention_id.in_(mention_ids))
        read_at = sa.func.coalesce(mentions.c.read_at, clock.now())
        changed = sa.update(mentions).where(theirs).values(read_at=read_at)
        with self._engine.begin() as connection:
            known = set(connection.scalars(changed.returning(mentions.c.mention_id)))
            for mention_id in mention_ids:
                if mention_id not in known:
                    raise NotFound("mention", mention_id, "mention_ids")


def keep(event: orders.OrderNoted, session: Session, at: Any) -> None:
    """Keep who was mentioned, as far as they may see the order now."""
    known = _who_may_see(session.connection(), event.mentions, event.channel)
    rows = [
        {
            "mention_id": new_id("men"),
            "user_id": user_id,
            "order_id": event.order_id,
            "number": event.number,
            "channel": event.channel,
            "written_by": event.by,
            "text": event.text,
            "at": at,
        }
        for user_id in event.mentions
        if user_id in known
    ]
    if rows:
        session.execute(sa.insert(mentions), rows)


def _of(user_id: str, channels: Collection[str] | None) -> list[Any]:
    seen = [] if channels is None else [mentions.c.channel.in_(sorted(channels))]
    return [mentions.c.user_id == user_id, *seen]


def _who_may_see(connection: Any, user_ids: Collection[str], channel: str) -> set[str]:
    query = sa.select(users.c.user_id, users.c.grants).where(
        users.c.user_id.in_(user_ids), users.c.deactivated_at.is_(None)
    )
    rows = connection.execute(query).all()
    return {row.user_id for row in rows if _may_see(row.grants, channel)}


def _may_see(grants: tuple[Grant, ...], channel: str) -> bool:
    scope = rights_of(grants).get(SEES)
    return scope is not None and (scope.channels is None or channel in scope.channels)


def _shown(row: Any) -> said.Mention:
    return said.Mention(
        mention_id=row.mention_id,
        order_id=row.order_id,
        number=row.number,
        text=row.text,
        by=row.written_by,
        at=row.at,
        read_at=row.read_at,
    )
