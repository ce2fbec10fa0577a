"""Files of orders: good orders are taken, bad rows are named with column and fault."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import Refused
from services.channels.domain.inbound import State
from services.channels.domain.news import Sold, Unacceptable
from services.channels.marketplaces.csv_orders import CsvOrders
from services.channels.marketplaces.csv_rows import OPTIONAL, REQUIRED
from services.channels.marketplaces.marketplace import Shop
from services.channels.tests.builders import FILES, Channel, adds_up

COLUMNS = [*REQUIRED, *OPTIONAL]


def a_row(order_id: str = "A-1", sku: str = "MUG-1", **changes: str) -> dict[str, str]:
    return {
        "order_id": order_id, "sku": sku, "quantity": "1", "unit_price": "10.00",
        "name": "Ann Smith", "line1": "Main Street 1", "city": "Berlin", "country": "DE", **changes,
    }  # fmt: skip


def a_file(*rows: dict[str, str], separator: str = ",") -> str:
    lines = [separator.join(COLUMNS)]
    lines += [separator.join(row.get(name, "") for name in COLUMNS) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def read(*rows: dict[str, str]) -> Any:
    return CsvOrders().read(Shop(FILES), "", a_file(*rows))


def results(channel: Channel, *rows: dict[str, str]) -> list[tuple[int, str, list[Any]]]:
    """What became of each order: its row, its outcome, and row and column of each fault."""
    found = channel.file(a_file(*rows))
    return [(x.row, x.outcome, [(f.row, f.field) for f in x.faults]) for x in found]


def test_rows_with_one_number_are_one_order() -> None:
    (news,) = read(
        a_row(quantity="2", discount="1.00", tax="3.61", delivery_price="5", delivery_tax="0.95"),
        a_row(sku="SHIRT-M", unit_price="0", line_name="Gift"),
    )

    order = news.said.order
    assert [(x.sku, x.quantity, x.discount, x.tax) for x in order.lines] == [
        ("MUG-1", 2, 100, 361), ("SHIRT-M", 1, 0, 0),
    ]  # fmt: skip
    assert (order.total, order.delivery.price, adds_up(order)) == (2856, 500, True)
    assert [line.channel_line_id for line in order.lines] == ["row-2", "row-3"]


@pytest.mark.parametrize(("answer", "total"), [("yes", 1000), ("no", 1190), ("", 1190)])
def test_prices_may_include_taxes(answer: str, total: int) -> None:
    (news,) = read(a_row(tax="1.90", taxes_included=answer))

    assert (news.said.order.total, adds_up(news.said.order)) == (total, True)


def test_a_file_of_a_spreadsheet_has_semicolons_and_a_mark_at_its_start() -> None:
    text = "\ufeff" + a_file(a_row(note="red, please"), separator=";")

    (news,) = CsvOrders().read(Shop(FILES), "", text)

    assert (news.channel_order_id, news.said.order.note) == ("A-1", "red, please")


def test_values_may_be_quoted_over_several_lines_and_rows_keep_their_numbers() -> None:
    head, row = a_file(a_row()).splitlines()[:2]
    quoted = row.replace("Main Street 1", '"Main ""Street""\n1"')

    news = CsvOrders().read(Shop(FILES), "", "\n".join([head, quoted, "", a_row_text("A-2")]))

    assert news[0].said.order.ship_to.line1 == 'Main "Street"\n1'
    assert [(x.channel_order_id, x.row) for x in news] == [("A-1", 3), ("A-2", 5)]


def a_row_text(order_id: str) -> str:
    return a_file(a_row(order_id)).splitlines()[1]


def test_bad_rows_are_named_one_by_one_and_good_orders_are_taken(channel: Channel) -> None:
    found = results(
        channel,
        a_row("A-1"),
        a_row("A-2", quantity="two"),
        a_row("A-2", unit_price="1,50".replace(",", ".5.")),
        a_row("", sku="MUG-1"),
        a_row("A-3", country="Germany"),
        a_row("", sku="MUG-1"),
        a_row("A-4", sku="SHIRT-M"),
    )

    assert found == [
        (2, "taken", []),
        (3, "refused", [(3, "quantity"), (4, "unit_price")]),
        (5, "refused", [(5, "order_id")]),
        (6, "refused", [(6, "country")]),
        (7, "refused", [(7, "order_id")]),
        (8, "taken", []),
    ]
    handed_over = [order.channel_order_id for order in channel.handed_over]
    assert (handed_over, {key[1] for key in channel.kept.inbounds}) == (
        ["A-1", "A-4"], {"A-1", "A-4"},
    )  # fmt: skip


def test_one_bad_row_keeps_its_whole_order_out(channel: Channel) -> None:
    assert results(channel, a_row(), a_row(sku="")) == [(2, "refused", [(3, "sku")])]
    assert (channel.said, channel.kept.inbounds) == ([], {})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": ""}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "²"}, "quantity"),
        ({"quantity": "9" * 5000}, "quantity"),
        ({"sku": "two  blanks"}, "sku"),
        ({"sku": "x" * 65}, "sku"),
        ({"unit_price": ""}, "unit_price"),
        ({"unit_price": "-1"}, "unit_price"),
        ({"unit_price": "1e99999999"}, "unit_price"),
        ({"discount": "10.01"}, "discount"),
        ({"tax": "abc"}, "tax"),
        ({"delivery_price": "free"}, "delivery_price"),
        ({"currency": "EURO"}, "currency"),
        ({"taxes_included": "perhaps"}, "taxes_included"),
        ({"name": ""}, "name"),
        ({"line1": ""}, "line1"),
        ({"city": "x" * 256}, "city"),
        ({"country": "de"}, "country"),
        ({"email": "nobody"}, "email"),
        ({"note": "a\0b"}, "csv"),
        ({"sku": "a\0b"}, "csv"),
        ({"service": "carrier pigeon"}, "service"),
        ({"payment": "shells"}, "payment"),
        ({"order_id": "x" * 256}, "order_id"),
    ],
)
def test_a_fault_is_told_with_row_and_field(channel: Channel, changes: Any, field: str) -> None:
    (found,) = channel.file(a_file(a_row(**changes)))

    assert (found.row, found.outcome, found.faults[0].field) == (2, "refused", field)
    assert found.reason.startswith("Row 2: ")


def test_a_row_with_more_values_than_columns_is_named(channel: Channel) -> None:
    text = a_file(a_row()).rstrip() + ",,,surplus\r\n"

    (found,) = channel.file(text)

    assert (found.outcome, found.reason) == (
        "refused", "Row 2: The row has more values than columns."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("order_id,sku\n1,2", "lacks the columns quantity, unit_price"),
        (",".join([*REQUIRED, "colour"]), "unknown columns"),
        (",".join([*REQUIRED, "sku"]), "columns twice: sku"),
        (",".join(REQUIRED) + "\n" + "x" * 200_000, "Row 2: field larger"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_as_a_whole(
    channel: Channel, text: str, fault: str
) -> None:
    assert channel.file(text) == []
    assert (channel.run.state, channel.run.field) == ("refused", "csv")
    assert fault in channel.run.reason
    assert channel.kept.inbounds == {}


def test_the_same_file_again_changes_nothing(channel: Channel) -> None:
    rows = (a_row("A-1"), a_row("A-2", sku="UNKNOWN"))
    first = results(channel, *rows)
    channel.kept.inbounds[FILES, "A-1"].move(State.PLACED)
    said = list(channel.said)

    again = results(channel, *rows)

    assert [x[1] for x in first] == ["taken", "taken"]
    assert [x[1] for x in again] == ["duplicate", "taken"]
    assert (channel.said, channel.kept.inbounds[FILES, "A-2"].state) == (said, "parked")


def test_a_corrected_file_brings_an_order_that_was_refused_on_its_way(channel: Channel) -> None:
    results(channel, a_row())
    inbound = channel.kept.inbounds[FILES, "A-1"]
    inbound.refuse("total: does not add up")

    assert results(channel, a_row(quantity="2"))[0][1] == "taken"
    assert (inbound.state, inbound.order.lines[0].quantity) == ("handed_over", 2)


CELLS = st.text(
    st.characters(blacklist_characters="\r\n", blacklist_categories=("Cs",)), max_size=12
) | st.sampled_from(["1", "10.00", "EUR", "DE", "A-1"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=5), max_size=4))
def test_whatever_stands_in_its_cells_a_file_is_read_or_refused(changes: list[Any]) -> None:
    rows = [a_row(**change) for change in changes]
    with suppress(Refused):
        found = read(*rows)
        assert all(isinstance(news.said, Sold | Unacceptable) for news in found)
        assert all(adds_up(news.said.order) for news in found if isinstance(news.said, Sold))
