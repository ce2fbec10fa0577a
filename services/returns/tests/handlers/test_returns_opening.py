"""A customer asks to send goods back: the policy, or a person, says yes or no."""

from typing import Any

import pytest

from chassis.errors import IllegalMove, NotFound, NotYet, Refused, Stale
from contracts.returns import (
    DecideReturn,
    OpenReturn,
    ReturnApproved,
    ReturnDeclined,
    ReturnOpened,
    ReturnRequestLine,
)
from contracts.shipping import CreateReturnLabel
from services.returns import handlers
from services.returns.domain.return_order import State
from services.returns.tests.builders import (
    MUG,
    NOW,
    SHIRT,
    Desk,
    Policy,
    a_label,
    a_line,
    an_address,
    days,
    delivered,
    packed,
    placed,
    shipped,
)


def test_a_return_within_the_policy_is_approved_at_once_and_gets_a_label() -> None:
    desk, mugs, shirt = Desk(), a_line(MUG, 2), a_line(SHIRT)
    sold = desk.sold(mugs, shirt)

    back = desk.open(sold, {mugs.line_id: 1, shirt.line_id: 1}, reason="damaged")

    assert desk.said == ["ReturnOpened", "ReturnApproved", "CreateReturnLabel"]
    assert (back.state, back.approved_at) == (State.APPROVED, NOW)
    opened = desk.last(ReturnOpened)
    assert {line.sku: line.quantity for line in opened.lines} == {MUG: 1, SHIRT: 1}
    assert (opened.reason, desk.last(ReturnApproved).by) == ("damaged", "rule:return-policy")
    label = desk.last(CreateReturnLabel)
    assert (label.ship_from.name, label.ship_to.name) == ("Ann Smith", "Shop, BER")
    assert (label.email, label.weight_g) == ("ann@example.com", 1000)


def test_goods_go_to_the_address_that_the_policy_names() -> None:
    desk, mug = Desk(return_to=an_address("Returns center")), a_line()

    desk.open(desk.sold(mug), {mug.line_id: 1})

    assert desk.last(CreateReturnLabel).ship_to.name == "Returns center"


def test_a_person_approves_where_the_policy_does_not() -> None:
    desk, mug = Desk(approve_automatically=False), a_line()
    back = desk.open(desk.sold(mug), {mug.line_id: 1})
    assert (back.state, desk.said) == (State.REQUESTED, ["ReturnOpened"])

    desk.approve(back)

    assert desk.said[1:] == ["ReturnApproved", "CreateReturnLabel"]
    assert desk.last(ReturnApproved).by == "person:ann"


def test_a_second_yes_is_refused_and_buys_no_second_label() -> None:
    desk = Desk(approve_automatically=False)
    back = desk.opened(a_line())
    desk.approve(back)

    with pytest.raises(IllegalMove, match="is approved; it cannot become approved"):
        desk.approve(back)
    assert desk.said.count("CreateReturnLabel") == 1


def test_who_decides_on_an_older_version_is_refused() -> None:
    desk = Desk(approve_automatically=False)
    back = desk.opened(a_line())
    wish = DecideReturn(return_id=back.return_id, expected_version=7)

    with pytest.raises(Stale):
        handlers.approve_return(wish, desk.work, desk.returns, desk.runs)
    assert back.state == State.REQUESTED


def test_a_return_that_is_declined_says_why_and_frees_its_pieces() -> None:
    desk, mug = Desk(approve_automatically=False), a_line()
    sold = desk.sold(mug)
    back = desk.open(sold, {mug.line_id: 1})

    desk.end(back, State.DECLINED, "worn")

    told = desk.last(ReturnDeclined)
    assert (told.status, told.reason, back.reason) == ("declined", "worn", "worn")
    assert desk.open(sold, {mug.line_id: 1}).state == State.REQUESTED


