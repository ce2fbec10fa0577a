"""Bad input is told what is wrong with it, through the whole system, and leaves nothing behind."""

import json

import pytest
import requests

from local.client import Refusal
from local.journey import order_body

GOOD = order_body([("MUG-RED", 1, 1290)])


def changed(**more):
    return GOOD | more


def line(**more):
    return changed(lines=[GOOD["lines"][0] | more])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (line(sku="NO-SUCH"), 422, "lines[0].sku"),
        (line(quantity=-1), 422, "lines[0].quantity"),
        (line(quantity=0), 422, "lines[0].quantity"),
        (line(quantity=1.5), 422, "lines[0].quantity"),
        (line(quantity="1"), 422, "lines[0].quantity"),
        (line(color="red"), 422, "lines[0].color"),
        (line(discount=99999), 422, "lines[0].discount"),
        (changed(currency="EURO"), 422, "currency"),
        (changed(currency="XXX"), 422, "currency"),
        (changed(total=1), 422, "total"),
        (changed(lines=[]), 422, "lines"),
        (changed(coupon="SUMMER"), 422, "coupon"),
        (changed(payment={"method": "magic"}), 422, "payment.method"),
        (changed(ship_to={**GOOD["ship_to"], "country": "Germany"}), 422, "ship_to.country"),
        (changed(customer={"email": "not an address"}), 422, "customer.email"),
        (changed(tags=["a,b"]), 422, "tags[0]"),
    ],
)
def test_a_bad_order_is_refused_by_field_and_not_kept(body, status, field, api, rows):
    before = rows("orders", "select count(*) from orders")[0][0]

    with pytest.raises(Refusal) as refused:
        api.post("/orders", body)

    problem = refused.value.problem
    assert refused.value.status == status
    assert field in [error["field"] for error in problem["errors"]], problem
    assert all(error["detail"] for error in problem["errors"])
    assert rows("orders", "select count(*) from orders")[0][0] == before


@pytest.mark.parametrize(
    ("raw", "status", "kind"),
    [
        (b'{"currency": "EUR", ', 400, "/problems/malformed"),
        (b"[1, 2]", 400, "/problems/malformed"),
        (b'{"note": "\xff"}', 400, "/problems/malformed"),
        (b"[" * 100_000, 400, "/problems/malformed"),
        (b'{"note": "' + b"x" * 1_100_000 + b'"}', 413, "/problems/too-large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(raw, status, kind, api, rows):
    before = rows("orders", "select count(*) from orders")[0][0]

    answer = api.session.post(
        f"{api.url}/orders", data=raw, headers={"Content-Type": "application/json"}, timeout=30
    )

    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == kind
    assert rows("orders", "select count(*) from orders")[0][0] == before


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/carriers/sandbox",
        "/webhooks/payments/sandbox",
        "/webhooks/channels/shopify-shop",
    ],
)
def test_a_forged_webhook_is_refused(path, api):
    secret = "the-real-secret"
    shop = {
        "kind": "shopify", "name": "Shop", "base_url": "http://127.0.0.1:9",
        "access_token": "token", "webhook_secret": secret,
    }  # fmt: skip
    api.put("/channels/shopify-shop", shop)
    forged = {
        "X-Signature": "0" * 64,
        "X-Shopify-Hmac-Sha256": "AAAA",
        "X-Shopify-Topic": "orders/create",
        "Content-Type": "application/json",
    }

    answer = requests.post(f"{api.url}{path}", data=json.dumps(GOOD), headers=forged, timeout=30)

    assert answer.status_code == 401, answer.text
    assert answer.json()["type"] == "/problems/bad-signature"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/orders/ret_00000000000000000000000000", None),
        ("GET", "/orders/ord_00000000000000000000000000", None),
        ("POST", "/orders/ord_00000000000000000000000000/cancellation", {"reason": "x"}),
        ("POST", "/orders/lin_00000000000000000000000000/notes", {"text": "x"}),
        ("GET", "/returns/ord_00000000000000000000000000", None),
        ("GET", "/skus/NO-SUCH", None),
    ],
)
def test_an_id_of_something_else_is_not_found(method, path, body, api):
    answer = api.session.request(method, f"{api.url}{path}", json=body, timeout=30)

    assert answer.status_code == 404, answer.text
    assert answer.json()["type"] == "/problems/not-found"
    assert path.split("/")[2] in answer.json()["detail"]


def test_a_move_that_the_state_does_not_allow_is_refused(staff, api):
    order_id = api.post("/orders", GOOD)["order_id"]
    staff.allocated(order_id)
    api.post(f"/orders/{order_id}/cancellation", {"reason": "changed my mind"})
    page = staff.wait_for(order_id, "canceled", lambda p: p["order"]["status"] == "canceled")

    with pytest.raises(Refusal) as refused:
        api.post(f"/orders/{order_id}/cancellation", {"reason": "again"})

    assert refused.value.status == 409
    assert refused.value.problem["type"] == "/problems/illegal-move"
    after = staff.page(order_id)
    assert after["order"]["version"] == page["order"]["version"]


def test_a_wrong_scan_is_refused_and_counts_nothing(staff, api):
    order_id = api.post("/orders", GOOD)["order_id"]
    fulfillment = staff.allocated(order_id)["fulfillments"][0]
    where = f"/fulfillments/{fulfillment['fulfillment_order_id']}"
    other = api.get("/skus/BOOK-RED")["data"]["barcodes"][0]
    scan = {"barcode": other, "bin": fulfillment["lines"][0]["bin"], "quantity": 1, "scan_id": "s1"}

    with pytest.raises(Refusal) as refused:
        api.post(f"{where}/scans", scan)

    assert refused.value.status == 422
    assert refused.value.problem["errors"][0]["field"] == "barcode"
    assert api.get(where)["lines"][0]["picked"] == 0
