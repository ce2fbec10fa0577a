"""One system for all tests of the harness; it may be killed, and its clock moved."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.runner import make_ready
from tests.faults.scenario import shared_system
from tests.faults.world import World

SEED = int(os.environ.get("FAULTS_SEED", "1"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with shared_system(tmp_path_factory.mktemp("faults")) as system:
        make_ready(system)
        yield World(system, SEED, print)
