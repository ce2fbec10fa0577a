"""Do people keep views of the orders in the console, alone and together?"""

from uuid import uuid4

import pytest
from selenium.webdriver.common.keys import Keys

from chassis.testing import eventually
from local.journey import order_body


@pytest.fixture
def tag(api, new_sku):
    """A tag that one order has."""
    tag = f"gift-{uuid4().hex[:8]}"
    order_id = api.post("/orders", order_body([(new_sku(berlin=5), 1, 900)]))["order_id"]
    api.post(f"/orders/{order_id}/tags", {"add": [tag]})
    return tag


def test_a_view_is_saved_and_shared_and_somebody_else_sees_it_with_its_count(browser, person, tag):
    name = f"Gifts {tag[-8:]}"
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders?tag={tag}")
    browser.sees("#")
    browser.click("Save view")
    browser.field("Name").send_keys(name)
    browser.field("Share with all").click()
    browser.click("Save")
    browser.sees("The view is saved.")

    browser.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.log_in(person("read_only"))
    browser.sees("Orders")
    browser.go("orders")
    eventually(lambda: browser.tab(name).text.removeprefix(name).strip() == "1", within=15)
    browser.tab(name).click()

    eventually(lambda: len(_rows(browser)) == 1 and tag in _rows(browser)[0], within=15)
    assert "Change view" not in browser.text
    assert browser.tab(name).get_attribute("aria-pressed") == "true"
    assert browser.barriers == []
    assert browser.complaints == []


LEFT = ("Order", "Status", "Payment", "Fulfillment", "Channel", "Placed", "Total")


def test_columns_that_are_hidden_become_a_view_that_is_changed_and_deleted(browser, person):
    name = f"Short {uuid4().hex[:8]}"
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go("orders")
    browser.click("Columns")
    browser.field("Customer").click()
    browser.click("Save view")
    browser.field("Name").send_keys(name)
    browser.click("Save")
    browser.sees("The view is saved.")
    eventually(lambda: "Customer" not in _heads(browser), within=15)

    browser.click("Columns")
    browser.field("Tags").click()
    browser.click("Save changes")
    browser.sees("The view is changed.")
    browser.go("orders")
    browser.tab(name).click()
    eventually(lambda: _heads(browser) - {"Select"} == {*LEFT}, within=15)

    browser.click("Delete view")
    browser.click("Delete the view")
    eventually(lambda: name not in browser.text, within=15)
    eventually(lambda: {"Customer", "Tags"} <= _heads(browser), within=15)


def test_orders_of_a_warehouse_and_an_amount_are_found_and_selected_without_the_mouse(
    browser, person, api, staff, new_sku
):
    tag, sku = f"big-{uuid4().hex[:8]}", new_sku(lyon=5)
    small, large = (
        api.post("/orders", {**order_body([(sku, 1, price)]), "tags": [tag]})["order_id"]
        for price in (900, 90_000)
    )
    elsewhere = {**order_body([(new_sku(berlin=5), 1, 90_000)]), "tags": [tag]}
    staff.allocated(api.post("/orders", elsewhere)["order_id"])
    numbers = [f"#{staff.allocated(one)['order']['number']}" for one in (small, large)]

    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders?tag={tag}")
    eventually(lambda: len(_rows(browser)) == 3, within=15)
    browser.click("Filters (1)")
    browser.choose("Warehouse", "Lyon East")
    browser.field("Total from").send_keys("800")
    eventually(lambda: _firsts(browser) == [numbers[1]], within=15)
    browser.sees("Total from: 800.00")
    browser.sees("Warehouse: Lyon East")
    assert browser.barriers == []

    browser.named_button("Take the filter away: Total from: 800.00").click()
    eventually(lambda: _firsts(browser) == [numbers[1], numbers[0]], within=15)
    browser.driver.execute_script("document.activeElement.blur()")
    browser.press("jjx")
    browser.sees("1 orders selected")
    browser.press("kx")
    browser.sees("2 orders selected")
    browser.press("x")
    browser.sees("1 orders selected")
    browser.click("Remove tags")
    browser.field("Tags").send_keys(tag, Keys.ENTER)
    browser.click("Do it to 1 orders")
    browser.sees("Job: untag")

    eventually(lambda: api.get(f"/orders/{small}")["order"]["tags"] == [], within=30)
    assert api.get(f"/orders/{large}")["order"]["tags"] == [tag]
    assert browser.complaints == []


def _heads(browser) -> set[str]:
    return set(_texts(browser, "table.rows th"))


def _rows(browser) -> list[str]:
    return _texts(browser, "table.rows tbody tr")


def _firsts(browser) -> list[str]:
    return _texts(browser, "table.rows tbody td[data-main]")


def _texts(browser, where) -> list[str]:
    """All at once: what is seen one by one may be gone meanwhile."""
    script = "return [...document.querySelectorAll(arguments[0])].map(one => one.textContent)"
    return list(browser.driver.execute_script(script, where))
