"""What is the least that an order costs? The same SQL by one plain process, with no bus.

python -m benchmarks.limit [--orders N] [--at-once N] [--keep FILE] [--profile]

The handlers of all seven services run here one after the other, over the same databases, tables,
batches, inboxes and outboxes as in the system; what one says is handed to the next from memory.
There is no broker, no HTTP, no RPC, no second process to switch to. What the system takes beyond
this is the price of running apart.
"""

import argparse
import cProfile
import inspect
import json
import os
import pstats
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from benchmarks import cost, goods
from chassis import migrations, sealing, wiring
from chassis.bus import Bus
from chassis.envelope import Context, Outgoing
from chassis.ids import new_id
from chassis.outside import Outcome, OutsideCall
from chassis.run import service_class
from chassis.store import new_engine
from chassis.transaction import Job, Transaction, forget_published
from contracts import SERVICES, load_all
from contracts.inventory import PutSku, ReceiveStock, SkuData
from contracts.orders import PlaceOrder
from contracts.values import Address, Dimensions
from contracts.warehouse import PutBin, PutCarton, PutWarehouse
from local import catalogue
from local.database import Database, find_database

WARM_UP = 400


class Plain:
    """One service without its bus: its handlers, and its database."""

    def __init__(self, service: str, url: str) -> None:
        os.environ["DATABASE_URL"] = url
        self.name, self.engine = service, new_engine(url)
        cls = service_class(service)
        self.thing, self.bus = cls(), _bus_of(cls)
        self.handlers: dict[str, tuple[Any, Callable[..., Any]]] = {}
        self.requests: dict[str, Callable[..., Any]] = {}
        self.callers: dict[str, Callable[..., Any]] = {}
        self.conclusions: dict[str, Callable[..., Any]] = {}
        for _, method in inspect.getmembers(cls, inspect.isfunction):
            for entrypoint in getattr(method, "nameko_entrypoints", ()):
                self._take(entrypoint, method)

    def _take(self, entrypoint: Any, method: Callable[..., Any]) -> None:
        if isinstance(entrypoint, wiring.Handles):
            self.handlers[entrypoint.message.wire] = (entrypoint.message, method)
        elif isinstance(entrypoint, wiring.Performs):
            self.requests[entrypoint.request.method] = method
        elif isinstance(entrypoint, wiring.Outside):
            self.callers[entrypoint.kind] = method
        elif isinstance(entrypoint, wiring.Concludes):
            self.conclusions[entrypoint.kind] = method

    def request(self, method: str, asked: Any) -> Job:
        """A request as it comes over RPC."""
        run = self.requests[method]
        return Job(
            method, lambda service, work: run(service, asked, work), body=asked,
            id=new_id("req"), context=Context("bench"), is_request=True, reply_to="nobody",
        )  # fmt: skip

    def message(self, out: Outgoing) -> Job:
        """A message as it comes over the bus."""
        contract, run = self.handlers[out.wire]
        body = msgspec.json.decode(out.body, type=contract)
        context = Context("bench", out.correlation_id)
        return Job(
            out.wire, lambda service, work: run(service, body, work), body=body,
            id=out.message_id, context=context,
        )  # fmt: skip

    def conclusion(self, call: OutsideCall) -> Job:
        """The outcome of a call to the outside, made here and now."""
        outcome = Outcome(call, "succeeded", dict(self.callers[call.kind](self.thing, call) or {}))
        run = self.conclusions[call.kind]
        return Job(
            call.kind, lambda service, work: run(service, outcome, work), body=outcome,
            context=Context("bench", call.correlation_id),
        )  # fmt: skip

    def handle(self, jobs: Sequence[Job], confirmed: Sequence[str]) -> Any:
        """Do it all in one transaction."""
        transaction = Transaction(
            self.name, self.engine, self.bus.prepare, self.bus.finish, confirmed
        )
        return transaction.run(self.thing, jobs)


class Loop:
    """All services, and what they say to each other."""

    def __init__(self, server: Database, prefix: str) -> None:
        self.services: dict[str, Plain] = {}
        for service in SERVICES:
            name = f"{prefix}_{service}"
            server.create(name)
            migrations.upgrade(service, server.url(name))
            self.services[service] = Plain(service, server.url(name))
        self._waiting: dict[str, list[Job]] = defaultdict(list)
        self._confirmed: dict[str, list[str]] = defaultdict(list)
        self.messages = self.transactions = 0

    def ask(self, service: str, method: str, *asked: Any) -> None:
        """Let requests wait for the next round."""
        plain = self.services[service]
        self._waiting[service] += [plain.request(method, one) for one in asked]

    def run(self, batch: int) -> None:
        """Go round until nobody has anything left to do."""
        while any(self._waiting.values()):
            for name, plain in self.services.items():
                jobs, self._waiting[name] = self._waiting[name][:batch], self._waiting[name][batch:]
                if jobs:
                    self._hand_on(name, plain.handle(jobs, self._confirmed.pop(name, [])))

    def _hand_on(self, name: str, committed: Any) -> None:
        self.transactions += 1
        self.messages += len(committed.out)
        self._confirmed[name] += [out.message_id for out in committed.out]
        for out in committed.out:
            for other, plain in self.services.items():
                if out.wire in plain.handlers:
                    self._waiting[other].append(plain.message(out))
        plain = self.services[name]
        self._waiting[name] += [plain.conclusion(call) for call in committed.calls]

    def close(self) -> None:
        """Forget what is left to be forgotten, and let go of the databases."""
        for name, plain in self.services.items():
            with Session(plain.engine) as session, session.begin():
                forget_published(session, self._confirmed.pop(name, []))
            plain.engine.dispose()


