"""The journey of a return, told as conversations: what it says, and what it is answered."""

import pytest

from chassis.errors import IllegalMove
from chassis.saga import Phase
from contracts.channels import PushRefund
from contracts.inventory import RestockReturn
from contracts.payments import RefundPayment
from contracts.returns import ReturnCompleted, ReturnInspected, ReturnReceived
from contracts.values import Money
from services.returns.domain.return_order import State
from services.returns.tests.builders import (
    MUG,
    SHIRT,
    Desk,
    a_label,
    a_line,
    days,
    inspected,
    money_back,
    no_label,
    no_money,
    restocked,
)


def euros(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def test_the_goods_come_back_and_then_the_money() -> None:
    desk, mugs = Desk(), a_line(MUG, 3, paid=1000)
    back = desk.open(desk.sold(mugs), {mugs.line_id: 2})

    desk.tell(a_label(back))
    assert (back.state, back.tracking_number) == (State.LABEL_ISSUED, "R1")
    desk.receive(back, {mugs.line_id: 2})
    desk.inspect(back)
    desk.tell(restocked(back))
    desk.tell(money_back(back))

    assert desk.said == [
        "ReturnOpened", "ReturnApproved", "CreateReturnLabel", "ReturnReceived",
        "ReturnInspected", "RestockReturn", "RefundPayment", "ReturnCompleted",
    ]  # fmt: skip
    assert desk.last(RefundPayment).amount == euros(666)
    assert desk.last(RefundPayment).refund_id == back.return_id
    assert (back.state, back.refund, back.refunded) == (State.COMPLETED, 666, True)
    assert desk.run(back).phase == Phase.DONE


def test_a_return_that_came_in_part_is_refunded_in_part_and_the_rest_may_come_later() -> None:
    desk, mugs = Desk(), a_line(MUG, 3, paid=1000)
    sold = desk.sold(mugs)
    first = desk.open(sold, {mugs.line_id: 3})
    desk.receive(first, {mugs.line_id: 2})
    assert not desk.last(ReturnReceived).complete
    desk.settle(first)

    rest = desk.open(sold, {mugs.line_id: 1})
    desk.receive(rest, {mugs.line_id: 1})
    assert desk.last(ReturnReceived).complete
    desk.settle(rest)

    assert (first.refund, rest.refund) == (666, 334)
    assert [x.quantity for x in desk.last(ReturnCompleted).lines] == [1]


def test_each_piece_is_booked_in_as_it_was_found() -> None:
    desk, mugs, shirt = Desk(), a_line(MUG, 3), a_line(SHIRT)
    back = desk.open(desk.sold(mugs, shirt), {mugs.line_id: 3, shirt.line_id: 1})
    desk.receive(back, {mugs.line_id: 3, shirt.line_id: 1}, warehouse_id="HAM")

    desk.inspect(
        back,
        inspected(mugs.line_id, 1),
        inspected(mugs.line_id, 1, "refurbish", "C"),
        inspected(mugs.line_id, 1, "missing", "D"),
        inspected(shirt.line_id, 1, "scrap", "D"),
    )

    units = desk.last(RestockReturn).units
    assert {unit.warehouse_id for unit in units} == {"HAM"}
    assert [(unit.sku, unit.disposition) for unit in units] == [
        (MUG, "restock"), (MUG, "refurbish"), (MUG, "missing"), (SHIRT, "scrap"),
    ]  # fmt: skip


def test_damaged_goods_are_refunded_missing_ones_are_not_and_may_still_come() -> None:
    desk, mugs = Desk(), a_line(MUG, 2, paid=1000)
    sold = desk.sold(mugs)
    back = desk.open(sold, {mugs.line_id: 2})
    desk.receive(back, {mugs.line_id: 2})

    desk.settle(
        back, inspected(mugs.line_id, 1, "scrap", "D"), inspected(mugs.line_id, 1, "missing", "D")
    )

    assert (back.refund, desk.last(ReturnInspected).refund) == (500, euros(500))
    assert [line.quantity for line in desk.last(ReturnCompleted).lines] == [1]
    assert desk.open(sold, {mugs.line_id: 1}).state == State.APPROVED


def test_where_everything_is_missing_nothing_is_paid_and_no_channel_is_told() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug, channel="my-shop"), {mug.line_id: 1})
    desk.receive(back, {mug.line_id: 1})

    desk.inspect(back, inspected(mug.line_id, 1, "missing"))
    desk.tell(restocked(back))

    assert (back.state, back.refunded) == (State.COMPLETED, False)
    assert {"RefundPayment", "PushRefund"} & set(desk.said) == set()
    assert desk.last(ReturnCompleted).refunded == euros(0)


def test_a_gift_that_cost_nothing_comes_back_without_money() -> None:
    desk, gift = Desk(), a_line(paid=0)
    back = desk.open(desk.sold(gift), {gift.line_id: 1})
    desk.receive(back, {gift.line_id: 1})

    desk.inspect(back)
    desk.tell(restocked(back))

    assert (back.state, "RefundPayment" in desk.said) == (State.COMPLETED, False)


