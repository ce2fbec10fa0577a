"""Which system does the demo use? The one that `make run` runs, else one of its own for a while."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from local import catalogue, packages
from local.client import Client, Refusal
from local.processes import ROOT
from local.reset import forget
from local.run import STATE
from local.supervisor import System

Say = Callable[[str], None]
LOOK_SECONDS = 2
KNOWN_SKU = "MUG-RED"


@contextmanager
def some_system(say: Say) -> Iterator[Client]:
    """Give a client of a system with the demo's catalogue; what was started is stopped again."""
    if api := running():
        say(f"using the system that runs at {api.url}")
        _stock_up(api, say)
        yield api
        return
    say("no system runs here (`make run`), so one is started for the demo; it is gone afterwards")
    (ROOT / ".oms").mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="demo-", dir=ROOT / ".oms"))
    own = not os.environ.get("AMQP_URI") and packages.installed() is not None
    try:
        with System(state, say, own_broker=own) as system:
            api = Client(system.gateway_url, system.api_key)
            _stock_up(api, say)
            yield api
            say("stopping the demo's system …")
    finally:
        forget(state)


def running() -> Client | None:
    """Find the system of `make run`, if it is up."""
    key, url = STATE / "api-key", STATE / "url"
    if not (key.exists() and url.exists()):
        return None
    api = Client(url.read_text(), key.read_text().strip())
    try:
        answer = api.session.get(f"{api.url}/warehouses", timeout=LOOK_SECONDS)
    except requests.RequestException:
        return None
    return api if answer.ok else None


def _stock_up(api: Client, say: Say) -> None:
    try:
        api.get(f"/skus/{KNOWN_SKU}")
    except Refusal:
        catalogue.load(api.url, api.session.headers["Authorization"].split()[-1], say)  # type: ignore[union-attr, arg-type]