def stock_up(loop: Loop) -> None:
    """Make warehouses, a carton, and the goods of the benchmark with their stock."""
    for warehouse, row in catalogue.WAREHOUSES.items():
        name, city, postcode, country, latitude, longitude = row
        where = Address(name=name, line1="Dock 1", city=city, postcode=postcode, country=country)
        loop.ask(
            "warehouse", "put_warehouse",
            PutWarehouse(
                warehouse_id=warehouse, name=name, address=where, latitude=latitude,
                longitude=longitude,
            ),
        )  # fmt: skip
    size = Dimensions(length_mm=600, width_mm=400, height_mm=300)
    loop.ask("warehouse", "put_carton", PutCarton(carton="L", dimensions=size, max_weight_g=20000))
    for number in range(goods.SKUS):
        sku = goods.name_of(number)
        size = Dimensions(length_mm=80 + number, width_mm=60, height_mm=20 + number % 60)
        data = SkuData(sku=sku, name=f"thing {number}", dimensions=size, weight_g=100 + number)
        loop.ask("inventory", "put_sku", PutSku(data=data))
    loop.run(64)
    for number in range(goods.SKUS):
        sku, place = goods.name_of(number), f"T-{number:03d}"
        for warehouse in catalogue.WAREHOUSES:
            shelf = PutBin(warehouse_id=warehouse, bin=place, zone="T", sequence=number, sku=sku)
            loop.ask("warehouse", "put_bin", shelf)
            arrived = ReceiveStock(sku=sku, warehouse_id=warehouse, quantity=goods.PIECES)
            loop.ask("inventory", "receive", arrived)
    loop.run(64)


def place(loop: Loop, dice: random.Random, orders: int, at_once: int) -> None:
    """Take so many orders from their placement to their picking, so many at a time."""
    for first in range(0, orders, at_once):
        wishes = [
            msgspec.json.decode(goods.wish(dice), type=PlaceOrder)
            for _ in range(min(at_once, orders - first))
        ]
        loop.ask("orders", "place", *wishes)
        loop.run(at_once)


def measure(loop: Loop, server: Any, orders: int, at_once: int) -> dict[str, Any]:
    """Place orders, and tell what one took of this process and of PostgreSQL."""
    dice = random.Random(at_once)
    place(loop, dice, WARM_UP, at_once)
    loop.messages = loop.transactions = 0
    before, own, began = cost.cpu({"postgres": server.pid}), time.process_time(), time.time()
    place(loop, dice, orders, at_once)
    own, seconds = time.process_time() - own, time.time() - began
    base = cost.cpu({"postgres": server.pid})["postgres"] - before["postgres"]
    return {
        "at_once": at_once, "orders": orders, "orders_per_second": round(orders / seconds, 1),
        "cpu_ms_per_order": {
            "total": round(1000 * (own + base) / orders, 2),
            "python": round(1000 * own / orders, 2), "postgres": round(1000 * base / orders, 2),
        },
        "messages_per_order": round(loop.messages / orders, 1),
        "transactions_per_order": round(loop.transactions / orders, 2),
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure and print; with --profile print where this process spends its time."""
    parser = argparse.ArgumentParser(prog="benchmarks.limit")
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--profile", action="store_true")
    wish = parser.parse_args(arguments)
    os.environ.pop("DATABASE_URL", None)
    os.environ["SEALING_KEYS"] = sealing.new_key()
    load_all()
    with tempfile.TemporaryDirectory(prefix="limit-") as folder:
        server = find_database(Path(folder), lambda told: print(told, file=sys.stderr))
        try:
            loop = Loop(server, "limit")
            stock_up(loop)
            if wish.profile:
                profile = cProfile.Profile()
                profile.runcall(place, loop, random.Random(1), wish.orders, wish.at_once)
                for order in ("tottime", "cumulative"):
                    pstats.Stats(profile).sort_stats(order).print_stats(60)
                return 0
            result = measure(loop, server, wish.orders, wish.at_once)
            loop.close()
        finally:
            server.stop()
    text = json.dumps(result, indent=2)
    print(text)
    if wish.keep:
        wish.keep.write_text(text + "\n")
    return 0


def _bus_of(cls: type) -> Bus:
    return next(thing for thing in vars(cls).values() if isinstance(thing, Bus))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
