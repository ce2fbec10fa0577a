"""How does an order go to the customer and partly come back, as the drills take it?"""

import uuid
from collections.abc import Callable
from typing import Any

import requests

from local.client import Client, Refusal
from local.journey import Staff, order_body, until
from tests.faults.shops import Outlet

Between = Callable[[str], None]
UNAVAILABLE = 503
LAST_TOLD = frozenset({"return received", "refunded", "return completed"})
PATIENCE_SECONDS = 600  # a process may die many times on the way


def back_and_forth(
    api: Client, staff: Staff, till: str, sku: str, between: Between = lambda _stage: None
) -> Any:
    """Take an order of two pieces to the customer and one of them back; return its page.

    `between` is called before people do something: place, packing, handover, delivery,
    return label, return goods.
    """
    between("place")
    body = order_body([(sku, 2, 500)], channel=till, channel_order_id=f"till-{sku}")
    order_id = api.post("/orders", body)["order_id"]
    return there_and_back(staff, order_id, between)


def sold_by(shop: Outlet, api: Client, staff: Staff, number: str) -> Any:
    """Take an order of two pieces that a shop posts to its customer, and one back."""
    shop.sell(number, [2], 500)

    def told() -> bool:
        try:
            shop.tell(api, "orders/paid", number, event_id=f"sold-{number}")
        except requests.RequestException:
            return False  # nobody answered: it is told again, as the same event
        except Refusal as refusal:
            if refusal.status != UNAVAILABLE:
                raise
            return False
        return True

    until("the shop's order is taken", told, within=PATIENCE_SECONDS)
    found = until(
        "the shop's order is accepted",
        lambda: api.get("/orders", text=number)["orders"],
        within=PATIENCE_SECONDS,
    )
    return there_and_back(staff, found[0]["order_id"])


def there_and_back(staff: Staff, order_id: str, between: Between = lambda _stage: None) -> Any:
    """Take an order that was accepted to the customer, and one piece back; return its page."""
    page = staff.allocated(order_id)
    between("packing")
    for fulfillment in page["fulfillments"]:  # they see their own list, whoever else is away
        staff.pack(staff.pick(fulfillment))
    staff.wait_for(
        order_id, "labels bought",
        lambda p: p["shipments"] and all(s["state"] != "pending" for s in p["shipments"]),
    )  # fmt: skip
    between("handover")
    staff.hand_over(order_id)
    between("delivery")
    page = staff.deliver(order_id)
    between("return label")
    _one_back(staff, order_id, page["order"]["lines"][0]["line_id"], between)
    staff.wait_for(
        order_id, "return in history",
        lambda p: {h["action"] for h in p["history"]} >= LAST_TOLD,
    )  # fmt: skip
    return staff.whole(order_id)  # a page's history may be younger than its order


def _one_back(staff: Staff, order_id: str, line_id: str, between: Between) -> None:
    api = staff.api
    wish = {"lines": [{"line_id": line_id, "quantity": 1, "reason": "unwanted"}]}
    where = f"/returns/{api.post(f'/orders/{order_id}/returns', wish)['return_id']}"
    until("return label", lambda: api.get(where)["tracking_number"], within=PATIENCE_SECONDS)
    between("return goods")
    arrived = {"line_id": line_id, "quantity": 1}
    receipt = {"receipt_id": uuid.uuid4().hex, "warehouse_id": "berlin", "lines": [arrived]}
    api.post(f"{where}/receipts", receipt)
    found = {**arrived, "grade": "A", "disposition": "restock"}
    api.post(f"{where}/inspection", {"lines": [found]})
    until(
        "return completed", lambda: api.get(where)["status"] == "completed", within=PATIENCE_SECONDS
    )
