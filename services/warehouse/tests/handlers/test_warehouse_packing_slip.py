"""The packing slip can be read by people and by scanners."""

from typing import Any

import pypdfium2
import pytest
import zxingcpp

from contracts.warehouse import Fulfillment, PickLine
from services.warehouse.documents import packing_slip
from services.warehouse.tests.builders import ORDER, an_address

NUMBER = "ful_01JD5R0V8W3X9Y2Z4A6B7C8D9E"


def a_fulfillment(*names: Any, **changes: Any) -> Fulfillment:
    lines = tuple(
        PickLine(
            line_id=f"lin_{n}",
            sku=f"SKU-{n}",
            name=name,
            bin="",
            zone="",
            quantity=n + 1,
            **changes,
        )
        for n, name in enumerate(names or ["Blue mug"])
    )
    return Fulfillment(
        fulfillment_order_id=NUMBER,
        order_id=ORDER,
        number=10023,
        warehouse_id="BER",
        status="closed",
        round=1,
        lines=lines,
        ship_to=an_address(name="Zoë Łukasz Ωνάσης Иван"),
    )


def pages_of(paper: bytes) -> list[Any]:
    return list(pypdfium2.PdfDocument(paper))


def text_of(paper: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pages_of(paper))


def test_the_barcode_on_the_slip_is_the_fulfillment_orders_id() -> None:
    page = pages_of(packing_slip(a_fulfillment(), an_address()))[0]

    found = zxingcpp.read_barcodes(page.render(scale=3).to_pil())

    assert [(code.text, code.format.name) for code in found] == [(NUMBER, "Code128")]


def test_the_slip_says_who_gets_what_without_a_price() -> None:
    text = text_of(packing_slip(a_fulfillment("Blue mug", "Shirt, size M"), an_address()))

    for words in ("Order 10023", "Zoë Łukasz Ωνάσης Иван", "Blue mug", "Shirt, size M", "SKU-1"):
        assert words in text


def test_what_was_short_is_not_on_the_slip() -> None:
    text = text_of(packing_slip(a_fulfillment("Blue mug", short=1), None))

    assert "Blue mug" not in text


@pytest.mark.parametrize(
    "name", ["茶碗", "🙂", "a\x00b", "<b>&amp;", "كوب", "x" * 255, "\N{RIGHT-TO-LEFT OVERRIDE}abc"]
)
def test_any_name_can_be_printed(name: str) -> None:
    assert pages_of(packing_slip(a_fulfillment(name), an_address(name=name)))


def test_what_the_font_does_not_have_is_seen_to_be_missing() -> None:
    assert "□□ cup" in text_of(packing_slip(a_fulfillment("茶碗 cup"), None))


def test_a_long_order_runs_over_pages_that_repeat_its_number() -> None:
    pages = pages_of(packing_slip(a_fulfillment(*[f"Item {n}" for n in range(60)]), None))

    assert len(pages) > 1
    assert NUMBER in pages[-1].get_textpage().get_text_range()


def test_the_same_order_gives_the_same_paper() -> None:
    assert packing_slip(a_fulfillment(), None) == packing_slip(a_fulfillment(), None)
