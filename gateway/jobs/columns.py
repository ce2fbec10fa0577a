"""What may stand in which column of a file that is imported, and what is wrong with its header?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import Refused
from gateway.jobs.sheet import Cell

MOST_LETTERS = 4_000  # of a cell
TOLD_LETTERS = 60
MOST_DIGITS = 12
SKU, LONGEST_SKU = re.compile(r"\S+( \S+)*"), 64
PROBLEM = "problem"  # what an import adds to rows that failed, and does not look at itself
Named = dict[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column; one that is `shown` stands in exports, and an import does not look at it."""

    name: str
    required: bool = False
    shown: bool = False


def names(columns: Sequence[Column]) -> list[str]:
    """Name them."""
    return [column.name for column in columns]


def faults_of(head: Sequence[str], columns: Sequence[Column]) -> list[dict[str, str]]:
    """Tell which columns are unknown, missing or there twice."""
    known = {*names(columns), PROBLEM}
    there = ", ".join(names(columns))
    found = {
        name: f"{_cut(name)} is no column here; these are: {there}."
        for name in head
        if name not in known
    }
    found |= {name: f"The column {name} is there twice." for name in head if head.count(name) > 1}
    found |= {
        column.name: f"The column {column.name} is missing."
        for column in columns
        if column.required and column.name not in head
    }
    return [{"field": _cut(name) or "csv", "detail": told} for name, told in found.items()]


def named(head: Sequence[str], cells: Sequence[str]) -> Named:
    """Give the cells of a row by their columns; raises Refused if it has another shape."""
    if len(cells) > len(head) and any(cells[len(head) :]):
        told = f"The row has {len(cells)} cells, and there are {len(head)} columns."
        raise Refused("malformed", told)
    row = dict(zip(head, cells, strict=False))
    for name, cell in row.items():
        if len(cell) > MOST_LETTERS:
            raise Refused("too_long", f"{name} has more than {MOST_LETTERS:,} letters.", name)
    return {name: row.get(name, "") for name in head}


def sku_in(row: Named) -> str:
    """Read the SKU that a row is about."""
    if not (sku := row["sku"].strip()):
        raise Refused("missing", "sku is missing.", "sku")
    if len(sku) > LONGEST_SKU or not SKU.fullmatch(sku):
        raise Refused("invalid", f"sku: {_cut(sku)!r} cannot be a SKU.", "sku")
    return sku


def whole(row: Named, name: str) -> int:
    """Read a whole number."""
    text = row[name].strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise Refused("no_number", f"{name}: {_cut(text)!r} is no whole number.", name)
    return int(text)


def told(value: Cell) -> str:
    """Say a value as a cell shows it."""
    return "" if value is None else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= TOLD_LETTERS else text[:TOLD_LETTERS] + "…"
