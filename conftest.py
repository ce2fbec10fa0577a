"""Which level is a test of? Its folder says so; the level says what it may touch.

Hypothesis draws the same examples in every run, so that what passes once passes anywhere;
`--hypothesis-profile=search` draws others each time.
"""

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from chassis.sealing import new_key

pytest_plugins = ["local.testing"]

settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("search", deadline=None, print_blob=True)
# in search of planted bugs one example is enough, however long (tests/mutations)
settings.register_profile(
    "planted", settings.get_profile("same"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("same")

# tests that keep secrets have a key for them; processes are given their own
os.environ.setdefault("SEALING_KEYS", new_key())

LEVELS = {
    "/tests/domain/": "domain",
    "/tests/handlers/": "handlers",
    "/tests/db/": "db",
    "/tests/integration/": "integration",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Called when all tests are found: mark each by its folder; the slow ones run last."""
    for item in items:
        where = Path(item.fspath).as_posix()
        for part, level in LEVELS.items():
            if part in where:
                item.add_marker(level)
    items.sort(key=lambda item: item.get_closest_marker("integration") is not None)
