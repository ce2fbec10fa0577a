"""Was every promise kept? Looks at the whole system after a scenario, whatever it was.

It counts by the books of those who really did it: the sandbox provider's and carrier's own
ledgers, the stock ledger, the histories. Each query is over all orders at once, so that it takes
seconds with thousands of them.
"""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.faults import check_bus, check_channels, check_goods, check_money, check_orders, quiet
from tests.faults.damage import Books, Damage, Reading
from tests.faults.scenario import Broken

if TYPE_CHECKING:
    from tests.faults.world import World

QUIET_SECONDS = 180
SHOWN = 25
LOOKS = (check_bus.look, check_orders.look, check_money.look, check_goods.look, check_channels.look)


def check(world: "World", within: float = QUIET_SECONDS) -> None:
    """Wait until all is quiet, then look into all books; raise Broken that says what is wrong."""
    world.system.wait_until_ready()

    def allowed(service: str, row: Any) -> bool:
        known = row.message_id in world.parked_before
        return known or (service, row.name) in world.parks or (service, "") in world.parks

    with Reading(world.system) as reading:
        quiet.wait_until_quiet(world, reading, within)
        books = Books(reading.rows, quiet.now(world), world.clock_skew, allowed)
        found = list(itertools.islice(find_damage(books), SHOWN + 1))
        world.parked_before |= parked(books)
    if found:
        more = "\n  … and more" if len(found) > SHOWN else ""
        lines = "".join(f"\n  {damage}" for damage in found[:SHOWN])
        raise Broken(f"the checker found:{lines}{more}")


def find_damage(books: Books) -> Iterator[Damage]:
    """Look everywhere; tell what should not be."""
    books.waiting = check_bus.waited_for(books)
    for look in LOOKS:
        yield from look(books)


def parked(books: Books) -> set[str]:
    """Tell the ids of all messages that are parked: the next scenario is not to blame for them."""
    found: set[str] = set()
    for service in check_bus.SERVICES:
        found |= {row.message_id for row in books.rows(service, check_bus.PARKED)}
    return found
