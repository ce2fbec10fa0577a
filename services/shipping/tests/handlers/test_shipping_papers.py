"""What is stuck on a parcel is the carrier's own label; ours is drawn where there is none."""

import io

import pypdfium2
import pytest
from PIL import Image

from chassis.errors import Refused
from services.shipping.carriers.carrier import LabelFile
from services.shipping.documents import labels
from services.shipping.papers import as_pdf, as_zpl
from services.shipping.tests.builders import a_box, a_shipment, an_address


def a_picture() -> LabelFile:
    content = io.BytesIO()
    Image.new("L", (400, 600), 0).save(content, "PNG")
    return LabelFile("image/png", content.getvalue())


def a_pdf(pages: int) -> LabelFile:
    return LabelFile("application/pdf", labels(a_shipment(*(a_box() for _ in range(pages)))))


def pages(paper: bytes) -> int:
    return len(pypdfium2.PdfDocument(paper))


def test_a_label_of_the_carrier_is_given_as_it_came() -> None:
    file = a_pdf(1)
    assert as_pdf(a_shipment(), [file]) == file.content


def test_labels_of_several_parcels_become_one_paper() -> None:
    paper = as_pdf(a_shipment(), [a_pdf(2), a_picture(), a_pdf(1)])

    assert pages(paper) == 4
    page = pypdfium2.PdfDocument(paper)[2]
    assert page.get_size() == (288, 432)
    assert page.render().to_pil().convert("L").getpixel((144, 216)) == 0


def test_ours_is_drawn_where_the_carrier_gave_none() -> None:
    shipment = a_shipment(a_box("SB1"), a_box("SB2"))
    assert as_pdf(shipment, []) == labels(shipment)


def test_zpl_goes_to_a_printer_that_understands_it_and_is_never_called_a_pdf() -> None:
    files = [LabelFile("application/zpl", b"^XA1^XZ"), LabelFile("application/zpl", b"^XA2^XZ")]

    assert as_zpl(a_shipment(), files) == b"^XA1^XZ\n^XA2^XZ"
    with pytest.raises(Refused, match="ask for label"):
        as_pdf(a_shipment(), files)
    with pytest.raises(Refused, match="gave no ZPL"):
        as_zpl(a_shipment(), [a_picture()])


def test_our_own_labels_are_for_zpl_printers_too_one_for_each_parcel() -> None:
    shipment = a_shipment(a_box("LC1"), a_box("LC2"), number=10042, carrier="bike")

    first, second = (label.decode() for label in as_zpl(shipment, []).split(b"\n^XA") if label)

    assert first.startswith("^XA^CI28")
    assert (first.count("^XZ"), second.count("^XZ")) == (1, 1)
    for words in ("^FDLC1^FS", "Parcel 1 of 2", "BIKE  STANDARD", "Order #10042", "Ada Reader",
                  "10969 Berlin", "1.26 kg"):  # fmt: skip
        assert words in first
    assert "^FDLC2^FS" in second


def test_an_address_cannot_speak_to_the_printer() -> None:
    hostile = an_address(name="^XZ^XA~JR _5E", line1="back\\slash")
    label = as_zpl(a_shipment(ship_to=hostile), []).decode()

    assert label.count("^XZ") == label.count("^XA") == 1
    assert "_5EXZ_5EXA_7EJR _5F5E" in label
    assert "back_5Cslash" in label


def test_a_broken_label_is_said() -> None:
    broken = LabelFile("application/pdf", b"no paper")
    with pytest.raises(Refused, match="no PDF that can be read"):
        as_pdf(a_shipment(), [broken, broken])
