"""What if a process dies in the middle of an import? It goes on, and each order is there once.

imports/file/X   X is killed twice while a file of two thousand orders is taken in
imports/upload   the gateway is killed while the file is coming; it is sent again
imports/pull     channels is killed while a shop is asked page by page
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import requests

from benchmarks.sources import ManyOrders
from local.journey import until
from tests.faults.scenario import Broken, scenario
from tests.faults.world import World

ORDERS, PAGE = 2_000, 100
WITHIN_SECONDS = 600
HEAD = "order_id,sku,quantity,unit_price,name,line1,postcode,city,country\r\n"
COUNT = "select count(*), count(distinct channel_order_id) from orders where channel = :channel"
ALLOCATED = (
    "select count(distinct o.order_id) from orders o join order_history h using (order_id)"
    " where o.channel = :channel and h.action = 'stock allocated'"
)


@scenario("imports", seconds=120, cases=("channels", "orders", "gateway"), sample=False)
def file(world: World, process: str) -> None:
    """Whoever dies while a file is taken in: it goes on where it was."""
    channel, sku = _channel(world), world.new_sku(berlin=100_000)
    with world.orders_under_way(sku, 12):
        import_id = _send(world, channel, _rows(sku), uuid.uuid4().hex)["import_id"]
        for part in (1, 2):
            _until_accepted(world, channel, ORDERS * part // 3)
            _kill(world, process)
    _all_are_here(world, channel)
    _is_completed(world, import_id)


@scenario("imports", seconds=90, sample=False)
def upload(world: World) -> None:
    """The gateway dies while the file is coming: the same file is sent again with its key."""
    channel, sku, key = _channel(world), world.new_sku(berlin=100_000), uuid.uuid4().hex
    half, killed = threading.Event(), threading.Event()

    def broken_off() -> None:
        try:
            _send(world, channel, _rows(sku, lambda: (half.set(), killed.wait(60))), key)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            world.happened("upload broken off")

    sender = threading.Thread(target=broken_off)
    sender.start()
    half.wait(60)
    _kill(world, "gateway")
    killed.set()
    sender.join()
    if not world.faults["upload broken off"]:
        raise Broken("the upload was not broken off: nothing was tried")
    first = _send(world, channel, _rows(sku), key)
    again = _send(world, channel, _rows(sku), key)
    if first["import_id"] != again["import_id"]:
        raise Broken(f"one key made two imports: {first['import_id']}, {again['import_id']}")
    _all_are_here(world, channel)
    _is_completed(world, first["import_id"])


@scenario("imports", seconds=120, sample=False)
def pull(world: World) -> None:
    """Channels dies while it asks a shop: it asks on, and takes nothing twice."""
    channel, sku = f"pull-{uuid.uuid4().hex[:8]}", world.new_sku(berlin=100_000)
    with ManyOrders(ORDERS, lambda _number: [(sku, 1, 500)]) as shop:
        connection = {
            "kind": "shopify", "name": channel, "base_url": shop.url, "access_token": "token",
            "webhook_secret": "secret", "pull_from": "2026-01-01T00:00:00Z",
            "settings": [{"name": "requests_a_second", "value": "20"}],
        }  # fmt: skip
        world.api.put(f"/channels/{channel}", connection)
        for part in (1, 2):
            _until_accepted(world, channel, ORDERS * part // 3)
            _kill(world, "channels")
        _all_are_here(world, channel)
        if shop.asked < ORDERS // PAGE:
            raise Broken(f"the shop was asked only {shop.asked} times")
        connection.pop("pull_from")
        world.api.put(f"/channels/{channel}", connection)


def _channel(world: World) -> str:
    channel = f"files-{uuid.uuid4().hex[:8]}"
    world.api.put(f"/channels/{channel}", {"kind": "csv", "name": channel})
    return channel


def _rows(sku: str, at_half: Callable[[], Any] = lambda: None) -> Iterator[bytes]:
    """A file, in pieces; some orders have their second line at its end."""
    who = "5.00,Ada Reader,Lindenstr. 5,10969,Berlin,DE"
    yield HEAD.encode()
    for number in range(ORDERS):
        if number == ORDERS // 2:
            at_half()
        yield f"F-{number},{sku},1,{who}\r\n".encode()
    for number in range(0, ORDERS, 10):
        yield f"F-{number},{sku},1,{who}\r\n".encode()


def _send(world: World, channel: str, rows: Iterator[bytes], key: str) -> dict[str, Any]:
    answer = requests.post(
        f"{world.api.url}/channels/{channel}/imports", data=rows, timeout=WITHIN_SECONDS,
        headers={**world.api.session.headers, "Content-Type": "text/csv", "Idempotency-Key": key},
    )  # fmt: skip
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


def _kill(world: World, process: str) -> None:
    world.system.kill(process)
    world.happened(f"kill -9 of {process}")
    world.system.revive(process)


def _until_accepted(world: World, channel: str, count: int) -> None:
    def enough() -> bool:
        return bool(world.rows("orders", COUNT, channel=channel)[0][0] >= count)

    until(f"{count} orders of {channel} accepted", enough, within=WITHIN_SECONDS, every=0.2)


def _all_are_here(world: World, channel: str) -> None:
    def allocated() -> bool:
        return bool(world.rows("orders", ALLOCATED, channel=channel)[0][0] >= ORDERS)

    until("all imported orders allocated", allocated, within=WITHIN_SECONDS, every=1)
    here, different = world.rows("orders", COUNT, channel=channel)[0]
    if (here, different) != (ORDERS, ORDERS):
        raise Broken(f"{ORDERS} orders were sent; {here} are here, {different} different ones")


def _is_completed(world: World, import_id: str) -> None:
    def completed() -> Any:
        found = world.api.get(f"/imports/{import_id}")
        return found if found["state"] == "completed" else None

    told = until(f"{import_id} completed", completed, within=60, every=0.5)
    counted = (told["rows"], told["orders"], told["accepted"])
    if counted != (ORDERS + ORDERS // 10, ORDERS, ORDERS):
        raise Broken(f"the import counts otherwise: {told}")
