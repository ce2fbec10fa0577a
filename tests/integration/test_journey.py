"""Does an order come through all seven services to the doorstep, and back?"""

from datetime import UTC, datetime

import pytest

from chassis.testing import eventually
from local.client import Refusal
from local.journey import order_body


def test_an_order_goes_to_the_doorstep_and_partly_back(staff, api, nothing_wrong, rows):
    placed = api.post("/orders", order_body([("MUG-RED", 2, 1290), ("TEE-BLUE", 1, 1990)]))
    page = staff.ship_whole(placed["order_id"])

    line = next(x for x in page["order"]["lines"] if x["sku"] == "MUG-RED")
    done = staff.send_back(placed["order_id"], [(line["line_id"], 1)])

    assert done["refund"] == 1290
    page = staff.wait_for(
        placed["order_id"], "return in history",
        lambda p: any(h["action"] == "return completed" for h in p["history"]),
    )  # fmt: skip
    order = page["order"]
    assert (order["captured"], order["refunded"], order["payment_status"]) == (
        5060, 1290, "partially_refunded",
    )  # fmt: skip
    actions = [h["action"] for h in page["history"]]
    assert {
        "placed", "stock reserved", "payment authorized", "routed", "picked", "packed",
        "label bought", "shipped", "payment captured", "delivered", "restocked",
    } <= set(actions)  # fmt: skip
    assert [h["seq"] for h in page["history"]] == list(range(1, len(actions) + 1))
    ledger = rows(
        "payments", "select operation from sandbox.provider_ledger where key like :key"
        " or key like :capture order by at", key=f"%{placed['order_id']}%",
        capture=f"cap-{page['fulfillments'][0]['fulfillment_order_id']}%",
    )  # fmt: skip
    assert [row.operation for row in ledger] == ["authorize", "capture", "refund"]
    nothing_wrong()


def test_a_picker_is_named_with_time_and_bin(staff, api):
    placed = api.post("/orders", order_body([("BOOK-RED", 1, 700)]))
    staff.pick_and_pack(placed["order_id"])

    history = api.get(f"/orders/{placed['order_id']}/history")["lines"]

    picked = next(h for h in history if h["action"] == "picked")
    assert picked["actor"].startswith("key:")
    assert picked["after"].startswith("bin ")


def test_a_declined_card_cancels_the_order_and_frees_the_goods(staff, api, new_sku):
    sku = new_sku(berlin=1)
    payment = {"method": "card", "token": "tok_decline"}
    placed = api.post("/orders", order_body([(sku, 1, 500)], payment=payment))

    page = staff.wait_for(
        placed["order_id"], "canceled", lambda p: p["order"]["status"] == "canceled"
    )

    assert page["order"]["payment_status"] == "failed"
    assert "declined" in page["history"][-1]["reason"]
    eventually(lambda: api.get(f"/skus/{sku}")["available"] == 1)


def test_a_payment_that_takes_two_days_is_waited_for(staff, api, system, new_sku):
    sku = new_sku(berlin=1)
    payment = {"method": "card", "token": "tok_slow"}
    placed = api.post("/orders", order_body([(sku, 1, 500)], payment=payment))
    staff.wait_for(
        placed["order_id"], "pending", lambda p: p["order"]["payment_status"] == "pending"
    )

    system.move_clock(2 * 86400 + 3600)

    page = staff.allocated(placed["order_id"])
    assert page["order"]["payment_status"] == "authorized"


def test_a_bank_transfer_that_never_comes_expires_the_order(staff, api, system, new_sku):
    sku = new_sku(berlin=1)
    placed = api.post("/orders", order_body([(sku, 1, 500)], payment={"method": "bank_transfer"}))
    staff.wait_for(
        placed["order_id"], "pending", lambda p: p["order"]["payment_status"] == "pending"
    )

    system.move_clock(7 * 86400 + 60)

    staff.wait_for(placed["order_id"], "expired", lambda p: p["order"]["status"] == "expired")
    eventually(lambda: api.get(f"/skus/{sku}")["available"] == 1)


