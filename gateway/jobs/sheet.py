"""How does a table become a CSV file that spreadsheets open safely, and the same table again?

RFC 4180, in UTF-8. A spreadsheet takes a cell that begins with = + - @ for a formula, also one
that a customer has typed into a form. So such text gets an apostrophe before it, and whoever reads
the file takes it off again: what was exported comes back as it was, whatever it began with.
Numbers stay numbers: -5 is no formula. What is read may be separated by , ; or tabs, as
spreadsheets write it in different countries.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain

from chassis.errors import Refused

BOM = "\ufeff"
Cell = str | int | Decimal | None
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SHIELDED = re.compile(r"'+[=+\-@\t\r]")


def write(rows: Iterable[Iterable[Cell]]) -> str:
    """Write rows, each with its line end."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(map(_shielded, row) for row in rows)
    return written.getvalue()


def read(pieces: Iterable[bytes]) -> Iterator[list[str]]:
    """Read the rows of a file that comes in pieces, the header first; blank ones are empty."""
    text = io.TextIOWrapper(io.BufferedReader(_Pieces(pieces)), "utf-8-sig", newline="")
    number = 0
    try:
        head = text.readline()
        whole = chain([head], text)
        for row in csv.reader(whole, delimiter=separator_of(head), strict=True):
            number += 1
            yield plain(row) if any(row) else []
    except csv.Error as error:
        told = f"Row {number + 1} cannot be read: {error}. Is a quotation mark never closed?"
        raise Refused("malformed", told, "csv") from None
    except UnicodeDecodeError:
        raise Refused("malformed", "The file is not UTF-8.", "csv") from None


def plain(cells: Sequence[str]) -> list[str]:
    """Give the cells of a row as they were before they were written."""
    return [cell[1:] if _SHIELDED.match(cell) else cell for cell in cells]


def separator_of(head: str) -> str:
    """Tell what separates the names of the columns."""
    return max(",;\t", key=head.count)


def _shielded(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


class _Pieces(io.RawIOBase):
    """Bytes that come in pieces, as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override] # any buffer in typeshed
        """Fill it with what comes next."""
        while not self._rest:
            if (piece := next(self._pieces, None)) is None:
                return 0
            self._rest = memoryview(piece)
        much = min(len(into), len(self._rest))
        into[:much] = self._rest[:much]
        self._rest = self._rest[much:]
        return much
