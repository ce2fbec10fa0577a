"""Can people work with the console: log in, find an order, pick it with a scanner?"""

from selenium.webdriver.common.keys import Keys

from chassis.testing import eventually
from local.browser import PHONE, Person
from local.journey import order_body


def test_somebody_logs_in_and_a_wrong_password_is_told_in_words(browser, person):
    manager = person("order_manager")

    browser.log_in(Person(manager.email, "wrong"))
    browser.sees("The e-mail address or the password is wrong.")
    browser.log_in(manager)
    browser.sees("Placed in the last two weeks")

    assert browser.driver.execute_script("return document.cookie") == ""
    (cookie,) = browser.cookies
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert browser.complaints == []


def test_an_order_is_found_by_its_tracking_number_and_opened_without_the_mouse(
    browser, person, api, staff, new_sku
):
    sku = new_sku(berlin=5)
    order_id = api.post("/orders", order_body([(sku, 1, 900)]))["order_id"]
    page = staff.pick_and_pack(order_id)
    number = page["shipments"][0]["parcels"][0]["tracking_number"]

    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go("orders")
    browser.sees("#")
    browser.press("/")
    browser.press(number)
    eventually(lambda: browser.text.count("Ada Reader") == 1, within=15)
    browser.press(Keys.ESCAPE)
    browser.press("j", Keys.ENTER)

    browser.sees(number)
    assert order_id in browser.driver.current_url
    assert browser.barriers == []
    assert browser.complaints == []


def test_a_wrong_scan_is_refused_and_a_lost_connection_loses_and_doubles_nothing(
    browser, person, api, staff, new_sku
):
    sku, other = new_sku(berlin=5), new_sku(berlin=5)
    order_id = api.post("/orders", order_body([(sku, 3, 900)]))["order_id"]
    list_id = staff.allocated(order_id)["fulfillments"][0]["fulfillment_order_id"]

    def picked() -> int:
        return api.get(f"/fulfillments/{list_id}")["lines"][0]["picked"]

    browser.size(*PHONE)
    browser.log_in(person("picker"))
    browser.sees("Pick lists")
    browser.go(f"picking/{list_id}")
    browser.click("Start picking")
    browser.sees("Scan the first thing")

    browser.scan(f"B{other}")
    browser.sees(f"Wrong: B{other} is not on this list")
    assert f"B{other}" in browser.alert
    assert picked() == 0

    browser.scan(f"B{sku}")
    eventually(lambda: picked() == 1, within=15)

    browser.connection(there=False)
    browser.scan(f"B{sku}")
    browser.scan(f"B{other}")
    browser.sees(f"Wrong: B{other} is not on this list")
    browser.scan(f"B{sku}")
    browser.sees("2 scans wait to be sent")
    assert picked() == 1

    browser.connection(there=True)
    eventually(lambda: picked() == 3, within=30)
    browser.sees("All is picked.")
    assert api.get(f"/fulfillments/{list_id}")["allowed"] == ["pack", "cancel"]
    assert browser.barriers == []
    assert browser.complaints == []


def test_a_held_order_goes_on_when_somebody_releases_it(browser, person, api, staff, new_sku):
    order_id = api.post("/orders", order_body([(new_sku(berlin=5), 1, 900)]))["order_id"]
    staff.allocated(order_id)
    note = "<img src=x onerror=alert(1)>"
    api.post(f"/orders/{order_id}/holds", {"reason": "check address", "note": note})

    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders/{order_id}")
    browser.sees("On hold: check address")
    browser.sees(note)
    browser.click("Release")

    eventually(lambda: not _held(api, order_id), within=15)
    told = [line for line in staff.whole(order_id)["history"] if line["action"] == "hold released"]
    assert ["order_manager" in line["actor"] for line in told] == [True]
    assert browser.complaints == []


def test_of_two_people_who_change_one_order_the_second_is_told(
    browser, person, api, staff, new_sku
):
    order_id = api.post("/orders", order_body([(new_sku(berlin=5), 1, 900)]))["order_id"]
    staff.allocated(order_id)
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders/{order_id}")
    browser.click("Hold")
    browser.connection(there=False)  # what the other one does has not come through yet
    api.post(f"/orders/{order_id}/notes", {"text": "I am on it."})
    browser.field("Reason").send_keys("fraud")
    browser.connection(there=True)
    browser.field("Reason").send_keys(Keys.ENTER)

    eventually(lambda: "Somebody else changed" in browser.text or _held(api, order_id), within=15)
    browser.sees("note, by API key")
    assert not _held(api, order_id)


def test_who_cannot_be_logged_out_is_told_so(browser, person):
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.connection(there=False)

    browser.named_button("You: order_manager").click()
    browser.click("Log out")
    browser.sees("You are still logged in")


def test_a_picker_sees_pick_lists_and_neither_orders_nor_money(
    browser, person, api, staff, new_sku
):
    order_id = api.post("/orders", order_body([(new_sku(berlin=5), 1, 900)]))["order_id"]
    staff.allocated(order_id)

    browser.log_in(person("picker"))
    browser.sees("Pick lists")
    assert "Dashboard" not in browser.text
    browser.go(f"orders/{order_id}")

    eventually(lambda: "orders.read" in browser.alert, within=15)
    assert "Ada Reader" not in browser.text


def _held(api, order_id) -> bool:
    return bool(api.get(f"/orders/{order_id}")["order"]["holds"])


def _notes(api, order_id) -> list[str]:
    return [note["text"] for note in api.get(f"/orders/{order_id}")["order"]["notes"]]


def test_of_two_people_who_edit_an_order_the_second_is_told_and_may_load_again(
    browser, person, api, staff, new_sku
):
    order_id = api.post("/orders", order_body([(new_sku(berlin=5), 1, 900)]))["order_id"]
    address = staff.allocated(order_id)["order"]["ship_to"]
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders/{order_id}")
    browser.click("Change addresses")
    browser.connection(there=False)  # what the other one does has not come through yet
    office = {**address, "name": "The other one"}
    api.post(f"/orders/{order_id}/edits", {"reason": "office", "bill_to": office})
    browser.connection(there=True)
    browser.field("Street and number").send_keys(Keys.CONTROL, "a")
    browser.field("Street and number").send_keys("Harbor 7")
    browser.field("Reason").send_keys("moved")

    browser.sees("Somebody else")
    assert api.get(f"/orders/{order_id}")["order"]["ship_to"] == address
    browser.sees("Somebody else has changed this order since you opened it.", within=30)
    browser.click("Load again")
    browser.sees("The other one")
    browser.field("Street and number").send_keys(Keys.CONTROL, "a")
    browser.field("Street and number").send_keys("Harbor 7")
    browser.sees("Difference in price: €0.00")
    assert browser.barriers == []
    browser.click("Change")

    page = staff.wait_for(
        order_id, "edited", lambda p: p["order"]["ship_to"]["line1"] == "Harbor 7"
    )
    told = [line for line in page["history"] if line["action"] == "edited"]
    assert [(line["subject"], line["reason"]) for line in told] == [
        ("bill_to", "office"), ("ship_to", "moved"),
    ]  # fmt: skip
    assert "Harbor 7" in told[1]["after"]
    assert told[1]["before"] != told[1]["after"]
    assert browser.complaints == []
