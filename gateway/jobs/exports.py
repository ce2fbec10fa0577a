"""What can be written to a file, who may have it, and how is it asked for, page by page?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import asdict, replace

from contracts import inventory, orders
from gateway.bounds import Bounds
from gateway.jobs import order_table, sku_table, stock_table
from gateway.jobs.columns import names
from gateway.jobs.said import StartJob
from gateway.jobs.sheet import Cell

ORDERS, SKUS = 100, 200


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a file, and how many things they are about; `next` is empty on the last."""

    rows: Iterable[Iterable[Cell]]
    things: int
    next: str


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of file; `page` asks for what lies within the bounds of who wants it."""

    permission: str
    named_by: str  # the field of StartJob that says what is wanted
    columns: Sequence[str]
    page: Callable[[Bounds, StartJob, str], Page]


def _orders(bounds: Bounds, asked: StartJob, after: str) -> Page:
    assert asked.filter is not None
    within = bounds.scope.channels
    wish = orders.FindOrders(
        **asdict(asked.filter), after=after, limit=ORDERS,
        channels=None if within is None else tuple(sorted(within)),
    )  # fmt: skip
    found = bounds.ask(orders.FIND, wish)
    ids = tuple(row.order_id for row in found.orders)
    whole = bounds.ask(orders.GET_MANY, orders.OrdersNamed(order_ids=ids)).orders if ids else ()
    by_id = {order.order_id: order for order in whole}
    there = [by_id[order_id] for order_id in ids if order_id in by_id]
    return Page((row for one in there for row in order_table.rows(one)), len(there), found.next)


def _find_skus(bounds: Bounds, asked: StartJob, after: str) -> inventory.SkuPage:
    assert asked.skus is not None
    within = bounds.scope.warehouses
    wish = inventory.FindSkus(
        text=asked.skus.text, available_below=asked.skus.available_below, after=after, limit=SKUS,
        warehouses=None if within is None else tuple(sorted(within)),
    )  # fmt: skip
    page = bounds.ask(inventory.FIND_SKUS, wish)
    return replace(page, skus=tuple(map(bounds.sku, page.skus)))


def _skus(bounds: Bounds, asked: StartJob, after: str) -> Page:
    page = _find_skus(bounds, asked, after)
    return Page([sku_table.cells(view.data) for view in page.skus], len(page.skus), page.next)


def _stock(bounds: Bounds, asked: StartJob, after: str) -> Page:
    page = _find_skus(bounds, asked, after)
    rows = (row for view in page.skus for row in stock_table.rows(view))
    return Page(rows, len(page.skus), page.next)


EXPORTS: Mapping[str, Export] = {
    "export_orders": Export("orders.read", "filter", order_table.COLUMNS, _orders),
    "export_skus": Export("stock.read", "skus", names(sku_table.COLUMNS), _skus),
    "export_stock": Export("stock.read", "skus", names(stock_table.COLUMNS), _stock),
}
