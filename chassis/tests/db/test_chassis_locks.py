"""Two processes at one database: what one of them works on, the other waits for or leaves alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from chassis import aside, outside
from chassis.envelope import Context
from chassis.keeping import add, keep, load_locked
from chassis.saga_store import lock_overdue, saga_tables
from chassis.store import new_metadata
from chassis.testing import eventually
from chassis.work import Call

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NAMES = [f"thing-{n}" for n in range(8)]
WAITING = (
    "select count(*) from pg_locks join pg_stat_activity using (pid)"
    " where not granted and datname = current_database()"
)


class Thing:
    """Something that two processes want."""

    def __init__(self, name: str) -> None:
        self.name, self.count, self.version = name, 0, 1


METADATA = new_metadata()
THINGS = sa.Table(
    "things",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
keep(Thing, THINGS)


@pytest.fixture
def engine(session_for) -> Any:
    engine = session_for(METADATA).get_bind()
    with Session(engine) as session, session.begin():
        add(session, *(Thing(name) for name in reversed(NAMES)))
    return engine


@pytest.fixture
def impatient(engine) -> Any:
    """Another process, that waits for no lock for long."""
    with Session(engine) as session:
        session.execute(sa.text("set lock_timeout = '100ms'"))
        yield session


def somebody_waits(engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(sa.text(WAITING)))


def all_free(session: Session, names: list[str]) -> bool:
    """Tell whether all of these are free."""
    query = sa.select(THINGS.c.name).where(THINGS.c.name.in_(names)).with_for_update(nowait=True)
    try:
        return len(session.scalars(query).all()) == len(names)
    except OperationalError:
        return False


def test_what_is_loaded_for_a_batch_is_locked(engine, impatient) -> None:
    with Session(engine) as session:
        load_locked(session, Thing, [NAMES[3]])
        with pytest.raises(OperationalError, match="lock timeout"):
            load_locked(impatient, Thing, [NAMES[3]])
        impatient.rollback()
        assert all_free(impatient, [n for n in NAMES if n != NAMES[3]])


def test_who_waits_for_the_first_holds_none_of_the_later_ones(engine) -> None:
    """All lock in one order: so nobody waits for somebody who waits for them."""
    with ThreadPoolExecutor(1) as pool, Session(engine) as other, Session(engine) as session:
        load_locked(session, Thing, NAMES[:1])
        waiting = pool.submit(load_locked, other, Thing, list(reversed(NAMES)))
        eventually(lambda: somebody_waits(engine))
        free = all_free(session, NAMES)
        session.rollback()
        found = [thing.name for thing in waiting.result(timeout=20)]
    assert (free, found) == (True, NAMES)


def test_every_change_raises_the_version_and_no_change_does_not(engine) -> None:
    with Session(engine) as session:
        for count in (1, 1, 2):
            (thing,) = load_locked(session, Thing, NAMES[:1])
            thing.count = count
            session.commit()
        assert session.scalars(sa.select(THINGS.c.version).where(THINGS.c.count == 2)).all() == [3]


def test_a_call_that_one_process_makes_is_left_alone_by_the_others(engine) -> None:
    later = NOW + outside.LEASE + timedelta(seconds=1)
    with Session(engine) as session:
        outside.store_calls(session, [(Call("kind", "key", "subject"), Context())], NOW)
        session.commit()
    with Session(engine) as one, Session(engine) as other:
        assert [call.key for call in outside.lease_due(one, later, 10)] == ["key"]
        assert outside.lease_due(other, later, 10) == []
        one.commit()
        assert outside.lease_due(other, later, 10) == []
        assert [c.attempts for c in outside.lease_due(other, later + outside.LEASE, 10)] == [3]


def test_a_message_put_aside_is_taken_up_by_one_process(engine) -> None:
    with Session(engine) as session:
        kept = aside.Aside("msg-1", "x", "", {}, b"", 1, "waiting", NOW, NOW, "why")
        aside.put_aside(session, kept)
        session.commit()
    with Session(engine) as one, Session(engine) as other:
        assert len(aside.take_due(one, NOW, 10)) == 1
        assert aside.take_due(other, NOW, 10) == []
        one.commit()
        assert aside.take_due(other, NOW, 10) == []


def test_an_overdue_run_is_woken_by_one_process(session_for) -> None:
    metadata = new_metadata()
    runs, _ = saga_tables(metadata)
    trips = sa.Table("trips", metadata, sa.Column("trip_id", sa.Text, primary_key=True))
    session = session_for(metadata)
    names = ("ord-1", "ord-2", "ord-3")
    session.execute(sa.insert(trips), [{"trip_id": name} for name in names])
    row = {
        "run_id": "run-1", "saga": "s", "subject_id": "ord-1", "started_at": NOW, "moved_at": NOW,
        "step": "a", "phase": "forward", "attempts": 1, "problem": "", "data": {},
    }  # fmt: skip
    session.execute(sa.insert(runs), [
        {**row, "deadline": NOW},
        {**row, "run_id": "run-2", "subject_id": "ord-2", "deadline": NOW + timedelta(seconds=1)},
        {**row, "run_id": "run-3", "subject_id": "ord-3", "deadline": None},
    ])  # fmt: skip
    session.commit()
    with Session(session.get_bind()) as one, Session(session.get_bind()) as other:
        key = trips.c.trip_id
        assert lock_overdue(one, runs, key, NOW, ["ord-1"]) == []
        assert lock_overdue(one, runs, key, NOW, []) == ["ord-1"]
        assert lock_overdue(other, runs, key, NOW, []) == []
        one.rollback()
        assert lock_overdue(other, runs, key, NOW, []) == ["ord-1"]
