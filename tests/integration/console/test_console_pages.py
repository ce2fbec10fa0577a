"""Can everybody use every page: with a screen reader, in the dark, in German, on a phone?

The pages are read from the router, so a new one that has no example here fails.
"""

import re

import pytest
from selenium.webdriver.common.by import By

from chassis.testing import eventually
from local import console
from local.journey import order_body
from tests.integration.console.browser import DESK, PHONE

ROUTER = console.CONSOLE / "src" / "shell" / "App.tsx"
LOOKS = [(language, scheme) for language in ("en", "de") for scheme in ("light", "dark")]


def addresses(examples: dict[str, str]) -> list[str]:
    """Every page of the router, with an example of what it shows."""
    paths = ["", *re.findall(r"path: '/?([^']+)'", ROUTER.read_text())]
    return [_example(path, examples) for path in paths]


def _example(path: str, examples: dict[str, str]) -> str:
    if path.endswith("*"):
        return path.replace("*", examples[path])
    return re.sub(r":(\w+)", lambda m: examples[m[1]], path)


@pytest.fixture(scope="module")
def examples(api, staff, system) -> dict[str, str]:
    """An order that came back, a list to pick, one to pack, a parcel, a file."""

    def place(*lines):
        return api.post("/orders", order_body(list(lines)))["order_id"]

    order_id = place(("MUG-RED", 2, 1290), ("TEE-BLUE", 1, 2490))
    page = staff.ship_whole(order_id)
    line = page["order"]["lines"][0]["line_id"]
    back = staff.send_back(order_id, [(line, 1)])
    to_pack = staff.allocated(place(("PAN-BLACK", 1, 6900)))["fulfillments"][0]
    staff.pick(to_pack)
    api.put("/channels/files", {"kind": "csv", "name": "Files"})
    begun = api.post(
        "/channels/files/imports", data=b"nothing,of\nany,use\n",
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    return {
        "token": "no-such-token",
        "orderId": order_id,
        "fulfillmentOrderId": to_pack["fulfillment_order_id"],
        "shipmentId": page["shipments"][0]["shipment_id"],
        "returnId": back["return_id"],
        "importId": begun["import_id"],
        "inventory/*": "MUG-RED",
        "*": "no-such-page",
    }


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_no_page_keeps_anybody_out(browser, person, examples, language, scheme):
    browser.go()
    browser.keep(language=language, **{"mantine-color-scheme-value": scheme})
    browser.go()
    browser.settled()
    found = [f"login: {barrier}" for barrier in browser.barriers]
    admin = person("admin")
    browser.enter(admin)

    for address in addresses(examples):
        browser.go(address)
        browser.settled()
        for tab in range(max(1, len(browser.tabs))):
            if browser.tabs:
                browser.tabs[tab].click()
                browser.settled()
            for size in (DESK, PHONE):
                browser.size(*size)
                found += [f"{address} at {size[0]}: {barrier}" for barrier in browser.barriers]
                if browser.overflow:
                    found.append(f"{address} at {size[0]}: wider than the screen")
        assert browser.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == language

    assert found == []
    assert browser.complaints == []


def test_the_order_page_asks_the_gateway_once(browser, person, examples):
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders/{examples['orderId']}")
    browser.sees("MUG-RED")

    def asked() -> list[str]:
        return [url for url in browser.asked if "/session" not in url and "/events" not in url]

    eventually(lambda: asked() != [], within=15)
    assert asked() == [f"{browser.url}/orders/{examples['orderId']}"]


def test_the_first_load_is_small(browser):
    browser.go()
    browser.settled()

    assert 50_000 < browser.script_bytes <= 350_000
