"""A subscription can be paused, replayed and ended, and misses nothing by that."""

import pytest

from contracts.example import example
from contracts.inventory import StockChanged
from gateway.tests.webhook_world import NOW, OTHER, URL, World, canceled, confirmed, placed
from gateway.webhooks import intake
from gateway.webhooks import questions as q


def test_a_receiver_that_is_away_for_three_days_is_paused_and_it_is_said_why(world: World) -> None:
    identity = world.subscribes("order.*")
    world.receiver.answers = lambda *_: 503
    world.happens(placed())
    for _ in range(80):
        world.works()
        world.passes(hours=1)

    shown = world.shows(identity)
    assert (shown.state, shown.why) == (
        "paused",
        "Nothing came through for 3 days. The last answer was 503.",
    )
    assert shown.failing_since == NOW


def test_a_receiver_that_is_gone_for_good_is_paused_at_once(world: World) -> None:
    identity = world.subscribes("order.*")
    world.receiver.answers = lambda *_: 410
    world.happens(placed())
    world.works()
    world.passes(days=1)
    world.works()

    assert world.shows(identity).why == "The receiver says that it is gone for good (410)."
    assert world.receiver.types() == ["order.placed"]


def test_what_happened_during_a_pause_comes_afterwards_in_its_order(world: World) -> None:
    identity = world.subscribes("order.*")
    world.happens(placed())
    world.sets(identity, "paused")
    world.happens(confirmed())
    world.works()
    assert world.receiver.types() == []

    world.sets(identity, "active")
    world.happens(canceled())  # before it has caught up
    assert world.shows(identity).catching_up
    world.works()
    world.catches_up()
    world.works()

    assert world.receiver.types() == ["order.placed", "order.confirmed", "order.canceled"]
    assert not world.shows(identity).catching_up
    world.happens(placed(OTHER))
    world.works()
    assert world.receiver.types()[-1] == "order.placed"


def test_a_replay_sends_what_happened_since_then_once_more_and_under_the_same_ids(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAGE", 2)
    identity = world.subscribes("order.*")
    world.happens(placed())
    world.passes(hours=1)
    since = world.now
    world.happens(confirmed(), placed(OTHER), example(StockChanged))
    world.happens(canceled())
    world.works()
    first, world.receiver.got[URL] = world.receiver.got[URL], []

    world.desk.replay(q.Replay(subscription_id=identity, since=since), "")
    world.happens(confirmed(OTHER))
    world.catches_up()
    world.works()

    assert set(world.receiver.got[URL]) >= set(sorted(first)[1:])  # the first was before
    about = [t for i, t in world.receiver.got[URL] if (i, t) in first]
    assert sorted(about) == ["order.canceled", "order.confirmed", "order.placed"]
    assert about.index("order.confirmed") < about.index("order.canceled")
    assert len(world.receiver.got[URL]) == 4


def test_a_subscription_that_is_ended_hears_nothing_more(world: World) -> None:
    identity = world.subscribes("order.*")
    world.happens(placed())

    world.desk.forget(q.UseSubscription(subscription_id=identity), "")
    world.works()

    assert world.receiver.types() == []


def test_both_secrets_sign_while_one_is_replaced_and_then_only_the_new_one(world: World) -> None:
    identity = world.subscribes("order.*")
    signatures: list[int] = []
    world.receiver.answers = lambda headers, _: (
        signatures.append(len(headers["webhook-signature"].split())) or 200
    )

    world.desk.rotate(q.RotateSecret(subscription_id=identity, overlap_hours=24), "")
    world.happens(placed())
    world.works()
    world.passes(hours=24)
    world.happens(confirmed())
    world.works()

    assert signatures == [2, 1]


def test_a_test_goes_to_one_subscription_whatever_it_listens_to(world: World) -> None:
    identity = world.subscribes("stock.changed")
    world.subscribes("*", url="https://other.example/")

    made = world.history.test(q.UseSubscription(subscription_id=identity), "key:shop")
    world.works()

    assert (made.type, made.state) == ("webhook.test", "pending")
    assert world.receiver.types() == ["webhook.test"]
    assert world.receiver.types("https://other.example/") == []
