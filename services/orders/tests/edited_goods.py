"""How do inventory and a warehouse behave towards an order that is edited?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from contracts import inventory, warehouse
from contracts.values import SkuQuantity
from services.orders.tests.goods import IN_HANDS, Goods, PickList


@dataclass
class EditedGoods(Goods):
    """Inventory and a warehouse; each edit has an answer, which is always the same again."""

    agreed: dict[int, bool] = field(default_factory=dict)
    taken: dict[int, tuple[warehouse.PlannedFulfillment, ...]] = field(default_factory=dict)
    goes_to: Any = None

    def _ReaddressOrder(self, c: Any) -> None:  # noqa: N802 - named after what it obeys
        self._answer(c, (), warehouse.OrderReaddressed(order_id=c.order_id, edit=c.edit))

    def _EditPlan(self, c: Any) -> None:  # noqa: N802
        self._answer(c, c.fewer, None)

    def _answer(self, c: Any, fewer: Iterable[SkuQuantity], yes: Any) -> None:
        if c.edit not in self.agreed:
            begun = any(p.picked or p.status in IN_HANDS for p in self.picks.values())
            self.agreed[c.edit] = not begun and "stopped" not in self.done
            if self.agreed[c.edit]:
                self.taken[c.edit] = tuple(self._take_off(fewer))
                self.goes_to = c.ship_to or self.goes_to
        which = {"order_id": c.order_id, "edit": c.edit}
        if self.agreed[c.edit]:
            self.told.append(yes or warehouse.PlanEdited(**which, taken=self.taken[c.edit]))
        else:
            why = "Somebody has begun to pick it."
            self.told.append(warehouse.ReaddressRefused(**which, reason=why))

    def _take_off(self, fewer: Iterable[SkuQuantity]) -> Iterator[warehouse.PlannedFulfillment]:
        left = {item.line_id: item.quantity for item in fewer}
        for number, pick in self.picks.items():
            if off := tuple(self._off(pick, left)):
                yield warehouse.PlannedFulfillment(
                    fulfillment_order_id=number, warehouse_id=pick.warehouse_id, lines=off
                )
        assert not any(left.values()), "more is taken off than is planned"

    def _off(self, pick: PickList, left: dict[str, int]) -> Iterator[SkuQuantity]:
        for item in list(pick.wanted.values()) if pick.status in {"scheduled", "open"} else ():
            n = min(left.get(item.line_id, 0), item.quantity)
            if not n:
                continue
            left[item.line_id] -= n
            if n < item.quantity:
                pick.wanted[item.line_id] = replace(item, quantity=item.quantity - n)
            else:
                del pick.wanted[item.line_id]
            yield replace(item, quantity=n)
        if not pick.wanted:
            pick.status = "canceled"

    def _ReleaseRound(self, c: Any) -> None:  # noqa: N802
        assert c.round not in self.committed, "what is promised is given back"
        self.done.add(f"off {c.round}")
        self.kept.pop(c.round, None)
        self.told.append(
            inventory.StockReleased(order_id=c.order_id, release_id=c.release_id, reason=c.reason)
        )
