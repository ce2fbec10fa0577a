"""An edit is kept until it is answered, is shown, and a look at it before changes nothing."""

from typing import Any

import pytest

from chassis.errors import IllegalMove, Refused, Stale
from contracts.inventory import StockCommitted, StockReserved
from contracts.orders import EditOrder, FindOrders, GetHistory, LineQuantity, OrderRef
from contracts.payments import PaymentAuthorized
from contracts.values import Money, Placement, SkuQuantity
from contracts.warehouse import OrderReaddressed, OrderRouted, PlanEdited, PlannedFulfillment
from services.orders import journeys, queries
from services.orders.editing import edit_order
from services.orders.finding import find_orders
from services.orders.tests.builders import MUG, SHIRT, a_line, an_address
from services.orders.tests.db.conftest import Office

ELSEWHERE, OFFICE = an_address("Bob Jones", "20095"), an_address("Jones Ltd", "20457")


LIST = "ful_" + "1" * 26


def hear(office: Office, *told: Any) -> None:
    for message in told:
        with office.batch(message) as ports:
            journeys.on_told(message, office.work, *ports)


def planned(office: Office) -> str:
    """An order of one mug, whose picking may begin."""
    order_id = office.place(a_line(MUG, 1, 1000)).order_id
    (line,) = shown(office, order_id).lines
    place = Placement(line_id=line.line_id, sku=MUG, warehouse_id="BER", quantity=1)
    goods = SkuQuantity(line_id=line.line_id, sku=MUG, quantity=1)
    parcel = PlannedFulfillment(fulfillment_order_id=LIST, warehouse_id="BER", lines=(goods,))
    hear(
        office,
        StockReserved(order_id=order_id, round=1, placements=(place,), levels=()),
        PaymentAuthorized(
            order_id=order_id, payment_id="pay_" + "1" * 26,
            amount=Money(amount=1490, currency="EUR"),
        ),
        OrderRouted(
            order_id=order_id, round=1, attempt=1, fulfillments=(parcel,), decision="The nearest."
        ),
        StockCommitted(order_id=order_id, round=1),
    )  # fmt: skip
    return order_id


def shown(office: Office, order_id: str) -> Any:
    return office.ask(queries.get_order, OrderRef(order_id=order_id))


def test_a_look_before_tells_all_and_changes_nothing(office: Office) -> None:
    order_id = office.place().order_id
    before = shown(office, order_id)
    wish = EditOrder(order_id=order_id, reason="moved", ship_to=ELSEWHERE, bill_to=OFFICE)

    seen = office.ask(queries.preview_edit, wish)

    assert [(one.field, one.before, one.after) for one in seen.changes] == [
        ("ship_to", "Ann Smith, Main Street 1, 10115 Berlin, DE",
         "Bob Jones, Main Street 1, 20095 Berlin, DE"),
        ("bill_to", "", "Jones Ltd, Main Street 1, 20457 Berlin, DE"),
    ]  # fmt: skip
    assert (seen.version, seen.difference, seen.currency) == (before.version, 0, "EUR")
    assert seen.asks_warehouse
    only_bill = EditOrder(order_id=order_id, reason="moved", bill_to=OFFICE)
    assert not office.ask(queries.preview_edit, only_bill).asks_warehouse
    assert shown(office, order_id) == before


def test_a_look_before_refuses_what_the_edit_would_refuse(office: Office) -> None:
    order_id = office.place().order_id
    stale = EditOrder(order_id=order_id, reason="x", ship_to=ELSEWHERE, expected_version=9)
    same = EditOrder(order_id=order_id, reason="x", ship_to=shown(office, order_id).ship_to)
    with pytest.raises(Stale):
        office.ask(queries.preview_edit, stale)
    with pytest.raises(Refused, match="changes nothing"):
        office.ask(queries.preview_edit, same)
    wish = EditOrder(order_id=order_id, reason="moved", ship_to=ELSEWHERE)
    office.do(edit_order, wish, runs=True)
    with pytest.raises(IllegalMove, match="being edited"):
        office.ask(queries.preview_edit, EditOrder(order_id=order_id, reason="x", bill_to=OFFICE))


