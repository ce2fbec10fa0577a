"""How does the console look? Pictures of every page, at a desk and on a phone.

python -m local.pictures              all pages, into .oms/pictures/shots (PNG)
python -m local.pictures --guides     those that the guides show, into docs/guides/pictures (WebP)
python -m local.pictures order pick   only pages whose names have one of these words in them

It starts a system of its own with a morning's work in it (picture_world.py), kept in .oms/pictures
from one run to the next; delete that folder for a fresh one. `--dark` and `--german` do that.
"""

import argparse
from pathlib import Path

from local import admin, console
from local.browser import DESK, PHONE, Browser, Person, a_browser
from local.guide_pictures import take_guides
from local.pages import Page, all_pages
from local.picture_world import furnish
from local.processes import ROOT
from local.run import say
from local.supervisor import System

STATE = ROOT / ".oms" / "pictures"
SHOTS = STATE / "shots"


def main() -> None:
    """Take the pictures."""
    wish = _wish()
    console.build(say)
    with System(STATE / "system", say) as system:
        examples = furnish(system, say)
        with a_browser("hide-scrollbars") as driver:
            browser = Browser(driver, system.gateway_url)
            me = Person(admin.EMAIL, admin.password(system))
            if wish.guides:
                take_guides(browser, me, examples)
            else:
                _take_all(browser, me, examples, wish)


def _take_all(
    browser: Browser, me: Person, examples: dict[str, str], wish: argparse.Namespace
) -> None:
    browser.go()
    browser.keep(
        language="de" if wish.german else "en",
        **{"mantine-color-scheme-value": "dark" if wish.dark else "light"},
    )
    browser.go()
    browser.settled()
    for size in (DESK, PHONE):
        browser.size(*size)
        browser.picture(SHOTS / f"login-{size[0]}.png")
    browser.enter(me)
    pages = [
        *all_pages(examples),
        Page("orders/held", f"orders/{examples['heldId']}"),
        Page("picking/open", f"picking/{examples['pickId']}"),
    ]
    for page in pages:
        if wish.names and not any(name in page.name for name in wish.names):
            continue
        for size in (DESK, PHONE):
            browser.size(*size)
            browser.go(page.address)
            browser.settled()
            _take_tabs(browser, page, size[0])
        say(page.name)


def _take_tabs(browser: Browser, page: Page, width: int) -> None:
    for tab in range(max(1, len(browser.tabs))):
        if browser.tabs:
            browser.tabs[tab].click()
            browser.settled()
        browser.picture(_file(page, width, tab))


def _file(page: Page, width: int, tab: int) -> Path:
    return SHOTS / f"{page.name}{f'-tab{tab}' if tab else ''}-{width}.png"


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    for choice in ("guides", "dark", "german"):
        parser.add_argument(f"--{choice}", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
