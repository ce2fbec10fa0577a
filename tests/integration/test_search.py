"""Is an order found in one box by each of the eleven things that somebody may know of it?"""

from uuid import uuid4

from chassis.testing import eventually
from local.journey import order_body


def test_an_order_is_found_by_whatever_somebody_knows_of_it(api, staff, new_sku):
    one = uuid4().hex[:10]
    sku, email = new_sku(berlin=5), f"{one}@example.com"
    agreed = {"credit_limit": {"amount": 100_000, "currency": "EUR"}, "net_days": 14}
    api.put(f"/customers/{email}/terms", agreed)
    body = order_body(
        [(sku, 1, 900)], payment={"method": "invoice"}, channel_order_id=f"X-{one}",
        customer={"email": email, "name": f"Name{one} Reader", "phone": f"+49{int(one, 16)}"},
    )  # fmt: skip
    body["ship_to"]["postcode"] = f"P{one[:7]}"
    order_id = api.post("/orders", body)["order_id"]
    other = api.post("/orders", order_body([(new_sku(berlin=5), 1, 900)]))["order_id"]
    page = staff.pick_and_pack(order_id)
    staff.hand_over(order_id)  # it is owed, so it is not completed
    order = page["order"]
    line = order["lines"][0]["line_id"]
    back = {"lines": [{"line_id": line, "quantity": 1, "reason": "unwanted"}]}
    rma = api.post(f"/orders/{order_id}/returns", back)["return_id"]
    tracking = page["shipments"][0]["parcels"][0]["tracking_number"]
    invoice = eventually(lambda: _invoice(api, order_id), within=30)

    known = {
        "number": str(order["number"]),
        "external id": f"X-{one}",
        "e-mail": email,
        "phone": f"+49{int(one, 16)}",
        "name": f"name{one}",
        "postcode": f"p{one[:7]}",
        "SKU": sku,
        "barcode": f"B{sku}",
        "tracking": tracking,
        "RMA": rma,
        "invoice": f"{invoice} {one}",  # the numbers of invoices are short: many have such a word
    }
    for what, text in known.items():
        found = eventually(lambda text=text: _found(api, text), within=30)
        assert order_id in found, what
        assert other not in found, what


def _invoice(api, order_id):
    told = [line["reason"] for line in api.get(f"/orders/{order_id}")["history"]]
    return next((why.removeprefix("invoice ") for why in told if why.startswith("invoice ")), "")


def _found(api, text):
    return [row["order_id"] for row in api.get("/orders", text=text)["orders"]]
