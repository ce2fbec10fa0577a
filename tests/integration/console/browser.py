"""What does a person do with the console, and what do they see there?"""

from dataclasses import dataclass

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from chassis.testing import eventually
from local import console

PASSWORD = "correct horse battery staple 7"
AXE = console.CONSOLE / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """
const done = arguments[0]
axe.run(document, { resultTypes: ['violations'] }).then((found) => done(
  found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes[0].html}`)))
"""
PHONE, DESK = (390, 844), (1440, 1000)


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
        self.driver.get(f"{self.url}/console/{path}")

    def size(self, width: int, height: int) -> None:
        shape = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)

    def log_in(self, person: Person) -> None:
        self.go()
        self.field("E-mail").send_keys(person.email)
        self.field("Password").send_keys(person.password, Keys.ENTER)

    def field(self, label: str) -> WebElement:
        """The field with this label."""
        named = f"@aria-label='{label}' or @id=//label[starts-with(., '{label}')]/@for"
        found = f"//*[self::input or self::textarea][{named}]"
        return self._one(By.XPATH, found)

    def button(self, text: str) -> WebElement:
        return self._one(By.XPATH, f"//*[self::button or self::a][normalize-space()='{text}']")

    def click(self, text: str) -> None:
        self.button(text).click()

    def tab(self, name: str) -> WebElement:
        """The view of the orders with this name; behind it stands how many there are."""
        named = f"//*[@aria-label='Views']//button[starts-with(normalize-space(), '{name}')]"
        return self._one(By.XPATH, named)

    def sees(self, text: str, within: float = 15) -> None:
        """Wait until the page says this."""
        eventually(lambda: text in self.text, within=within)

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def alert(self) -> str:
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

    @property
    def barriers(self) -> list[str]:
        """What keeps people out who see or move otherwise (axe: serious and critical)."""
        self.driver.execute_script(AXE.read_text())
        return list(self.driver.execute_async_script(RUN_AXE))

    @property
    def complaints(self) -> list[str]:
        """What the browser complained of: broken scripts, and what the policy did not let in."""
        logged = self.driver.get_log("browser")
        return [one["message"] for one in logged if "Content Security" in one["message"]]

    def _one(self, by: str, what: str) -> WebElement:
        return eventually(lambda: self.driver.find_elements(by, what), within=15)[0]
