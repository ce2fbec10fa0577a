"""Orders are found at each warehouse that sends them, and between two amounts."""

from datetime import timedelta
from typing import Any

from contracts.orders import OrderRef
from contracts.warehouse import OrderRouted, PlannedFulfillment
from services.orders import journeys
from services.orders.tests.builders import MUG, NOW, a_line
from services.orders.tests.db.conftest import Office
from services.orders.tests.db.test_orders_counted import counted
from services.orders.tests.db.test_orders_found import found, page_by_page


def routed(office: Office, *warehouses: str, **changes: Any) -> str:
    """Place an order of which each of these warehouses sends a mug."""
    order_id = office.place(a_line(MUG, len(warehouses)), **changes).order_id
    with office.batch(OrderRef(order_id=order_id)) as (orders, _):
        line = orders.get(order_id).lines[0]
    planned = tuple(
        PlannedFulfillment(
            fulfillment_order_id=f"ful_{warehouse}", warehouse_id=warehouse,
            lines=({"line_id": line.line_id, "sku": MUG, "quantity": 1},),
        )
        for warehouse in warehouses
    )  # fmt: skip
    told = OrderRouted(order_id=order_id, round=1, attempt=1, fulfillments=planned, decision="near")
    office.do(journeys.on_told, told, runs=True)
    return order_id


def test_an_order_is_found_at_each_warehouse_that_sends_it_newest_first(office: Office) -> None:
    old = routed(office, "BER", placed_at=NOW - timedelta(days=30))
    both = routed(office, "BER", "LYO", placed_at=NOW - timedelta(days=1))
    new = routed(office, "BER", placed_at=NOW)
    nowhere = office.place().order_id

    assert page_by_page(office, warehouse_id="BER") == [new, both, old]
    assert found(office, warehouse_id="LYO") == [both]
    assert found(office, warehouse_id="ROM") == []
    assert nowhere in found(office)
    assert counted(office, {"warehouse_id": "BER"}, {"warehouse_id": "LYO"}) == [
        (3, False), (1, False),
    ]  # fmt: skip


def test_a_warehouse_narrows_with_everything_else(office: Office) -> None:
    old = routed(office, "BER", placed_at=NOW - timedelta(days=30), tags=("vip",))
    new = routed(office, "BER", tags=("vip",), channel="shop", channel_order_id="1")
    routed(office, "LYO", tags=("vip",))
    here = {"warehouse_id": "BER"}

    assert found(office, tag="vip", **here) == [new, old]
    assert found(office, text="smi", channel="shop", **here) == [new]
    assert found(office, status="pending", **here) == [new, old]
    assert found(office, status="completed", **here) == []
    assert found(office, placed_to=NOW - timedelta(days=1), **here) == [old]
    assert found(office, channels=("shop",), **here) == [new]
    assert counted(office, {**here, "tag": "vip"}, {**here, "channel": "shop"}) == [
        (2, False), (1, False),
    ]  # fmt: skip


def test_orders_are_found_between_two_amounts_both_included(office: Office) -> None:
    ids = {
        price: office.place(a_line(MUG, 1, price - 490), tags=("vip",)).order_id
        for price in (500, 1000, 2000)
    }

    assert found(office, total_from=1000) == [ids[2000], ids[1000]]
    assert found(office, total_to=1000) == [ids[1000], ids[500]]
    assert found(office, total_from=501, total_to=1999) == [ids[1000]]
    assert found(office, total_from=0, total_to=0) == []
    assert found(office, total_from=1000, tag="vip", text="ann") == [ids[2000], ids[1000]]
    assert counted(office, {"total_from": 1000}, {"total_to": 0}) == [(2, False), (0, False)]
