"""What does one see of orders under way?"""

import io

from local.demo.board import Board, Row


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_each_step_is_a_line_where_there_is_no_terminal():
    out = io.StringIO()
    board = Board(out)

    board.put("A-1", "api", "placed")
    board.put("A-1", "api", "paid", "card")

    lines = out.getvalue().splitlines()
    assert [line.split(" s  ")[1] for line in lines] == [
        "A-1      api      placed",
        "A-1      api      paid       card",
    ]


def test_on_a_terminal_each_order_keeps_its_line():
    out = Terminal()
    board = Board(out)

    board.put("A-1", "api", "placed")
    board.put("A-2", "api", "placed")
    board.put("A-1", "api", "paid")

    last = out.getvalue().rpartition("\x1b[2F")[2]
    assert [line.split()[0] for line in last.splitlines()] == ["A-1", "A-2"]
    assert "●●●·······  paid" in last


def test_a_row_is_cut_to_the_width_of_the_terminal():
    text = Row("A-1", "api", "allocated", "One parcel from Berlin, " * 9).text(60)

    assert len(text) == 60
    assert text.endswith("…")


def test_a_canceled_order_has_reached_no_stage():
    assert "··········  canceled" in Row("A-2", "api", "canceled").text(80)
