"""Who got what in a sale? The buyers, what they were told, and what the books say of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from benchmarks.figures import percentiles
from chassis.testing import eventually
from tests.faults.scenario import Broken
from tests.faults.shops import Outlet
from tests.faults.world import World

STOCK = {"berlin": 30, "lyon": 20}
PIECES = sum(STOCK.values())
SETTLED_WITHIN, TOLD_WITHIN = 300.0, 120.0
SAMPLE_SECONDS, ENOUGH_SAMPLES = 0.05, 20
BALANCE = (
    "select sum(on_hand - reserved - allocated - unavailable),"
    " min(least(on_hand - reserved - allocated - unavailable, on_hand, reserved, allocated))"
    " from stock where sku = :sku"
)
FINAL = frozenset({"canceled", "expired"})


@dataclass(slots=True)
class Buyer:
    """Somebody who comes: by which way, what is wanted, and after how long it is taken back."""

    number: str
    way: str
    basket: tuple[int, ...]
    takes_back_after: float | None
    order_id: str = ""
    accepted_at: float = 0.0

    @property
    def pieces(self) -> int:
        """How many are wanted, over all lines."""
        return sum(self.basket)


@dataclass(slots=True)
class Sampler:
    """Looks at the stock again and again while people buy."""

    url: str
    sku: str
    seen: list[int] = field(default_factory=list)
    lowest: int = PIECES

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Look as long as the body lasts."""
        over = threading.Event()
        thread = threading.Thread(target=self._look, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _look(self, over: threading.Event) -> None:
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            while not over.wait(SAMPLE_SECONDS):
                available, lowest = connection.execute(sa.text(BALANCE), {"sku": self.sku}).one()
                self.seen.append(int(available))
                self.lowest = min(self.lowest, int(lowest))
        engine.dispose()


class Sale:
    """One sale: what is sold where, who came, and who took it back."""

    def __init__(
        self, world: World, sku: str, files: str, shops: dict[str, Outlet], buyers: list[Buyer]
    ) -> None:
        self._world = world
        self.sku, self.files, self.shops, self.buyers = sku, files, shops, buyers
        self.taken_back: set[str] = set()
        self.too_late = 0

    def settle(self) -> None:
        """Wait until every order is either off or allocated, and the shops have been told."""
        eventually(self._is_settled, within=SETTLED_WITHIN, every=0.5)

    def _is_settled(self) -> bool:
        (row,) = self._world.rows(
            "inventory", "select sum(reserved), sum(allocated) from stock where sku = :s",
            s=self.sku,
        )  # fmt: skip
        orders = self.orders()
        done = all(
            r.state in FINAL or (r.state == "confirmed" and not r.canceling) for _, r in orders
        )
        kept = sum(b.pieces for b, r in orders if r.state == "confirmed")
        untold = self._world.rows(
            "channels",
            "select 1 from stock_to_push where sku = :s and version > pushed_version union all"
            " select 1 from outside_calls where state = 'pending' limit 1", s=self.sku,
        )  # fmt: skip
        off = [b for b, r in orders if r.state in FINAL and b.way in self.shops]
        called_off = all(self._has_heard(buyer) for buyer in off)
        whole = len(orders) == len(self.buyers)
        return bool(whole and done and row == (0, kept) and not untold and called_off)

    def _has_heard(self, buyer: Buyer) -> bool:
        shop = self.shops[buyer.way]
        return bool(shop.orders[buyer.number].get("cancelled_at"))

    def orders(self) -> list[tuple[Buyer, Any]]:
        """Find everybody's order, with how it ended."""
        found = self._world.rows(
            "orders",
            "select o.order_id, o.channel_order_id, o.state, o.canceling, h.at, h.reason,"
            " h.action from orders o left join order_history h on h.order_id = o.order_id"
            " and h.action = 'status' and h.after = o.state"
            " where o.order_id = any(:ids) or o.channel = any(:channels)",
            ids=[b.order_id for b in self.buyers if b.way == "api"],
            channels=[self.files, *(shop.channel for shop in self.shops.values())],
        )
        by_name = {row.channel_order_id or row.order_id: row for row in found}
        expect(len(by_name) == len(found), "an order is there twice")
        names = [(b, b.order_id if b.way == "api" else b.number) for b in self.buyers]
        return [(buyer, by_name[name]) for buyer, name in names if name in by_name]

    def check(self, sampler: Sampler) -> None:
        """Compare what everybody was told with the books."""
        orders = self.orders()
        expect(len(orders) == len(self.buyers), f"{len(orders)} orders of {len(self.buyers)}")
        sold = sum(b.pieces for b, r in orders if r.state == "confirmed")
        ((available, lowest),) = self._world.rows("inventory", BALANCE, sku=self.sku)
        expect(sold + available == PIECES, f"{sold} are sold and {available} available")
        expect(min(lowest, sampler.lowest) >= 0, f"stock was at {sampler.lowest}")
        expect(len(sampler.seen) > ENOUGH_SAMPLES, "nobody looked at the stock")
        refused = self._refused(orders)
        for buyer, row in refused:
            why = f"out of stock: {self.sku}"
            expect(row.reason.startswith(why), f"{buyer.number} was told {row.reason!r}")
        self._check_ledger({row.order_id for _, row in refused})
        late = max(self._waits(refused), default=0.0)
        expect(late < TOLD_WITHIN, f"somebody had to wait {late:.0f} s for the refusal")
        for way, shop in self.shops.items():
            expect(shop.stock == available, f"{way} offers {shop.stock}, there are {available}")
            twice = [name for name, times in shop.called_off.items() if len(times) > 1]
            expect(not twice, f"{way} was told twice that {twice[:3]} are off")
            won = {b.number for b, r in orders if b.way == way and r.state == "confirmed"}
            expect(not won & shop.called_off.keys(), f"{way} was told that a sale is off")

    def _refused(self, orders: list[tuple[Buyer, Any]]) -> list[tuple[Buyer, Any]]:
        return [
            (buyer, row)
            for buyer, row in orders
            if row.state in FINAL and buyer.number not in self.taken_back
        ]

    def _waits(self, refused: list[tuple[Buyer, Any]]) -> list[float]:
        """Seconds from the answer that an order was accepted until it was off."""
        moved = float(self._world.system.clock_file.read_text() or 0)
        return [max(0.0, row.at.timestamp() - moved - b.accepted_at) for b, row in refused]

    def _check_ledger(self, refused: set[str]) -> None:
        """Follow the ledger from the first movement on: below zero at no time, for nobody."""
        moves = self._world.rows(
            "inventory",
            "select warehouse_id, kind, cause, on_hand, reserved, allocated, unavailable"
            " from stock_movements where sku = :s order by movement_id", s=self.sku,
        )  # fmt: skip
        sums: dict[str, list[int]] = {}
        for move in moves:
            parts = sums.setdefault(move.warehouse_id, [0, 0, 0, 0])
            for i, change in enumerate(move[3:]):
                parts[i] += change
            left = parts[0] - sum(parts[1:])
            expect(min(*parts, left) >= 0, f"the ledger goes below zero: {parts} at {move}")
        held = {move.cause for move in moves} & refused
        expect(not held, f"{len(held)} who were refused had been given something: {held}")

    def report(self, sampler: Sampler) -> None:
        """Tell what was measured."""
        orders = self.orders()
        refused = self._refused(orders)
        won = [b for b, r in orders if r.state == "confirmed"]
        waits = percentiles(self._waits(refused))
        told = percentiles([
            self.shops[b.way].called_off[b.number][0] - b.accepted_at
            for b, _ in refused if b.way in self.shops
        ])  # fmt: skip
        self._world.happened("order taken back", len(self.taken_back))
        self._world.happened("refusal", len(refused))
        self._world.say(
            f"  {len(won)} orders got {sum(b.pieces for b in won)} of {PIECES} pieces,"
            f" {len(refused)} were refused, {len(self.taken_back)} taken back"
            f" ({self.too_late} too late); the stock was looked at {len(sampler.seen)} times,"
            f" lowest {min(sampler.seen)}"
        )
        self._world.say(f"  from accepted to refused, ms: {waits}; until the shop knew: {told}")


def expect(kept: bool, broken: str) -> None:
    """Raise Broken that says so, unless it was kept."""
    if not kept:
        raise Broken(broken)
