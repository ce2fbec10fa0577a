"""What a shop says of an order when it is asked is kept in sight, and becomes ours by one word."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import NotFound, Refused
from chassis.outside import Outcome, OutsideCall
from contracts.mending import LookUpOrder, MendOrder, ReplayChannel, SeenThere
from contracts.orders import CancelChannelOrder
from services.channels import mending, pulls
from services.channels.domain.pull import Cursor, Pull
from services.channels.marketplaces.shopify import Shopify
from services.channels.tests.builders import (
    FILES,
    NOW,
    SHOP,
    Channel,
    an_item,
    an_order,
    placed,
)

DAY = timedelta(days=1)
OFF_THERE = "2026-03-01T11:00:00Z"


def seen(channel: Channel, order: Any, status: Any = "succeeded", reason: str = "") -> SeenThere:
    """Let the shop be asked for order 4711, and say this."""
    wish = LookUpOrder(inbound_id=channel.inbound().inbound_id)
    assert mending.look_up(wish, channel.work, channel.kept).asking
    call = channel.work.calls[-1]
    made = OutsideCall("c", call.kind, call.key, call.subject, dict(call.request), 1, False, "", "")
    result = {"order": json.dumps(order) if order else ""}
    outcome = Outcome(made, status, result if status == "succeeded" else {}, reason=reason)
    mending.conclude_look_up(outcome, Shopify(), channel.work, channel.kept, channel.pulls)
    assert not channel.inbound().asking
    return channel.inbound().seen


def mend(channel: Channel, what: Any) -> None:
    wish = MendOrder(inbound_id=channel.inbound().inbound_id, mend=what)
    mending.mend(wish, channel.work, channel.kept)


@pytest.mark.parametrize(
    ("order", "says", "reason"),
    [(an_order(), "sold", ""),
     (an_order(cancelled_at=OFF_THERE), "canceled", "canceled at Shopify: no reason given"),
     (an_order(fulfillment_status="fulfilled"), "not_for_us", "The shop has sent it itself."),
     (an_order(shipping_address=None), "refused",
      "shipping_address: The order does not say where the goods go."),
     (None, "gone", "The shop has no such order any more.")],
)  # fmt: skip
def test_what_a_shop_says_when_it_is_asked_is_kept_and_changes_nothing(
    channel: Channel, order: Any, says: str, reason: str
) -> None:
    channel.post(an_order())
    before = (channel.inbound().state, list(channel.work.sent))

    said = seen(channel, order)

    assert (said.says, said.reason, said.order is not None) == (says, reason, says == "sold")
    assert (channel.inbound().state, channel.work.sent) == before


def test_a_shop_that_does_not_answer_is_no_answer(channel: Channel) -> None:
    channel.post(an_order())

    assert seen(channel, None, "failed", "it is away") == SeenThere(
        at=NOW, says="no_answer", reason="it is away"
    )


def test_an_order_that_was_refused_is_taken_as_it_is_there_now(channel: Channel) -> None:
    channel.post(an_order(shipping_address=None))
    seen(channel, an_order(an_item("MUG-1", 3), total="30.00"))
    assert channel.inbound().mends == ("take_again",)

    mend(channel, "take_again")

    assert [x.lines[0].quantity for x in channel.handed_over] == [3]
    with pytest.raises(Refused):
        mend(channel, "take_again")
    assert len(channel.handed_over) == 1


def test_an_order_that_is_off_there_is_called_off_here_once(channel: Channel) -> None:
    channel.post(an_order())
    channel.hear(placed(channel.inbound()))
    seen(channel, an_order(cancelled_at=OFF_THERE))
    assert channel.inbound().mends == ("cancel",)

    mend(channel, "cancel")

    told = [x for x in channel.work.sent if isinstance(x, CancelChannelOrder)]
    assert [(x.channel, x.channel_order_id) for x in told] == [(SHOP, "4711")]
    with pytest.raises(Refused) as refusal:
        mend(channel, "cancel")
    assert refusal.value.field == "mend"


def test_what_was_placed_is_not_taken_again(channel: Channel) -> None:
    channel.post(an_order())
    channel.hear(placed(channel.inbound()))
    seen(channel, an_order(an_item("MUG-1", 3), total="30.00"))

    assert channel.inbound().mends == ()


def test_an_order_of_another_channel_is_not_there(channel: Channel) -> None:
    channel.post(an_order())
    wish = LookUpOrder(inbound_id=channel.inbound().inbound_id, channels=("other",))
    with pytest.raises(NotFound):
        mending.look_up(wish, channel.work, channel.kept)


def test_a_channel_of_files_cannot_be_asked(channel: Channel) -> None:
    channel.post(an_order())
    channel.inbound().channel = FILES
    wish = LookUpOrder(inbound_id=channel.inbound().inbound_id)
    with pytest.raises(Refused) as refusal:
        mending.look_up(wish, channel.work, channel.kept)
    assert refusal.value.code == "no_look_up"


def pulled(channel: Channel, *orders: Any) -> Pull:
    """Let a page of the shop come in, the last one of its sweep."""
    pull = channel.pulls.get(SHOP)
    pull.call = "call-1"
    request = {"channel": SHOP}
    made = OutsideCall("c", pulls.PULL, "call-1", SHOP, request, 1, False, "timer", "")
    page = {"orders": [json.dumps(x) for x in orders], "next": "", "newest": ""}
    outcome = Outcome(made, "succeeded", page)
    pulls.conclude_pull(outcome, Shopify(), channel.work, channel.kept, channel.pulls, 100)
    return pull


def test_an_order_that_only_asking_has_found_was_missed(channel: Channel) -> None:
    channel.pulls.add(Pull(SHOP, NOW - 9 * DAY, Cursor(since=NOW - 9 * DAY), NOW))
    pulled(channel, an_order(id=1))  # the first sweep finds what was there before us
    channel.post(an_order(id=2))
    pulled(channel, an_order(id=1), an_order(id=2), an_order(id=3))

    missed = {x.channel_order_id for x in channel.kept.inbounds.values() if x.missed}
    assert missed == {"3"}


def test_once_a_day_a_sweep_goes_back_for_days_but_not_before_we_were_asked_to(
    channel: Channel,
) -> None:
    channel.pulls.add(Pull(SHOP, NOW - 9 * DAY, Cursor(since=NOW), NOW))
    assert pulled(channel).cursor.since == NOW
    channel.work.now += DAY - timedelta(minutes=1)
    assert pulled(channel).cursor.since == NOW
    channel.work.now += timedelta(minutes=1)
    assert pulled(channel).cursor.since == NOW - 2 * DAY

    channel.pulls.get(SHOP).pull_from = NOW
    channel.work.now += DAY
    assert pulled(channel).cursor.since == NOW


def test_a_shop_is_asked_once_more_for_what_changed_since_a_moment(channel: Channel) -> None:
    pull = Pull(SHOP, NOW - 9 * DAY, Cursor(since=NOW, page="x"), NOW + DAY, call="c", problem="p")
    channel.pulls.add(pull)
    wish = ReplayChannel(channel=SHOP, since=NOW - DAY)

    mending.replay(wish, channel.work, channel.kept, channel.pulls)

    assert (pull.cursor, pull.call, pull.due_at, pull.problem) == (
        Cursor(since=NOW - DAY), "", NOW, "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("channel_name", "since", "field"),
    [(FILES, NOW - DAY, "channel"), (SHOP, NOW + DAY, "since")],
)
def test_what_cannot_be_asked_again_says_so(
    channel: Channel, channel_name: str, since: Any, field: str
) -> None:
    wish = ReplayChannel(channel=channel_name, since=since)
    with pytest.raises(Refused) as refusal:
        mending.replay(wish, channel.work, channel.kept, channel.pulls)
    assert refusal.value.field == field
