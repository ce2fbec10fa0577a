"""What is exported is safe in a spreadsheet, and comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.jobs import sheet

ANYTHING = st.text(st.characters(exclude_characters="\x00", codec="utf-8"))
CELLS = st.lists(st.one_of(ANYTHING, st.text("'=+-@\ta", max_size=5)), min_size=1)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_text_that_a_spreadsheet_would_calculate_is_shielded(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(sheet.line([text]), newline="")))

    assert cell == f"'{text}"


def test_a_negative_number_stays_a_number_and_nothing_an_empty_cell() -> None:
    assert sheet.line([-5, None, "a"]) == "-5,,a\r\n"


def test_separators_quotes_and_line_ends_are_quoted_as_rfc_4180_says() -> None:
    assert sheet.line(["a,b", 'say "x"', "1\r\n2"]) == '"a,b","say ""x""","1\r\n2"\r\n'


@given(cells=CELLS)
def test_whatever_is_written_is_read_back_as_it_was(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(sheet.line(cells), newline=""))

    assert sheet.plain(row) == cells
