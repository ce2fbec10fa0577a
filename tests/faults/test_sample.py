"""Do the promises hold while something goes wrong? Some scenarios of each group, drawn by a seed.

FAULTS_SEED draws others (the default is the same every day), FAULTS_SECONDS more or fewer.
`make faults` runs them all.
"""

import os

import pytest

from tests.faults import runner
from tests.faults.__main__ import in_order
from tests.faults.conftest import SEED
from tests.faults.runner import Result
from tests.faults.scenario import shared_system
from tests.faults.world import World

SECONDS = int(os.environ.get("FAULTS_SECONDS", "180"))

ALL = in_order()
DRAWN = runner.draw(ALL, SEED, SECONDS)


def run(one, world):
    print(f"FAULTS_SEED={SEED} {one.title}")
    result = Result(one.title, one.group)
    runner.run_one(one, world, SEED, result)
    return result


@pytest.mark.timeout(600)
@pytest.mark.parametrize("one", DRAWN, ids=lambda one: one.title)
def test_every_promise_is_kept_while_something_goes_wrong(one, request, tmp_path):
    if one.system is shared_system:
        result = run(one, request.getfixturevalue("world"))
    else:
        with one.system(tmp_path) as system:
            runner.make_ready(system)
            result = run(one, World(system, SEED, print))
    if result.verdict == runner.NOT_RUN:
        pytest.skip(result.reason)
    assert (result.verdict, result.reason) == (runner.KEPT, "")


def test_something_of_every_group_is_drawn():
    assert {one.group for one in DRAWN} == set(runner.drawable(ALL))
