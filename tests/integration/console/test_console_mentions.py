"""Does a colleague who is named in a note hear of it, without anybody touching a mouse?"""

import uuid

from selenium.webdriver.common.keys import Keys

from chassis.testing import eventually
from local.journey import order_body


def test_who_is_named_in_a_note_sees_the_bell_and_comes_to_the_order(browser, person, api, new_sku):
    order_id = api.post("/orders", order_body([(new_sku(berlin=5), 1, 900)]))["order_id"]
    said = f"please look at {uuid.uuid4().hex[:8]}"
    named = person("finance")

    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders/{order_id}")
    note = browser.field("Write a note")
    note.send_keys("@fin")
    browser.offers("finance")
    assert browser.barriers == []
    note.send_keys(Keys.ENTER, said)
    assert note.get_attribute("value") == f"@finance {said}"
    browser.click("Add the note")
    browser.sees("order_manager@example.com · ")
    assert browser.complaints == []

    browser.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.log_in(named)
    browser.sees("Dashboard")
    browser.named_button("Mentions: 1 not read").click()
    browser.sees(said)
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    eventually(lambda: order_id in browser.driver.current_url, within=15)
    browser.named_button("Mentions")
    assert browser.complaints == []
