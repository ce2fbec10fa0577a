"""How do many orders go their ways, there and back, while something is wrong around them?"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.faults import travel
from tests.faults.world import World

JOURNEY_SECONDS = 300
Going = Sequence[Future[str]]


def there_and_back(world: World, sku: str, key: str, **more: Any) -> str:
    """Take an order of one piece to the customer and back again; return its id."""
    order_id = world.place(sku, key, channel=world.till, channel_order_id=key, **more)
    travel.there_and_back(world.staff, order_id)
    return order_id


def called_off(world: World, sku: str, key: str, **more: Any) -> str:
    """Take an order as far as its label, then call it off; return its id."""
    order_id = world.place(sku, key, channel=world.till, channel_order_id=key, **more)
    world.staff.pick_and_pack(order_id)
    call_off(world, order_id)
    return order_id


def call_off(world: World, order_id: str) -> None:
    """Call an order off, and wait until it is."""
    world.api.post(f"/orders/{order_id}/cancellation", {"reason": "changed my mind"})
    world.staff.wait_for(order_id, "called off", lambda p: p["order"]["status"] == "canceled")


@contextmanager
def journeys_under_way(world: World, sku: str, count: int = 6, **more: Any) -> Iterator[Going]:
    """Take orders there and back, every third only to be called off, while the body happens."""
    with ThreadPoolExecutor(count) as several:
        going = [
            several.submit(
                called_off if number % 3 == 2 else there_and_back,
                world, sku, f"{sku}-{number}", **more,
            )
            for number in range(count)
        ]  # fmt: skip
        yield going
        arrived(going)


def arrived(going: Going) -> list[str]:
    """Wait until all are where they should be; return the orders' ids."""
    return [one.result(timeout=JOURNEY_SECONDS) for one in going]