def test_a_bank_transfer_is_recorded_once(staff, api):
    placed = api.post(
        "/orders", order_body([("BOOK-RED", 1, 700)], payment={"method": "bank_transfer"})
    )
    staff.wait_for(
        placed["order_id"], "pending", lambda p: p["order"]["payment_status"] == "pending"
    )
    money = {
        "amount": {"amount": 1190, "currency": "EUR"},
        "method": "bank_transfer",
        "reference": placed["order_id"],
    }

    first = api.post(f"/orders/{placed['order_id']}/payments", money)
    again = api.post(f"/orders/{placed['order_id']}/payments", money)

    assert first["captured"] == again["captured"] == 1190
    assert staff.allocated(placed["order_id"])["order"]["captured"] == 1190


def test_an_invoice_over_the_credit_limit_is_refused(staff, api):
    customer = f"buyer-{datetime.now(UTC).timestamp()}@example.com"
    limit = {"credit_limit": {"amount": 2000, "currency": "EUR"}, "net_days": 14}
    api.put(f"/customers/{customer}/terms", limit)
    invoice = {"payment": {"method": "invoice"}, "customer": {"email": customer}, "delivery": {}}

    good = api.post("/orders", order_body([("BOOK-RED", 2, 700)], **invoice))
    staff.allocated(good["order_id"])
    bad = api.post("/orders", order_body([("BOOK-RED", 1, 700)], **invoice))

    page = staff.wait_for(bad["order_id"], "canceled", lambda p: p["order"]["status"] == "canceled")
    assert "credit limit" in page["history"][-1]["reason"]


def test_the_last_unit_is_sold_once(staff, api, new_sku):
    sku = new_sku(berlin=1)

    placed = [api.post("/orders", order_body([(sku, 1, 500)])) for _ in range(3)]

    pages = [
        staff.wait_for(
            p["order_id"], "decided",
            lambda page: page["order"]["status"] == "canceled" or page["fulfillments"],
        )
        for p in placed
    ]  # fmt: skip
    sold = [page for page in pages if page["order"]["status"] != "canceled"]
    assert len(sold) == 1
    assert api.get(f"/skus/{sku}")["available"] == 0


def test_goods_at_two_warehouses_travel_in_two_parcels(staff, api, new_sku, nothing_wrong):
    here, there = new_sku(berlin=2), new_sku(lyon=2)
    placed = api.post("/orders", order_body([(here, 1, 1000), (there, 1, 2000)]))

    page = staff.ship_whole(placed["order_id"])

    assert {f["warehouse_id"] for f in page["order"]["fulfillments"]} == {"berlin", "lyon"}
    assert page["order"]["captured"] == page["order"]["total"] == 3490
    captures = [h for h in page["history"] if h["action"] == "payment captured"]
    assert len(captures) == 2
    nothing_wrong()


def test_what_a_picker_does_not_find_comes_from_elsewhere(staff, api, new_sku, nothing_wrong):
    sku = new_sku(berlin=1, lyon=1)
    placed = api.post("/orders", order_body([(sku, 1, 1000)]))
    page = staff.allocated(placed["order_id"])
    first = page["fulfillments"][0]
    short = {"sku": sku, "quantity": 1, "reason": "not_found"}

    api.post(f"/fulfillments/{first['fulfillment_order_id']}/shortages", short)

    page = staff.wait_for(
        placed["order_id"], "sent from the other warehouse",
        lambda p: ("lyon", "open") in {(f["warehouse_id"], f["status"]) for f in p["fulfillments"]},
    )  # fmt: skip
    page = staff.ship_whole(placed["order_id"])
    assert page["order"]["lines"][0]["delivered"] == 1
    tasks = api.get("/count-tasks", warehouse_id=first["warehouse_id"])["tasks"]
    assert sku in {task["sku"] for task in tasks}
    nothing_wrong()


def exceptions(api):
    """All that is stuck, page by page: other tests move the clock and leave orders overdue."""
    after = ""
    while True:
        page = api.get("/exceptions", after=after)
        yield from page["exceptions"]
        if not (after := page["next"]):
            return


