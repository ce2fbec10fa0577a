"""Whatever customers, shops and colleagues write is text, on every page of the console.

It has a system of its own: addresses and names of this kind would be in the way of other tests.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from chassis.testing import eventually
from local import admin, catalogue
from local.browser import DESK, Browser, Person
from local.client import Client
from local.journey import Staff, order_body
from local.pages import all_pages, make_examples
from local.supervisor import System
from tests.integration.console.planting import Planter, every_text

SKU, WAREHOUSE, CUSTOMER = "PLANTED", "planted", "ada@example.com"
HERE = {"country": "DE"}
MONEY = {"amount": 100, "currency": "EUR"}
READ = "return document.documentElement.textContent"
MADE = """
return [...document.querySelectorAll('script:not([src]), img[src=x], svg[onload], [href^="java"]')]
  .map((one) => one.outerHTML)
"""
RAN = "return window.ran || 0"
KEPT_NOWHERE = {
    "it is asked with, and never shown": {
        "POST /login", "POST /password-resets/{token}", "PUT /session/password",
        "POST /orders/counts", "POST /orders/{order_id}/edits/preview", "POST /rates",
        "POST /password-resets",
    },
    "it has to be what something is called that there is": {
        "POST /fulfillments/{fulfillment_order_id}/packages",
        "POST /fulfillments/{fulfillment_order_id}/shortages",
        "PUT /channels/{channel}/listings/{listing}", "POST /manifests",
    },
    "it is a file, of which is kept what it says": {
        "POST /bank-statements", "POST /payment-accounts/{account}/settlement-check",
    },
    "its reason is kept in the history as that of a hold is": {
        "DELETE /orders/{order_id}/holds/{hold_id}", "POST /orders/{order_id}/decisions",
        "POST /exceptions/{exception_id}/decisions", "POST /returns/{return_id}/decisions",
    },
}  # fmt: skip
NOTHING_IS_ASKED_FOR = {"PUT /payment-accounts/{account} settings[].value"}
SHOWN = {
    "POST /orders customer.name", "POST /orders ship_to.line1", "POST /orders note",
    "POST /orders/{order_id}/notes text", "POST /orders/{order_id}/holds note",
    "POST /orders/{order_id}/cancellation reason", "POST /orders/{order_id}/edits ship_to.city",
    "POST /orders/{order_id}/returns note", "POST /returns/{return_id}/refusal reason",
    "PUT /skus/{sku} name", "POST /skus/{sku}/adjustments note", "PUT /channels/{channel} name",
    "PUT /warehouses/{warehouse_id} name", "PUT /carrier-accounts/{account} name",
    "PUT /users/{user_id} name", "PUT /order-views/{view_id} name", "POST /orders tags[]",
    "PUT /webhook-subscriptions/{subscription_id} description",
}  # fmt: skip


class World(NamedTuple):
    """A system in which everything is called by markup."""

    url: str
    me: Person
    planter: Planter
    examples: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    state = tmp_path_factory.mktemp("oms")
    with System(state, print, prefix="oms_text", own_broker=True) as system:
        catalogue.load(system.gateway_url, system.api_key, print)
        me = Person(admin.EMAIL, admin.password(system))
        api = Client(system.gateway_url, system.api_key)
        plant = Planter(api)
        yield World(system.gateway_url, me, plant, planted(plant, api, Staff(api, patience=120)))


def planted(plant: Planter, api: Client, staff: Staff) -> dict[str, str]:
    """Plant markup wherever a text goes; give something for each page to show."""
    examples = make_examples(api, staff)
    goods(plant)
    plant("POST", "/gift-cards", {"amount": MONEY})
    shipped, held, canceled = (an_order(plant)["order_id"] for _ in range(3))
    plant("POST", "/orders/{order_id}/cancellation", {}, order_id=canceled)
    about = {"order_id": held}
    staff.allocated(held)
    line = {"sku": SKU, "quantity": 1, "unit_price": 1290}
    edit = {"ship_to": HERE, "bill_to": HERE, "added": [line]}
    plant("POST", "/orders/{order_id}/edits", edit, **about)
    staff.wait_for(held, "edited", lambda p: any(h["action"] == "edited" for h in p["history"]))
    plant("POST", "/orders/{order_id}/notes", {}, **about)
    plant("POST", "/orders/{order_id}/tags", {"add": [...], "remove": [...]}, **about)
    plant("POST", "/orders/{order_id}/holds", {}, **about)
    picking = an_order(plant)["order_id"]
    to_pick = staff.allocated(picking)["fulfillments"][0]
    part = {"fulfillment_order_id": to_pick["fulfillment_order_id"]}
    plant("POST", "/fulfillments/{fulfillment_order_id}/pick", {}, **part)
    scan = {"barcode": SKU, "bin": SKU}
    plant("POST", "/fulfillments/{fulfillment_order_id}/scans", scan, **part)
    page = staff.ship_whole(shipped)
    sold = page["order"]["lines"][0]["line_id"]
    refund = {"amount": MONEY}
    plant("POST", "/orders/{order_id}/refunds", refund, order_id=shipped)
    back = returns(plant, api, shipped, sold)
    paid = an_order(plant, method="bank_transfer")["order_id"]
    transfer = {"amount": MONEY, "method": "bank_transfer"}
    plant("POST", "/orders/{order_id}/payments", transfer, order_id=paid)
    job = jobs(plant, held)
    begun = a_file(api)
    a_statement(plant, api)
    a_courier(plant, staff)
    settings(plant)
    return {
        **examples,
        "orderId": held,
        "fulfillmentOrderId": part["fulfillment_order_id"],
        "shipmentId": page["shipments"][0]["shipment_id"],
        "returnId": back,
        "importId": begun["import_id"],
        "jobId": job["job_id"],
        "inventory/*": f"inventory/{SKU}",
        "*": "no-such-page",
        "canceledId": canceled,
        "shippedId": shipped,
    }


def goods(plant: Planter) -> None:
    size = {"length_mm": 100, "width_mm": 80, "height_mm": 40}
    body = {"dimensions": size, "weight_g": 200, "barcodes": [SKU]}
    plant("PUT", "/skus/{sku}", body, sku=SKU)
    shelf = {"zone": "T", "sequence": 1, "sku": SKU}
    plant("PUT", "/warehouses/{warehouse_id}/bins/{bin}", shelf, warehouse_id="berlin", bin=SKU)
    at = {"warehouse_id": "berlin"}
    plant("POST", "/skus/{sku}/receipts", {**at, "quantity": 50}, sku=SKU)
    lost = {**at, "change": -1, "reason": "other"}
    plant("POST", "/skus/{sku}/adjustments", lost, sku=SKU)
    plant("PUT", "/warehouses/{warehouse_id}", {"address": HERE}, warehouse_id=WAREHOUSE)
    plant("PUT", "/return-policy", {
        "return_to": HERE, "approve_automatically": False, "warehouse_id": "berlin",
        "final_sale": [...],
    })  # fmt: skip


def an_order(plant: Planter, method: str = "card") -> Any:
    body = order_body([(SKU, 2, 1290)])
    pays = {"method": method, "account": ""} | ({"token": "tok_ok"} if method == "card" else {})
    more = {"payment": pays, "ship_to": HERE, "bill_to": HERE, "customer": {}, "tags": [...]}
    return plant("POST", "/orders", {**body, **more})


def jobs(plant: Planter, order_id: str) -> Any:
    """Jobs with each of the texts that some kind of them takes."""
    nothing = {"reason": "", "note": "", "text": "", "filter": None, "order_ids": [order_id]}
    of_any = {"status": "", "payment_status": "", "fulfillment_status": ""}
    plant("POST", "/jobs", {**nothing, "kind": "export_skus", "order_ids": [], "skus": {}})
    for kind, texts in (("hold", {"reason", "note"}), ("note", {"text"}), ("tag", {"filter"})):
        body = {name: value for name, value in nothing.items() if name not in texts}
        if kind == "tag":
            body |= {"filter": of_any, "order_ids": [], "tags": ["planted"]}
        made = plant("POST", "/jobs", {"kind": kind, **body})
        if kind == "hold":
            job = made
    return job


def returns(plant: Planter, api: Client, order_id: str, line_id: str) -> str:
    """Returns of one order: declined, called off, and received."""
    lines = {"lines": [{"line_id": line_id, "quantity": 1, "reason": "other"}]}
    for end in ("refusal", "cancellation", "approval"):
        opened = plant("POST", "/orders/{order_id}/returns", lines, order_id=order_id)
        about = {"return_id": opened["return_id"]}
        plant("POST", f"/returns/{{return_id}}/{end}", {}, **about)
    where = f"/returns/{opened['return_id']}"
    eventually(lambda: api.get(where)["tracking_number"], within=120)
    arrived = [{"line_id": line_id, "quantity": 1}]
    receipt = {"warehouse_id": "berlin", "lines": arrived}
    plant("POST", "/returns/{return_id}/receipts", receipt, **about)
    return str(opened["return_id"])


def a_file(api: Client) -> Any:
    """A file of orders: listings that nobody knows, and a row that cannot be read."""
    api.put("/channels/files", {"kind": "csv", "name": "Files"})
    tag = "<svg/onload=ran=999>"
    rows = [
        "order_id,sku,quantity,unit_price,name,line1,city,country",
        f"{tag},{tag},1,9.00,{tag},{tag},{tag},DE",
        f"other,{tag},{tag},{tag},{tag},{tag},{tag},{tag}",
    ]
    headers = {"Content-Type": "text/csv"}
    data = "\n".join(rows).encode()
    begun = api.post("/channels/files/imports", data=data, headers=headers)
    where = f"/imports/{begun['import_id']}"
    eventually(lambda: api.get(where)["state"] == "completed", within=120)
    return begun


def a_statement(plant: Planter, api: Client) -> None:
    """A transfer that is for no order, put aside."""
    tag = "<svg/onload=ran=998>"
    statement = f"date;amount;name;text\n2026-03-02;99,99;{tag};{tag}\n"
    api.post("/bank-statements", {"content": statement})
    (transfer,) = api.get("/bank-transfers")["transfers"]
    about = {"transfer_id": transfer["transfer_id"]}
    plant("POST", "/bank-transfers/{transfer_id}/dismissal", {}, **about)


def a_courier(plant: Planter, staff: Staff) -> None:
    """A parcel of a local courier, scanned by hand."""
    level = {"service": "standard", "fulfilled_by": ["standard"]}
    prices = [{"name": "rates", "value": "standard; DE, FR; 31.5=4.90; 2"}]
    courier = {"kind": "table_rate", "services": [level], "configuration": prices}
    plant("PUT", "/carrier-accounts/{account}", courier, account="courier")
    order = an_order(plant)["order_id"]
    staff.pick_and_pack(order)
    staff.hand_over(order)
    shipment = staff.whole(order)["shipments"][0]
    scan = {"tracking_number": shipment["parcels"][0]["tracking_number"], "status": "in_transit"}
    about = {"shipment_id": shipment["shipment_id"]}
    plant("POST", "/shipments/{shipment_id}/scans", scan, **about)


def settings(plant: Planter) -> None:
    """What is set up, last: with the first account the sandbox carries nothing any more."""
    terms = {"credit_limit": MONEY}
    plant("PUT", "/customers/{customer}/terms", terms, customer=CUSTOMER)
    pace = [{"name": "requests_a_second", "value": "2"}]
    shop = {"kind": "shopify", "base_url": "https://shop.invalid", "location_id": "1"}
    shop |= {"settings": pace}
    plant("PUT", "/channels/{channel}", shop, channel="planted")
    user = {"roles": [{"role": "picker"}], "language": "en"}
    made = plant("POST", "/users", user)
    plant("PUT", "/users/{user_id}", user, user_id=made["user_id"])
    hook = {"url": "https://hooks.example.com/in", "events": ["order.placed"]}
    made = plant("POST", "/webhook-subscriptions", hook)
    about = {"subscription_id": made["subscription_id"]}
    plant("PUT", "/webhook-subscriptions/{subscription_id}", hook, **about)
    any_state = {"status": "", "payment_status": "", "fulfillment_status": ""}
    made = plant("POST", "/order-views", {"filter": any_state, "shared": True})
    about = {"view_id": made["view_id"]}
    plant("PUT", "/order-views/{view_id}", {"filter": any_state, "shared": True}, **about)
    plant("POST", "/api-keys", {"name": "planted", "scopes": ["orders.read"]})
    level = {"service": "standard", "fulfilled_by": ["standard"]}
    carrier = {"kind": "sandbox", "services": [level], "configuration": []}
    plant("PUT", "/carrier-accounts/{account}", carrier, account="planted")
    secret = {"name": "webhook_secret", "value": "a-secret-of-ours"}
    pays = {"kind": "sandbox", "mode": "test", "settings": [], "secrets": [secret]}
    plant("PUT", "/payment-accounts/{account}", pays, account="planted")


def test_markup_was_planted_into_every_text_that_the_api_takes(world: World) -> None:
    elsewhere = set().union(*KEPT_NOWHERE.values())
    texts = {text for text in every_text() if text.rpartition(" ")[0] not in elsewhere}

    assert texts - world.planter.planted == NOTHING_IS_ASKED_FOR


@pytest.mark.timeout(900)
def test_whatever_people_write_is_shown_as_text_on_every_page(driver: Any, world: World) -> None:
    browser = Browser(driver, world.url)
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.size(*DESK)
    browser.go()
    browser.enter(world.me)
    seen: set[int] = set()
    found: list[tuple[str, Any]] = []

    def look(name: str) -> None:
        seen.update(int(one) for one in re.findall(r"ran=(\d+)", driver.execute_script(READ)))
        made = driver.execute_script(MADE)
        found.extend([(name, made)] if made else [])
        found.extend([(name, "ran")] if driver.execute_script(RAN) else [])

    addresses = [page.address for page in all_pages(world.examples)]
    addresses += [f"orders/{world.examples[which]}" for which in ("canceledId", "shippedId")]
    for address in addresses:
        browser.go(address)
        browser.settled()
        for tab in range(max(1, len(browser.tabs))):
            if browser.tabs:
                browser.tabs[tab].click()
                browser.settled()
            look(address)

    shown = {world.planter.marks[number] for number in seen if number in world.planter.marks}
    assert found == []
    assert browser.complaints == []
    assert SHOWN - shown == set()
    assert 999 in seen  # of the file
