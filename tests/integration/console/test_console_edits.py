"""Can people change the lines of an order, and do they see what it costs before?"""

from selenium.webdriver.common.keys import Keys

from local.journey import order_body


def test_somebody_changes_lines_and_sees_what_it_costs_before(browser, person, api, staff, new_sku):
    mugs, lamp = new_sku(berlin=5), new_sku(berlin=5)
    order_id = api.post("/orders", order_body([(mugs, 2, 900)]))["order_id"]
    staff.allocated(order_id)
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders/{order_id}")
    browser.click("Change lines")
    browser.field(f"Quantity of {mugs}").send_keys(Keys.CONTROL, "a")
    browser.field(f"Quantity of {mugs}").send_keys("1")
    browser.sees("Difference in price: -€9.00")
    browser.sees("It is not taken when the goods leave.")

    browser.click("Add a line")
    browser.field("SKU").send_keys(lamp)
    browser.field("Each").send_keys("50.00")
    browser.sees("Difference in price: €41.00")
    browser.sees("It is held on the card beside what is held already.")
    browser.field("Reason").send_keys("changed my mind")
    assert browser.barriers == []
    browser.click("Change")

    page = staff.wait_for(order_id, "edited", lambda p: p["order"]["total"] == 6390)
    assert [(line["sku"], line["ordered"]) for line in page["order"]["lines"]] == [
        (mugs, 1), (lamp, 1)
    ]  # fmt: skip
    browser.sees("€63.90", within=30)
    assert browser.complaints == []
