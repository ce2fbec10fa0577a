"""Does the simulation find rules that would not do? And does its autoscaler keep to its rules?"""

import pytest

from deploy.simulation.autoscaler import START_SECONDS, SYNC_SECONDS, Scaler
from deploy.simulation.costs import Cost
from deploy.simulation.system import WAY, simulate

UP = [
    {"type": "Percent", "value": 100, "periodSeconds": 15},
    {"type": "Pods", "value": 2, "periodSeconds": 15},
]
DOWN = [{"type": "Percent", "value": 50, "periodSeconds": 60}]


def a_scaler(name: str = "orders", *, cpu: float = 0.0, floor: int = 2, ceiling: int = 8) -> Scaler:
    return Scaler(name, floor, ceiling, {f"oms.{name}": 600}, cpu, UP, DOWN, 300)


def play(scaler: Scaler, depth: float, seconds: float, *, since: float = 0.0) -> list[int]:
    wanted = []
    now = since
    while now < since + seconds:
        scaler.tick(now)
        scaler.decide(now, {"oms.orders": depth}, 0.0)
        wanted.append(scaler.wanted)
        now += SYNC_SECONDS
    return wanted


def test_a_long_queue_doubles_the_processes_each_quarter_of_a_minute_up_to_the_ceiling():
    assert play(a_scaler(), 100_000, 60) == [4, 8, 8, 8]


def test_a_queue_within_a_tenth_of_the_target_changes_nothing():
    assert play(a_scaler(), 2 * 600 * 1.09, 60) == [2, 2, 2, 2]


def test_processes_go_only_after_five_quiet_minutes_and_then_by_half_each_minute():
    scaler = a_scaler()
    play(scaler, 100_000, 60)

    wanted = play(scaler, 0, 600, since=60)

    assert wanted.index(4) * SYNC_SECONDS == pytest.approx(300, abs=SYNC_SECONDS)
    assert wanted.index(2) * SYNC_SECONDS == pytest.approx(360, abs=2 * SYNC_SECONDS)
    assert wanted[-1] == 2


def test_a_new_process_works_only_when_it_has_started():
    scaler = a_scaler()
    scaler.decide(0, {"oms.orders": 2400}, 0.0)

    scaler.tick(START_SECONDS - 1)
    early = scaler.running
    scaler.tick(START_SECONDS)

    assert (early, scaler.running) == (2, 4)


def test_a_busy_process_asks_for_another_though_its_queue_is_short():
    scaler = a_scaler(cpu=0.5)

    scaler.decide(0, {"oms.orders": 0}, cores=1.9)

    assert scaler.wanted == 4


SERVICES = sorted({name.rstrip("?") for name in WAY} - {"gateway"})
COST = Cost(messages=4, each=0.0002, batch=0.005, database=0.0001)


def system(ceiling: int, cpu: float = 0.5) -> dict[str, Scaler]:
    made = {f"{s}-service": a_scaler(s, cpu=cpu, ceiling=ceiling) for s in SERVICES}
    return made | {"gateway": Scaler("gateway", 2, 6, {}, 0.5, UP, DOWN, 300)}


def test_every_order_is_allocated_once_when_there_is_room():
    load = [50.0] * 60 + [0.0] * 60

    record = simulate(load, dict.fromkeys(SERVICES, COST), 0.001, system(8))

    assert sum(n for _, _, n in record.took) == pytest.approx(50 * 60, rel=1e-6)
    assert record.p95(0, 60) < 3


def test_too_low_a_ceiling_is_seen_in_the_time_to_allocate():
    costs = dict.fromkeys(SERVICES, COST)
    load = [50.0] * 60 + [2500.0] * 240 + [50.0] * 300

    few, enough = (simulate(load, costs, 0.0001, system(ceiling)) for ceiling in (2, 8))

    assert few.p95(60, 300) > 2 * enough.p95(60, 300)
