"""Who subscribed hears of every event, once, and about one order in the order of what happened."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.example import example
from contracts.inventory import StockChanged
from contracts.payments import PaymentAuthorized
from gateway.tests.webhook_world import ORDER, OTHER, URL, World, confirmed, placed
from gateway.webhooks import outbox
from gateway.webhooks import questions as q
from gateway.webhooks.outbox import LEASE
from gateway.webhooks.patience import Attempt


def test_who_subscribed_hears_of_what_it_wants_and_of_nothing_else(world: World) -> None:
    world.subscribes("order.*")
    world.subscribes("payment.authorized", "stock.changed", url="https://other.example/")

    world.happens(placed(), example(PaymentAuthorized), confirmed(), example(StockChanged))
    world.works()

    assert world.receiver.types() == ["order.placed", "order.confirmed"]
    assert sorted(world.receiver.types("https://other.example/")) == [
        "payment.authorized",
        "stock.changed",
    ]


def test_a_message_that_comes_twice_is_one_event_even_when_the_inbox_has_forgotten(
    world: World, engine: sa.Engine
) -> None:
    world.subscribes()
    world.happens(placed(), ids=["msg_A"])
    world.happens(placed(), ids=["msg_A"])
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from inbox")
    world.happens(placed(), ids=["msg_A"])
    world.works()

    assert world.receiver.got[URL] == [("evt_A", "order.placed")]


def test_the_next_event_about_an_order_waits_for_the_one_before_and_others_do_not(
    world: World,
) -> None:
    identity = world.subscribes("order.*")
    world.receiver.answers = lambda _, body: 500 if ORDER.encode() in body else 200

    world.happens(placed(), confirmed(), placed(OTHER))
    world.happens(confirmed(OTHER))
    world.works()

    assert [(d.subject, d.type) for d in world.deliveries(identity, "delivered")] == [
        (OTHER, "order.confirmed"),
        (OTHER, "order.placed"),
    ]
    assert [(d.type, d.attempts) for d in world.deliveries(identity, "pending")] == [
        ("order.confirmed", 0),
        ("order.placed", 1),
    ]

    world.receiver.answers = lambda *_: 200
    world.passes(seconds=10)
    world.works()

    assert world.receiver.types()[-2:] == ["order.placed", "order.confirmed"]
    assert world.deliveries(identity, "pending") == ()


def test_what_comes_while_the_order_before_is_being_sent_waits_its_turn(world: World) -> None:
    world.subscribes("order.*")
    world.happens(placed())
    with world.engine.begin() as connection:
        (lane,) = outbox.take_due(connection, world.now, 10, 10, [])
    world.happens(confirmed())

    world.works()
    assert world.receiver.types() == []

    world.sender.work_off(lane)
    assert world.receiver.types() == ["order.placed", "order.confirmed"]


def test_a_process_that_dies_while_it_sends_loses_nothing_and_sends_it_under_the_same_id(
    world: World,
) -> None:
    world.subscribes("order.*")
    world.happens(placed(), confirmed())
    world.receiver.answers = dies

    with world.engine.begin() as connection:
        (lane,) = outbox.take_due(connection, world.now, 10, 10, [])
    with pytest.raises(Killed):
        world.sender.work_off(lane)
    world.receiver.answers = lambda *_: 200
    world.works()
    assert len(world.receiver.got[URL]) == 1  # the lease is not over

    world.passes(seconds=LEASE.total_seconds())
    world.works()

    ids = [identity for identity, _ in world.receiver.got[URL]]
    assert world.receiver.types() == ["order.placed", "order.placed", "order.confirmed"]
    assert ids[0] == ids[1] != ids[2]


class Killed(BaseException):
    """kill -9."""


def dies(*_: Any) -> int:
    raise Killed


def test_who_was_slower_than_its_lease_decides_nothing_any_more(world: World) -> None:
    identity = world.subscribes("order.*")
    world.happens(placed(), confirmed())
    with world.engine.begin() as connection:
        (lane,) = outbox.take_due(connection, world.now, 10, 10, [])
        slow = outbox.first_of(connection, lane, world.now)
    assert slow
    world.passes(seconds=LEASE.total_seconds())
    world.works()

    with world.engine.begin() as connection:
        failed = Attempt(world.now, 30.0, error="too late")
        assert outbox.conclude(connection, lane, slow, failed, world.now) is None

    assert [d.state for d in world.deliveries(identity)] == ["delivered", "delivered"]
    assert world.receiver.types() == ["order.placed", "order.confirmed"]


def test_who_was_slower_than_its_lease_does_not_go_on_beside_who_came_after_it(
    world: World,
) -> None:
    world.subscribes("order.*")
    world.happens(placed(), confirmed())
    with world.engine.begin() as connection:
        (lane,) = outbox.take_due(connection, world.now, 10, 10, [])
        slow = outbox.first_of(connection, lane, world.now)
    assert slow
    world.passes(seconds=LEASE.total_seconds())
    with world.engine.begin() as connection:
        (theirs,) = outbox.take_due(connection, world.now, 10, 10, [])
        arrived = Attempt(world.now, 25.0, 200)

        assert outbox.conclude(connection, lane, slow, arrived, world.now) is None

    world.sender.work_off(theirs)
    assert world.receiver.types() == ["order.confirmed"]


def test_it_is_told_how_long_something_is_due_that_nobody_tries(world: World) -> None:
    world.subscribes("order.*")
    world.happens(placed())
    world.passes(seconds=90)

    with world.engine.connect() as connection:
        assert outbox.late(connection, world.now) == 90
    world.works()
    with world.engine.connect() as connection:
        assert outbox.late(connection, world.now) == 0


def test_each_delivery_has_its_own_patience(world: World) -> None:
    identity = world.subscribes("order.*")
    world.receiver.answers = lambda _, body: 500
    world.happens(placed(), confirmed())
    for _ in range(6):
        world.works()
        world.passes(hours=2)
    world.receiver.answers = lambda _, body: 500 if b"order.confirmed" in body else 200

    world.works()

    (waits,) = world.deliveries(identity, "pending")
    assert (waits.type, waits.attempts) == ("order.confirmed", 1)
    assert waits.due_at
    assert waits.due_at - world.now <= timedelta(seconds=6)


def test_after_three_days_it_is_a_dead_letter_and_the_next_one_goes(world: World) -> None:
    identity = world.subscribes("order.*")
    world.receiver.answers = lambda _, body: 400 if b"order.placed" in body else 200
    world.happens(placed(), confirmed(), placed(OTHER))

    for day in range(4):
        world.happens(confirmed("ord_" + str(day + 2) * 26))  # comes through
        for _ in range(24):
            world.works()
            world.passes(hours=1)

    dead = world.deliveries(identity, "dead")
    assert [(d.type, d.last) for d in dead] == [("order.placed", "400")] * 2
    assert "order.confirmed" in world.receiver.types()
    assert world.shows(identity).state == "active"
    tries = world.history.get(q.AboutDelivery(delivery_id=dead[0].delivery_id), "").tries
    assert 14 <= len(tries) == dead[0].attempts
    assert timedelta(hours=71) < tries[0].at - tries[-1].at < timedelta(hours=74)
    assert (tries[0].status, tries[0].answer, tries[0].seconds) == (400, "hello", 0.1)


def test_a_dead_letter_is_tried_again_when_somebody_asks_for_it(world: World) -> None:
    identity = world.subscribes("order.*")
    world.receiver.answers = lambda _, body: 400 if b"order.placed" in body else 200
    world.happens(placed(), confirmed())
    for _ in range(80):
        world.works()
        world.passes(hours=1)
    (dead,) = world.deliveries(identity, "dead")
    world.receiver.answers = lambda *_: 200

    again = world.history.retry(q.AboutDelivery(delivery_id=dead.delivery_id), "")
    world.works()

    assert (again.state, again.due_at) == ("pending", world.now)
    assert world.deliveries(identity, "dead") == ()
    assert world.receiver.types()[-1] == "order.placed"
