"""What does inventory look like to jobs in a test? SKUs and stock that are played by its rules."""

from typing import Any

from msgspec.structs import replace

from chassis.errors import NotFound, Refused, Stale
from contracts import inventory, warehouse
from contracts.values import Dimensions
from gateway.memory import MemoryServices
from gateway.tests.builders import example

SIZE = Dimensions(length_mm=100, width_mm=80, height_mm=50)
BERLIN, HAMBURG = "berlin", "hamburg"


def a_sku(sku: str, **more: Any) -> inventory.SkuData:
    """A SKU with all it must have."""
    return inventory.SkuData(sku=sku, **{"name": sku, "dimensions": SIZE, "weight_g": 300, **more})


class Shelf:
    """SKUs with their stock; what was asked under an id is done once."""

    def __init__(self, services: MemoryServices) -> None:
        self.views: dict[str, inventory.SkuView] = {}
        self._services, self._done = services, dict[str, Any]()
        services.answers |= {
            "inventory.get_skus": self._named,
            "inventory.find_skus": self._found,
            "inventory.put_sku": lambda asked: self._once(self._put, asked),
            "inventory.adjust": lambda asked: self._once(self._adjust, asked),
            "warehouse.warehouses": warehouse.Warehouses(
                warehouses=tuple(
                    example(warehouse.WarehouseData, warehouse_id=one) for one in (BERLIN, HAMBURG)
                ),
                cartons=(),
            ),
        }

    def put(self, data: inventory.SkuData, **on_hand: int) -> None:
        """Let there be a SKU, and so many of it at these warehouses."""
        stock = tuple(_stock(place, many, 0) for place, many in on_hand.items())
        self.views[data.sku] = inventory.SkuView(
            data=data, version=1, available=sum(on_hand.values()), stock=stock
        )

    def on_hand(self, sku: str, place: str = BERLIN) -> int:
        return self._at(sku, place).on_hand

    def move(self, sku: str, change: int, place: str = BERLIN, reserved: int = 0) -> Any:
        """Let something be moved."""
        view, now = self.views[sku], self._at(sku, place)
        moved = _stock(place, now.on_hand + change, now.reserved + reserved)
        others = tuple(one for one in view.stock if one.warehouse_id != place)
        self.views[sku] = replace(view, stock=(*others, moved))
        return moved

    def _at(self, sku: str, place: str) -> inventory.WarehouseStock:
        found = (one for one in self.views[sku].stock if one.warehouse_id == place)
        return next(found, _stock(place, 0, 0))

    def _once(self, act: Any, asked: Any) -> Any:
        request_id = self._services.heard[-1].request_id
        if request_id not in self._done:
            self._done[request_id] = act(asked)
        return self._done[request_id]

    def _named(self, asked: inventory.SkusNamed) -> inventory.SkuPage:
        views = [
            view
            for sku, view in sorted(self.views.items())
            if sku in asked.skus or {*view.data.barcodes} & {*asked.barcodes}
        ]
        return inventory.SkuPage(skus=tuple(views))

    def _found(self, asked: inventory.FindSkus) -> inventory.SkuPage:
        views = [
            view
            for sku, view in sorted(self.views.items())
            if sku > asked.after and sku.startswith(asked.text)
        ]
        page = views[: asked.limit]
        more = len(views) > len(page)
        return inventory.SkuPage(skus=tuple(page), next=page[-1].data.sku if more else "")

    def _put(self, asked: inventory.PutSku) -> inventory.SkuView:
        sku, expected = asked.data.sku, asked.expected_version
        view = self.views.get(sku)
        if expected is not None and expected != (view.version if view else 0):
            raise Stale("SKU", sku, expected, view.version if view else 0)
        self.views[sku] = inventory.SkuView(
            data=asked.data, version=(view.version if view else 0) + 1, available=0,
            stock=view.stock if view else (),
        )  # fmt: skip
        return self.views[sku]

    def _adjust(self, asked: inventory.AdjustStock) -> inventory.WarehouseStock:
        if asked.sku not in self.views:
            raise NotFound("SKU", asked.sku, "sku")
        if asked.expected_on_hand != self.on_hand(asked.sku, asked.warehouse_id):
            raise Refused("stale", "somebody moved it", "expected_on_hand")
        moved: inventory.WarehouseStock = self.move(asked.sku, asked.change, asked.warehouse_id)
        return moved


def _stock(place: str, on_hand: int, reserved: int) -> inventory.WarehouseStock:
    return inventory.WarehouseStock(
        warehouse_id=place, on_hand=on_hand, reserved=reserved, allocated=0, unavailable=0,
        available=on_hand - reserved,
    )  # fmt: skip
