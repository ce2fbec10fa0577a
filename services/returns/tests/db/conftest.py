"""What do tests with a database share? A fresh one, and batches handled as the bus does it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chassis.store import new_engine
from chassis.work import Rehearsal
from services.returns.tables import SqlReturns, metadata, prepare, runs_of
from services.returns.tests.builders import NOW


@pytest.fixture
def engine(session_for: Any) -> Iterator[Engine]:
    session = session_for(metadata)
    engine = new_engine(session.get_bind().url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.fixture
def batch(engine: Engine) -> Callable[..., list[Any]]:
    """Handle (handler, body, further arguments) in one transaction; give what was said."""

    def run(*jobs: Any, now: Any = NOW) -> list[Any]:
        work = Rehearsal(now, actor="person:ann")
        with Session(engine, expire_on_commit=False) as session, session.begin():
            prepare(session, [body for _, body, *_ in jobs])
            ports = {"work": work, "returns": SqlReturns(session), "runs": runs_of(session)}
            for handler, body, *more in jobs:
                names = handler.__code__.co_varnames[: handler.__code__.co_argcount]
                handler(body, *more, **{name: ports[name] for name in names if name in ports})
        return work.sent

    return run
