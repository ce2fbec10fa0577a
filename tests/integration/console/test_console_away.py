"""Do picker and packer work on while the gateway is away, also on pages opened meanwhile?"""

import pytest

from chassis.testing import eventually
from local.browser import PHONE
from local.journey import order_body
from local.supervisor import System

IS_KEPT = """
const [path, done] = arguments
caches.open('oms-kept').then((kept) => kept.match(path, { ignoreSearch: true }))
  .then((found) => done(Boolean(found && navigator.serviceWorker.controller)))
"""
KEEPS_ANYTHING = "const [done] = arguments; caches.has('oms-kept').then(done)"


@pytest.fixture
def gateway_away(system: System):
    """Take the gateway away; it comes back when the test asks for it, or has ended."""
    gone = False

    def take(*, away: bool) -> None:
        nonlocal gone
        if away and not gone:
            system.kill("gateway")
        elif gone and not away:
            system.revive("gateway")
        gone = away

    yield take
    take(away=False)


@pytest.fixture
def hall(api, new_sku):
    """A warehouse of its own, in whose lists no other test's orders stand; with ten of a SKU."""
    name = new_sku().lower()
    place = {"name": f"Hall {name}", "address": api.get("/warehouses")["warehouses"][0]["address"]}
    api.put(f"/warehouses/{name}", place)
    return name, new_sku(**{name: 10})


def test_a_pick_list_is_opened_and_worked_on_while_the_gateway_is_away(
    browser, person, api, staff, hall, gateway_away
):
    name, sku = hall
    order_id = api.post("/orders", order_body([(sku, 3, 900)]))["order_id"]
    (found,) = staff.allocated(order_id)["fulfillments"]
    order, list_id = f"#{found['number']}", found["fulfillment_order_id"]

    browser.size(*PHONE)
    browser.log_in(person("picker"))
    browser.sees("Pick lists")
    browser.keep(warehouse=f'"{name}"')
    browser.go("picking")
    browser.sees(order)
    eventually(lambda: _is_kept(browser, "/fulfillments"), within=30)

    gateway_away(away=True)
    browser.click(order)
    browser.sees("There is no connection.")
    browser.scan(f"B{sku}")
    browser.sees("1 scans wait to be sent")
    browser.driver.refresh()
    browser.sees("1 scans wait to be sent")
    browser.sees("What you see is of")
    browser.scan("OTHER")
    browser.sees("Wrong: OTHER is not on this list")
    for waiting in (2, 3):
        browser.scan(f"B{sku}")
        browser.sees(f"{waiting} scans wait to be sent")
    browser.sees("All scanned; the last scans are being sent.")
    assert browser.barriers == []

    gateway_away(away=False)
    eventually(lambda: api.get(f"/fulfillments/{list_id}")["lines"][0]["picked"] == 3, within=40)
    browser.sees("All is picked.", within=30)
    eventually(lambda: "There is no connection." not in browser.text, within=15)
    told = [line["action"] for line in staff.whole(order_id)["history"]]
    assert told.count("picked") == 3
    assert browser.complaints == []


def test_what_is_in_the_boxes_survives_while_the_gateway_is_away(
    browser, person, api, staff, hall, gateway_away
):
    _, sku = hall
    order_id = api.post("/orders", order_body([(sku, 2, 900)]))["order_id"]
    list_id = staff.pick(staff.allocated(order_id)["fulfillments"][0])["fulfillment_order_id"]

    browser.log_in(person("packer"))
    browser.sees("Pick lists")
    browser.go(f"packing/{list_id}")
    eventually(lambda: _is_kept(browser, f"/fulfillments/{list_id}"), within=30)
    browser.scan(f"B{sku}")
    browser.sees("1/2")

    gateway_away(away=True)
    browser.driver.refresh()
    browser.sees("There is no connection.")
    browser.sees("1/2")
    browser.scan(f"B{sku}")
    browser.sees("2/2")

    gateway_away(away=False)
    eventually(lambda: "There is no connection." not in browser.text, within=30)
    browser.click("Close and buy the label")
    browser.sees("Print label and slip")
    boxes = staff.whole(order_id)["fulfillments"][0]["packages"]
    assert [box["items"][0]["quantity"] for box in boxes] == [2]
    assert browser.complaints == []


def test_who_logs_out_leaves_nothing_behind(browser, person):
    browser.log_in(person("picker"))
    browser.sees("Pick lists")
    eventually(lambda: _is_kept(browser, "/fulfillments"), within=30)

    browser.named_button("You: picker").click()
    browser.click("Log out")
    browser.sees("Forgot your password?")

    assert not browser.driver.execute_async_script(KEEPS_ANYTHING)


def _is_kept(browser, path: str) -> bool:
    return bool(browser.driver.execute_async_script(IS_KEPT, path))
