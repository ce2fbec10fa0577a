"""How is a warehouse set up? Buildings, bins and cartons are put as they shall be."""

from typing import TypeVar

from msgspec import convert

from chassis.errors import NotFound, Refused, check_version
from contracts.warehouse import (
    BinView,
    CartonView,
    PutBin,
    PutCarton,
    PutWarehouse,
    WarehouseView,
)
from services.warehouse.domain.building import Bin, Warehouse
from services.warehouse.domain.cartons import OWN_PACKAGING, Carton
from services.warehouse.ports import Floor

Thing = TypeVar("Thing", Warehouse, Bin, Carton)


def put_warehouse(request: PutWarehouse, floor: Floor) -> WarehouseView:
    """Make a warehouse, or change it; what is planned for it stays planned."""
    if (request.latitude is None) != (request.longitude is None):
        said = "Latitude and longitude belong together: give both or none."
        raise Refused(
            "half_a_point", said, "longitude" if request.longitude is None else "latitude"
        )
    name = request.warehouse_id
    kept = _put(floor, floor.warehouses().get(name), Warehouse, request, name)
    return convert(kept, WarehouseView, from_attributes=True)


def put_bin(request: PutBin, floor: Floor) -> BinView:
    """Say which SKU lies in a bin, and where the bin is on the picker's way."""
    if request.warehouse_id not in floor.warehouses():
        raise NotFound("warehouse", request.warehouse_id, "warehouse_id")
    known = floor.bin(request.warehouse_id, request.bin)
    return convert(_put(floor, known, Bin, request, request.bin), BinView, from_attributes=True)


def put_carton(request: PutCarton, floor: Floor) -> CartonView:
    """Make a kind of box, or change it."""
    name = request.carton
    if name == OWN_PACKAGING:
        said = f"{OWN_PACKAGING} is no carton: it stands for what needs none."
        raise Refused("reserved", said, "carton")
    if request.max_weight_g < request.own_weight_g:
        said = "max_weight_g is what the full carton may weigh; own_weight_g is more than that."
        raise Refused("too_heavy", said, "max_weight_g")
    kept = _put(floor, floor.cartons().get(name), Carton, request, name)
    return convert(kept, CartonView, from_attributes=True)


def _put(
    floor: Floor,
    known: Thing | None,
    kind: type[Thing],
    request: PutWarehouse | PutBin | PutCarton,
    name: str,
) -> Thing:
    expected = request.expected_version
    told = {field: getattr(request, field) for field in request.__struct_fields__}
    del told["expected_version"]
    if known is None:
        if expected is not None:
            raise NotFound(kind.__name__.lower(), name)
        known = kind(**told)
        floor.add(known)
    else:
        check_version(kind.__name__, name, expected, known.version)
        for field, value in told.items():
            setattr(known, field, value)
        floor.save(known)
    return known
