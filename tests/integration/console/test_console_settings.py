"""An admin sets up where goods lie and what they are packed in, in the browser."""

import uuid

from selenium.webdriver.common.keys import Keys

from chassis.testing import eventually


def test_a_warehouse_and_a_carton_are_added_and_changed(browser, person, api):
    code = f"w{uuid.uuid4().hex[:8]}"

    def warehouse():
        return next(iter(w for w in api.get("/warehouses")["warehouses"] if w["name"] == code), {})

    def carton():
        return next(iter(c for c in api.get("/warehouses")["cartons"] if c["carton"] == code), {})

    def fill(**texts):
        for label, text in texts.items():
            field = browser.field(label.replace("_", " "))
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(text)

    browser.log_in(person("admin"))
    browser.sees("Dashboard")
    browser.go("settings")
    browser.click("Warehouses")
    browser.click("Add a warehouse")
    fill(Code=code, Warehouse=code, Name="Dock 1")
    fill(Street_and_number="Dock Street 1", City="Hamburg", Country="de")
    fill(Latitude="53.55", Longitude="9.99")
    browser.click("Save")
    eventually(warehouse, within=15)
    made = warehouse()
    assert (made["warehouse_id"], made["latitude"], made["active"]) == (code, 53.55, True)
    assert (made["address"]["city"], made["address"]["country"]) == ("Hamburg", "DE")

    browser.click("Add a carton")
    fill(Code=code, Length_in_mm="300", Width_in_mm="200", Height_in_mm="100")
    fill(**{"Carries,_in_grams": "5000", "Weighs,_in_grams": "90"})
    browser.click("Save")
    eventually(carton, within=15)
    made = carton()
    assert made["dimensions"] == {"length_mm": 300, "width_mm": 200, "height_mm": 100}
    assert (made["max_weight_g"], made["own_weight_g"]) == (5000, 90)
