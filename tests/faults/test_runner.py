"""Does the harness itself do what it says? It chooses, draws by a seed, and tells what broke."""

import json

import pytest

from tests.faults import checker, report, runner
from tests.faults.runner import Result
from tests.faults.scenario import Broken, Scenario, shared_system


def another_system(state):
    raise AssertionError("nobody starts it")


def fine(world):
    world.happened("kill -9", 2)


def wrong(world):
    raise Broken("an order was lost")


def made(group, name, case="", run=fine, seconds=20, system=shared_system, sample=True):
    return Scenario(group, name, case, run, seconds, system, sample)


ALL = [
    made("bus", "stops"), made("bus", "is_slow"), made("bus", "is_slow", "very"),
    made("kills", "dies", "orders"), made("kills", "all", sample=False),
    made("soak", "long", seconds=900), made("scale_out", "two", system=another_system),
]  # fmt: skip


class NoSystem:
    """A world without a system: it only counts."""

    def __init__(self):
        self.faults, self.said = {}, []
        self.say = self.said.append

    def begin(self, title, seed):
        self.faults = {}

    def happened(self, fault, times=1):
        self.faults[fault] = self.faults.get(fault, 0) + times

    def orders_accepted(self):
        return 3


@pytest.mark.parametrize(
    ("names", "titles"),
    [
        (["bus"], ["bus/stops", "bus/is_slow", "bus/is_slow/very"]),
        (["bus/is_slow"], ["bus/is_slow", "bus/is_slow/very"]),
        (["*/orders", "soak"], ["kills/dies/orders", "soak/long"]),
        (["nothing"], []),
        ([], [one.title for one in ALL]),
    ],
)
def test_scenarios_are_chosen_by_group_title_or_pattern(names, titles):
    assert [one.title for one in runner.choose(ALL, names)] == titles


def test_a_sample_has_something_of_every_group_that_has_something_short():
    for seed in range(20):
        drawn = runner.draw(ALL, seed, 90)
        assert {one.group for one in drawn} == {"bus", "kills", "scale_out"}
        assert all(one.sample and one.seconds <= runner.LONGEST_SECONDS for one in drawn)


def test_the_same_seed_draws_the_same_and_another_something_else():
    drawn = {seed: runner.draw(ALL, seed, 60) for seed in range(20)}
    assert drawn == {seed: runner.draw(ALL, seed, 60) for seed in range(20)}
    assert len({tuple(one.title for one in some) for some in drawn.values()}) > 1


@pytest.mark.parametrize(
    ("run", "found", "verdict", "reason"),
    [
        (fine, None, "kept", ""),
        (wrong, None, "BROKEN", "Broken: an order was lost"),
        (fine, "a second charge", "BROKEN", "Broken: a second charge"),
    ],
)
def test_a_promise_is_broken_by_what_a_scenario_or_the_checker_finds(
    run, found, verdict, reason, monkeypatch
):
    def check(world):
        if found:
            raise Broken(found)

    monkeypatch.setattr(checker, "check", check)
    result = Result("bus/x", "bus")
    runner.run_one(made("bus", "x", run=run), NoSystem(), 1, result)
    assert (result.verdict, result.reason) == (verdict, reason)
    assert result.faults == ({"kill -9": 2} if run is fine else {})


def test_a_run_is_told_as_a_table_and_as_json():
    results = [
        Result("bus/x", "bus", 1.5, 24, {"kill -9": 2}, runner.KEPT),
        Result("bus/y", "bus", 2.0, 0, {}, runner.BROKEN, "an order was lost"),
    ]
    lines = report.table(results, 7).splitlines()
    assert lines[2].split() == ["bus/x", "1.5", "24", "2", "×", "kill", "-9", "kept"]
    assert lines[-2:] == [
        "1 of 2 kept; 24 orders, 2 faults, 4 s, seed 7", "bus/y: an order was lost",
    ]  # fmt: skip
    told = json.loads(report.as_json(results, 7))
    assert (told["kept"], told["seed"]) == (False, 7)
    assert [one["verdict"] for one in told["scenarios"]] == ["kept", "BROKEN"]
