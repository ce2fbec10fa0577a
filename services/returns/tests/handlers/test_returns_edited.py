"""An order goes elsewhere than was told first: what comes back comes from there."""

import pytest
from msgspec.structs import replace

from chassis.errors import NotYet
from contracts.orders import OrderEdited
from contracts.shipping import CreateReturnLabel
from services.returns import handlers
from services.returns.tests.builders import Desk, a_line, an_address, placed


def edited(order_id: str, edit: int, name: str) -> OrderEdited:
    return OrderEdited(order_id=order_id, edit=edit, ship_to=an_address(name))


def test_the_label_for_a_return_is_from_where_the_goods_went() -> None:
    desk, mug = Desk(), a_line()
    sold = desk.sold(mug)
    handlers.on_edited(edited(sold.order_id, 2, "Bob"), desk.returns)
    handlers.on_edited(edited(sold.order_id, 1, "an older one"), desk.returns)

    desk.open(sold, {mug.line_id: 1})

    assert desk.last(CreateReturnLabel).ship_from.name == "Bob"


def test_what_an_edit_has_added_may_come_back_and_is_refunded_as_it_was_paid() -> None:
    desk, mug, lamp = Desk(), a_line(quantity=2, paid=2000), a_line(paid=5000)
    sold = placed(mug)
    handlers.on_placed(sold, desk.returns)
    fewer = replace(mug, quantity=1, paid=1000)
    told = OrderEdited(
        order_id=sold.order_id, edit=1, ship_to=sold.ship_to, lines=(fewer, lamp), total=6000
    )

    handlers.on_edited(told, desk.returns)
    handlers.on_edited(told, desk.returns)

    sale = desk.returns.sale(sold.order_id)
    assert [(line.quantity, line.paid) for line in sale.lines] == [(1, 1000), (1, 5000)]
    assert sale.paid == 6000
    assert sale.refund_units(lamp.line_id, 1) == 5000


def test_an_edit_that_overtakes_its_order_comes_again() -> None:
    with pytest.raises(NotYet):
        handlers.on_edited(edited(placed(a_line()).order_id, 1, "Bob"), Desk().returns)
