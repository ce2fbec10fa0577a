"""When is a span told, and to whom does it belong?"""

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from chassis import tracing
from chassis.testing import eventually
from tests.fakes.collector import Collector

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as listening:
        tracing.set_up("orders", listening.url, 100)
        yield listening
        tracing.close()


def told(collector: Collector) -> list[tuple[str, str, str]]:
    tracing.close()
    return [(span.name, span.parent_id, span.error) for span in collector.spans]


def test_where_nobody_collects_no_span_is_made_and_the_trace_is_not_sampled() -> None:
    assert tracing.begin("work", "internal", PARENT) is None
    assert tracing.new_trace().endswith("-00")


def test_a_span_belongs_to_the_traceparent_that_came_with_the_work(collector: Collector) -> None:
    with tracing.within(tracing.begin("work", "consumer", PARENT, oms__attempts=2)):
        pass

    tracing.close()
    (span,) = collector.of(TRACE)
    assert (span.service, span.parent_id) == ("orders", "b7ad6b7169203331")
    assert span.attributes == {"oms.attempts": 2}


def test_what_is_done_within_a_span_is_its_child(collector: Collector) -> None:
    outer = tracing.begin("outer", "consumer", PARENT)
    assert outer
    with tracing.within(outer), tracing.within(tracing.begin("inner", "client")):
        pass

    assert told(collector) == [("inner", outer.span_id, ""), ("outer", "b7ad6b7169203331", "")]


def test_a_trace_that_is_not_sampled_stays_so_and_tells_nothing(collector: Collector) -> None:
    with tracing.within(tracing.begin("outer", "consumer", PARENT[:-1] + "0")):
        inner = tracing.begin("inner", "client")
        assert inner
        assert inner.traceparent.endswith("-00")
        inner.end()

    assert told(collector) == []


@pytest.mark.parametrize("wrong", ["", "abc", PARENT.upper(), PARENT + "-x", "00-1-2-01"])
def test_a_traceparent_that_is_none_begins_a_trace_of_our_own(
    wrong: str, collector: Collector
) -> None:
    span = tracing.begin("work", "server", wrong)

    assert span
    assert (span.parent_id, span.trace_id == TRACE) == ("", False)


def test_what_broke_is_told_by_its_kind_and_not_by_what_it_said(collector: Collector) -> None:
    work = tracing.within(tracing.begin("work", "consumer", PARENT))
    with pytest.raises(ValueError, match="Ann"), work:
        raise ValueError("Ann Lee, 5 High Street")

    assert told(collector) == [("work", "b7ad6b7169203331", "ValueError")]


def test_of_traces_so_many_percent_are_told(collector: Collector) -> None:
    tracing.set_up("orders", collector.url, 25)

    sampled = sum(tracing.new_trace().endswith("-01") for _ in range(4000))
    assert 850 < sampled < 1150


def test_statements_are_told_by_what_they_do_to_which_table_and_never_by_their_values(
    collector: Collector,
) -> None:
    engine = sa.create_engine("sqlite://")
    tracing.watch(engine)
    with tracing.within(tracing.begin("work", "consumer", PARENT)), engine.begin() as connection:
        connection.exec_driver_sql("create table people (name text)")
        connection.exec_driver_sql("insert into people (name) values (?)", ("Ann from Berlin",))
        connection.execute(sa.text("select name from people where name = 'Ann from Berlin'"))

    names = [name for name, _, _ in told(collector)]
    assert names == ["select", "insert people", "select people", "commit", "work"]


def test_each_message_of_a_batch_is_told_with_the_statements_of_all(collector: Collector) -> None:
    engine = sa.create_engine("sqlite://")
    tracing.watch(engine)
    spans = [tracing.begin(f"handle {n}", "consumer", tracing.new_trace()) for n in range(3)]
    with tracing.within(*spans), engine.connect() as connection:
        connection.exec_driver_sql("select 1")

    parents = {parent for name, parent, _ in told(collector) if name == "select"}
    assert parents == {span.span_id for span in spans if span}


def test_the_one_message_of_a_large_batch_that_is_sampled_has_its_statements(
    collector: Collector,
) -> None:
    engine = sa.create_engine("sqlite://")
    tracing.watch(engine)
    others = [tracing.begin("handle", "consumer", PARENT[:-1] + "0") for _ in range(40)]
    mine = tracing.within(*others, tracing.begin("mine", "consumer", PARENT))
    with mine, engine.connect() as connection:
        connection.exec_driver_sql("select 1")

    assert [name for name, _, _ in told(collector)] == ["select", "mine"]


def test_a_collector_that_is_away_holds_nobody_up() -> None:
    with Collector() as listening:
        url = listening.url
    tracing.set_up("orders", url, 100)
    began = time.monotonic()
    for _ in range(100):
        with tracing.within(tracing.begin("work", "consumer", PARENT)):
            pass
    assert time.monotonic() - began < 60  # a wait for it each time would take minutes
    tracing.close()


def test_what_a_collector_refuses_for_now_is_told_again(collector: Collector) -> None:
    collector.statuses = [503]
    with tracing.within(tracing.begin("work", "consumer", PARENT)):
        pass

    eventually(lambda: collector.of(TRACE), within=20)
