"""A shipment goes its way, and its state never goes back for what comes late."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import IllegalMove
from services.shipping.domain.parcel import Box, TrackingNotice
from services.shipping.domain.shipment import LIFE, Shipment, State
from services.shipping.tests.builders import NOW, a_box, a_notice, a_shipment

ONE, TWO = "SB100000012XX", "SB100000026XX"


def on_the_way(*boxes: Box) -> Shipment:
    return a_shipment(*boxes, state="shipped", shipped_at=NOW)


def tell(shipment: Shipment, *notices: TrackingNotice) -> list[State]:
    """Let the carrier tell; give the states that were news."""
    followed = [shipment.follow() for notice in notices if shipment.track(notice)]
    return [state for state in followed if state]


@pytest.mark.parametrize(
    ("state", "to"),
    [
        (State.PENDING, State.SHIPPED),
        (State.FAILED, State.LABEL_PURCHASED),
        (State.SHIPPED, State.VOIDED),
        (State.VOIDED, State.SHIPPED),
        (State.DELIVERED, State.IN_TRANSIT),
    ],
)
def test_a_move_that_is_not_in_the_table_names_both_states(state: State, to: State) -> None:
    with pytest.raises(IllegalMove, match=f"is {state}; it cannot become {to}"):
        a_shipment(state=state.value).move(to)


def test_only_delivered_returned_and_void_are_the_end() -> None:
    ends = {state for state in State if LIFE.is_final(state)}

    assert ends == {State.DELIVERED, State.RETURNED, State.VOIDED}


def test_the_state_follows_the_newest_event() -> None:
    shipment = on_the_way()

    news = tell(shipment, a_notice("in_transit", 1), a_notice("exception", 2),
                a_notice("in_transit", 3), a_notice("out_for_delivery", 4))  # fmt: skip

    assert news == ["in_transit", "exception", "in_transit", "out_for_delivery"]


def test_an_older_event_is_kept_but_does_not_move_the_state_back() -> None:
    shipment = on_the_way()

    news = tell(shipment, a_notice("out_for_delivery", 5), a_notice("exception", 2))

    assert (news, shipment.state) == (["out_for_delivery"], "out_for_delivery")
    assert [e.status for e in shipment.boxes[0].events] == ["exception", "out_for_delivery"]


def test_an_event_that_is_told_twice_is_kept_once() -> None:
    shipment, notice = on_the_way(), a_notice("in_transit")

    assert (shipment.track(notice), shipment.track(notice)) == (True, False)
    assert len(shipment.boxes[0].events) == 1


def test_a_scan_after_the_delivery_does_not_bring_the_parcel_back() -> None:
    shipment = on_the_way()

    tell(shipment, a_notice("delivered", 5), a_notice("in_transit", 6))

    assert (shipment.state, shipment.boxes[0].status) == ("delivered", "delivered")


def test_several_parcels_are_delivered_when_the_last_of_them_is() -> None:
    shipment = on_the_way(a_box(ONE), a_box(TWO))

    tell(shipment, a_notice("delivered", 5, ONE), a_notice("in_transit", 6, ONE))
    assert shipment.state == "in_transit"
    news = tell(shipment, a_notice("delivered", 4, TWO))

    assert news == ["delivered"]
    assert shipment.delivered_at == NOW + timedelta(hours=5)


def test_one_parcel_in_trouble_is_trouble_for_the_shipment() -> None:
    shipment = on_the_way(a_box(ONE), a_box(TWO))

    tell(shipment, a_notice("delivered", 1, ONE), a_notice("exception", 2, TWO))

    assert shipment.state == "exception"


def test_a_shipment_comes_back_only_when_nothing_of_it_moves_any_more() -> None:
    shipment = on_the_way(a_box(ONE), a_box(TWO))

    tell(shipment, a_notice("returned_to_sender", 2, ONE), a_notice("in_transit", 3, TWO))
    assert shipment.state == "in_transit"
    tell(shipment, a_notice("delivered", 4, TWO))

    assert shipment.state == "returned_to_sender"


def test_a_delivery_that_is_told_after_the_return_changes_nothing_and_breaks_nothing() -> None:
    shipment = on_the_way()

    tell(shipment, a_notice("returned_to_sender", 5), a_notice("delivered", 4))

    assert shipment.state == "returned_to_sender"


def test_a_lost_parcel_may_be_found_at_the_door() -> None:
    shipment = on_the_way()

    assert tell(shipment, a_notice("lost", 50), a_notice("delivered", 90)) == ["lost", "delivered"]


STATUSES = st.sampled_from(["in_transit", "out_for_delivery", "exception", "delivered"])
STORIES = st.lists(
    st.tuples(STATUSES, st.integers(1, 5), st.sampled_from([ONE, TWO])), min_size=1, max_size=6
)


@given(STORIES, st.randoms(use_true_random=False))
def test_events_in_any_order_and_number_end_in_the_same_place(
    story: list[tuple[str, int, str]], chance: Any
) -> None:
    notices = [a_notice(s, h, n, f"evt-{i}") for i, (s, h, n) in enumerate(story)]
    mixed = [*notices, *chance.sample(notices, len(notices) // 2)]
    chance.shuffle(mixed)
    once, often = on_the_way(a_box(ONE), a_box(TWO)), on_the_way(a_box(ONE), a_box(TWO))

    tell(once, *sorted(notices, key=lambda notice: notice.event.at))
    tell(often, *mixed)

    assert [box.status for box in often.boxes] == [box.status for box in once.boxes]
    assert often.state == once.state


def test_at_the_same_minute_the_later_stage_counts() -> None:
    for order in permutations(["in_transit", "out_for_delivery", "delivered"]):
        shipment = on_the_way()
        tell(shipment, *(a_notice(status, 3) for status in order))
        assert shipment.boxes[0].status == "delivered"


def test_each_try_has_a_key_of_its_own() -> None:
    shipment = a_shipment(state="failed", shipment_id="shp_1", problem="No.")

    shipment.retry(a_shipment(wanted="express"))

    assert shipment.keys == ["shp_1-1", "shp_1-2"]
    assert (shipment.state, shipment.wanted, shipment.problem) == ("pending", "express", "")


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"state": "pending", "boxes": (a_box(""),)}, ()),
        ({}, ("hand_over", "label")),
        ({"void_asked": True}, ()),
        ({"state": "shipped", "shipped_at": NOW}, ("label",)),
        ({"state": "voided"}, ()),
    ],
)
def test_what_a_person_may_do_depends_on_the_labels(
    changes: dict[str, Any], allowed: tuple[str, ...]
) -> None:
    assert a_shipment(**changes).allowed == allowed


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://carrier.example/track/1", "https://carrier.example/track/1"),
        ("javascript:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("https://carrier.example/a b", ""),
        ("https://carrier.example/" + "a" * 255, ""),
        ("", ""),
    ],
)
def test_what_a_carrier_calls_a_link_is_one_that_leads_to_the_web(url: str, kept: str) -> None:
    shipment = a_shipment(a_box(""), state="pending")

    shipment.label([("SB1", url)])

    assert [(box.tracking_number, box.tracking_url) for box in shipment.boxes] == [("SB1", kept)]
