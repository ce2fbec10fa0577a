"""What if far more people want a thing than there is of it? Nobody gets what is not there.

Two thousand buyers come at the same moment for fifty pieces: by the API, from two shops that post
webhooks, and by files. A third of them want several pieces, most on several lines of one order; a
tenth take their order back, at a moment of their own. Nobody who is refused has ever held a piece.
"""

import asyncio
import json
import random
import time
from contextlib import ExitStack

from chassis.testing import eventually
from local.journey import order_body
from tests.faults.crowd import Crowd
from tests.faults.sale_books import PIECES, STOCK, Buyer, Sale, Sampler, expect
from tests.faults.scenario import scenario
from tests.faults.shops import Outlet
from tests.faults.world import World

CENTS = 500
WAYS = {"api": 50, "shop": 20, "outlet": 20, "files": 10}  # so many of a hundred
BASKETS = {(1,): 65, (2,): 5, (1, 1): 14, (1, 2): 8, (1, 1, 1): 8}  # pieces, line by line
TAKEN_BACK, DECIDED_WITHIN_SECONDS = 0.1, 12.0
PATIENCE_SECONDS = 600.0
CREATED, ACCEPTED, OK, CONFLICT = 201, 202, 200, 409


@scenario("flash_sale", seconds=150, sample=False)
def two_thousand_buyers(world: World) -> None:
    """Sell fifty pieces to two thousand at once."""
    sell(world, 2000)


@scenario("flash_sale", seconds=40)
def two_hundred_buyers(world: World) -> None:
    """Sell fifty pieces to two hundred at once."""
    sell(world, 200)


