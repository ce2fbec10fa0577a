"""What becomes of script that somebody stored in a text? It is shown as text, and never runs.

Every text that the API takes of an order, a return, a SKU, a warehouse and a view is such a script;
each page that shows one is opened in a real browser. A script that ran would set a mark in the
page, ask for an address of ours, or open a dialog.
"""

import email
import email.policy

import pytest
from selenium.common.exceptions import NoAlertPresentException

from chassis.testing import eventually
from local.browser import Browser
from local.journey import order_body

RUN = "window.stolen=1;alert(1)"
TAGS = f"<script>{RUN}</script>"
BREAKOUT = f"\"'><img src=x onerror={RUN}>"
LINK = f"javascript:{RUN}"


def hostile(what: str, script: str = BREAKOUT) -> str:
    return f"{what} {script}"


@pytest.fixture
def written(api, staff):
    """An order, shipped and partly sent back, with script wherever there may be text."""
    number = f"S{id(object())}"
    sku = f"SCRIPT-{number}"
    size = {"length_mm": 100, "width_mm": 80, "height_mm": 40}
    named = {"name": hostile("thing", TAGS), "dimensions": size, "weight_g": 200}
    api.put(f"/skus/{sku}", named | {"barcodes": [sku]})
    where = {"zone": "T", "sequence": 901, "sku": sku}
    api.put(f"/warehouses/berlin/bins/{sku}", where)
    api.post(f"/skus/{sku}/receipts", {"warehouse_id": "berlin", "quantity": 9})
    address = {
        "name": hostile("Ada"), "company": hostile("Books", TAGS), "line1": hostile("Road"),
        "line2": hostile("Back"), "city": hostile("Berlin", TAGS), "postcode": "10969",
        "country": "DE",
    }  # fmt: skip
    body = order_body(
        [(sku, 2, 900)], ship_to=address,
        customer={"email": f"ada-{number.lower()}@example.com", "name": hostile("Ada", TAGS)},
    )  # fmt: skip
    order_id = api.post("/orders", body)["order_id"]
    api.post(f"/orders/{order_id}/notes", {"text": hostile("note") + TAGS + LINK})
    page = staff.pick_and_pack(order_id)
    list_id = page["fulfillments"][0]["fulfillment_order_id"]
    shipment = page["shipments"][0]["shipment_id"]
    page = staff.hand_over(order_id)
    line = page["order"]["lines"][0]["line_id"]
    lines = [{"line_id": line, "quantity": 1, "reason": "unwanted"}]
    back = api.post(f"/orders/{order_id}/returns", {"lines": lines})["return_id"]
    api.post("/order-views", {"name": hostile("v", "<img onerror=alert(1)>"), "filter": {}})
    return {
        "order": order_id, "sku": sku, "shipment": shipment, "return": back, "list": list_id,
        "email": body["customer"]["email"],
    }  # fmt: skip


def is_inert(browser: Browser) -> None:
    """Nothing of it ran, and nothing of it became a part of the page."""
    with pytest.raises(NoAlertPresentException):
        _ = browser.driver.switch_to.alert
    run = browser.driver.execute_script
    assert run("return window.stolen") is None
    made = "return document.querySelectorAll('img[src=x], img[onerror], a[href^=\"javascript\"]')"
    assert run(f"{made}.length") == 0
    assert run("return [...document.scripts].filter((s) => !s.src).length") == 0
    assert browser.complaints == []


def test_script_in_every_text_is_shown_as_text_on_every_page(browser, person, written):
    browser.log_in(person("admin"))
    browser.sees("Dashboard")

    for path, shown in {
        f"orders/{written['order']}": BREAKOUT,
        "orders": BREAKOUT,
        f"shipping/{written['shipment']}": "",
        f"returns/{written['return']}": TAGS,
        f"picking/{written['list']}": TAGS,
        f"packing/{written['list']}": "",
        f"inventory/{written['sku']}": TAGS,
        "inventory": "",
        "exceptions": "",
        "settings": "",
    }.items():
        browser.go(path)
        browser.sees(shown or "Orders")
        is_inert(browser)


def test_a_mail_shows_script_as_text(system, written):
    def mails():
        for file in system.mails.glob("*.eml"):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if written["email"] in str(mail["To"]):
                yield mail

    eventually(lambda: list(mails()), within=60)
    for mail in mails():
        assert not {"Injected", "Bcc"} & {name for name, _ in mail.items()}
        for part in mail.walk():
            if part.get_content_type() == "text/html":
                text = part.get_content()
                assert "<script" not in text
                assert "<img" not in text


def test_an_address_that_is_a_script_is_no_way_out(browser, person):
    for address in (LINK, f"data:text/html,{TAGS}", "//evil.example/", "https://evil.example"):
        browser.go(f"?next={address}")
        browser.sees("Password")
        browser.driver.execute_script("return 1")
        is_inert(browser)
        assert browser.driver.current_url.startswith(browser.url)
