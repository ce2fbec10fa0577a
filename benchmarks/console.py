"""How long does one wait for the list of orders in a browser, with many orders in the database?

python -m benchmarks.console [--orders 100000] [--times 20] [--keep FILE]

Starts a system, fills its databases (generate.py), opens the console in Chromium without a window
and looks at the list: from the start of the navigation to the frame after the first rows are there;
cold (nothing in the browser's cache) and warm. Prints one JSON object on standard output.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import generate, goods
from benchmarks.figures import SERVING, percentiles
from benchmarks.run import commit, machine, say
from chassis.testing import eventually
from local import admin, console
from local.browser import DESK, Browser, Person, a_browser
from local.processes import ROOT
from local.supervisor import System

PATIENCE_SECONDS = 30
# runs before the page's own script; two frames later what was found is on the screen
WATCH = """
new MutationObserver((_, self) => {
  if (!document.querySelector('main .rows tbody tr')) return
  self.disconnect()
  requestAnimationFrame(() => requestAnimationFrame(() => { window.rowsAt = performance.now() }))
}).observe(document, { childList: true, subtree: true })
"""


def look(browser: Browser) -> dict[str, Any]:
    """Open the list of orders; tell when its rows were there, and what that took."""
    browser.go("orders")

    def there() -> float:
        return float(browser.driver.execute_script("return window.rowsAt || 0"))

    seen = eventually(there, within=PATIENCE_SECONDS)
    return {
        "ms": round(seen), "script_bytes": browser.script_bytes,
        "asked": sorted(url.removeprefix(browser.url) for url in browser.asked),
    }  # fmt: skip


def measure(system: System, times: int) -> dict[str, Any]:
    """Look at the list again and again, as an admin who is logged in."""
    with a_browser() as driver:
        browser = Browser(driver, system.gateway_url)
        browser.size(*DESK)
        browser.go()
        browser.enter(Person(admin.EMAIL, admin.password(system)))
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        cold = []
        for _ in range(max(3, times // 4)):
            driver.execute_cdp_cmd("Network.clearBrowserCache", {})
            cold.append(look(browser))
        warm = [look(browser) for _ in range(times)]
        rows = driver.execute_script("return document.querySelectorAll('.rows tbody tr').length")
    return {
        "rows_shown": rows,
        "cold_ms": percentiles([one["ms"] / SERVING for one in cold]),
        "warm_ms": percentiles([one["ms"] / SERVING for one in warm]),
        "script_bytes": max(one["script_bytes"] for one in cold),
        "api_calls": warm[-1]["asked"],
    }


def main(arguments: list[str]) -> int:
    """Measure and print the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console")
    parser.add_argument("--orders", type=int, default=100_000, help="orders that there shall be")
    parser.add_argument("--days", type=int, default=365, help="over how many days")
    parser.add_argument("--times", type=int, default=20, help="how often the warm list is opened")
    parser.add_argument("--keep", type=Path, help="write the result into this file as well")
    wish = parser.parse_args(arguments)
    if os.environ.pop("DATABASE_URL", None):
        say("DATABASE_URL is not used: the benchmark starts a PostgreSQL of its own")
    console.build(say)
    (ROOT / ".oms").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="console-", dir=ROOT / ".oms"))
    about = machine()
    try:
        with System(state, say, own_broker=True) as system:
            goods.stock_up(system.gateway_url, system.api_key, say)
            patterns = generate.make_patterns(system, say)
        say(f"filling the databases with {wish.orders} orders …")
        filled = generate.fill(state / "postgres", patterns, wish.orders, wish.days, say)
        with System(state, say, own_broker=True) as system:
            seen = measure(system, wish.times)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    result = {
        "measured": "the list of orders in a browser",
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(),
        "machine": about, "orders": filled["orders"], **seen,
    }  # fmt: skip
    text = json.dumps(result, indent=2)
    print(text)
    if wish.keep:
        wish.keep.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RuntimeError, TimeoutError) as error:
        sys.exit(f"The benchmark could not be run: {error}")
