"""What does a file of SKUs look like, and what would a row of it change?"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma
from msgspec.structs import asdict

from chassis.errors import Refused
from contracts.inventory import GET_SKUS, PutSku, SkuData, SkusNamed, SkuView
from contracts.orders import ChangedField
from gateway.jobs.columns import Column, Named, names, sku_in, told, whole
from gateway.jobs.plan import Ask, Plan
from gateway.jobs.sheet import Cell
from gateway.schemas import faults, load

SIDES = ("length_mm", "width_mm", "height_mm")
COLUMNS = (
    Column("sku", required=True),
    Column("name"),
    Column("barcodes"),
    *map(Column, SIDES),
    Column("weight_g"),
    Column("hs_code"),
    Column("origin_country"),
    Column("customs_value"),
)
FOR_NEW = ("name", *SIDES, "weight_g")
WHOLE = frozenset({*SIDES, "weight_g", "customs_value"})
ROUNDED = re.compile(r"[0-9][.,][0-9]+E\+[0-9]+")
MOST_BARCODES = 20


def cells(data: SkuData) -> list[Cell]:
    """Write a SKU as a row."""
    size = data.dimensions
    return [
        data.sku, data.name, " ".join(data.barcodes), size.length_mm, size.width_mm,
        size.height_mm, data.weight_g, data.hs_code, data.origin_country, data.customs_value,
    ]  # fmt: skip


def subject(row: Named) -> tuple[str, str]:
    """Name the SKU that a row is about."""
    return sku_in(row), ""


class Known:
    """The SKUs that rows are about, as they are now."""

    def __init__(self, ask: Ask, rows: Sequence[Named]) -> None:
        coded = {code for row in rows for code in _barcodes(row)[:MOST_BARCODES]}
        asked = SkusNamed(
            skus=tuple({row["sku"].strip() for row in rows}),
            barcodes=tuple(code for code in sorted(coded) if _is_barcode(code)),
        )
        found: Sequence[SkuView] = ask(GET_SKUS, asked).skus
        self._views = {view.data.sku: view for view in found}
        self._owners = {code: view.data.sku for view in found for code in view.data.barcodes}

    def plan(self, row: Named) -> Plan:
        """Tell what a row changes; raises Refused if it cannot."""
        sku = row["sku"].strip()
        view = self._views.get(sku)
        before = dict(zip(names(COLUMNS), map(told, cells(view.data)), strict=True)) if view else {}
        if view is None and (missing := [name for name in FOR_NEW if not row.get(name)]):
            needed = f"There is no SKU {sku} yet; a new one needs {', '.join(missing)}."
            raise Refused("missing", needed, missing[0])
        data = _data(sku, {**asdict(view.data), "dimensions": asdict(view.data.dimensions)}
                     if view else {}, row)  # fmt: skip
        for code in data.barcodes:
            if (owner := self._owners.get(code, sku)) != sku:
                raise Refused("taken", f"barcodes: SKU {owner} has {code}.", "barcodes")
        after = dict(zip(names(COLUMNS), map(told, cells(data)), strict=True))
        changes = tuple(
            ChangedField(field=name, before=before.get(name, ""), after=after[name])
            for name in after
            if before.get(name, "") != after[name]
        )
        if view and view.data == data:
            return Plan()
        return Plan(PutSku(data=data, expected_version=view.version if view else 0), changes)


def _data(sku: str, before: Mapping[str, Any], row: Named) -> SkuData:
    """Put together what was before, and what the row says."""
    said: dict[str, Any] = {**before, "sku": sku}
    size = dict(before.get("dimensions", {}))
    for name, cell in row.items():
        if name in SIDES:
            size[name] = whole(row, name)
        elif name == "customs_value" and not cell:
            said[name] = 0
        elif name in WHOLE:
            said[name] = whole(row, name)
        elif name == "barcodes":
            said[name] = _barcodes(row)
            if rounded := [code for code in said[name] if ROUNDED.fullmatch(code)]:
                rounds = f"barcodes: {rounded[0]} was rounded by a spreadsheet; write it as text."
                raise Refused("rounded", rounds, name)
        elif name == "origin_country":
            said[name] = cell.strip() or None
        elif name in {"name", "hs_code"}:
            said[name] = cell
    said["dimensions"] = size
    said["barcodes"] = list(said.get("barcodes", ()))
    try:
        data = load(SkuData, said)
    except ma.ValidationError as error:
        first = faults(error.messages)[0]
        field = re.split(r"[.\[]", first["field"].removeprefix("dimensions."))[0]
        value = row.get(field, "")[:60]
        raise Refused("invalid", f"{first['detail']} It is {value!r}.", field) from None
    assert isinstance(data, SkuData)
    return data


def _barcodes(row: Named) -> list[str]:
    return row.get("barcodes", "").split()


def _is_barcode(code: str) -> bool:
    return len(code) <= 64 and code.isascii() and code.isprintable()  # noqa: PLR2004 - as Barcode
