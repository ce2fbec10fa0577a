"""What is older than it is kept for is forgotten page by page, and nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from chassis import retention
from chassis.ids import first_of, new_id
from chassis.retention import forget, in_turn, kept, rules
from chassis.store import Instant, new_metadata

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

metadata = new_metadata()
steps = sa.Table(
    "steps",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    info=kept("steps_kept_days"),
)
lines = sa.Table(
    "lines",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", Instant),
    sa.Column("state", sa.Text, server_default="done"),
    info=kept("history_kept_days", "ord_", "ful_", only="state = 'done'"),
)


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch):
    monkeypatch.setattr(retention, "PAGE", 3)


@pytest.fixture
def engine(session_for):
    return session_for(metadata).get_bind()


def put(engine, table, rows):
    with engine.begin() as connection:
        for row in rows:
            connection.execute(sa.insert(table).values(row))


def left(engine, table):
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(sa.select(table).order_by(*table.primary_key))]


def forget_all(engine, table, before=NOW):
    rests = []
    rule = dict(rules(metadata))[table]
    return list(forget(engine, table, rule, before, rests.append)), rests


def line(start, days, seq=1, **more):
    at = NOW + days * DAY
    return {"key": f"{start}{first_of(at)}0000000000000000", "seq": seq, "at": at, **more}


@pytest.mark.parametrize("old", [0, 1, 3, 4, 6, 7])
def test_numbered_rows_are_forgotten_from_the_first_until_one_is_young(engine, old):
    rows = [{"id": i, "at": NOW - DAY} for i in range(1, old + 1)]
    put(engine, steps, [*rows, *({"id": i, "at": NOW} for i in range(old + 1, old + 9))])

    pages, rests = forget_all(engine, steps)

    assert sum(pages) == old
    assert left(engine, steps) == list(range(old + 1, old + 9))
    assert len(rests) == old // 3  # a rest behind each full page


def test_rows_with_ids_are_forgotten_behind_each_prefix_and_no_other(engine):
    old = [line(start, -days) for start in ("ord_", "ful_", "ret_") for days in range(1, 6)]
    new = [line(start, days) for start in ("ord_", "ful_") for days in range(3)]
    put(engine, lines, [*old, *new])

    forget_all(engine, lines)

    assert len(left(engine, lines)) == 5 + 6
    assert [key for key in left(engine, lines) if key.startswith("ret_")]


def test_what_an_old_thing_did_lately_and_what_is_not_done_are_kept(engine):
    lately = {**line("ord_", -5, 2), "at": NOW}
    put(engine, lines, [line("ord_", -5), lately, line("ord_", -4, 1, state="open")])
    put(
        engine, lines, [line("ord_", -3, 1, state="open"), *(line("ord_", -2, i) for i in range(9))]
    )

    pages, _ = forget_all(engine, lines)

    assert sum(pages) == 10
    assert len(left(engine, lines)) == 3


def test_a_row_without_its_time_is_kept(engine):
    put(engine, lines, [{**line("ord_", -5), "at": None}])

    forget_all(engine, lines)

    assert len(left(engine, lines)) == 1


def test_two_replicas_do_not_forget_the_same_at_once(engine):
    put(engine, steps, [{"id": 1, "at": NOW - DAY}])
    with engine.begin() as connection:
        connection.execute(retention.ALONE, {"name": "forget steps"})

        assert forget_all(engine, steps) == ([], [])
    assert forget_all(engine, steps)[0] == [1]


def test_an_id_made_now_is_not_below_the_first_id_of_its_moment():
    before, made, after = first_of(datetime.now(UTC)), new_id("ord"), datetime.now(UTC)

    assert f"ord_{before}" <= made < f"ord_{first_of(after + timedelta(milliseconds=1))}"


def test_a_table_with_years_of_rows_keeps_no_other_waiting():
    def pages(*sizes: int):
        yield from sizes

    assert list(in_turn([pages(9, 8, 7), pages(), pages(1, 0)])) == [9, 1, 8, 0, 7]
