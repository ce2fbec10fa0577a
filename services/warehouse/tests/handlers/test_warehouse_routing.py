"""An order is routed, opened and canceled, in whatever order the messages come."""

from typing import Any

import pytest

from chassis.errors import NotFound
from contracts.warehouse import (
    CancelFulfillment,
    FulfillmentCanceled,
    OrderRouted,
    RoutingFailed,
)
from services.warehouse import handlers
from services.warehouse.tests.builders import (
    MUG,
    ORDER,
    SHIRT,
    Building,
    a_line,
    a_route,
    a_warehouse,
    level,
)


def cancel(building: Building, fulfillment_order_id: str = "") -> Any:
    command = CancelFulfillment(order_id=ORDER, fulfillment_order_id=fulfillment_order_id)
    handlers.cancel_fulfillment(command, building.work, building.fulfillments)
    return building.work.sent[-1]


def statuses(building: Building) -> list[str]:
    return [order.status.value for order in building.fulfillments.orders.values()]


def test_a_routed_order_is_planned_and_the_reason_is_kept_with_it(building: Building) -> None:
    told = building.route(a_line(MUG, 2))

    planned = told.fulfillments[0]
    kept = building.fulfillments.orders[planned.fulfillment_order_id]
    assert (planned.warehouse_id, planned.lines[0].quantity) == ("BER", 2)
    assert (kept.status, kept.decision) == ("scheduled", told.decision)


def test_an_order_that_no_warehouse_can_send_alone_is_split(building: Building) -> None:
    told = building.route(
        a_line(MUG), a_line(SHIRT), levels=(level("BER", MUG, 1), level("HAM", SHIRT, 1))
    )

    assert [planned.warehouse_id for planned in told.fulfillments] == ["BER", "HAM"]


def test_what_is_not_in_stock_cannot_be_routed(building: Building) -> None:
    told = building.route(a_line(MUG, 2), levels=(level("BER", MUG, 1),))

    assert told == RoutingFailed(
        order_id=ORDER,
        round=1,
        attempt=1,
        reason="MUG-1: 2 wanted, but the active warehouses have only 1.",
    )
    assert not building.fulfillments.orders


def test_the_same_attempt_asked_twice_is_planned_once_and_answered_twice(
    building: Building,
) -> None:
    command = a_route(a_line())

    first, again = building.send_route(command), building.send_route(command)

    assert first == again
    assert statuses(building) == ["scheduled"]


def test_a_failed_attempt_is_thought_over_when_it_is_asked_again(building: Building) -> None:
    command = a_route(a_line(), levels=(level("MUC", MUG, 1),))
    failed = building.send_route(command)
    building.floor.add(a_warehouse("MUC"))

    routed = building.send_route(command)

    assert isinstance(failed, RoutingFailed)
    assert isinstance(routed, OrderRouted)
    assert [planned.warehouse_id for planned in routed.fulfillments] == ["MUC"]


def test_a_later_attempt_replaces_the_plan_of_the_one_before(building: Building) -> None:
    building.route(a_line())
    told = building.route(a_line(), attempt=2, levels=(level("HAM", MUG, 1),))

    assert told.attempt == 2
    assert [planned.warehouse_id for planned in told.fulfillments] == ["HAM"]
    assert statuses(building) == ["canceled", "scheduled"]


def test_an_attempt_that_comes_after_a_later_one_is_ignored(building: Building) -> None:
    building.route(a_line(), attempt=2)
    building.work.sent.clear()

    assert building.route(a_line(), attempt=1) is None
    assert statuses(building) == ["scheduled"]


def test_goods_that_are_being_picked_are_not_planned_a_second_time(building: Building) -> None:
    building.opened(a_line())

    told = building.route(a_line(), attempt=2)

    assert told.reason == "Round 1 is being picked already."
    assert statuses(building) == ["open"]


def test_a_second_round_leaves_the_first_one_alone(building: Building) -> None:
    building.opened(a_line())
    building.route(a_line(), round=2)

    assert statuses(building) == ["open", "scheduled"]


def test_opening_twice_opens_once_and_says_nothing(building: Building) -> None:
    order = building.opened(a_line())
    building.open(order.fulfillment_order_id)

    assert order.status == "open"
    assert building.work.sent == []


def test_a_canceled_order_is_never_routed_even_if_the_cancellation_comes_first(
    building: Building,
) -> None:
    canceled = cancel(building)
    told = building.route(a_line())

    assert canceled == FulfillmentCanceled(order_id=ORDER)
    assert told.reason == "The order was canceled before it was routed."
    assert not building.fulfillments.orders


def test_canceling_an_order_stops_the_plans_of_all_attempts_and_rounds(building: Building) -> None:
    building.opened(a_line())
    building.route(a_line(), round=2)
    building.route(a_line(), round=2, attempt=2)

    cancel(building)

    assert statuses(building) == ["canceled", "canceled", "canceled"]


def test_canceling_one_fulfillment_order_leaves_the_others(building: Building) -> None:
    told = building.route(
        a_line(MUG), a_line(SHIRT), levels=(level("BER", MUG, 1), level("HAM", SHIRT, 1))
    )
    one = told.fulfillments[0].fulfillment_order_id

    assert cancel(building, one) == cancel(building, one)
    assert cancel(building, one).fulfillment_order_id == one
    assert statuses(building) == ["canceled", "scheduled"]


def test_canceling_a_fulfillment_order_that_never_was_is_answered_all_the_same(
    building: Building,
) -> None:
    unknown = "ful_" + "0" * 26

    assert cancel(building, unknown).fulfillment_order_id == unknown


def test_opening_after_the_cancellation_tells_that_it_is_canceled(building: Building) -> None:
    planned = building.route(a_line()).fulfillments[0].fulfillment_order_id
    cancel(building)
    building.open(planned)

    assert building.work.sent[-1] == FulfillmentCanceled(
        order_id=ORDER, fulfillment_order_id=planned
    )


def test_opening_what_was_never_planned_is_refused(building: Building) -> None:
    with pytest.raises(NotFound, match="There is no fulfillment order ful_x"):
        building.open("ful_x")
