"""Of two people who change the same settings the second is told, and overwrites nothing."""

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from chassis.testing import eventually


def test_a_shop_that_somebody_else_has_changed_is_not_overwritten(browser, person, api):
    def put(name: str) -> None:
        api.put("/channels/overtaken", {"kind": "csv", "name": name})

    def name() -> str:
        (shop,) = (c for c in api.get("/channels")["connections"] if c["channel"] == "overtaken")
        return shop["name"]

    def fill(text: str) -> None:
        browser.field("Name").send_keys(Keys.CONTROL, "a")
        browser.field("Name").send_keys(text)

    put("Corner shop")
    browser.log_in(person("admin"))
    browser.sees("Dashboard")
    browser.go("channels")
    card = "//*[contains(@class, 'Card-root')][contains(., 'overtaken')]"
    change = f"{card}//button[normalize-space()='Change']"
    eventually(lambda: browser.driver.find_elements(By.XPATH, change), within=15)[0].click()
    fill("Mine")
    put("Theirs")

    browser.click("Connect")
    browser.sees("Somebody else changed this meanwhile.")
    assert name() == "Theirs"
    browser.click("Load again")
    eventually(lambda: browser.field("Name").get_attribute("value") == "Theirs")
    fill("Ours")
    browser.click("Connect")

    eventually(lambda: name() == "Ours", within=15)
    browser.settled()  # a dialog that is fading away is hard to read
    assert browser.barriers == []
    assert browser.complaints == []
