"""Buildings, bins and cartons are set up, and inventory's SKUs are learned."""

from typing import Any

import msgspec
import pytest

from chassis.errors import NotFound, Refused, Stale
from contracts.inventory import SkuData, SkuSaved
from contracts.warehouse import PutBin, PutCarton, PutWarehouse
from services.warehouse import handlers, setting_up
from services.warehouse.memory import MemoryFloor
from services.warehouse.tests.builders import MUG, a_floor, a_size, an_address


@pytest.fixture
def floor() -> MemoryFloor:
    return a_floor()


def told(version: int, name: str = "Blue mug") -> SkuSaved:
    data = SkuData(sku="NEW", name=name, dimensions=a_size(), weight_g=10, barcodes=("123",))
    return SkuSaved(sku=data, version=version)


def test_a_new_sku_is_learned_and_a_newer_version_replaces_it(floor: MemoryFloor) -> None:
    handlers.save_sku(told(1), floor)
    handlers.save_sku(told(3, "Green mug"), floor)

    facts = floor.facts["NEW"]
    assert (facts.name, facts.barcodes, facts.saved_version) == ("Green mug", ("123",), 3)


def test_a_sku_that_is_told_late_does_not_overwrite_what_is_newer(floor: MemoryFloor) -> None:
    handlers.save_sku(told(3, "Green mug"), floor)
    handlers.save_sku(told(2, "Red mug"), floor)
    handlers.save_sku(told(3, "Grey mug"), floor)

    assert floor.facts["NEW"].name == "Green mug"


def test_a_warehouse_is_made_and_changed(floor: MemoryFloor) -> None:
    new = PutWarehouse(
        warehouse_id="MUC", name="Munich", address=an_address(), latitude=48.1, longitude=11.6
    )
    setting_up.put_warehouse(new, floor)
    setting_up.put_warehouse(msgspec.structs.replace(new, active=False), floor)

    assert floor.buildings["MUC"].point == (48.1, 11.6)
    assert not floor.buildings["MUC"].active


def test_half_a_point_is_refused(floor: MemoryFloor) -> None:
    half = PutWarehouse(warehouse_id="MUC", name="Munich", address=an_address(), latitude=48.1)

    with pytest.raises(Refused) as refusal:
        setting_up.put_warehouse(half, floor)
    assert refusal.value.field == "longitude"


def test_a_bin_may_get_another_sku_and_another_place_on_the_way(floor: MemoryFloor) -> None:
    moved = PutBin(warehouse_id="BER", bin="B-2", zone="c", sequence=5, sku="CAP")
    setting_up.put_bin(moved, floor)

    place = floor.bins["BER", "B-2"]
    assert (place.zone, place.sequence, place.sku) == ("c", 5, "CAP")


def test_a_bin_needs_a_warehouse(floor: MemoryFloor) -> None:
    nowhere = PutBin(warehouse_id="MUC", bin="A-1", zone="a", sequence=1, sku=MUG)

    with pytest.raises(NotFound, match="There is no warehouse MUC") as refusal:
        setting_up.put_bin(nowhere, floor)
    assert refusal.value.field == "warehouse_id"


def test_a_carton_is_made_and_changed(floor: MemoryFloor) -> None:
    new = PutCarton(carton="M", dimensions=a_size(), max_weight_g=5_000)
    setting_up.put_carton(new, floor)
    setting_up.put_carton(msgspec.structs.replace(new, cost=35), floor)

    assert (floor.boxes["M"].max_weight_g, floor.boxes["M"].cost) == (5_000, 35)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"carton": "own_packaging"}, "carton"), ({"own_weight_g": 5_001}, "max_weight_g")],
)
def test_a_carton_that_makes_no_sense_is_refused(
    floor: MemoryFloor, changes: Any, field: str
) -> None:
    new = PutCarton(carton="M", dimensions=a_size(), max_weight_g=5_000)

    with pytest.raises(Refused) as refusal:
        setting_up.put_carton(msgspec.structs.replace(new, **changes), floor)
    assert refusal.value.field == field


PUTS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "warehouse": (
        setting_up.put_warehouse,
        PutWarehouse(warehouse_id="MUC", name="Munich", address=an_address()),
        {"name": "Monaco"},
    ),
    "bin": (
        setting_up.put_bin,
        PutBin(warehouse_id="BER", bin="Z-1", zone="z", sequence=1, sku=MUG),
        {"sku": "CAP"},
    ),
    "carton": (
        setting_up.put_carton,
        PutCarton(carton="M", dimensions=a_size(), max_weight_g=5_000),
        {"cost": 35},
    ),
}


@pytest.mark.parametrize("what", PUTS)
def test_what_somebody_else_has_changed_is_not_overwritten(what: str, floor: MemoryFloor) -> None:
    put, new, changes = PUTS[what]
    seen = put(new, floor).version
    changed = put(msgspec.structs.replace(new, **changes, expected_version=seen), floor)

    with pytest.raises(Stale, match=f"has version {changed.version}, not {seen}"):
        put(msgspec.structs.replace(new, expected_version=seen), floor)

    ((field, value),) = changes.items()
    assert (seen, getattr(changed, field), changed.version) == (1, value, 2)
    assert getattr(put(msgspec.structs.replace(new, **changes), floor), field) == value


@pytest.mark.parametrize("what", PUTS)
def test_what_is_gone_is_not_made_by_who_wanted_to_change_it(what: str, floor: MemoryFloor) -> None:
    put, new, _ = PUTS[what]

    with pytest.raises(NotFound, match=f"There is no {what}"):
        put(msgspec.structs.replace(new, expected_version=1), floor)
