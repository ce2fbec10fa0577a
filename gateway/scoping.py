"""What does somebody see who may see some warehouses or channels only? The rest is not there.

An order belongs to its channel, and all that is about it with it: payments, fulfillment orders,
shipments, returns, exceptions. What lies or is worked on in a warehouse belongs to that as well:
fulfillment orders with their shipments, stock, bins, manifests, returns once it is known where they
go. SKUs, cartons, terms and the return policy belong to nobody and are there for all. What lies
outside is answered as if it did not exist. Lists are narrowed by the services where they know
warehouse or channel (`warehouses`, `channels` of their questions), and here where only the order
tells.

Nobody pays for this who is not limited: keys, and people with roles that hold everywhere.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from chassis.errors import NotFound
from contracts import imports, inventory, manifests, payments, returns, shipping, warehouse
from contracts.stuck import order_in
from gateway.bounds import Bounds
from gateway.exceptions import EXCEPTIONS
from gateway.problems import Answered, problem
from gateway.route import SCOPED_BY, Route

MOST_PAGES = 5
WHOLE = frozenset({inventory.AUDIT.name})  # shows all warehouses at once, or is of no use
ROWS: Mapping[str, str] = {
    payments.FIND.name: "payments",
    warehouse.FIND.name: "fulfillments",
    warehouse.WAREHOUSES.name: "warehouses",
    shipping.FIND.name: "shipments",
    shipping.OF_ORDER.name: "shipments",
    returns.FIND.name: "returns",
    returns.OF_ORDER.name: "returns",
    EXCEPTIONS.name: "exceptions",
}
Ask = Callable[[Any], Any]


def narrow(route: Route, asked: Any, bounds: Bounds) -> Any:
    """Ask for no more than lies within; raises NotFound where it is about one thing outside."""
    if route.question.name in WHOLE and bounds.scope.warehouses is not None:
        told = "This shows all warehouses together; your role is for some of them."
        raise Answered(problem("forbidden", told, permission=route.needs))
    fields = set(asked.__struct_fields__)
    limits = {"warehouses": bounds.scope.warehouses, "channels": bounds.scope.channels}
    filled = {
        name: tuple(sorted(within))
        for name in SCOPED_BY & fields
        if (within := limits[name]) is not None
    }
    filtered = {"warehouses": "warehouse_id", "channels": "channel"}
    for name in fields - {filtered[limit] for limit in SCOPED_BY & fields}:
        if check := CHECKS.get(name):
            check(bounds, getattr(asked, name))
    return msgspec.structs.replace(asked, **filled) if filled else asked


def shown(route: Route, asked: Any, answer: Any, bounds: Bounds, ask: Ask) -> Any:
    """Leave out what lies outside; a page that becomes short is filled from the next ones."""
    if name := ROWS.get(route.question.name):
        return _page(name, asked, answer, bounds, ask)
    if isinstance(answer, inventory.SkuView):
        return bounds.sku(answer)
    if isinstance(answer, inventory.SkuPage):
        return msgspec.structs.replace(answer, skus=tuple(map(bounds.sku, answer.skus)))
    return answer


def _page(name: str, asked: Any, answer: Any, bounds: Bounds, ask: Ask) -> Any:
    rows, answers = list(bounds.keep(getattr(answer, name))), 1
    limit, following = getattr(asked, "limit", 0), getattr(answer, "next", "")
    while following and len(rows) < limit and answers < MOST_PAGES:
        more = msgspec.structs.replace(asked, after=following, limit=limit - len(rows))
        answer = ask(more)
        rows += bounds.keep(getattr(answer, name))
        following, answers = answer.next, answers + 1
    return msgspec.structs.replace(answer, **{name: tuple(rows)})


def _check_order(bounds: Bounds, order_id: str) -> None:
    if not bounds.orders({order_id}):
        raise NotFound("order", order_id, "order_id")


def _check_fulfillment(bounds: Bounds, fulfillment_order_id: str) -> None:
    if not bounds.fulfillments({fulfillment_order_id}):
        raise NotFound("fulfillment order", fulfillment_order_id, "fulfillment_order_id")


def _check_shipment(bounds: Bounds, shipment_id: str) -> None:
    ref = shipping.ShipmentRef(shipment_id=shipment_id)
    if not bounds.keep((bounds.ask(shipping.GET, ref),)):
        raise NotFound("shipment", shipment_id, "shipment_id")


def _check_manifest(bounds: Bounds, manifest_id: str) -> None:
    ref = manifests.ManifestRef(manifest_id=manifest_id)
    if not bounds.has_warehouse(bounds.ask(manifests.MANIFEST, ref).warehouse_id):
        raise NotFound("manifest", manifest_id, "manifest_id")


def _check_return(bounds: Bounds, return_id: str) -> None:
    ref = returns.ReturnRef(return_id=return_id)
    if not bounds.keep((bounds.ask(returns.GET, ref),)):
        raise NotFound("return", return_id, "return_id")


def _check_import(bounds: Bounds, import_id: str) -> None:
    ref = imports.ImportRef(import_id=import_id)
    if not bounds.has_channel(bounds.ask(imports.IMPORT, ref).channel):
        raise NotFound("import", import_id, "import_id")


def _check_warehouse(bounds: Bounds, warehouse_id: str) -> None:
    if not bounds.has_warehouse(warehouse_id):
        raise NotFound("warehouse", warehouse_id, "warehouse_id")


def _check_channel(bounds: Bounds, channel: str) -> None:
    if not bounds.has_channel(channel):
        raise NotFound("channel", channel, "channel")


def _check_exception(bounds: Bounds, exception_id: str) -> None:
    """Whoever may see some channels only decides about what names its order."""
    if bounds.scope.channels is not None and not bounds.orders({order_in(exception_id)}):
        raise NotFound("exception", exception_id[:100], "exception_id")


CHECKS: Mapping[str, Callable[[Bounds, str], None]] = {
    "order_id": _check_order,
    "fulfillment_order_id": _check_fulfillment,
    "shipment_id": _check_shipment,
    "manifest_id": _check_manifest,
    "return_id": _check_return,
    "import_id": _check_import,
    "exception_id": _check_exception,
    "warehouse_id": _check_warehouse,
    "channel": _check_channel,
}
