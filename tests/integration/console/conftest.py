"""The console in a real browser (Debian's Chromium), on the system of the integration tests.

It is beside them so that one system serves all. Without a browser these tests are skipped and say
what to install; where everything must be tested (`CI` is set) they fail instead.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import requests
from selenium import webdriver

from local import console
from local.browser import DESK, PASSWORD, Browser, NoBrowser, Person, a_browser
from local.supervisor import System


@pytest.fixture(scope="session")
def built() -> None:
    console.build(print)


@pytest.fixture(scope="session")
def driver(built: None) -> Iterator[webdriver.Chrome]:
    try:
        with a_browser() as running:
            yield running
    except NoBrowser as why:
        pytest.fail(str(why)) if os.environ.get("CI") else pytest.skip(str(why))


@pytest.fixture
def browser(driver: webdriver.Chrome, system: System) -> Browser:
    """A browser in which nobody is logged in."""
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    kept = {"origin": system.gateway_url, "storageTypes": "all"}
    driver.execute_cdp_cmd("Storage.clearDataForOrigin", kept)
    shown = Browser(driver, system.gateway_url)
    shown.connection(there=True)
    shown.size(*DESK)
    return shown


@pytest.fixture(scope="session")
def person(system: System) -> Callable[..., Person]:
    """Give somebody with a role, who has set their password: person("picker")."""
    known: dict[str, Person] = {}

    def make(role: str) -> Person:
        if role not in known:
            email = f"{role}@example.com"
            told = subprocess.run(
                [sys.executable, "-W", "ignore", "-m", "gateway", "create-user", email, role,
                 "--role", role],
                env=system.processes["gateway"].environment, capture_output=True, text=True,
                check=True,
            ).stdout  # fmt: skip
            token = told.strip().rpartition("/")[2]
            answer = requests.post(
                f"{system.gateway_url}/password-resets/{token}",
                json={"password": PASSWORD}, timeout=30,
            )  # fmt: skip
            assert answer.status_code == 204, answer.text
            known[role] = Person(email)
        return known[role]

    return make
