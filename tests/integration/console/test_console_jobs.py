"""Does a person do the same to all orders of a filter, and see it end?"""

import uuid

from selenium.webdriver.common.keys import Keys

from chassis.testing import eventually
from local.journey import order_body


def test_all_that_match_are_tagged_by_a_job_that_goes_on_without_the_page(browser, person, api):
    mark, wish = uuid.uuid4().hex[:12], uuid.uuid4().hex[:12]
    body = {**order_body([("MUG-RED", 1, 1290)]), "tags": [mark]}
    ids = [api.post("/orders", body)["order_id"] for _ in range(3)]
    eventually(lambda: len(api.get("/orders", tag=mark)["orders"]) == 3, within=30)

    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders?tag={mark}")
    browser.click("Select all that match")
    browser.sees("3 orders selected")
    assert browser.barriers == []
    browser.click("Add tags")
    browser.field("Tags").send_keys(wish, Keys.ENTER)
    browser.click("Do it to 3 orders")
    browser.sees("Job: tag")
    browser.go("orders")
    browser.sees("Select all that match")
    browser.go("jobs")
    browser.click("tag")
    browser.sees("Job: tag")
    eventually(lambda: "DONE" in browser.text.upper() and "Cancel the job" not in browser.text)

    tags = [api.get(f"/orders/{one}")["order"]["tags"] for one in ids]
    assert all({mark, wish} == set(of_one) for of_one in tags)
    assert browser.barriers == []
    assert browser.complaints == []