def test_the_channel_is_told_how_many_pieces_came_back_by_its_own_ids() -> None:
    desk, mugs = Desk(), a_line(MUG, 3, paid=999)
    back = desk.open(desk.sold(mugs, channel="my-shop"), {mugs.line_id: 3})
    desk.receive(back, {mugs.line_id: 3})

    desk.settle(back, inspected(mugs.line_id, 2), inspected(mugs.line_id, 1, "missing"))

    told = desk.last(PushRefund)
    assert (told.channel, told.channel_order_id, told.amount) == ("my-shop", "4711", euros(666))
    assert [(line.channel_line_id, line.quantity) for line in told.lines] == [("c-MUG-1", 2)]
    assert back.state == State.COMPLETED


def test_a_carrier_without_a_label_does_not_keep_goods_from_coming_back() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})

    desk.tell(no_label(back))
    assert (back.state, back.problem) == (State.APPROVED, "no carrier goes there")
    desk.receive(back, {mug.line_id: 1})
    desk.settle(back)

    assert (back.state, back.problem) == (State.COMPLETED, "")


def test_a_label_that_comes_later_after_all_ends_the_problem() -> None:
    desk = Desk()
    back = desk.opened(a_line())
    desk.tell(no_label(back))

    desk.tell(a_label(back))

    assert (back.state, back.problem, desk.run(back).step) == (State.LABEL_ISSUED, "", "goods")


def test_goods_that_come_before_their_label_are_taken_in_all_the_same() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.receive(back, {mug.line_id: 1})

    desk.tell(a_label(back))
    assert back.state == State.RECEIVED
    desk.settle(back)

    assert back.state == State.COMPLETED


def test_a_refund_that_fails_is_seen_and_ends_when_the_money_goes_after_all() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.receive(back, {mug.line_id: 1})
    desk.inspect(back)
    desk.tell(restocked(back))

    desk.tell(no_money(back))
    assert (back.state, back.problem) == (State.INSPECTED, "the account is closed")
    assert not back.refunded
    desk.tell(money_back(back))

    assert (back.state, back.problem, back.refunded) == (State.COMPLETED, "", True)


def test_answers_that_come_twice_or_too_early_change_nothing() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.tell(a_label(back))
    desk.receive(back, {mug.line_id: 1})

    desk.tell(money_back(back))
    desk.tell(restocked(back))
    assert back.state == State.RECEIVED
    desk.inspect(back)
    for _ in range(2):
        desk.tell(a_label(back))
        desk.tell(restocked(back))
    for _ in range(2):
        desk.tell(money_back(back))

    told = ("RestockReturn", "RefundPayment", "ReturnCompleted")
    assert [desk.said.count(name) for name in told] == [1, 1, 1]


def test_news_of_a_refund_that_is_no_return_is_none_of_our_business() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.returns.orders.clear()

    desk.tell(money_back(back))

    assert desk.run(back).step == "label"


def test_what_is_not_answered_is_asked_for_again() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.wake(back, days(1))
    assert desk.said.count("CreateReturnLabel") == 2
    desk.receive(back, {mug.line_id: 1})
    desk.inspect(back)

    desk.wake(back, days(1))
    desk.tell(restocked(back))
    desk.wake(back, days(1))

    assert [desk.said.count(x) for x in ("RestockReturn", "RefundPayment")] == [2, 2]


def test_a_receipt_that_is_told_twice_counts_once_whoever_asks() -> None:
    desk, mugs = Desk(), a_line(MUG, 2)
    back = desk.open(desk.sold(mugs), {mugs.line_id: 2})
    desk.receive(back, {mugs.line_id: 1}, "r1", expected_version=1)
    back.version = 2

    desk.receive(back, {mugs.line_id: 1}, "r1", expected_version=1)

    assert (back.lines[0].received, desk.said.count("ReturnReceived")) == (1, 1)


def test_a_return_is_inspected_once_and_paid_once() -> None:
    desk, mugs = Desk(), a_line(MUG, 2, paid=1000)
    sold = desk.sold(mugs)
    back = desk.open(sold, {mugs.line_id: 1})
    desk.receive(back, {mugs.line_id: 1})
    desk.settle(back)

    with pytest.raises(IllegalMove, match="is completed; it cannot become inspected"):
        desk.inspect(back)
    assert (back.refund, desk.sale(sold).refunded) == (500, 500)


def test_a_return_that_waits_for_stock_cannot_be_inspected_again() -> None:
    desk, mugs = Desk(), a_line(MUG, 2, paid=1000)
    sold = desk.sold(mugs)
    back = desk.open(sold, {mugs.line_id: 1})
    desk.receive(back, {mugs.line_id: 1})
    desk.inspect(back)

    with pytest.raises(IllegalMove):
        desk.inspect(back)
    assert desk.sale(sold).refunded == 500
