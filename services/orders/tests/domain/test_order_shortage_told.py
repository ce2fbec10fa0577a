from contracts.inventory import ShortLine, StockShort
from services.orders.domain import facts
from services.orders.tests.builders import MUG, SHIRT, Desk, a_line


def test_what_is_out_of_stock_is_told_once_though_several_lines_are_about_it(desk: Desk) -> None:
    order = desk.place(a_line(MUG, 2), a_line(MUG, 1), a_line(SHIRT, 1))
    short = tuple(
        ShortLine(line_id=line.line_id, sku=line.sku, wanted=line.ordered, available=2)
        for line in order.lines
    )
    told = facts.apply(order, StockShort(order_id=order.order_id, round=1, lines=short))

    assert [(change.subject, change.before, change.after) for change in told] == [
        (MUG, "wanted 3", "available 2"),
        (SHIRT, "wanted 1", "available 2"),
    ]
