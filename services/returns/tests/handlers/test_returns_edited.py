"""An order goes elsewhere than was told first: what comes back comes from there."""

import pytest

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


def test_an_edit_that_overtakes_its_order_comes_again() -> None:
    with pytest.raises(NotYet):
        handlers.on_edited(edited(placed(a_line()).order_id, 1, "Bob"), Desk().returns)
