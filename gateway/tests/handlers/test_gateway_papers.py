"""Labels and packing slip come as one document, for one click prints them."""

import io

import pytest
from pypdf import PdfReader

from chassis.errors import NotFound
from contracts.shipping import Label, Shipment
from contracts.warehouse import Document
from gateway.caller import Caller
from gateway.people.roles import rights_everywhere
from gateway.tests.builders import PACKED, SECRET, Api, a_pdf, example

SHIPMENT = "shp_" + "0" * 26
PAPERS = f"/shipments/{SHIPMENT}/papers.pdf"


def a_paper(*widths: int) -> Document:
    return Document(name="a.pdf", media_type="application/pdf", base64=a_pdf(*widths))


@pytest.fixture
def packed(api: Api) -> Api:
    """Two parcels and a slip."""
    labels = Label(shipment_id=SHIPMENT, document=a_paper(288, 288))
    api.services.answers["shipping.get"] = example(Shipment, fulfillment_order_id=PACKED)
    api.services.answers["shipping.label"] = labels
    api.services.answers["warehouse.slip"] = a_paper(595)
    return api


def widths(paper: bytes) -> list[int]:
    return [int(page.mediabox.width) for page in PdfReader(io.BytesIO(paper)).pages]


def test_the_labels_come_first_then_the_slip(packed: Api) -> None:
    answer = packed.call("GET", PAPERS)

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert widths(answer.data) == [288, 288, 595]
    assert answer.headers["Content-Disposition"] == f'inline; filename="papers-{SHIPMENT}.pdf"'


def test_a_return_has_labels_only(packed: Api) -> None:
    packed.services.answers["shipping.get"] = example(Shipment, fulfillment_order_id="")

    assert widths(packed.call("GET", PAPERS).data) == [288, 288]


def test_without_a_label_it_is_said_why(packed: Api) -> None:
    packed.services.answers["shipping.label"] = NotFound("label", SHIPMENT, "shipment_id")

    answer = packed.call("GET", PAPERS)

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "warehouse.slip" not in packed.heard


def test_who_may_not_see_slips_gets_labels_only(packed: Api) -> None:
    rights = rights_everywhere(frozenset({"shipping.read"}))
    packed.keys.callers[SECRET] = Caller.with_key("key_2", "labels", rights)

    assert widths(packed.call("GET", PAPERS).data) == [288, 288]
    assert "warehouse.slip" not in packed.heard
