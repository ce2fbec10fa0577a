"""How do inventory and a warehouse behave towards one order?"""

from dataclasses import dataclass, field
from typing import Any

from contracts import inventory, warehouse
from contracts.message import Message
from contracts.values import Dimensions, Placement, SkuQuantity, StockLevel
from services.orders.tests.builders import NOW, Ids, an_address

PLACES = ("BER", "HAM")
IN_HANDS = frozenset({"packed", "incomplete"})


@dataclass
class PickList:
    """One fulfillment order: for each line what is wanted, and how much was picked."""

    round: int
    attempt: int
    warehouse_id: str
    wanted: dict[str, SkuQuantity]
    picked: dict[str, int] = field(default_factory=dict)
    status: str = "scheduled"

    def left(self) -> list[SkuQuantity]:
        return [i for i in self.wanted.values() if i.quantity > self.picked.get(i.line_id, 0)]


@dataclass
class Goods:
    """Inventory and a warehouse; `refusing` names the commands that are refused for now."""

    refusing: set[str] = field(default_factory=set)
    split: bool = False
    told: list[Message] = field(default_factory=list)
    ids: Ids = field(default_factory=Ids)
    kept: dict[int, list[Placement]] = field(default_factory=dict)
    committed: set[int] = field(default_factory=set)
    elsewhere: list[tuple[Placement, ...]] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    picks: dict[str, PickList] = field(default_factory=dict)
    written_off: int = 0

    def _refuses(self, command: Message) -> bool:
        return type(command).__name__ in self.refusing

    def _ReserveStock(self, c: Any) -> None:  # noqa: N802 - named after what it obeys
        off = self.done & {"off", f"off {c.round}"}
        if off or (self._refuses(c) and c.round not in self.kept):
            self._short(c, c.lines)
            return
        if c.round not in self.kept:
            self.kept[c.round] = [
                Placement(
                    line_id=line.line_id,
                    sku=line.sku,
                    warehouse_id=PLACES[i % 2 if self.split else (c.round - 1) % 2],
                    quantity=line.quantity,
                )
                for i, line in enumerate(c.lines)
            ]
        self.told.append(
            inventory.StockReserved(
                order_id=c.order_id, round=c.round, **self._where(self.kept[c.round])
            )
        )

    def _ReplaceShortage(self, c: Any) -> None:  # noqa: N802
        if f"short {c.round}" not in self.done:
            self.done.add(f"short {c.round}")
            self.written_off += self._take(c.lines)[0]
        self._ReserveStock(c) if not self._refuses(c) else self._short(c, c.lines)

    def _CommitStock(self, c: Any) -> None:  # noqa: N802
        assert c.placements, "a commitment of nothing"
        turned_down = self._refuses(c) or c.placements in self.elsewhere
        if c.round not in self.committed and not self.kept.get(c.round):
            self._short(c, c.placements)
        elif c.round not in self.committed and turned_down:
            self.refusing.discard("CommitStock")
            self.elsewhere.append(c.placements)
            self.kept[c.round] = [_moved(p) for p in c.placements]
            where = self._where(self.kept[c.round])
            self.told.append(
                inventory.CommitRefused(
                    order_id=c.order_id, round=c.round, attempt=c.attempt, **where
                )
            )
        else:
            if c.round not in self.committed:
                self.committed.add(c.round)
                self.kept[c.round] = list(c.placements)
            self.told.append(
                inventory.StockCommitted(order_id=c.order_id, round=c.round, attempt=c.attempt)
            )

    def _ReleaseStock(self, c: Any) -> None:  # noqa: N802
        if not c.lines:
            self.done.add("off")
            self.kept = {turn: [] for turn in self.kept}
        elif c.release_id not in self.done:
            self.done.add(c.release_id)
            self._take(c.lines)
        self.told.append(
            inventory.StockReleased(order_id=c.order_id, release_id=c.release_id, reason=c.reason)
        )

    def _FulfillStock(self, c: Any) -> None:  # noqa: N802
        if f"sent {c.fulfillment_order_id}" not in self.done:
            self.done.add(f"sent {c.fulfillment_order_id}")
            _, rest = self._take(c.lines)
            assert not rest, "goods have left that were never allocated"
        self.told.append(
            inventory.StockFulfilled(
                order_id=c.order_id, fulfillment_order_id=c.fulfillment_order_id
            )
        )

    def _take(self, wanted: Any) -> tuple[int, int]:
        """Strike goods off what is kept; tell how many, and how many were not kept."""
        taken = rest = 0
        for p in wanted:
            left = p.quantity
            for kept in self.kept.values():
                for i, q in enumerate(kept):
                    same = (p.line_id, p.warehouse_id) == (q.line_id, q.warehouse_id)
                    n = min(left, q.quantity) if same else 0
                    if n == q.quantity:
                        kept[i] = None
                    elif n:
                        kept[i] = Placement(
                            line_id=q.line_id, sku=q.sku, warehouse_id=q.warehouse_id,
                            quantity=q.quantity - n,
                        )  # fmt: skip
                    left -= n
                kept[:] = [q for q in kept if q]
            taken, rest = taken + p.quantity - left, rest + left
        return taken, rest

    def _where(self, placements: list[Placement]) -> dict[str, Any]:
        levels = tuple(
            StockLevel(sku=p.sku, warehouse_id=p.warehouse_id, available=p.quantity)
            for p in placements
        )
        return {"placements": tuple(placements), "levels": levels}

    def _short(self, c: Any, lines: Any) -> None:
        short = tuple(
            inventory.ShortLine(line_id=i.line_id, sku=i.sku, wanted=i.quantity, available=0)
            for i in lines
        )
        self.told.append(inventory.StockShort(order_id=c.order_id, round=c.round, lines=short))

    def _RouteOrder(self, c: Any) -> None:  # noqa: N802
        planned = {
            i: p for i, p in self.picks.items() if (p.round, p.attempt) == (c.round, c.attempt)
        }
        why = "The order was canceled." if "stopped" in self.done else "No warehouse is open."
        if "stopped" in self.done or (self._refuses(c) and not planned):
            self.told.append(
                warehouse.RoutingFailed(
                    order_id=c.order_id, round=c.round, attempt=c.attempt, reason=why
                )
            )
            return
        if any(p.round == c.round and p.attempt > c.attempt for p in self.picks.values()):
            return
        for p in self.picks.values():
            if p.round == c.round and p.attempt < c.attempt:
                assert p.status in {"scheduled", "canceled"}, "what is being picked is planned anew"
                p.status = "canceled"
        if not planned:
            at = {level.sku: level.warehouse_id for level in c.levels}
            for place in PLACES:
                here = {
                    i.line_id: SkuQuantity(line_id=i.line_id, sku=i.sku, quantity=i.quantity)
                    for i in c.lines
                    if at[i.sku] == place
                }
                if here:
                    planned[self.ids.new("ful")] = PickList(c.round, c.attempt, place, here)
            self.picks |= planned
        self.told.append(
            warehouse.OrderRouted(
                order_id=c.order_id,
                round=c.round,
                attempt=c.attempt,
                decision="The nearest.",
                fulfillments=tuple(
                    warehouse.PlannedFulfillment(
                        fulfillment_order_id=i,
                        warehouse_id=p.warehouse_id,
                        lines=tuple(p.wanted.values()),
                    )
                    for i, p in planned.items()
                ),
            )
        )

    def _OpenFulfillment(self, c: Any) -> None:  # noqa: N802
        pick = self.picks[c.fulfillment_order_id]
        if pick.status == "scheduled":
            pick.status = "open"
        elif pick.status == "canceled":
            self._stop(c)
        elif pick.status == "packed":
            self._tell_packed(c.order_id, c.fulfillment_order_id)

    def _CancelFulfillment(self, c: Any) -> None:  # noqa: N802
        if not c.fulfillment_order_id:
            self.done.add("stopped")
        for i, pick in self.picks.items():
            if c.fulfillment_order_id in {"", i} and pick.status != "incomplete":
                pick.status = "canceled"
        self._stop(c)

    def _stop(self, c: Any) -> None:
        self.told.append(
            warehouse.FulfillmentCanceled(
                order_id=c.order_id, fulfillment_order_id=c.fulfillment_order_id
            )
        )

    def open_picks(self) -> list[str]:
        return [i for i, pick in self.picks.items() if pick.status == "open"]

    def pick_one(self, order_id: str, which: str) -> None:
        """Somebody takes one piece that is still wanted."""
        pick = self.picks[which]
        item = pick.left()[0]
        pick.picked[item.line_id] = pick.picked.get(item.line_id, 0) + 1
        self.told.append(
            warehouse.ItemPicked(
                order_id=order_id, fulfillment_order_id=which, warehouse_id=pick.warehouse_id,
                line_id=item.line_id, sku=item.sku, quantity=1, bin="B-2", by="person:bob", at=NOW,
            )
        )  # fmt: skip

    def miss_one(self, order_id: str, which: str) -> None:
        """Somebody does not find one piece."""
        pick = self.picks[which]
        item = pick.left()[0]
        if item.quantity == 1:
            del pick.wanted[item.line_id]
        else:
            pick.wanted[item.line_id] = SkuQuantity(
                line_id=item.line_id, sku=item.sku, quantity=item.quantity - 1
            )
        if not pick.wanted:
            pick.status = "incomplete"
        self.told.append(
            warehouse.PickShort(
                order_id=order_id, fulfillment_order_id=which, reason="not_found", by="person:bob",
                left=bool(pick.wanted),
                lines=(Placement(line_id=item.line_id, sku=item.sku,
                                 warehouse_id=pick.warehouse_id, quantity=1),),
            )
        )  # fmt: skip

    def pack(self, order_id: str, which: str) -> None:
        """Somebody closes one box with all of it."""
        self.picks[which].status = "packed"
        self._tell_packed(order_id, which)

    def _tell_packed(self, order_id: str, which: str) -> None:
        pick = self.picks[which]
        box = warehouse.PackedPackage(
            package_id=self.ids.new("pac"),
            carton="S",
            dimensions=Dimensions(length_mm=300, width_mm=200, height_mm=100),
            weight_g=500,
            items=tuple(pick.wanted.values()),
        )
        self.told.append(
            warehouse.FulfillmentPacked(
                order_id=order_id, fulfillment_order_id=which, warehouse_id=pick.warehouse_id,
                ship_from=an_address("Shop"), packages=(box,), by="person:bob",
            )
        )  # fmt: skip


def _moved(p: Placement) -> Placement:
    there = PLACES[1 - PLACES.index(p.warehouse_id)]
    return Placement(line_id=p.line_id, sku=p.sku, warehouse_id=there, quantity=p.quantity)
