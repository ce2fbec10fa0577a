"""How does a table become a CSV file that spreadsheets open safely, and the same table again?

RFC 4180, in UTF-8. A spreadsheet takes a cell that begins with = + - @ for a formula, also one
that a customer has typed into a form. So such text gets an apostrophe before it, and whoever reads
the file takes it off again: what was exported comes back as it was, whatever it began with.
Numbers stay numbers: -5 is no formula.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
Cell = str | int | None
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SHIELDED = re.compile(r"'+[=+\-@\t\r]")


def line(cells: Iterable[Cell]) -> str:
    """Write one row, with its line end."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([_shielded(cell) for cell in cells])
    return written.getvalue()


def plain(cells: Sequence[str]) -> list[str]:
    """Give the cells of a row as they were before they were written."""
    return [cell[1:] if _SHIELDED.match(cell) else cell for cell in cells]


def _shielded(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
