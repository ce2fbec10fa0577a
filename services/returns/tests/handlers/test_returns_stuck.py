"""A return that cannot go on by itself says so, and goes on as a person decides."""

from typing import Any

import pytest

from chassis.errors import Refused, Stale
from chassis.saga import Phase
from contracts.channels import PushRefund
from contracts.payments import RefundPayment
from contracts.returns import ReturnCompleted, ReturnDeclined
from contracts.shipping import CreateReturnLabel
from services.returns.domain.return_order import ReturnOrder, State
from services.returns.tests.builders import (
    MUG,
    Desk,
    a_label,
    a_line,
    days,
    money_back,
    no_label,
    no_money,
    on_its_way,
    restocked,
)


def without_label(desk: Desk) -> ReturnOrder:
    back = desk.opened(a_line())
    desk.tell(no_label(back))
    return back


def without_money(desk: Desk, **changes: Any) -> ReturnOrder:
    mugs = a_line(MUG, 3, paid=1000)
    back = desk.open(desk.sold(mugs, **changes), {mugs.line_id: 2})
    desk.receive(back, {mugs.line_id: 2})
    desk.inspect(back)
    desk.tell(restocked(back))
    desk.tell(no_money(back))
    return back


def test_a_refund_that_failed_is_asked_for_again_with_its_key_and_given_once() -> None:
    desk = Desk()
    back = without_money(desk)
    assert (back.problem, back.decisions) == ("the account is closed", ("retry", "skip"))

    desk.resolve(back, "retry")
    assert (back.problem, back.decisions, back.refunded) == ("", (), False)
    desk.tell(money_back(back))
    desk.tell(money_back(back))

    asked = [message for message in desk.work.sent if isinstance(message, RefundPayment)]
    assert [(x.refund_id, x.amount.amount) for x in asked] == [(back.return_id, 666)] * 2
    assert desk.said.count("ReturnCompleted") == 1
    assert (back.state, back.refunded) == (State.COMPLETED, True)
    assert desk.last(ReturnCompleted).refunded.amount == 666


def test_a_refund_that_fails_again_waits_again() -> None:
    desk = Desk()
    back = without_money(desk)
    desk.resolve(back, "retry")

    desk.tell(no_money(back))

    assert (back.state, back.stuck, back.problem) == (
        State.INSPECTED, "refund", "the account is closed",
    )  # fmt: skip


def test_who_gives_the_money_by_hand_ends_the_return_without_any_from_us() -> None:
    desk = Desk()
    back = without_money(desk, channel="my-shop")

    desk.resolve(back, "skip")

    assert (back.state, back.refund, back.refunded) == (State.COMPLETED, 666, False)
    assert desk.last(ReturnCompleted).refunded.amount == 0
    assert desk.last(PushRefund).amount.amount == 0
    assert [line.quantity for line in desk.last(PushRefund).lines] == [2]


def test_a_label_is_asked_for_again_and_may_come() -> None:
    desk = Desk()
    back = without_label(desk)
    assert back.decisions == ("retry", "skip", "compensate")

    desk.resolve(back, "retry")
    desk.tell(a_label(back))

    assert desk.said == ["CreateReturnLabel"]
    assert (back.state, back.problem, back.decisions) == (State.LABEL_ISSUED, "", ())


def test_the_customer_may_send_the_goods_without_a_label() -> None:
    desk = Desk()
    back = without_label(desk)

    desk.resolve(back, "skip")

    assert (back.state, back.problem, desk.run(back).step) == (State.APPROVED, "", "goods")
    assert desk.said == []


def test_a_return_without_a_label_can_be_called_off_and_the_pieces_asked_for_again() -> None:
    desk = Desk()
    mug = a_line()
    sold = desk.sold(mug)
    back = desk.open(sold, {mug.line_id: 1})
    desk.tell(no_label(back))

    desk.resolve(back, "compensate", reason="the customer keeps it")

    told = desk.last(ReturnDeclined)
    assert (told.status, told.reason) == ("canceled", "the customer keeps it")
    assert (back.state, back.problem, back.decisions) == (State.CANCELED, "", ())
    assert desk.run(back).phase == Phase.DONE
    assert desk.open(sold, {mug.line_id: 1}).state == State.APPROVED


def test_what_is_booked_in_already_cannot_be_turned_back() -> None:
    desk = Desk()
    back = without_money(desk)

    with pytest.raises(Refused, match="stuck at refund; to decide is: retry, skip") as refusal:
        desk.resolve(back, "compensate")
    assert (refusal.value.code, refusal.value.field) == ("illegal_move", "decision")
    assert back.state == State.INSPECTED


@pytest.mark.parametrize("decision", ["retry", "skip", "compensate"])
def test_about_a_return_that_goes_on_by_itself_nothing_is_to_decide(decision: Any) -> None:
    desk = Desk()
    back = desk.opened(a_line())

    with pytest.raises(Refused, match="is approved and not stuck; to decide is: nothing"):
        desk.resolve(back, decision)
    assert desk.said == []


def test_who_looked_at_an_older_return_decides_nothing() -> None:
    desk = Desk()
    back = without_label(desk)

    with pytest.raises(Stale):
        desk.resolve(back, "skip", expected_version=7)
    assert back.problem == "no carrier goes there"


def test_stock_that_does_not_answer_is_shown_and_may_be_asked_again_or_left_out() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.receive(back, {mug.line_id: 1})
    desk.inspect(back)
    for _ in range(3):
        desk.wake(back, days(1))
    assert (back.problem, back.decisions) == (
        "restock: no answer after 3 tries", ("retry", "skip"),
    )  # fmt: skip

    desk.resolve(back, "retry")
    assert (back.problem, desk.said.count("RestockReturn")) == ("", 5)
    for _ in range(3):
        desk.wake(back, days(1))
    desk.resolve(back, "skip")

    assert (back.stuck, desk.said[-1]) == ("", "RefundPayment")


def test_goods_that_got_lost_on_their_way_are_shown_and_may_be_given_up() -> None:
    desk = Desk()
    back = desk.opened(a_line())
    desk.tell(a_label(back))
    desk.tell(on_its_way(back))
    desk.wake(back, days(31))
    assert (back.state, back.problem) == (State.IN_TRANSIT, "goods is overdue")
    assert back.decisions == ("compensate",)

    desk.resolve(back, "compensate", reason="the carrier has lost it")

    assert (back.state, back.problem) == (State.CANCELED, "")


def test_goods_that_come_make_a_label_that_failed_unimportant() -> None:
    desk, mug = Desk(), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    desk.tell(no_label(back))

    desk.receive(back, {mug.line_id: 1})

    assert (back.state, back.problem, back.decisions) == (State.RECEIVED, "", ())
    assert desk.run(back).step == "goods"


def test_a_return_that_is_called_off_has_no_problem_any_more() -> None:
    desk = Desk()
    back = without_label(desk)

    desk.end(back)

    assert (back.state, back.problem, back.decisions) == (State.CANCELED, "", ())


def test_what_was_decided_is_kept_with_who_and_why() -> None:
    desk = Desk()
    back = without_label(desk)

    desk.resolve(back, "retry", reason="the address is right now")

    last = [what for _, _, what in desk.runs.moves]
    assert "retry by person:ann: the address is right now" in last
    assert isinstance(desk.work.sent[-1], CreateReturnLabel)
