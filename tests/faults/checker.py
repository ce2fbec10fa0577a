"""Was every promise kept? Looks at the whole system after a scenario, whatever it was."""

from tests.faults.world import World


def check(world: World) -> None:
    """Wait until the system is quiet, then look into all its books; raise Broken with findings."""
    world.system.wait_until_ready()
