"""An edit is kept until it is answered, is shown, and a look at it before changes nothing."""

from typing import Any

import pytest

from chassis.errors import IllegalMove, Refused, Stale
from contracts.orders import EditOrder, FindOrders, GetHistory, OrderRef
from contracts.warehouse import OrderReaddressed
from services.orders import journeys, queries
from services.orders.editing import edit_order
from services.orders.finding import find_orders
from services.orders.tests.builders import an_address
from services.orders.tests.db.conftest import Office

ELSEWHERE, OFFICE = an_address("Bob Jones", "20095"), an_address("Jones Ltd", "20457")


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
