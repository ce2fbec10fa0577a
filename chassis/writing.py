"""How do the writes at the end of a batch reach the database? Together, on one way there.

A statement of its own is a way there and back, and a turn of the hub: with few messages in a batch
that is most of what it costs. What is written at the end brings nothing back, so it is collected
and sent as one string of statements, in the order in which it was said. It is one transaction
anyway: if one of them fails, none was written.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

COLLECTED, ENDS = "collected", "ends"


def write(session: Session, statement: str, parameters: Sequence[Any]) -> None:
    """Write now, or with everything else once `collect` was called; `%s` stands for parameters."""
    collected: list[tuple[str, Sequence[Any]]] | None = session.info.get(COLLECTED)
    if collected is None:
        session.connection().exec_driver_sql(statement, tuple(parameters))
    else:
        collected.append((statement, parameters))


def collect(session: Session) -> None:
    """Collect what is written until the commit; from here on none of it can be read."""
    session.info[COLLECTED] = []


def at_end(session: Session, what: Callable[[Session], None]) -> None:
    """Do something before the commit, in the order in which it was said."""
    session.info.setdefault(ENDS, []).append(what)


def _end(session: Session) -> None:
    while ends := session.info.pop(ENDS, None):
        for what in ends:
            what(session)
    if collected := session.info.pop(COLLECTED, None):
        statements = ";\n".join(statement for statement, _ in collected)
        parameters = tuple(value for _, values in collected for value in values)
        session.connection().exec_driver_sql(statements, parameters)


# for all sessions at once: to listen to each costs more than what is listened for
sa.event.listen(Session, "before_commit", _end)
