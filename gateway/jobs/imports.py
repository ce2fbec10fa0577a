"""Which files can be imported, who may, and what is asked of whom for a row?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from contracts import inventory
from contracts.message import Question
from gateway.bounds import Bounds
from gateway.jobs import sku_table, stock_table
from gateway.jobs.actions import Action, Names
from gateway.jobs.columns import Column, Named
from gateway.jobs.plan import Ask, Plan


class Knows(Protocol):
    """Knows how the things are now that some rows are about."""

    def plan(self, row: Named) -> Plan:
        """Tell what a row changes; raises Refused if it cannot."""


@dataclass(frozen=True, slots=True)
class Import:
    """One kind of file; `subject` names the thing that a row is about, and where it is."""

    columns: Sequence[Column]
    subject: Callable[[Named], Names]
    look: Callable[[Ask, Sequence[Named]], Knows]
    action: Action


def _mine(bounds: Bounds, rows: Sequence[Names]) -> set[Names]:
    """A SKU is for all, its stock is not."""
    return {row for row in rows if bounds.has_warehouse(row[1])}


def _settled(question: Question[Any, Any]) -> Action:
    """Ask just what was settled when the row was checked."""
    return Action(
        question,
        "stock.write",
        lambda _job, _subject, wish: msgspec.json.decode(wish, type=question.asked),
        mine=_mine,
    )


IMPORTS: Mapping[str, Import] = {
    "import_skus": Import(
        sku_table.COLUMNS, sku_table.subject, sku_table.Known, _settled(inventory.PUT_SKU)
    ),
    "import_stock": Import(
        stock_table.COLUMNS, stock_table.subject, stock_table.Known, _settled(inventory.ADJUST)
    ),
}