def test_what_nobody_finds_waits_for_a_person(staff, api, new_sku):
    sku = new_sku(berlin=1)
    placed = api.post("/orders", order_body([(sku, 1, 1000)]))
    first = staff.allocated(placed["order_id"])["fulfillments"][0]
    short = {"sku": sku, "quantity": 1, "reason": "damaged"}
    api.post(f"/fulfillments/{first['fulfillment_order_id']}/shortages", short)

    page = staff.wait_for(
        placed["order_id"], "backordered",
        lambda p: p["order"]["fulfillment_status"] == "backordered",
    )  # fmt: skip
    stuck = next(one for one in exceptions(api) if one["order_id"] == placed["order_id"])
    assert (stuck["kind"], stuck["owner"]) == ("run", "inventory")
    assert sku in stuck["problem"]

    api.post(f"/skus/{sku}/receipts", {"warehouse_id": "berlin", "quantity": 1})
    decision = {"decision": "retry", "reason": "it has arrived"}
    api.post(f"/exceptions/{stuck['exception_id']}/decisions", decision)
    page = staff.ship_whole(placed["order_id"])
    assert page["order"]["lines"][0]["delivered"] == 1


@pytest.mark.parametrize("token", ["tok_slow", "tok_ok"])
def test_an_order_is_canceled_before_and_after_routing(
    staff, api, new_sku, nothing_wrong, rows, token
):
    sku = new_sku(berlin=1)
    placed = api.post(
        "/orders", order_body([(sku, 1, 500)], payment={"method": "card", "token": token})
    )
    if token == "tok_ok":
        staff.allocated(placed["order_id"])
    else:
        staff.wait_for(
            placed["order_id"], "pending", lambda p: p["order"]["payment_status"] == "pending"
        )

    api.post(f"/orders/{placed['order_id']}/cancellation", {"reason": "changed my mind"})

    page = staff.wait_for(
        placed["order_id"], "canceled", lambda p: p["order"]["status"] == "canceled"
    )
    assert page["order"]["payment_status"] == "voided"
    assert api.get(f"/skus/{sku}")["available"] == 1
    ledger = rows(
        "payments",
        "select operation from sandbox.provider_ledger where key = :key",
        key=f"void-{placed['order_id']}",
    )
    assert len(ledger) == 1
    nothing_wrong()


def test_an_order_is_canceled_after_its_label_was_bought(staff, api, new_sku, nothing_wrong):
    sku = new_sku(berlin=1)
    placed = api.post("/orders", order_body([(sku, 1, 500)]))
    staff.pick_and_pack(placed["order_id"])

    api.post(f"/orders/{placed['order_id']}/cancellation", {"reason": "changed my mind"})

    page = staff.wait_for(
        placed["order_id"], "canceled", lambda p: p["order"]["status"] == "canceled"
    )
    assert page["shipments"][0]["state"] == "voided"
    eventually(lambda: api.get(f"/skus/{sku}")["available"] == 1)
    nothing_wrong()


def test_what_has_shipped_cannot_be_canceled(staff, api):
    placed = api.post("/orders", order_body([("BOOK-RED", 1, 700)]))
    staff.pick_and_pack(placed["order_id"])
    staff.hand_over(placed["order_id"])

    with pytest.raises(Refusal) as refused:
        api.post(f"/orders/{placed['order_id']}/cancellation", {"reason": "too late"})

    assert refused.value.status == 409
    assert refused.value.problem["type"] == "/problems/illegal-move"


def test_a_held_order_waits_until_the_hold_is_released(staff, api, new_sku):
    sku = new_sku(berlin=1)
    placed = api.post("/orders", order_body([(sku, 1, 500)], payment={"method": "cash"}))
    held = api.post(f"/orders/{placed['order_id']}/holds", {"reason": "check the address"})
    money = {
        "amount": {"amount": 990, "currency": "EUR"},
        "method": "cash",
        "reference": placed["order_id"],
    }
    api.post(f"/orders/{placed['order_id']}/payments", money)
    staff.wait_for(placed["order_id"], "paid", lambda p: p["order"]["captured"] == 990)
    assert staff.page(placed["order_id"])["order"]["status"] == "pending"

    api.delete(f"/orders/{placed['order_id']}/holds/{held['holds'][0]['hold_id']}")

    staff.allocated(placed["order_id"])
