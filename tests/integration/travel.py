"""How does an order go to the customer and partly come back, as the drills take it?"""

from collections.abc import Callable
from typing import Any

from local.client import Client
from local.journey import Staff, order_body


def back_and_forth(
    api: Client,
    staff: Staff,
    till: str,
    sku: str,
    between: Callable[[str], None] = lambda _stage: None,
) -> Any:
    """Take an order of two pieces to the customer and one of them back; return its page."""
    between("place")
    body = order_body([(sku, 2, 500)], channel=till, channel_order_id=f"till-{sku}")
    order_id = api.post("/orders", body)["order_id"]
    for stage in (staff.allocated, staff.pick_and_pack, staff.hand_over, staff.deliver):
        between(stage.__name__)
        page = stage(order_id)
    between("send_back")
    staff.send_back(order_id, [(page["order"]["lines"][0]["line_id"], 1)])
    return staff.wait_for(
        order_id, "refund in history",
        lambda p: {"refunded", "return completed"} <= {h["action"] for h in p["history"]},
        within=60,
    )  # fmt: skip
