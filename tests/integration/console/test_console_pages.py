"""Can everybody use every page: with a screen reader, in the dark, in German, on a phone?

Every page is looked at once, each in another look than the one before; EVERY_LOOK=1 looks at all
pages in all looks, which takes minutes.
"""

import itertools
import os
from typing import NamedTuple

import pytest

from chassis.testing import eventually
from local.browser import DESK, OF_THE_SHELL, PHONE
from local.pages import Page, all_pages, make_examples


class Look(NamedTuple):
    language: str
    scheme: str
    size: tuple[int, int]


LOOKS = [Look(*one) for one in itertools.product(("en", "de"), ("light", "dark"), (DESK, PHONE))]
LOGIN = Page("login", "")


@pytest.fixture(scope="module")
def examples(api, staff) -> dict[str, str]:
    return make_examples(api, staff)


@pytest.fixture
def look_at(browser):
    """Go to a page in a look; tell what keeps people out there, on each of its tabs."""

    def look(page: Page, how: Look) -> list[str]:
        browser.keep(language=how.language, **{"mantine-color-scheme-value": how.scheme})
        browser.size(*how.size)
        browser.go(page.address)
        browser.settled()
        found = []
        for tab in range(max(1, len(browser.tabs))):
            if browser.tabs:
                browser.tabs[tab].click()
                browser.settled()
            found += browser.barriers
            if browser.overflow:
                found.append("wider than the screen")
        assert browser.language == how.language
        return [f"{page.name}, {how.language} {how.scheme} {how.size[0]}: {one}" for one in found]

    return look


@pytest.mark.timeout(1800)
def test_no_page_keeps_anybody_out(browser, person, examples, look_at):
    every = os.environ.get("EVERY_LOOK")
    cycle = itertools.cycle(LOOKS)

    def looked(page: Page) -> list[str]:
        return [one for how in (LOOKS if every else [next(cycle)]) for one in look_at(page, how)]

    browser.go()
    found = looked(LOGIN)
    browser.enter(person("admin"))
    for page in all_pages(examples):
        found += looked(page)

    assert found == []
    assert browser.complaints == []


def test_the_order_page_asks_the_gateway_once(browser, person, examples):
    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders/{examples['orderId']}")
    browser.sees("MUG-RED")

    def asked() -> list[str]:
        return [url for url in browser.asked if not any(part in url for part in OF_THE_SHELL)]

    eventually(lambda: asked() != [], within=15)
    assert asked() == [f"{browser.url}/orders/{examples['orderId']}"]


def test_the_first_load_is_small(browser):
    browser.go()
    browser.settled()

    assert 50_000 < browser.script_bytes <= 350_000
