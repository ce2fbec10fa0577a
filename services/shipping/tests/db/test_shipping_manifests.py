"""Manifests are kept with their forms, and counted is what waits for one."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from pypdf import PdfReader, PdfWriter
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from chassis.keeping import add, flush
from contracts import manifests as said
from services.shipping import executors, label_files, manifest_queries
from services.shipping.carriers.carrier import LabelFile
from services.shipping.domain.manifest import Manifest, listed
from services.shipping.memory import MemoryShipments
from services.shipping.ports import Shipments
from services.shipping.tables import SqlManifests, SqlShipments, manifest_forms
from services.shipping.tests.builders import (
    NOW,
    a_box,
    a_shipment,
)
from services.shipping.tests.carriers import (
    PricedCarrier,
)

MANIFEST = "man_" + "0" * 26


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture(params=["memory", "postgres"])
def shipments(request: pytest.FixtureRequest) -> Shipments:
    if request.param == "memory":
        return MemoryShipments()
    return SqlShipments(request.getfixturevalue("session"))


def put(shipments: Shipments, *numbers: str, **changes: Any) -> str:
    fields = {"fulfillment_order_id": f"ful_{numbers[0]}", **changes}
    shipment = a_shipment(*map(a_box, numbers), **fields)
    shipments.add(shipment)
    if session := getattr(shipments, "_session", None):
        flush(session)
    shipments.keep_numbers(shipment)
    return shipment.shipment_id


def a_manifest(manifest_id: str = MANIFEST, **changes: Any) -> Manifest:
    shipments = [a_shipment(a_box("SB1"), a_box("SB2")), a_shipment(a_box("SB3"))]
    fields = {
        "carrier": "sandbox", "warehouse_id": "berlin", "parcels": listed(shipments),
        "closed_at": NOW, "closed_by": "person:ann",
    }  # fmt: skip
    return Manifest(manifest_id=manifest_id, **{**fields, **changes})


def test_what_waits_is_found_by_carrier_warehouse_and_number(shipments: Shipments) -> None:
    one, two = put(shipments, "SB1"), put(shipments, "SB2", "SB3")
    put(shipments, "SB4", warehouse_id="lyon")
    put(shipments, "SB5", carrier="ups")
    put(shipments, "SB6", state="shipped", shipped_at=NOW)
    put(shipments, "SB7", manifest_id=MANIFEST)
    put(shipments, "SB8", void_asked=True)
    put(shipments, "SB9", return_id="ret_1", fulfillment_order_id="")

    def found(*numbers: str, limit: int = 9) -> list[str]:
        return [s.shipment_id for s in shipments.waiting("sandbox", "berlin", limit, numbers)]

    assert found() == sorted([one, two])
    assert found(limit=1) == sorted([one, two])[:1]
    assert found("SB3", "SB5", "none") == [two]
    [on_it] = shipments.of_manifest(MANIFEST)
    assert on_it.boxes[0].tracking_number == "SB7"


def test_what_waits_is_counted_for_each_carrier_and_warehouse(session: Session) -> None:
    shipments = SqlShipments(session)
    put(shipments, "SB1")
    put(shipments, "SB2", "SB3")
    put(shipments, "SB4", warehouse_id="lyon")
    put(shipments, "SB5", state="shipped", shipped_at=NOW)

    def counted(*warehouses: str) -> list[tuple[str, str, int, int]]:
        asked = said.FindOpenParcels(warehouses=warehouses)
        rows = manifest_queries.open_parcels(session, asked).waiting
        return [(row.warehouse_id, row.carrier, row.shipments, row.parcels) for row in rows]

    assert counted() == [("berlin", "sandbox", 2, 3), ("lyon", "sandbox", 1, 1)]
    assert counted("lyon") == [("lyon", "sandbox", 1, 1)]


def test_manifests_are_listed_newest_first_in_pages(session: Session) -> None:
    ids = [f"man_{n:026d}" for n in range(3)]
    for identity, warehouse in zip(ids, ("berlin", "lyon", "berlin"), strict=True):
        add(session, a_manifest(identity, warehouse_id=warehouse))
    flush(session)

    def found(**asked: Any) -> tuple[list[str], str]:
        page = manifest_queries.find_manifests(session, said.FindManifests(**asked))
        return [one.manifest_id for one in page.manifests], page.next

    assert found() == (ids[::-1], "")
    assert found(limit=2) == ([ids[2], ids[1]], ids[1])
    assert found(limit=2, after=ids[1]) == ([ids[0]], "")
    assert found(warehouse_id="lyon") == ([ids[1]], "")
    assert found(warehouses=("berlin",)) == ([ids[2], ids[0]], "")
    assert found(carrier="ups") == ([], "")


def test_a_manifest_is_kept_with_all_that_it_says(session: Session) -> None:
    manifests = SqlManifests(session)
    manifests.add(a_manifest(state="failed", problem="no form"))
    flush(session)

    shown = manifest_queries.get_manifest(session, said.ManifestRef(manifest_id=MANIFEST))

    assert (shown.state, shown.problem, shown.closed_by) == ("failed", "no form", "person:ann")
    assert [parcel.tracking_number for parcel in shown.parcels] == ["SB1", "SB2", "SB3"]
    missing = said.ManifestRef(manifest_id="man_" + "1" * 26)
    with pytest.raises(NotFound):
        manifest_queries.get_manifest(session, missing)


def test_the_driver_signs_a_list_with_counts_and_a_code_to_scan(session: Session) -> None:
    add(session, a_manifest())
    flush(session)

    paper = manifest_queries.get_paper(session, said.ManifestRef(manifest_id=MANIFEST)).document

    pages = pypdfium2.PdfDocument(base64.b64decode(paper.base64))
    text = pages[0].get_textpage().get_text_range()
    for words in ("Manifest for sandbox from berlin", "3 parcels of 2 shipments", "3.78 kg",
                  "SB1", "SB2", "SB3", "#10042", "DE 10969", "Signature"):  # fmt: skip
        assert words in text
    codes = zxingcpp.read_barcodes(pages[0].render(scale=203 / 72).to_pil())
    assert [code.text for code in codes] == [MANIFEST]


def test_the_form_of_the_carrier_lies_before_our_list(session: Session, engine: sa.Engine) -> None:
    add(session, a_manifest())
    flush(session)
    label_files.keep(session, MANIFEST, [LabelFile("application/pdf", a_page(99))], manifest_forms)

    paper = manifest_queries.get_paper(session, said.ManifestRef(manifest_id=MANIFEST)).document

    pages = PdfReader(io.BytesIO(base64.b64decode(paper.base64))).pages
    assert [int(page.mediabox.width) for page in pages] == [99, 595]
    assert label_files.kept(session, MANIFEST) == []  # it is no label


def test_hundreds_of_parcels_go_over_several_pages(session: Session) -> None:
    shipments = [a_shipment(a_box(f"SB{n}")) for n in range(200)]
    add(session, a_manifest(parcels=listed(shipments)))
    flush(session)

    paper = manifest_queries.get_paper(session, said.ManifestRef(manifest_id=MANIFEST)).document

    pages = pypdfium2.PdfDocument(base64.b64decode(paper.base64))
    texts = [page.get_textpage().get_text_range() for page in pages]
    assert len(texts) > 3
    assert all("Tracking number" in text for text in texts[:-1])
    assert "SB199" in " ".join(texts)


def a_page(width: int) -> bytes:
    writer, paper = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width, 100)
    writer.write(paper)
    return paper.getvalue()


@pytest.mark.parametrize(("keys", "asked"), [(["shp_1-1"], [("ups", ["shp_1-1"])]), ([], [])])
def test_only_the_carrier_that_sold_the_labels_is_asked_for_a_form(
    keys: list[str], asked: list[Any]
) -> None:
    heard: list[Any] = []
    kept: list[Any] = []

    class Listening(PricedCarrier):
        def manifest(self, bought: Any) -> list[LabelFile]:
            heard.append((self.name, bought))
            return [LabelFile("application/pdf", b"form")]

    call: Any = type("Call", (), {})()
    call.subject = MANIFEST
    call.request = {"carrier": "ups", "keys": keys}
    executors.manifest(call, [Listening("dhl", 1), Listening("ups", 1)], lambda *a: kept.append(a))

    assert heard == asked
    assert kept == [(MANIFEST, [LabelFile("application/pdf", b"form")])] * len(asked)
