"""What is exported is safe in a spreadsheet, and comes back as it was."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from gateway.jobs import sheet

ANYTHING = st.text(st.characters(exclude_characters="\x00", codec="utf-8"))
CELLS = st.lists(st.one_of(ANYTHING, st.text("'=+-@\ta", max_size=5)), min_size=1)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_text_that_a_spreadsheet_would_calculate_is_shielded(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(sheet.write([[text]]), newline="")))

    assert cell == f"'{text}"


def test_a_negative_number_stays_a_number_and_nothing_an_empty_cell() -> None:
    assert sheet.write([[-5, Decimal("-0.50"), None, "a"]]) == "-5,-0.50,,a\r\n"


def test_separators_quotes_and_line_ends_are_quoted_as_rfc_4180_says() -> None:
    assert sheet.write([["a,b", 'say "x"', "1\r\n2"]]) == '"a,b","say ""x""","1\r\n2"\r\n'


@given(rows=st.lists(CELLS, min_size=1), cut=st.integers(1, 50))
def test_whatever_is_written_is_read_back_as_it_was_in_whatever_pieces_it_comes(
    rows: list[list[str]], cut: int
) -> None:
    written = (sheet.BOM + sheet.write([["a", "b"], *rows])).encode()
    pieces = (written[at : at + cut] for at in range(0, len(written), cut))

    read = list(sheet.read(pieces))

    assert read == [["a", "b"], *(row if any(row) else [] for row in rows)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", sheet.BOM])
def test_a_file_is_read_as_spreadsheets_of_all_countries_write_it(
    separator: str, end: str, start: str
) -> None:
    lines = [separator.join(cells) for cells in (["sku", "name"], ["A", '"1,2;3"'], ["", ""])]

    assert list(sheet.read([(start + end.join(lines)).encode()])) == [
        ["sku", "name"], ["A", "1,2;3"], [],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('sku,name\nA,"never closed\nB,b\n', "Row 2 cannot be read"),
        ('sku\n"a"b\n', "Row 2 cannot be read"),
        (f"sku\n{'a' * 200_000}\n", "Row 2 cannot be read"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        list(sheet.read([text.encode()]))
