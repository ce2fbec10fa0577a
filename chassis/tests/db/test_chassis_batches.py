"""What a batch promises to the broker: nothing early, nothing lost, and no neighbor suffers."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from chassis import aside, clock
from chassis.envelope import Context
from chassis.errors import NotYet, Refused
from chassis.outside import Outcome, OutsideCall
from chassis.transaction import Job

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DEADLOCK, LOCK_TIMEOUT = "40P01", "55P03"


class DriverError(Exception):
    """What the driver says; `pgcode` is the server's word, if it could say one."""

    def __init__(self, pgcode=None):
        super().__init__("lost")
        self.pgcode = pgcode


def database_error(code=None):
    return OperationalError("select 1", {}, DriverError(code))


@pytest.fixture
def at(monkeypatch):
    """Set the time."""

    def set_time(time):
        monkeypatch.setattr(clock, "now", lambda: time)

    set_time(NOW)
    return set_time


def test_nothing_is_published_or_acknowledged_before_it_is_committed(drill):
    seen = []
    drill.link.on_publish = lambda: seen.append(("published", drill.effects(), drill.outbox()))
    drill.link.on_acknowledge = lambda: seen.append(("acknowledged", drill.effects()))
    drill.deliver(1)

    drill.work()

    assert seen == [
        ("published", ["1"], ["orders.confirmed.v1"]),
        ("acknowledged", ["1"]),
    ]


def test_a_batch_is_acknowledged_as_one_up_to_its_last_message(drill):
    for number in (1, 2, 3):
        drill.deliver(number)

    drill.work()

    assert drill.link.acknowledged == [(3, True)]


def test_what_comes_again_is_acknowledged_and_has_no_second_effect(drill):
    drill.deliver(1)
    drill.work()
    drill.deliver(1)
    drill.work()

    assert drill.effects() == ["1"]
    assert len(drill.link.published) == 1
    assert drill.link.acknowledged == [(1, True), (2, True)]


def test_while_the_database_is_away_nothing_is_acknowledged_or_published(drill):
    drill.fail(1, database_error())
    drill.deliver(1)

    with pytest.raises(OperationalError):
        drill.work()

    assert (drill.link.acknowledged, drill.link.published, drill.asides()) == ([], [], [])


def test_what_no_broker_holds_is_not_lost_while_the_database_is_away(drill):
    def timer(_service, _work):
        raise database_error()

    call = OutsideCall("call-1", "kind", "key", "subject", {}, 1, False, "", "")
    outcome = Job("concludes", timer, body=Outcome(call, "succeeded"))
    drill.bus.waiting.put(Job("timer", timer))
    drill.bus.waiting.put(outcome)

    with pytest.raises(OperationalError):
        drill.work()

    waiting = [drill.bus.waiting.get_nowait() for _ in range(drill.bus.waiting.qsize())]
    assert [job.name for job in waiting] == ["timer", "concludes"]


def test_a_message_that_fails_is_put_aside_and_its_neighbors_are_handled(drill):
    drill.fail(2, ValueError("broken"), times=9)
    for number in (1, 2, 3):
        drill.deliver(number)

    drill.work()

    assert drill.effects() == ["1", "3"]
    assert drill.asides() == [("msg-2", "waiting", 1)]
    assert drill.link.acknowledged == [(3, True)]
    assert len(drill.link.published) == 2


def test_every_try_is_counted_and_after_the_last_it_is_parked(drill, at):
    drill.fail(1, ValueError("broken"), times=99)
    drill.deliver(1)
    drill.work()
    tries = [drill.asides()]

    for day in range(1, len(aside.RETRY_DELAYS) + 3):
        at(NOW + timedelta(days=day))
        drill.bus.batches.take_up_again()
        drill.work()
        tries.append(drill.asides())

    last = len(aside.RETRY_DELAYS) + 1
    assert [attempts for ((_, _, attempts),) in tries[:last]] == list(range(1, last + 1))
    assert tries[last - 2 :] == [
        [("msg-1", "waiting", last - 1)], *[[("msg-1", "parked", last)]] * 3,
    ]  # fmt: skip


def test_what_was_put_aside_is_handled_once_when_it_can_be(drill, at):
    drill.fail(1, NotYet("soon"), times=2)
    drill.deliver(1)
    drill.work()
    assert drill.asides() == [("msg-1", "waiting", 1)]

    for _ in range(2):
        at(NOW + timedelta(days=1))
        drill.bus.batches.take_up_again()
        drill.work()

    assert (drill.effects(), drill.asides()) == (["1"], [])


def test_a_refusal_is_parked_at_once_for_it_is_the_senders_fault(drill):
    drill.fail(1, Refused("no", "No."), times=9)
    drill.deliver(1)

    drill.work()

    assert (drill.effects(), drill.asides()) == ([], [("msg-1", "parked", 1)])


@pytest.mark.parametrize("unreadable", [{"body": b"{"}, {"wire": "orders.unheard_of.v1"}])
def test_what_cannot_be_read_is_parked_and_acknowledged(drill, unreadable):
    drill.deliver(1, **unreadable)

    assert drill.asides() == [("msg-1", "parked", 1)]
    assert drill.link.acknowledged == [(1, False)]
    assert drill.bus.waiting.empty()


def test_a_deadlock_is_nobodys_fault_and_tried_again_at_once(drill):
    drill.fail(1, database_error(DEADLOCK), times=2)
    drill.deliver(1)

    drill.work()

    assert (drill.effects(), drill.asides()) == (["1"], [])


def test_a_lock_that_is_not_given_is_waited_for_once_more_and_then_later(drill):
    drill.fail(1, database_error(LOCK_TIMEOUT), times=2)
    drill.deliver(1)
    drill.deliver(2)

    drill.work()

    assert (drill.effects(), drill.asides()) == (["2"], [("msg-1", "waiting", 1)])


def test_a_timer_that_fails_is_not_put_aside_for_it_comes_again(drill):
    def timer(_service, _work):
        raise ValueError("broken")

    drill.bus.waiting.put(Job("timer", timer, context=Context("timer")))

    drill.work()

    assert (drill.asides(), drill.bus.waiting.empty()) == ([], True)
