"""What if the clock of one process is an hour wrong?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from contracts import SERVICES
from tests.faults.journeys import journeys_under_way
from tests.faults.quiet import now
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World

AN_HOUR = timedelta(hours=1)
WAYS = {"ahead": AN_HOUR, "behind": -AN_HOUR}
CASES = tuple(f"{process} {way}" for process in (*SERVICES, "gateway") for way in WAYS)
NEAR = timedelta(minutes=10)
WRITTEN = "select count(*) from {table} where at between :begin and :end"


@scenario("clock", seconds=60, cases=CASES)
def an_hour_wrong(world: World, case: str) -> None:
    """One process lives an hour beside the others, and is put right again with work in hand."""
    process, way = case.split()
    sku = world.new_sku(berlin=200)
    before = written_around(world, process, WAYS[way])
    with wrong_clock(world, process, WAYS[way]):
        world.expects_skew(AN_HOUR.total_seconds())
        with world.orders_under_way(sku), journeys_under_way(world, world.new_sku(berlin=10)):
            pass
        wrong = written_around(world, process, WAYS[way]) - before
    if wrong <= 0:
        raise Broken(f"{process} did not live an hour {way}")
    world.happened(f"row written an hour {way}", wrong)
    with journeys_under_way(world, world.new_sku(berlin=10), 3):
        pass


@contextmanager
def wrong_clock(world: World, process: str, off_by: timedelta) -> Iterator[None]:
    """Let a process live so much later than the others; it is restarted for that, and after."""
    file = world.system.state / f"{process}-clock"
    right = float(world.system.clock_file.read_text())
    file.write_text(str(right + off_by.total_seconds()))
    stop(world, process)
    world.system.revive(process, {"CLOCK_FILE": str(file)})
    try:
        yield
    finally:
        stop(world, process)
        world.system.revive(process)
        file.unlink()


def stop(world: World, process: str) -> None:
    """Ask a process to stop, and wait until it has."""
    world.system.processes[process].ask_to_stop()
    world.system.processes[process].wait_until_stopped()


def written_around(world: World, process: str, off_by: timedelta) -> int:
    """Count what a process noted about an hour before or after this moment, by its clock."""
    table = "idempotent_requests" if process == "gateway" else "inbox"
    at = now(world) + off_by
    query = WRITTEN.format(table=table)
    return int(world.rows(process, query, begin=at - NEAR, end=at + NEAR)[0][0])
