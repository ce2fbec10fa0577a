"""How is a file cut into rows when it comes in parts? A row may begin in one and end in another.

What must be known from part to part is a `Sheet`: small, whatever the size of the file.
"""

import csv
import io
from collections.abc import Iterator

import msgspec

from chassis.errors import Refused

REQUIRED = ("order_id", "sku", "quantity", "unit_price", "name", "line1", "city", "country")
OPTIONAL = (
    "email", "phone", "postcode", "region", "line2", "company", "line_name", "discount", "tax",
    "taxes_included", "delivery_price", "delivery_tax", "currency", "service", "payment", "token",
    "note", "tags",
)  # fmt: skip
LONGEST_ROW = 1_000_000
Values = tuple[int, list[str]]


class Sheet(msgspec.Struct):
    """What is known of a file so far; `rest` is the beginning of a row that is still to come."""

    columns: list[str] = []
    separator: str = ","
    line: int = 0
    rest: str = ""

    def cut(self, part: str, *, last: bool) -> list[Values]:
        """Cut off the rows that are complete; raise Refused if the file has another shape."""
        text = self.rest + part
        if not self.line and not self.columns:
            text = text.removeprefix("\ufeff")
            if "\n" in text or last:
                head = text.partition("\n")[0]
                self.separator = ";" if head.count(";") > head.count(",") else ","
        rows, used = [], 0
        lines = _Lines(text if last else text[: text.rfind("\n") + 1])
        reader = csv.reader(lines, delimiter=self.separator)
        try:
            for values in reader:
                if lines.ended and not last:
                    break  # a quoted value goes on in the next part
                used = lines.used
                if not self.columns:
                    self.columns = [name.strip() for name in values]
                    _check(self.columns)
                elif any(value.strip() for value in values):
                    rows.append((self.line + reader.line_num, [x.strip() for x in values]))
                read = reader.line_num
        except csv.Error as error:
            raise _malformed(self.line + reader.line_num, f"{error}") from None
        if last and not self.columns:
            _check(self.columns)
        if used:
            self.line += read
        self.rest = text[used:]
        if len(self.rest) > LONGEST_ROW:
            raise _malformed(self.line + 1, "the row does not end; is a quotation mark missing?")
        return rows

    def named(self, values: list[str]) -> dict[str, str]:
        """Give the values of a row by column; under "" stands what is wrong with the row."""
        padded = [*values, *[""] * (len(self.columns) - len(values))]
        row = dict(zip(self.columns, padded, strict=False))
        if len(values) > len(self.columns):
            row[""] = "more values than columns"
        return row


class _Lines:
    """The lines of a text; counts the characters that were read, and tells when none is left."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text)
        self.used, self.ended = 0, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            self.ended = True
            raise StopIteration
        self.used += len(line)
        return line


def _malformed(row: int, what: str) -> Refused:
    return Refused("malformed", f"Row {row}: {what.rstrip('.')}.", "csv")


def _check(columns: list[str]) -> None:
    if missing := [name for name in REQUIRED if name not in columns]:
        raise Refused("no_column", f"The file lacks the columns {', '.join(missing)}.", "csv")
    if unknown := [name for name in columns if name not in {*REQUIRED, *OPTIONAL}]:
        raise Refused("unknown_column", f"The file has unknown columns {unknown}.", "csv")
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise Refused("twice", f"The file has columns twice: {', '.join(twice)}.", "csv")
