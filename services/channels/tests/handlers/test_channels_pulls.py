"""A shop is asked page by page; each page and how far we are become true together."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import Refused
from chassis.outside import Outcome, OutsideCall, Pending
from services.channels import connecting, pulls
from services.channels.domain.pull import OVERLAP, Cursor
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.shopify import Shopify
from services.channels.tests.builders import FILES, NOW, SHOP, Channel, a_connection, an_order
from tests.fakes.shopify import FakeShopify

MANY = 1000


def at(minutes: int) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def pulling(channel: Channel) -> Channel:
    """A shop that shall be asked for all since yesterday."""
    connection = a_connection(pull_from=NOW - timedelta(days=1))
    pulls.keep_pulling(connecting.connect(connection, channel.kept), channel.work, channel.pulls)
    pulls.pull_due(channel.work, channel.pulls, lambda: MANY)
    return channel


def answer(
    channel: Channel, *orders: Any, following: str = "", newest: str = "", room: int = MANY,
    call: Any = None, **ends: Any,
) -> None:  # fmt: skip
    """Let the call that was made last come back."""
    call = call or channel.work.calls[-1]
    made = OutsideCall("call_1", call.kind, call.key, SHOP, dict(call.request), 1, False, "", "")
    page = {"orders": [json.dumps(x) for x in orders], "next": following, "newest": newest}
    outcome = Outcome(made, ends.pop("status", "succeeded"), page, **ends)
    pulls.conclude_pull(outcome, Shopify(), channel.work, channel.kept, channel.pulls, room)


def cursor(channel: Channel) -> Cursor:
    return channel.pulls.pulls[SHOP].cursor


def test_a_page_is_taken_in_one_bundle_and_the_next_one_asked_for(pulling: Channel) -> None:
    orders = [an_order(id=n, updated_at=at(n)) for n in (1, 2)]
    answer(pulling, *orders, following="p2", newest=at(2))

    assert [order.channel_order_id for order in pulling.handed_over] == ["1", "2"]
    assert pulling.said == ["ImportOrders", "ChannelOrdersReceived"]
    (first, second) = (call.request["cursor"] for call in pulling.work.calls)
    assert (first["page"], second["page"], second["since"]) == ("", "p2", first["since"])


def test_the_next_page_waits_where_there_is_no_room(pulling: Channel) -> None:
    answer(pulling, an_order(), following="p2", room=0)

    pulls.pull_due(pulling.work, pulling.pulls, lambda: 0)
    assert len(pulling.work.calls) == 1
    pulls.pull_due(pulling.work, pulling.pulls, lambda: MANY)
    assert pulling.work.calls[-1].request["cursor"]["page"] == "p2"


def test_the_next_sweep_begins_a_little_before_the_newest_change(pulling: Channel) -> None:
    answer(pulling, an_order(updated_at=at(60)), newest=at(60))

    assert cursor(pulling) == Cursor(since=NOW + timedelta(minutes=60) - OVERLAP)
    pull = pulling.pulls.pulls[SHOP]
    assert (pull.due_at, pull.last_at) == (NOW + pulls.AGAIN_AFTER, NOW)
    pulls.pull_due(pulling.work, pulling.pulls, lambda: MANY)
    assert len(pulling.work.calls) == 1


def test_a_sweep_without_news_begins_where_the_last_one_did(pulling: Channel) -> None:
    before = cursor(pulling)
    answer(pulling)

    assert cursor(pulling) == before


def test_what_is_known_already_is_taken_once_however_often_it_is_in_a_page(
    pulling: Channel,
) -> None:
    order = an_order(updated_at=at(1))
    pulling.post(order)
    for _ in range(3):
        answer(pulling, order, following="p")

    assert len(pulling.handed_over) == 1


def test_an_order_that_orders_has_refused_is_not_handed_over_at_every_sweep(
    pulling: Channel,
) -> None:
    order = an_order(updated_at=at(1))
    answer(pulling, order, following="p")
    pulling.inbound().refuse("total: does not add up")
    answer(pulling, order, following="p")
    assert len(pulling.handed_over) == 1

    answer(pulling, {**order, "updated_at": at(2)})
    assert len(pulling.handed_over) == 2


def test_what_was_canceled_there_is_found_though_no_webhook_came(pulling: Channel) -> None:
    order = an_order(updated_at=at(1))
    answer(pulling, order, following="p")
    answer(pulling, {**order, "updated_at": at(2), "cancelled_at": at(2)})

    assert pulling.said[-1] == "CancelChannelOrder"


def test_a_shop_that_says_no_is_asked_again_later_and_its_reason_is_kept(pulling: Channel) -> None:
    answer(pulling, status="refused", code="http_401", reason="Shopify answers 401")

    pull = pulling.pulls.pulls[SHOP]
    assert (pull.problem, pull.due_at, pull.call) == (
        "Shopify answers 401", NOW + pulls.AGAIN_AFTER, "",
    )  # fmt: skip


def test_a_mark_that_the_shop_does_not_know_any_more_is_given_up_at_once(pulling: Channel) -> None:
    answer(pulling, an_order(updated_at=at(60)), following="stale", newest=at(60))
    answer(pulling, status="refused", code="http_400")
    pull = pulling.pulls.pulls[SHOP]
    assert (pull.cursor.page, pull.due_at) == ("", NOW)
    assert pull.cursor.since == NOW + timedelta(minutes=60) - OVERLAP


def test_the_answer_to_a_call_of_a_pull_that_was_begun_anew_is_left_alone(pulling: Channel) -> None:
    (old,) = pulling.work.calls
    connection = a_connection(pull_from=NOW - timedelta(days=30))
    pulls.keep_pulling(connection, pulling.work, pulling.pulls)

    answer(pulling, an_order(), following="p2", newest=at(1), call=old)

    assert (pulling.handed_over, cursor(pulling)) == ([], Cursor(since=NOW - timedelta(days=30)))


def test_a_pull_ends_when_its_connection_does_not_want_it_any_more(pulling: Channel) -> None:
    pulls.keep_pulling(a_connection(), pulling.work, pulling.pulls)
    answer(pulling, an_order())

    assert (pulling.pulls.pulls, pulling.handed_over) == ({}, [])


def test_a_channel_of_files_cannot_be_asked(channel: Channel) -> None:
    with pytest.raises(Refused) as refusal:
        connecting.connect(a_connection(FILES, "csv", base_url="", pull_from=NOW), channel.kept)
    assert refusal.value.field == "pull_from"


def test_all_pages_of_a_real_shop_are_walked_through_to_the_end(fake: FakeShopify) -> None:
    fake.orders = [an_order(id=n, updated_at=at(n)) for n in range(1, 251)]
    shop, found, now = Shop(SHOP, fake.url, "token"), [], Cursor(since=NOW + timedelta(minutes=11))
    while True:
        page = Shopify().pull(shop, now)
        found += [json.loads(body)["id"] for body in page.orders]
        now = now.after(page.next, page.newest)
        if not page.next:
            break

    assert found == list(range(11, 251))
    assert now == Cursor(since=NOW + timedelta(minutes=250) - OVERLAP)


def test_a_shop_that_says_not_so_fast_is_asked_when_it_says(fake: FakeShopify) -> None:
    fake.answers_first = [(429, {"Retry-After": "7.0"})]

    with pytest.raises(Pending) as later:
        Shopify().pull(Shop(SHOP, fake.url, "token"), Cursor(since=NOW))
    from chassis import clock

    assert timedelta(seconds=5) < later.value.due_at - clock.now() < timedelta(seconds=8)
