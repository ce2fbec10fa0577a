"""How fast is a shop asked? As it allows, by all replicas together: a token bucket for each shop.

A bucket is one moment in the database: when it will be full again. A request moves it on by what
one costs, in a transaction of its own; the database's clock counts, so that replicas need not agree
on theirs. What must wait a little takes its turn and sleeps; what must wait longer is put off.
"""

import time
from datetime import timedelta

import sqlalchemy as sa

from chassis import clock
from chassis.outside import Pending
from services.channels.marketplaces.marketplace import Allowance

PATIENCE = timedelta(seconds=2)
TAKE = sa.text(
    "insert into paces (channel, free_at) values (:channel, now() + :step)"
    " on conflict (channel) do update set free_at = greatest(paces.free_at, now()) + :step"
    " where paces.free_at <= now() + :room returning free_at - now() as ahead"
)
AHEAD = sa.text("select free_at - now() from paces where channel = :channel")
CLOSE = sa.text(
    "insert into paces (channel, free_at) values (:channel, now() + :wait) on conflict (channel)"
    " do update set free_at = greatest(paces.free_at, excluded.free_at)"
)


class SqlPace:
    """The pace of one shop."""

    def __init__(self, engine: sa.Engine, channel: str, allowance: Allowance) -> None:
        self._engine, self._channel = engine, channel
        self._step = timedelta(seconds=1 / allowance.a_second)
        self._full = self._step * allowance.at_once

    def take(self) -> None:
        """Take leave for one request: wait a little, or raise Pending if it would be long."""
        asked = {"channel": self._channel, "step": self._step}
        asked["room"] = self._full - self._step + PATIENCE
        with self._engine.begin() as connection:
            ahead = connection.scalar(TAKE, asked)
            if ahead is None:
                behind = connection.scalar(AHEAD, asked) or timedelta(0)
                wait = behind - self._full + self._step
                raise Pending(clock.now() + wait, "asked as often as the shop allows")
        if ahead > self._full:
            time.sleep((ahead - self._full).total_seconds())

    def close(self, wait: timedelta) -> None:
        """Let nobody ask for so long: the shop has said so."""
        asked = {"channel": self._channel, "wait": wait + self._full - self._step}
        with self._engine.begin() as connection:
            connection.execute(CLOSE, asked)
