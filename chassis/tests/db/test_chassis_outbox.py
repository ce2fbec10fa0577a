"""When does an outbox forget a message? When the broker has it for good, and not before."""

import pytest

from contracts.example import example
from contracts.inventory import ReserveStock
from contracts.orders import OrderConfirmed


def forget(drill):
    """What the bus does when it has nothing else to do."""
    drill.bus.batches.forget_confirmed(drill.lanes)


@pytest.fixture
def told(drill):
    """Three messages are published, and none is confirmed."""
    for number in (1, 2, 3):
        drill.deliver(number)
    drill.work()
    assert [message.properties["type"] for message, _, _ in drill.link.published] == [
        OrderConfirmed.wire
    ] * 3
    return drill


def numbers_left(drill):
    query = "select right(body::json->>'order_id', 1) from outbox order by seq"
    return [number for (number,) in drill.rows(query)]


def test_what_is_published_and_not_confirmed_stays(told):
    forget(told)
    assert numbers_left(told) == ["1", "2", "3"]


def test_what_is_confirmed_is_forgotten_and_nothing_else(told):
    told.link.confirm(2, False, True)
    forget(told)
    assert numbers_left(told) == ["1", "3"]


def test_a_confirm_may_speak_of_all_up_to_a_tag(told):
    told.link.confirm(2, True, True)
    forget(told)
    assert numbers_left(told) == ["3"]


def test_what_the_broker_refuses_stays(told):
    told.link.confirm(1, False, False)
    told.link.confirm(2, False, True)
    forget(told)
    assert numbers_left(told) == ["1", "3"]


def test_a_command_that_no_queue_takes_stays_although_it_is_confirmed(drill):
    drill.says = [example(ReserveStock)]
    drill.deliver(1)
    drill.work()
    (_, _, event_mandatory), (command, key, mandatory) = drill.link.published
    assert (event_mandatory, mandatory) == (False, True)

    drill.link.give_back(command, key)
    drill.link.confirm(2, True, True)
    forget(drill)

    assert drill.outbox() == [ReserveStock.wire]


def test_what_was_confirmed_is_forgotten_later_when_a_batch_fails(told):
    told.link.confirm(3, True, True)
    told.fail(4, ValueError("broken"), times=9)
    told.deliver(4)

    told.work()
    forget(told)

    assert numbers_left(told) == []
