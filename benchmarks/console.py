"""How long does somebody wait who opens the console on a system with many orders?

python -m benchmarks.console [--orders 100000] [--times 20] [--keep FILE]

Fills a system (generate.py), then opens pages in Debian's Chromium: from the wish to the frame in
which the rows stand. Warm is with the files of the console in the browser's cache, cold is without
them, as on the first visit. Tells also what each page asks of the gateway, and how much script it
loads. Prints one JSON object on standard output, its progress on standard error.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import cost, generate, goods
from benchmarks.facts import Facts
from benchmarks.figures import SERVING, percentiles
from benchmarks.run import commit, machine, say
from chassis.testing import eventually
from local import admin, console
from local.browser import DESK, OF_THE_SHELL, Browser, NoBrowser, Person, a_browser
from local.processes import ROOT
from local.supervisor import System

ROWS, ORDER = "main table.rows tbody tr", "main .journey li"
# a timer that is set while a frame is made fires when the frame has been shown
NOTE_WHEN_SHOWN = """
new MutationObserver((_, watching) => {
  if (!document.querySelector('WANTED')) return
  watching.disconnect()
  requestAnimationFrame(() => setTimeout(() => { window.shownAt = performance.now() }))
}).observe(document, { subtree: true, childList: true })
"""
SAMPLE = (
    "select order_id, customer_name, channel from orders tablesample bernoulli (5)"
    " order by random() limit {count}"
)
WARM_UP = 3
Find = Callable[[Any], str]
PAGES: dict[str, tuple[Find, str]] = {
    "list": (lambda _order: "orders", ROWS),
    "list by a filter": (lambda order: f"orders?channel={order.channel}", ROWS),
    "list by a last name": (lambda order: f"orders?text={order.customer_name.split()[-1]}", ROWS),
    "order page": (lambda order: f"orders/{order.order_id}", ORDER),
}


class Visits:
    """Opens pages as an admin does, and notes when they stand."""

    def __init__(self, browser: Browser, orders: list[Any]) -> None:
        self._browser, self._orders = browser, orders

    def measure(self, find: Find, wanted: str, times: int) -> dict[str, Any]:
        """Open a page again and again, each time for another order."""
        driver = self._browser.driver
        script = {"source": NOTE_WHEN_SHOWN.replace("WANTED", wanted)}
        noting = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
        busy, began = cost.machine_busy(), datetime.now(UTC)
        warm = [self._visit(find) for _ in range(WARM_UP + times)][WARM_UP:]
        used = cost.machine_busy() - busy
        asked, script_bytes = self._asked(), self._browser.script_bytes
        cold = [self._visit(find, cold=True) for _ in range(max(3, times // 4))]
        driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", noting)
        seconds = (datetime.now(UTC) - began).total_seconds()
        return {
            "warm_ms": percentiles(warm), "cold_ms": percentiles(cold),
            "asks_the_gateway": asked, "script_bytes": script_bytes,
            "machine_busy_percent_of_a_core": round(100 * used / seconds),
        }  # fmt: skip

    def _visit(self, find: Find, *, cold: bool = False) -> float:
        browser = self._browser
        if cold:
            browser.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        browser.go(find(random.choice(self._orders)))
        shown = "return window.shownAt"
        return float(eventually(lambda: browser.driver.execute_script(shown), within=30)) / SERVING

    def _asked(self) -> list[str]:
        """What the page asked for itself; not what surrounds every page."""
        self._browser.settled()
        paths = [url.removeprefix(self._browser.url) for url in self._browser.asked]
        return sorted(path for path in paths if not path.startswith(OF_THE_SHELL))


def _measure(state: Path, orders: int, times: int) -> dict[str, Any]:
    console.build(say)
    with System(state, say, own_broker=True) as system:
        goods.stock_up(system.gateway_url, system.api_key, say)
        say("taking an order to each fate …")
        patterns = generate.make_patterns(system, say)
    say(f"filling the databases with {orders} orders …")
    generate.fill(state / "postgres", patterns, orders, 365, say)
    with System(state, say, own_broker=True) as system, a_browser() as driver:
        browser = Browser(driver, system.gateway_url)
        browser.size(*DESK)
        browser.go()
        first_load = browser.script_bytes
        browser.enter(Person(admin.EMAIL, admin.password(system)))
        sample = Facts(system).rows("orders", SAMPLE.format(count=10 * times))
        visits, pages = Visits(browser, list(sample)), {}
        for name, (find, wanted) in PAGES.items():
            pages[name] = visits.measure(find, wanted, times)
            warm, cold = pages[name]["warm_ms"], pages[name]["cold_ms"]
            say(f"  {name}: warm {warm['p50']} to {warm['max']} ms, cold {cold['p50']} ms")
        return {"first_load_script_bytes": first_load, "pages": pages}


def main(arguments: list[str]) -> int:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console")
    parser.add_argument("--orders", type=int, default=100_000, help="orders that there shall be")
    parser.add_argument("--times", type=int, default=20, help="how often each page is opened")
    parser.add_argument("--keep", type=Path, help="write the result into this file as well")
    wish = parser.parse_args(arguments)
    os.environ.pop("DATABASE_URL", None)
    (ROOT / ".oms").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="console-", dir=ROOT / ".oms"))
    about = machine()
    try:
        figures = _measure(state, wish.orders, wish.times)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    result = {
        "measured": f"the console in Chromium, with {wish.orders} orders",
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(),
        "machine": about, **figures,
    }  # fmt: skip
    text = json.dumps(result, indent=2)
    print(text)
    if wish.keep:
        wish.keep.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RuntimeError, TimeoutError, NoBrowser, console.NoConsole) as error:
        sys.exit(f"The console could not be measured: {error}")
