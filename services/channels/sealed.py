"""How are connections kept, so that the database alone gives no secret away?

Token, webhook secret and the value of each further setting are sealed, whether it is secret or
not: so nothing here must know which. What was kept before sealing began is still read.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from chassis.sealing import MARK, seal, unseal
from chassis.store import Packed
from contracts.channels import Connection

SECRETS = ("access_token", "webhook_secret")


class SealedConnection(Packed):
    """A connection as JSONB, its secrets sealed."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(Connection)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """Seal what is to be kept."""
        taken_apart = super().process_bind_param(value, dialect)
        return taken_apart and each_secret(taken_apart, seal)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """Open what was kept."""
        return super().process_result_value(value and each_secret(value, unseal), dialect)


def each_secret(kept: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The same connection with its secrets changed."""
    changed = {name: change(kept[name]) for name in SECRETS if kept.get(name)}
    settings = [{**one, "value": change(one["value"])} for one in kept.get("settings", ())]
    return {**kept, **changed, "settings": settings}


def seal_once(secret: str) -> str:
    """Seal what is not sealed yet."""
    return secret if secret.startswith(MARK) else seal(secret)
