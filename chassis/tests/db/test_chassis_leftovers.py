"""What becomes of what a crash left in an outbox? The relay takes it, and forgets it in time."""

import time

import pytest
import sqlalchemy as sa

from chassis import relay
from chassis.relay import Outbox, Page
from contracts.orders import OrderConfirmed


@pytest.fixture
def told(drill):
    """Three messages are published, and none is confirmed."""
    for number in (1, 2, 3):
        drill.deliver(number)
    drill.work()
    return drill


def numbers_left(drill):
    query = "select right(body::json->>'order_id', 1) from outbox order by seq"
    return [number for (number,) in drill.rows(query)]


@pytest.fixture
def engine(told):
    """The outbox of a service that died some seconds ago."""
    engine = told.bus.engine
    with engine.begin() as connection:
        connection.execute(sa.text("update outbox set at = at - interval '10 seconds'"))
    return engine


def tags(page):
    page.waiting = {i: row.message_id for i, row in enumerate(page.rows, 1)}


def test_the_relay_takes_what_is_left_and_forgets_only_what_is_confirmed(told, engine):
    page = Page(Outbox("drill", engine))
    assert [row.wire for row in page.rows] == [OrderConfirmed.wire] * 3
    tags(page)
    page.returned(page.rows[2].message_id)
    page.told(1, multiple=False, accepted=True)
    page.told(2, multiple=False, accepted=False)
    page.told(3, multiple=True, accepted=True)

    assert page.close() == 1
    assert numbers_left(told) == ["2", "3"]


def test_a_page_that_nobody_confirmed_is_there_for_the_next_relay(told, engine):
    page = Page(Outbox("drill", engine))
    tags(page)
    assert page.close() == 0
    assert numbers_left(told) == ["1", "2", "3"]
    again = Page(Outbox("drill", engine))
    assert len(again.rows) == 3
    again.close()


def test_what_is_refused_does_not_stand_in_the_way_of_what_is_behind_it(told, engine, monkeypatch):
    monkeypatch.setattr(relay, "PAGE", 2)
    outbox = Outbox("drill", engine)

    def refused():
        page = Page(outbox)
        outbox.looked_through(page, page.close())
        return len(page.rows)

    assert [refused(), refused()] == [2, 1]
    assert outbox.look_at > time.monotonic()  # nothing was taken: not at once again
    assert refused() == 2


def test_two_relays_do_not_take_the_same_messages(engine):
    first = Page(Outbox("drill", engine))
    second = Page(Outbox("drill", engine))
    assert (len(first.rows), len(second.rows)) == (3, 0)
    first.close()
    second.close()


def test_the_relay_leaves_to_the_service_what_is_new(told):
    page = Page(Outbox("drill", told.bus.engine))
    assert page.rows == []
    page.close()