def sell(world: World, people: int) -> None:
    """Sell fifty pieces to so many at once, and look who got them."""
    sku = world.new_sku(**STOCK)
    stamp = str(time.time_ns() // 1_000_000)
    for service in ("orders", "channels"):
        eventually(
            lambda service=service: world.rows(service, "select 1 from skus where sku = :s", s=sku),
            within=30,
        )
    files = f"files-{stamp}"
    world.api.put(f"/channels/{files}", {"kind": "csv", "name": "Files"})
    with ExitStack() as stack:
        shops = {
            way: stack.enter_context(Outlet(f"{way}-{stamp}", f"{way.upper()}-{sku}"))
            for way in ("shop", "outlet")
        }
        for shop in shops.values():
            shop.connect(world.api, sku)
        sale = Sale(world, sku, files, shops, _buyers(world.random, people, stamp))
        sampler = Sampler(world.system.database_url("inventory"), sku)
        with sampler.at_work():
            Rush(world, sale).run()
            sale.settle()
            sale.check(sampler)
            _take_some_back(world, sale)
            sale.settle()
        sale.check(sampler)
        sale.report(sampler)


def _buyers(dice: random.Random, people: int, stamp: str) -> list[Buyer]:
    ways = dice.choices(list(WAYS), list(WAYS.values()), k=people)
    baskets = dice.choices(list(BASKETS), list(BASKETS.values()), k=people)
    undecided = set(dice.sample(range(people), round(people * TAKEN_BACK)))
    return [
        Buyer(
            f"{stamp}{n:05d}", ways[n], baskets[n],
            dice.uniform(0, DECIDED_WITHIN_SECONDS) if n in undecided else None,
        )
        for n in range(people)
    ]  # fmt: skip


def _take_some_back(world: World, sale: Sale) -> None:
    """Let a tenth of those who got something take it back: now nobody is left to have it."""
    won = [(buyer, row.order_id) for buyer, row in sale.orders() if row.state == "confirmed"]
    back = world.random.sample(won, max(1, len(won) // 10))
    world.say(f"  {len(back)} of {len(won)} who got something take it back …")
    for buyer, order_id in back:
        world.api.post(f"/orders/{order_id}/cancellation", {"reason": "changed my mind"})
        sale.taken_back.add(buyer.number)


class Rush:
    """Everybody comes at the same moment, and some change their mind."""

    def __init__(self, world: World, sale: Sale) -> None:
        self._world, self._sale, self._shops = world, sale, sale.shops
        self._crowd = Crowd(world.system.port, world.system.api_key, PATIENCE_SECONDS)
        self._at_gate: asyncio.Event

    def run(self) -> None:
        """Let everybody come at the same moment."""
        self._world.say(f"  {len(self._sale.buyers)} buyers come for {PIECES} pieces …")
        began = time.monotonic()
        asyncio.run(self._rush())
        at_once = self._crowd.at_once
        expect(at_once >= 0.5 * len(self._sale.buyers), f"only {at_once} came at once: no rush")
        self._world.happened("buyer at once", self._crowd.at_once)
        self._world.say(
            f"  all were answered after {time.monotonic() - began:.0f} s,"
            f" {self._crowd.at_once} waited at once; asked again: {dict(self._crowd.asked_again)}"
        )

    async def _rush(self) -> None:
        self._at_gate = asyncio.Event()
        coming = [asyncio.create_task(self._buy(buyer)) for buyer in self._sale.buyers]
        await asyncio.sleep(0)
        self._at_gate.set()
        await asyncio.gather(*coming)

    async def _buy(self, buyer: Buyer) -> None:
        await self._at_gate.wait()
        await getattr(self, f"_buy_{'in_shop' if buyer.way in self._shops else buyer.way}")(buyer)
        buyer.accepted_at = time.time()
        if buyer.takes_back_after is not None and buyer.way != "files":
            await asyncio.sleep(buyer.takes_back_after)
            await self._take_back(buyer)

    async def _buy_api(self, buyer: Buyer) -> None:
        body = json.dumps(order_body([(self._sale.sku, n, CENTS) for n in buyer.basket])).encode()
        status, told = await self._crowd.post("/orders", body, key=f"buy-{buyer.number}")
        expect(status == CREATED, f"buyer {buyer.number} was told {status} {told}")
        buyer.order_id = told["order_id"]

    async def _buy_in_shop(self, buyer: Buyer) -> None:
        self._shops[buyer.way].sell(buyer.number, list(buyer.basket), CENTS)
        await self._tell(buyer, "orders/create")

    async def _buy_files(self, buyer: Buyer) -> None:
        head = "order_id,sku,quantity,unit_price,name,line1,city,country,postcode"
        rest = "Ann Smith,Main Street 1,Berlin,DE,10115"
        rows = [f"{buyer.number},{self._sale.sku},{n},{CENTS / 100},{rest}" for n in buyer.basket]
        status, told = await self._crowd.post(
            f"/channels/{self._sale.files}/imports", "\n".join([head, *rows]).encode(),
            {"Content-Type": "text/csv"}, key=f"file-{buyer.number}",
        )  # fmt: skip
        expect(status == ACCEPTED, f"the file of {buyer.number} was told {status} {told}")

    async def _take_back(self, buyer: Buyer) -> None:
        if buyer.way in self._shops:
            self._shops[buyer.way].take_back(buyer.number)
            await self._tell(buyer, "orders/cancelled")
            self._sale.taken_back.add(buyer.number)
            return
        status, told = await self._crowd.post(
            f"/orders/{buyer.order_id}/cancellation", b'{"reason": "changed my mind"}',
            key=f"back-{buyer.number}",
        )  # fmt: skip
        if status == CONFLICT:
            self._sale.too_late += 1
            return
        expect(status == OK, f"{buyer.number} was told {status} {told}")
        self._sale.taken_back.add(buyer.number)

    async def _tell(self, buyer: Buyer, topic: str) -> None:
        shop = self._shops[buyer.way]
        body, headers = shop.webhook(topic, buyer.number, f"{topic}-{buyer.number}")
        where = f"/webhooks/channels/{shop.channel}"
        status, told = await self._crowd.post(where, body, headers)
        fine = status == OK and told["outcome"] in {"accepted", "duplicate"}
        expect(fine, f"the shop's {topic} about {buyer.number} was told {status} {told}")
