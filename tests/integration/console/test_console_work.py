"""Does an order go from the shelf to the customer and back, by what people do in the console?"""

import io

import pytest
from pypdf import PdfReader
from selenium.webdriver.common.keys import Keys

from chassis.testing import eventually
from local.journey import order_body


@pytest.fixture
def sku(new_sku):
    return new_sku(berlin=5)


def test_an_order_is_packed_with_every_item_scanned_and_handed_to_the_carrier(
    browser, person, api, staff, sku
):
    order_id = api.post("/orders", order_body([(sku, 2, 900)]))["order_id"]
    found = staff.allocated(order_id)["fulfillments"][0]
    found = staff.pick(found)

    browser.log_in(person("packer"))
    browser.sees("Pick lists")
    browser.go(f"packing/{found['fulfillment_order_id']}")
    browser.sees("Scan every item into the box")
    browser.sees(f"{found['proposed_cartons'][0]} is proposed")
    browser.scan("OTHER")
    browser.sees("Wrong: OTHER is not in this order")
    for scanned in ("1/2", "2/2"):
        browser.scan(f"B{sku}")
        browser.sees(scanned)
    browser.click("Close and buy the label")
    browser.sees("Print label and slip")
    printed = api.session.get(browser.button("Print label and slip").get_attribute("href"))
    assert len(PdfReader(io.BytesIO(printed.content)).pages) == 2
    browser.click("Shipment")
    browser.click("Hand over")
    browser.sees("The carrier has it.")

    page = staff.wait_for(order_id, "shipped", lambda p: p["order"]["lines"][0]["shipped"] == 2)
    assert [box["items"][0]["quantity"] for box in page["fulfillments"][0]["packages"]] == [2]
    assert browser.complaints == []


def test_what_was_scanned_is_handed_over_on_one_manifest(browser, person, api, staff, sku):
    order_id = api.post("/orders", order_body([(sku, 1, 900)]))["order_id"]
    [shipment] = staff.pick_and_pack(order_id)["shipments"]
    number = shipment["parcels"][0]["tracking_number"]

    browser.log_in(person("packer"))
    browser.sees("Pick lists")
    browser.go("shipping/manifests")
    browser.sees("Waits for its carrier")
    browser.scan(number)
    browser.sees("1 scanned")
    browser.click_in_row("Berlin", "Hand over")
    browser.click("Hand over now")
    browser.sees("Manifest for sandbox")
    browser.sees(number)

    printed = api.session.get(browser.button("Print").get_attribute("href"))
    assert number in PdfReader(io.BytesIO(printed.content)).pages[0].extract_text()
    staff.wait_for(order_id, "shipped", lambda p: p["order"]["lines"][0]["shipped"] == 1)
    assert (browser.barriers, browser.complaints) == ([], [])


def test_a_return_goes_from_request_to_refund_on_one_screen(browser, person, api, staff, sku):
    order_id = api.post("/orders", order_body([(sku, 2, 900)]))["order_id"]
    staff.ship_whole(order_id)

    browser.log_in(person("returns"))
    browser.sees("Orders")
    browser.go(f"orders/{order_id}")
    browser.click("Return")
    browser.field(sku).send_keys(Keys.CONTROL, "a")
    browser.field(sku).send_keys("1")
    browser.click("Open the return")
    browser.sees("The return is open.")
    (opened,) = api.get(f"/orders/{order_id}/returns")["returns"]
    browser.go(f"returns/{opened['return_id']}")
    browser.click("Receive")
    browser.click("Finish the inspection")

    back = f"/returns/{opened['return_id']}"
    eventually(lambda: api.get(back)["status"] == "completed", within=30)
    browser.sees("is with the customer")
    assert (api.get(back)["refund"], api.get(back)["refunded"]) == (900, True)
    assert browser.barriers == []


def test_what_is_not_there_is_said_with_the_reason_and_comes_from_elsewhere(
    browser, person, api, staff, new_sku
):
    sku = new_sku(berlin=2, lyon=1)
    order_id = api.post("/orders", order_body([(sku, 2, 900)]))["order_id"]
    (found,) = staff.allocated(order_id)["fulfillments"]

    browser.log_in(person("picker"))
    browser.sees("Pick lists")
    browser.go(f"picking/{found['fulfillment_order_id']}")
    browser.click("Start picking")
    browser.sees("Scan the first thing")
    browser.scan(f"B{sku}")
    browser.sees("1/2")
    browser.click("Not there")
    browser.choose("Reason", "damaged")
    browser.click("Report it")
    browser.sees("It goes on without it; somebody will count the bin.")

    page = staff.wait_for(order_id, "sent from elsewhere", lambda p: len(p["fulfillments"]) == 2)
    told = [line for line in page["history"] if line["action"] == "short pick"]
    assert [(line["reason"], "picker" in line["actor"]) for line in told] == [("damaged", True)]
    assert {one["warehouse_id"] for one in page["fulfillments"]} == {"berlin", "lyon"}
    assert browser.barriers == []
    assert browser.complaints == []
