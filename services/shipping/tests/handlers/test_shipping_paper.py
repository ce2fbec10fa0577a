"""The label can be read by people and by scanners, whatever the address."""

from typing import Any

import pypdfium2
import pytest
import zxingcpp
from reportlab.lib.units import mm

from services.shipping.documents import HEIGHT, WIDTH, labels
from services.shipping.domain.shipment import Shipment
from services.shipping.tests.builders import a_box, a_shipment, an_address, an_item

ONE, TWO = "SB100000012XX", "SB100000026XX"
LONG = "ATRACKINGNUMBEROFTHIRTYLETTERS"


def pages_of(shipment: Shipment) -> list[Any]:
    return list(pypdfium2.PdfDocument(labels(shipment)))


def text_of(page: Any) -> str:
    return page.get_textpage().get_text_range()


def barcodes(page: Any) -> list[tuple[str, str]]:
    found = zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())
    return [(code.text, code.format.name) for code in found]


def box_of(page: Any, words: str) -> tuple[float, float, float, float]:
    """Where the last letter of the words stands: left, bottom, right, top."""
    text = page.get_textpage()
    start, count = text.search(words).get_next()
    return text.get_charbox(start + count - 1)


@pytest.mark.parametrize("number", [ONE, LONG])
def test_a_scanner_reads_the_tracking_number_off_a_label_of_four_by_six_inches(
    number: str,
) -> None:
    [page] = pages_of(a_shipment(a_box(number)))

    assert page.get_size() == (4 * 72, 6 * 72)
    assert barcodes(page) == [(number, "Code128")]


def test_each_parcel_has_a_page_with_its_own_number() -> None:
    first, second = pages_of(a_shipment(a_box(ONE), a_box(TWO, weight_g=2300)))

    assert [barcodes(first), barcodes(second)] == [[(ONE, "Code128")], [(TWO, "Code128")]]
    assert "Parcel 1 of 2" in text_of(first)
    assert "Parcel 2 of 2" in text_of(second)
    assert "2.30 kg" in text_of(second)


def test_people_read_who_sends_what_to_whom_and_how() -> None:
    [page] = pages_of(a_shipment(carrier="sandbox", service="express"))

    for words in ("SANDBOX", "EXPRESS", "Berlin North", "Ada Reader", "Lindenstr. 5",
                  "10969 Berlin", "Order #10042", ONE):  # fmt: skip
        assert words in text_of(page)


@pytest.mark.parametrize("name", ["Zoë Łukasz", "Ωνάσης", "Иван Ďurčo"])
def test_names_are_printed_as_they_are_written_in_europe(name: str) -> None:
    [page] = pages_of(a_shipment(ship_to=an_address(name=name)))

    assert name in text_of(page)


def test_a_character_that_the_font_lacks_is_a_box_and_no_crash() -> None:
    [page] = pages_of(a_shipment(ship_to=an_address(name="李 Li\x00")))

    assert "□ Li" in text_of(page)


def test_a_long_address_becomes_smaller_instead_of_losing_its_end() -> None:
    ship_to = an_address(
        name="Bartholomew " * 20 + "Last",
        company="Donaudampfschifffahrtsgesellschaft" * 7,
        line1="Very Long Street Name " * 10 + "No 17",
        line2="Staircase " * 20 + "left",
        city="Llanfairpwllgwyngyll",
    )

    [page] = pages_of(a_shipment(ship_to=ship_to))

    for end in ("Last", "No 17", "left", "Llanfairpwllgwyngyll"):
        _, bottom, right, _ = box_of(page, end)
        assert bottom > HEIGHT - 94 * mm
        assert right < WIDTH
    assert barcodes(page) == [(ONE, "Code128")]


@pytest.mark.parametrize("country", ["US", "CH"])
def test_a_parcel_abroad_has_a_customs_declaration_behind_its_label(country: str) -> None:
    _, declaration = pages_of(a_shipment(to=country))

    text = text_of(declaration)
    for words in ("CN 23", "3 × Mug blue", "HS 6912.00", "made in DE", "1.140 kg", "38.70 EUR"):
        assert words in text


def test_a_return_from_abroad_declares_returned_goods_and_not_a_sale() -> None:
    home, abroad = an_address(), an_address("CH")
    back = a_shipment(return_id="ret_1", number=0, ship_from=abroad, ship_to=home)

    (_, returned), (_, sold) = pages_of(back), pages_of(a_shipment(to="CH"))

    assert "returned goods" in text_of(returned)
    assert "sale of goods" in text_of(sold)


def test_a_long_declaration_goes_on_on_further_pages_until_its_total() -> None:
    items = tuple(an_item(f"SKU-{n}", description=f"Thing {n}", quantity=1) for n in range(40))

    _, *declaration = pages_of(a_shipment(to="US", customs=items))

    text = "".join(text_of(page) for page in declaration)
    assert all(f"1 × Thing {n}" in text for n in range(40))
    assert text.count("CUSTOMS DECLARATION") == len(declaration) == 4
    assert "Total 516.00 EUR" in text_of(declaration[-1])


def test_inside_the_union_there_is_no_declaration() -> None:
    assert len(pages_of(a_shipment(to="FR"))) == 1


def test_the_same_shipment_gives_the_same_paper() -> None:
    shipment = a_shipment(to="US")

    assert labels(shipment) == labels(shipment)
