"""Objects and their rows: what is loaded, changed and written, and what is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from chassis.keeping import (
    add,
    flush,
    insert_rows,
    keep,
    load_locked,
    locked,
    read,
    read_one,
    take,
)
from chassis.store import Instant, Packed, new_metadata
from contracts.values import Money

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class Mood(StrEnum):
    GOOD = "good"
    BAD = "bad"


@dataclass
class Parcel:
    """One of everything that a column can hold."""

    parcel_id: str
    place: int
    worth: Money
    parts: tuple[Money, ...] = ()
    more: dict[str, Any] | None = None
    names: tuple[str, ...] | list[str] = ()
    mood: Mood = Mood.GOOD
    left_at: datetime | None = None
    fragile: bool = False
    order: str = ""
    version: int = 1


METADATA = new_metadata()
PARCELS = sa.Table(
    "parcels",
    METADATA,
    sa.Column("parcel_id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("worth", Packed(Money), nullable=False),
    sa.Column("parts", Packed(tuple[Money, ...]), nullable=False),
    sa.Column("more", JSONB),
    sa.Column("names", ARRAY(sa.Text), nullable=False),
    sa.Column("mood", sa.Enum(Mood, native_enum=False, values_callable=lambda m: list(m))),
    sa.Column("left_at", Instant),
    sa.Column("fragile", sa.Boolean, nullable=False),
    sa.Column("order", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
SCANS = sa.Table(
    "parcel_scans",
    METADATA,
    sa.Column("parcel_id", sa.Text, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("what", JSONB),
    sa.ForeignKeyConstraint(["parcel_id", "place"], ["parcels.parcel_id", "parcels.place"]),
)
keep(Parcel, PARCELS)
FULL = Parcel(
    "p1", 1, Money(amount=5, currency="EUR"), (Money(amount=1, currency="EUR"),), {"a": [1, None]},
    ['quote " and \\ slash', "a,b", "{}", "ü"], Mood.BAD, NOON, True, "first",
)  # fmt: skip


@pytest.fixture
def session(session_for) -> Iterator[Session]:
    session = session_for(METADATA)
    add(session, FULL, Parcel("p1", 2, Money(amount=7, currency="EUR")))
    session.commit()
    return session


def test_an_object_comes_back_as_it_was(session) -> None:
    assert read_one(session, Parcel, ("p1", 1)) == FULL
    assert load_locked(session, Parcel, [("p1", 1)]) == [FULL]
    assert read_one(session, Parcel, ("p1", 3)) is None


def test_what_has_changed_is_written_and_counted_and_nothing_else_is(session) -> None:
    one, two = load_locked(session, Parcel, ["p1"], by=("parcel_id",))
    one.worth, one.left_at = Money(amount=6, currency="EUR"), None
    flush(session)
    assert (one.version, two.version) == (2, 1)
    two.order = "second"
    session.commit()
    one, two = read(session, Parcel, sa.select(PARCELS).order_by(PARCELS.c.place))
    assert (one.worth.amount, one.left_at, one.order, one.version) == (6, None, "first", 2)
    assert (two.worth.amount, two.order, two.version) == (7, "second", 2)


def test_rows_that_changed_in_different_columns_keep_each_others_values(session) -> None:
    one, two = load_locked(session, Parcel, ["p1"], by=("parcel_id",))
    one.fragile, two.mood = False, Mood.BAD
    session.commit()
    one, two = read(session, Parcel, sa.select(PARCELS).order_by(PARCELS.c.place))
    assert (one.fragile, one.mood) == (False, Mood.BAD)
    assert (two.fragile, two.mood) == (False, Mood.BAD)
    assert one.names == FULL.names


def test_a_new_object_is_found_before_it_is_written_and_written_once(session) -> None:
    new = Parcel("p2", 1, Money(amount=1, currency="EUR"))
    add(session, new)
    add(session, new)
    assert locked(session, Parcel, ("p2", 1)) is new
    new.place_of_honor = "top"  # no column
    new.order = "late"
    session.commit()
    assert read_one(session, Parcel, ("p2", 1)).order == "late"


def test_an_object_is_loaded_once_and_stays_what_it_has_become(session) -> None:
    (one,) = load_locked(session, Parcel, [("p1", 1)])
    one.order = "changed"
    (again,) = load_locked(session, Parcel, [("p1", 1)])
    (taken,) = take(session, Parcel, sa.select(PARCELS).where(PARCELS.c.order == "changed"))
    assert again is taken is locked(session, Parcel, ("p1", 1)) is one


def test_who_looked_and_found_nothing_does_not_ask_again(session) -> None:
    load_locked(session, Parcel, [("p9", 1)])
    session.connection().exec_driver_sql("drop table parcels cascade")
    assert locked(session, Parcel, ("p9", 1)) is None


def test_what_was_rolled_back_is_forgotten(session) -> None:
    (one,) = load_locked(session, Parcel, [("p1", 1)])
    one.order = "never"
    session.rollback()
    (one,) = load_locked(session, Parcel, [("p1", 1)])
    assert one.order == "first"


def test_what_another_process_changed_meanwhile_is_seen_by_the_next_transaction(session) -> None:
    (one,) = load_locked(session, Parcel, [("p1", 1)])
    session.commit()
    with Session(session.get_bind()) as other:
        (theirs,) = load_locked(other, Parcel, [("p1", 1)])
        theirs.order = "theirs"
        other.commit()
    (one,) = load_locked(session, Parcel, [("p1", 1)])
    assert one.order == "theirs"


def test_a_row_that_is_gone_is_no_silent_loss(session) -> None:
    (one,) = load_locked(session, Parcel, [("p1", 1)])
    one.order = "changed"
    session.connection().exec_driver_sql("delete from parcels")
    with pytest.raises(DataError, match="1 rows of parcels wanted, 0 hit"):
        flush(session)


def test_the_database_refuses_a_second_object_with_the_same_key(session) -> None:
    add(session, Parcel("p1", 1, Money(amount=1, currency="EUR")))
    with pytest.raises(IntegrityError):
        flush(session)


def test_rows_come_after_the_objects_that_they_belong_to(session) -> None:
    add(session, Parcel("p3", 1, Money(amount=1, currency="EUR")))
    row = {"parcel_id": "p3", "place": 1}
    insert_rows(session, SCANS, [row | {"what": {"n": 1}}, row | {"what": None}])
    found = session.execute(sa.select(SCANS.c.what)).scalars().all()
    assert found == [{"n": 1}, None]