@pytest.mark.parametrize("label", [False, True])
def test_an_approved_return_can_be_called_off_until_goods_arrive(label: bool) -> None:
    desk = Desk()
    back = desk.opened(a_line())
    if label:
        desk.tell(a_label(back))

    desk.end(back)

    assert (back.state, desk.run(back).is_open) == (State.CANCELED, False)
    assert desk.last(ReturnDeclined).status == "canceled"


def test_a_return_that_is_called_off_twice_frees_its_pieces_once() -> None:
    desk, mug = Desk(), a_line(MUG, 2)
    sold = desk.sold(mug)
    back = desk.open(sold, {mug.line_id: 2})
    desk.end(back)

    with pytest.raises(IllegalMove):
        desk.end(back)
    assert desk.sale(sold).line(mug.line_id).returning == 0


def test_a_return_whose_goods_have_arrived_cannot_be_called_off() -> None:
    desk, mug = Desk(), a_line(MUG, 2)
    back = desk.open(desk.sold(mug), {mug.line_id: 2})
    desk.receive(back, {mug.line_id: 1})

    with pytest.raises(IllegalMove):
        desk.end(back)


def test_a_label_that_comes_after_the_return_was_called_off_changes_nothing() -> None:
    desk = Desk()
    back = desk.opened(a_line())
    desk.end(back)
    desk.work.sent.clear()

    desk.tell(a_label(back))

    assert (back.state, desk.said) == (State.CANCELED, [])


def test_the_policy_of_the_day_of_the_sale_holds() -> None:
    desk, mug = Desk(window_days=100), a_line()
    sold = desk.sold(mug)
    desk.returns.rules = Policy(window_days=0, final_sale=(MUG,))
    desk.work.now += days(50)

    assert desk.open(sold, {mug.line_id: 1}).state == State.APPROVED


def test_a_refused_line_leaves_no_trace_of_the_others() -> None:
    desk, mugs, shirt = Desk(final_sale=(SHIRT,)), a_line(MUG, 2), a_line(SHIRT)
    sold = desk.sold(mugs, shirt)

    with pytest.raises(Refused) as refusal:
        desk.open(sold, {mugs.line_id: 2, shirt.line_id: 1})

    assert (refusal.value.code, refusal.value.field) == ("final_sale", "lines[1].line_id")
    assert (desk.sale(sold).line(mugs.line_id).returning, desk.returns.orders) == (0, {})


def test_a_line_cannot_be_asked_for_twice_in_one_return() -> None:
    desk, mugs = Desk(), a_line(MUG, 1)
    asked = ReturnRequestLine(line_id=mugs.line_id, quantity=1, reason="other")
    wish = OpenReturn(order_id=desk.sold(mugs).order_id, lines=(asked, asked))

    with pytest.raises(Refused, match="named twice") as refusal:
        handlers.open_return(wish, desk.work, desk.returns, desk.runs)
    assert refusal.value.field == "lines"


def test_nothing_comes_back_of_an_order_that_nobody_knows() -> None:
    order = placed(mug := a_line())

    with pytest.raises(NotFound):
        Desk().open(order, {mug.line_id: 1})


def test_news_of_a_sale_may_come_twice_and_in_any_order() -> None:
    desk, mugs = Desk(), a_line(MUG, 2)
    order = placed(mugs)
    parcel = packed(order)
    news: list[Any] = [
        (handlers.on_placed, order),
        (handlers.on_packed, parcel),
        (handlers.on_shipped, shipped(parcel)),
        (handlers.on_delivered, delivered(parcel, NOW + days(2))),
    ]

    waiting = list(reversed(news))
    for _ in range(len(news)):
        still = []
        for handle, event in waiting:
            try:
                handle(event, desk.returns)
                handle(event, desk.returns)
            except NotYet:
                still.append((handle, event))
        waiting = still

    sale = desk.sale(order)
    assert (waiting, sale.delivered_at, len(sale.parcels)) == ([], NOW + days(2), 1)
    assert sale.line(mugs.line_id).shipped == 2
