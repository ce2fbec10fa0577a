"""Orders that channels hand over: kept once, answered each time, refused one by one."""

from typing import Any

from contracts.orders import ImportedOrder, ImportOrders, OrdersImported
from services.orders import handlers
from services.orders.tests.builders import MUG, SHIRT, Desk, a_line, a_wish


def import_order(desk: Desk, *lines: Any, **changes: Any) -> list[Any]:
    wish = a_wish(*lines, channel="my-shop", channel_order_id="77", **changes)
    handlers.import_orders(ImportOrders(orders=(wish,)), desk.work, desk.orders, desk.runs)
    return desk.heard()


def test_an_order_that_a_channel_hands_over_twice_is_kept_once_and_told_again(desk: Desk) -> None:
    first = import_order(desk)
    again = import_order(desk)

    kinds = [type(message).__name__ for message in first]
    assert kinds == ["OrderPlaced", "ReserveStock", "OrdersImported"]
    assert again == first[-1:]
    assert len(desk.orders.orders) == 1


def test_a_channel_is_told_why_its_order_cannot_be_taken(desk: Desk) -> None:
    assert import_order(desk, a_line("NO-SUCH")) == [
        OrdersImported(
            orders=(
                ImportedOrder(
                    channel="my-shop",
                    channel_order_id="77",
                    code="unknown_sku",
                    reason="There is no SKU NO-SUCH.",
                    field="lines[0].sku",
                ),
            )
        )
    ]


def test_one_order_that_cannot_be_taken_does_not_spoil_those_that_came_with_it(desk: Desk) -> None:
    wishes = tuple(
        a_wish(a_line(sku), channel="my-shop", channel_order_id=f"77-{sku}")
        for sku in (MUG, "NO-SUCH", SHIRT)
    )
    handlers.import_orders(ImportOrders(orders=wishes), desk.work, desk.orders, desk.runs)

    (told,) = [message for message in desk.heard() if isinstance(message, OrdersImported)]
    assert [(x.channel_order_id, x.order_id != "", x.code) for x in told.orders] == [
        (f"77-{MUG}", True, ""), ("77-NO-SUCH", False, "unknown_sku"), (f"77-{SHIRT}", True, ""),
    ]  # fmt: skip
    assert len(desk.orders.orders) == 2
