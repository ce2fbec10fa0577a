"""What does a person do with the console, and what do they see there?

In Debian's Chromium, driven by selenium: for tests, pictures and measurements.
"""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from chassis.testing import eventually
from local import console

PASSWORD = "correct horse battery staple 7"  # noqa: S105 - of people in trials
AXE = console.CONSOLE / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """
const done = arguments[0]
axe.run(document, { resultTypes: ['violations'] }).then((found) => done(
  found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes[0].html}`)))
"""
LOG_IN = """
const [said, done] = arguments
fetch('/login', {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(said),
}).then((answer) => done(answer.status))
"""
FETCH = """
const [from, done] = arguments
fetch(from).then((answer) => answer.text()).then(done)
"""
IS_SETTLED = """
return Boolean(document.querySelector('h1'))
  && !document.querySelector('.mantine-Loader-root')
  && document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity)
    .every((one) => one.playState !== 'running')
"""
ASKED = """
return performance.getEntriesByType('resource')
  .filter((one) => ['fetch', 'xmlhttprequest'].includes(one.initiatorType)).map((one) => one.name)
"""
SCRIPT_BYTES = """
return performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)
"""
SCRIPTS = """
return performance.getEntriesByType('resource').map((one) => one.name)
  .filter((one) => one.endsWith('.js'))
"""
OF_THE_SHELL = ("/session", "/events", "/mentions")  # what surrounds every page asks these
PHONE, DESK = (390, 844), (1440, 1000)
PHONES_ARE_BELOW = 500
NO_BROWSER = "There is no browser: apt-get install -y chromium chromium-driver"


class NoBrowser(Exception):  # noqa: N818 - nothing is wrong with the console
    """Chromium is not installed; the message says how to install it."""


@contextmanager
def a_browser(*more: str) -> Iterator[webdriver.Chrome]:
    """Start a browser without a window, in English. Raises NoBrowser."""
    program, helper = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and helper):
        raise NoBrowser(NO_BROWSER)
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "lang=en-US", *more):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(helper))
    try:
        yield running
    finally:
        running.quit()


@dataclass
class Person:
    """Somebody who can log in."""

    email: str
    password: str = PASSWORD


