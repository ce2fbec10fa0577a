"""What was agreed with a carrier under a key that it does not know itself?

Written by connections of its own before the carrier is asked to sell, and never changed: whoever
comes first has agreed. So a lost answer is asked after under what was agreed, after every crash.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis import clock
from services.shipping.tables import courier_numbers, purchases

ALONE = sa.text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


class Purchases:
    """What one account has agreed."""

    def __init__(self, engine: sa.Engine, account: str) -> None:
        self._engine, self._account = engine, account

    def recall(self, key: str) -> Any:
        """Tell what was agreed; None if nothing was."""
        kept = purchases.c
        query = sa.select(kept.told).where(kept.key == key, kept.account == self._account)
        with self._engine.begin() as connection:
            return connection.scalar(query)

    def agree(self, key: str, told: Mapping[str, Any]) -> Any:
        """Write down what is agreed; return it, or what somebody has agreed before."""
        row = {"key": key, "account": self._account, "told": dict(told), "at": clock.now()}
        with self._engine.begin() as connection:
            insert = postgresql.insert(purchases).values(row)
            connection.execute(insert.on_conflict_do_nothing())
        return self.recall(key)

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Let nobody else buy under the key meanwhile; raises where somebody else does.

        For a carrier that would sell twice to two who ask at the same time.
        """
        name = {"name": f"{self._account} {key}"}
        with self._engine.begin() as connection:
            if not connection.scalar(ALONE, name):
                raise ConnectionError("somebody else is buying under this key")
            yield

    def numbers(self, count: int) -> list[int]:
        """Draw numbers that nobody else gets."""
        draw = sa.select(courier_numbers.next_value())
        with self._engine.begin() as connection:
            return [connection.scalars(draw).one() for _ in range(count)]