def test_a_look_before_an_edit_of_lines_tells_what_it_costs_and_changes_nothing(
    office: Office,
) -> None:
    order_id = planned(office)
    before = shown(office, order_id)
    assert {"edit", "edit_lines"} <= set(before.allowed)
    (line,) = before.lines
    wish = EditOrder(
        order_id=order_id,
        reason="more",
        lines=(LineQuantity(line_id=line.line_id, quantity=2),),
        added=(a_line(SHIRT, 1, 500, tax=95),),
    )

    seen = office.ask(queries.preview_edit, wish)

    assert [(one.sku, one.before, one.after, one.total) for one in seen.lines] == [
        (MUG, 1, 2, 2000), (SHIRT, 0, 1, 595)
    ]  # fmt: skip
    assert (seen.difference, seen.total, seen.tax, seen.delivery) == (1595, 3085, 95, 490)
    assert (seen.settlement, seen.asks_warehouse) == ("held", True)
    assert [(one.field, one.before, one.after) for one in seen.changes] == [
        ("lines", f"1 × {MUG}, 0 × {SHIRT}", f"2 × {MUG}, 1 × {SHIRT}"),
        ("total", "14.90 EUR", "30.85 EUR"),
    ]
    assert shown(office, order_id) == before


def test_lines_are_as_edited_once_all_have_agreed(office: Office) -> None:
    order_id = planned(office)
    (line,) = shown(office, order_id).lines
    wish = EditOrder(
        order_id=order_id, reason="other", added=(a_line(SHIRT, 1, 500),),
        lines=(LineQuantity(line_id=line.line_id, quantity=0),),
    )  # fmt: skip
    office.do(edit_order, wish, runs=True)
    assert [one.field for one in shown(office, order_id).editing.changes] == ["lines", "total"]
    ((new,),) = office.rows("select editing->'added'->0->>'line_id' from orders")
    place = Placement(line_id=new, sku=SHIRT, warehouse_id="BER", quantity=1)
    gone = SkuQuantity(line_id=line.line_id, sku=MUG, quantity=1)
    taken = PlannedFulfillment(fulfillment_order_id=LIST, warehouse_id="BER", lines=(gone,))

    hear(
        office,
        StockReserved(order_id=order_id, round=2, placements=(place,), levels=()),
        PlanEdited(order_id=order_id, edit=1, taken=(taken,)),
    )

    after = shown(office, order_id)
    assert [(one.sku, one.ordered, one.open) for one in after.lines] == [(SHIRT, 1, 1)]
    assert (after.total, after.editing) == (990, None)
    steps = {run.saga: (run.step, run.phase) for run in after.journey}
    assert steps["addition"] == ("routing", "forward")
    assert steps["fulfillment"][1] == "done"


def test_an_edit_is_kept_until_the_warehouse_answers_and_then_is_history(office: Office) -> None:
    order_id = office.place().order_id
    before = shown(office, order_id).version
    wish = EditOrder(order_id=order_id, reason="moved", ship_to=ELSEWHERE, expected_version=before)
    office.do(edit_order, wish, runs=True)

    waiting = shown(office, order_id)
    assert (waiting.version, waiting.ship_to.name) == (before + 1, "Ann Smith")
    assert [one.field for one in waiting.editing.changes] == ["ship_to"]
    assert (waiting.editing.by, waiting.editing.reason) == ("person:ann", "moved")
    assert "edit" not in waiting.allowed
    assert ("edit", "warehouse") in [(run.saga, run.step) for run in waiting.journey]

    told = OrderReaddressed(order_id=order_id, edit=1)
    for _ in range(2):
        with office.batch(told) as ports:
            journeys.on_told(told, office.work, *ports)

    after = shown(office, order_id)
    assert (after.version, after.ship_to, after.editing) == (before + 2, ELSEWHERE, None)
    assert "edit" in after.allowed
    history = office.ask(queries.get_history, GetHistory(order_id=order_id))
    assert [(h.subject, h.reason, h.actor) for h in history.lines if h.action == "edited"] == [
        ("ship_to", "moved", "person:ann")
    ]
    found = [office.ask(find_orders, FindOrders(text=code)).orders for code in ("20095", "10115")]
    assert [len(page) for page in found] == [1, 0]