class Browser:
    """What a person does with the console, and sees there."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url

    def go(self, path: str = "") -> None:
        """Open a page of the console."""
        self.driver.get(f"{self.url}/console/{path}")

    def size(self, width: int, height: int) -> None:
        """Give the screen a size; a narrow one is a phone's."""
        shape = {
            "width": width,
            "height": height,
            "deviceScaleFactor": 1,
            "mobile": width < PHONES_ARE_BELOW,
        }
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)

    def log_in(self, person: Person) -> None:
        """Log in as people do."""
        self.go()
        self.field("E-mail").send_keys(person.email)
        self.field("Password").send_keys(person.password, Keys.ENTER)

    def field(self, label: str) -> WebElement:
        """The field with this label."""
        kinds = "*[self::input or self::textarea]"
        found = f"//{kinds}[@aria-label='{label}' or @id=//label[starts-with(., '{label}')]/@for]"
        return self._one(By.XPATH, found)

    def button(self, text: str) -> WebElement:
        """The button, or the link, that says this."""
        return self._one(By.XPATH, f"//*[self::button or self::a][normalize-space()='{text}']")

    def named_button(self, name: str) -> WebElement:
        """The button that shows a picture and has this name."""
        return self._one(By.XPATH, f"//button[@aria-label='{name}']")

    def click(self, text: str) -> None:
        """Click on what says this."""
        self.button(text).click()

    def click_in_row(self, row: str, text: str) -> None:
        """Click on what says this, in the row of a list that says that."""
        where = f"//tr[contains(., '{row}')]"
        self._one(By.XPATH, f"{where}//button[normalize-space()='{text}']").click()

    def tab(self, name: str) -> WebElement:
        """The view of the orders with this name; behind it stands how many there are."""
        named = f"//*[@aria-label='Views']//button[starts-with(normalize-space(), '{name}')]"
        return self._one(By.XPATH, named)

    def sees(self, text: str, within: float = 15) -> None:
        """Wait until the page says this."""
        eventually(lambda: text in self.text, within=within)

    def bring(self, file: Path) -> None:
        """Choose a file where the page asks for one."""
        self._one(By.CSS_SELECTOR, "input[type=file]").send_keys(str(file))

    def fetched(self, text: str) -> str:
        """Give what a link leads to that is fetched as a file."""
        link = self.button(text).get_attribute("href")
        return str(self.driver.execute_async_script(FETCH, link))

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.field(label).click()
        self.offers(option).click()

    def offers(self, option: str) -> WebElement:
        """Wait until a list offers this."""
        return self._one(By.XPATH, f"//*[@role='option'][normalize-space()='{option}']")

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """What the browser keeps for the gateway, as the gateway asked for."""
        kept = self.driver.execute_cdp_cmd("Network.getCookies", {"urls": [self.url]})
        return list(kept["cookies"])

    @property
    def text(self) -> str:
        """All that stands on the page."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def alert(self) -> str:
        """What the page is alarmed about."""
        found = self.driver.find_elements(By.CSS_SELECTOR, "[role=alert]")
        return "\n".join(one.text for one in found)

    def press(self, *keys: str) -> None:
        """Type without any field in focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def scan(self, code: str) -> None:
        """Scan as a scanner does that types like a keyboard."""
        self.driver.execute_script("document.activeElement.blur()")
        self.press(code, Keys.ENTER)

    def connection(self, *, there: bool) -> None:
        """Take the connection away, or give it back."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        condition = {"offline": not there, "latency": 0}
        speed = {"downloadThroughput": -1, "uploadThroughput": -1}
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", condition | speed)

    def enter(self, person: Person) -> None:
        """Log in by the API, whatever language the page speaks."""
        told = {"email": person.email, "password": person.password}
        answer = self.driver.execute_async_script(LOG_IN, told)
        assert answer == HTTPStatus.OK

    def keep(self, **values: str) -> None:
        """Choose what the browser keeps from one visit to the next, such as the language."""
        for name, value in values.items():
            self.driver.execute_script("localStorage.setItem(...arguments)", name, value)

    def settled(self) -> None:
        """Wait until the page shows what it has to show."""

        def there() -> bool:
            return bool(self.driver.execute_script(IS_SETTLED))

        there.__name__ = self.driver.current_url
        eventually(there, within=20)

    def picture(self, file: Path, *, whole: bool = True) -> None:
        """Keep what is on the page, all of it or what fits on the screen; WebP or PNG by name."""
        kind = {"format": file.suffix[1:], "captureBeyondViewport": whole}
        if kind["format"] == "webp":
            kind["quality"] = 75
        if whole:
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            kind["clip"] = {**size, "scale": 1}
        made = self.driver.execute_cdp_cmd("Page.captureScreenshot", kind)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(made["data"]))

    @property
    def tabs(self) -> list[WebElement]:
        """The tabs of the page, all of which have something of their own."""
        return self.driver.find_elements(By.CSS_SELECTOR, "main [role=tab]")

    @property
    def language(self) -> str | None:
        """The language that the page says it speaks."""
        return self.driver.find_element(By.TAG_NAME, "html").get_attribute("lang")

    @property
    def overflow(self) -> bool:
        """Whether one would have to scroll sideways."""
        root = "const e = document.documentElement;"
        return bool(self.driver.execute_script(f"{root} return e.scrollWidth > e.clientWidth"))

    @property
    def asked(self) -> list[str]:
        """What this page has asked the gateway since it was loaded."""
        return list(self.driver.execute_script(ASKED))

    @property
    def loaded(self) -> list[str]:
        """The scripts that this page has loaded."""
        return list(self.driver.execute_script(SCRIPTS))

    @property
    def script_bytes(self) -> int:
        """How much script this page has loaded, compressed as it came."""
        return int(self.driver.execute_script(SCRIPT_BYTES))

    @property
    def barriers(self) -> list[str]:
        """What keeps people out who see or move otherwise (axe: serious and critical)."""
        if not self.driver.execute_script("return Boolean(window.axe)"):
            self.driver.execute_script(AXE.read_text())
        return list(self.driver.execute_async_script(RUN_AXE))

    @property
    def complaints(self) -> list[str]:
        """What the browser complained of: broken scripts, and what the policy did not let in."""
        logged = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [one["message"] for one in logged if "Content Security" in one["message"]]

    def _one(self, by: str, what: str) -> WebElement:
        return eventually(lambda: self.driver.find_elements(by, what), within=15)[0]
