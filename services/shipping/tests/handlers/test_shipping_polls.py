"""A carrier that tells nothing is asked, soon at first, ever more rarely, and not for ever."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from chassis import clock
from chassis.outside import Pending
from services.shipping import asks, executors
from services.shipping.domain.pace import next_look
from services.shipping.tests.builders import (
    NOW,
    Desk,
    a_call,
    a_notice,
)
from services.shipping.tests.carriers import (
    PricedCarrier,
)

ONE = "SB1"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.can_track = True
    desk.labeled(ONE)
    return desk


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def ask(desk: Desk, carrier: PricedCarrier) -> Any:
    carrier.name = "sandbox"
    carrier.sold[desk.shipment.keys[-1]] = None  # type: ignore[assignment]
    return executors.track(a_call(desk.asked(asks.TRACK)[-1]), desk.shipment, [carrier])


def test_a_carrier_that_can_be_asked_is_asked_from_the_label_on(desk: Desk) -> None:
    [call] = desk.asked(asks.TRACK)
    assert (call.key, call.due_at) == (
        f"track-{desk.shipment.shipment_id}-1", NOW + timedelta(hours=2),
    )  # fmt: skip

    other = Desk()
    other.labeled(ONE)
    assert other.asked(asks.TRACK) == []


def test_news_moves_the_parcel_and_the_carrier_is_asked_again_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW + timedelta(hours=3))
    carrier = PricedCarrier("sandbox", 1)
    carrier.scans = [a_notice("in_transit", 1, number=ONE, event_id="e1")]

    desk.answer(asks.TRACK, "succeeded", ask(desk, carrier))

    assert (desk.shipment.state, desk.said) == (
        "in_transit", ["ShipmentShipped", "TrackingUpdated"],
    )  # fmt: skip
    assert [call.request["number"] for call in desk.asked(asks.TRACK)] == [1, 2]


def test_nothing_new_is_asked_for_again_under_the_same_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = PricedCarrier("sandbox", 1)
    waits = []
    for hours in (3, 10, 100):
        at(monkeypatch, NOW + timedelta(hours=hours))
        with pytest.raises(Pending) as later:
            ask(desk, carrier)
        waits.append((later.value.due_at - clock.now()) / timedelta(hours=1))

    assert waits == [2, 5, 24]


def test_a_carrier_that_has_just_told_something_is_not_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.told("in_transit", hours=5, number=ONE)
    at(monkeypatch, NOW + timedelta(hours=6))
    carrier = PricedCarrier("sandbox", 1)
    carrier.scans = [a_notice("delivered", 6, number=ONE)]

    with pytest.raises(Pending):
        ask(desk, carrier)
    at(monkeypatch, NOW + timedelta(hours=7))
    assert len(ask(desk, carrier)["notices"]) == 1


def test_what_a_webhook_told_already_is_no_news(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.told("in_transit", hours=1, number=ONE, event_id="e1")
    at(monkeypatch, NOW + timedelta(hours=9))
    carrier = PricedCarrier("sandbox", 1)
    carrier.scans = [a_notice("in_transit", 1, number=ONE, event_id="e1")]

    with pytest.raises(Pending):
        ask(desk, carrier)


@pytest.mark.parametrize("end", ["delivered", "returned_to_sender"])
def test_what_has_arrived_is_not_asked_for_any_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, end: Any
) -> None:
    desk.told(end, number=ONE)
    at(monkeypatch, NOW + timedelta(days=3))

    result = ask(desk, PricedCarrier("sandbox", 1))
    desk.answer(asks.TRACK, "succeeded", result)

    assert len(desk.asked(asks.TRACK)) == 1


def test_after_weeks_nobody_asks_any_more(desk: Desk) -> None:
    assert next_look(desk.shipment, NOW + timedelta(days=44)) is not None
    assert next_look(desk.shipment, NOW + timedelta(days=46)) is None


def test_a_carrier_that_never_answered_is_asked_again_another_day(desk: Desk) -> None:
    desk.answer(asks.TRACK, "failed", reason="no answer")

    assert [call.request["number"] for call in desk.asked(asks.TRACK)] == [1, 2]


def test_news_survives_the_way_through_the_database() -> None:
    notice = a_notice("delivered", number=ONE)
    told = msgspec.json.decode(msgspec.json.encode([notice]))

    assert msgspec.convert(told[0], type(notice)) == notice
