"""Which level is a test of? Its folder says so; the level says what it may touch."""

from pathlib import Path

import pytest

pytest_plugins = ["local.testing"]

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
