"""Do people keep views of the orders in the console, alone and together?"""

from uuid import uuid4

import pytest

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


def test_columns_that_the_browser_kept_become_a_view_that_is_changed_and_deleted(browser, person):
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.driver.execute_script("localStorage['orders-hidden-columns'] = '[\"channel\"]'")
    browser.go("orders")
    browser.sees("My columns")
    browser.tab("My columns").click()
    eventually(lambda: "Channel" not in _heads(browser), within=15)
    assert browser.driver.execute_script("return localStorage['orders-hidden-columns']") is None

    browser.click("Columns")
    browser.field("Tags").click()
    browser.click("Save changes")
    browser.sees("The view is changed.")
    browser.go("orders")
    browser.tab("My columns").click()
    eventually(lambda: {"Channel", "Tags"}.isdisjoint(_heads(browser)), within=15)
    assert {"Order", "Customer", "Total"} <= _heads(browser)

    browser.click("Delete view")
    browser.click("Delete the view")
    eventually(lambda: "My columns" not in browser.text, within=15)
    eventually(lambda: {"Channel", "Tags"} <= _heads(browser), within=15)


def _heads(browser) -> set[str]:
    return set(_texts(browser, "table.rows th"))


def _rows(browser) -> list[str]:
    return _texts(browser, "table.rows tbody tr")


def _texts(browser, where) -> list[str]:
    """All at once: what is seen one by one may be gone meanwhile."""
    script = "return [...document.querySelectorAll(arguments[0])].map(one => one.textContent)"
    return list(browser.driver.execute_script(script, where))
