"""What can be asked of shipping is answered from what is kept."""

import base64
import io
from typing import Any

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image
from sqlalchemy.orm import Session

from chassis.envelope import Context
from chassis.errors import NotFound, Refused
from chassis.keeping import add, flush
from chassis.outside import store_calls
from contracts.shipping import FindShipments, GetRates, ShipmentRef, ShipmentsOf
from services.shipping import asks, queries
from services.shipping.domain.shipment import Shipment
from services.shipping.tests.builders import (
    NOW,
    ORDER,
    a_box,
    a_shipment,
    a_size,
    an_address,
)
from services.shipping.tests.carriers import (
    PricedCarrier,
    stalls,
)


@pytest.fixture
def session(engine: sa.Engine) -> Any:
    with Session(engine) as session:
        yield session


def keep(session: Session, *shipments: Shipment) -> None:
    add(session, *shipments)
    flush(session)


def several(count: int, **changes: Any) -> list[Shipment]:
    return [a_shipment(fulfillment_order_id=f"ful_{n}", **changes) for n in range(count)]


def test_a_shipment_shows_its_parcels_cost_and_what_may_be_done(session: Session) -> None:
    why = "sandbox standard for 5.27 EUR: the only offer for standard"
    shipment = a_shipment(a_box("SB1"), a_box("SB2"), cost=527, cost_currency="EUR", choice=why)
    keep(session, shipment)

    shown = queries.get_shipment(session, ShipmentRef(shipment_id=shipment.shipment_id))

    assert [parcel.tracking_number for parcel in shown.parcels] == ["SB1", "SB2"]
    assert (str(shown.cost), shown.allowed) == ("5.27 EUR", ("hand_over", "label"))
    assert shown.choice == why


@pytest.mark.parametrize(("country", "declared"), [("US", 1), ("FR", 0)])
def test_customs_are_shown_where_a_border_is_crossed(
    session: Session, country: str, declared: int
) -> None:
    assert len(queries.view(a_shipment(to=country)).customs) == declared


def test_a_shipment_that_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="There is no shipment"):
        queries.get_shipment(session, ShipmentRef(shipment_id=a_shipment().shipment_id))


def test_the_label_is_a_pdf(session: Session) -> None:
    shipment = a_shipment()
    keep(session, shipment)

    paper = queries.get_label(session, ShipmentRef(shipment_id=shipment.shipment_id)).document

    assert (paper.media_type, paper.name) == (
        "application/pdf", f"label-{shipment.shipment_id}.pdf",
    )  # fmt: skip
    assert base64.b64decode(paper.base64).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "changes",
    [{"state": "pending", "boxes": (a_box(""),)}, {"state": "voided"}, {"void_asked": True}],
)
def test_there_is_no_label_before_it_is_bought_nor_after_it_was_given_back(
    session: Session, changes: dict[str, Any]
) -> None:
    shipment = a_shipment(**changes)
    keep(session, shipment)

    with pytest.raises(Refused, match="it has no label"):
        queries.get_label(session, ShipmentRef(shipment_id=shipment.shipment_id))


def test_shipments_are_listed_page_by_page(session: Session) -> None:
    keep(session, *several(5), a_shipment(state="failed"))

    seen, after = [], ""
    for _ in range(4):
        page = queries.find_shipments(
            session, FindShipments(state="label_purchased", limit=2, after=after)
        )
        seen += [shipment.shipment_id for shipment in page.shipments]
        if not (after := page.next):
            break

    assert (len(seen), seen, after) == (5, sorted(set(seen)), "")


def test_the_shipments_of_an_order_include_its_returns(session: Session) -> None:
    back = a_shipment(fulfillment_order_id="", return_id="ret_1")
    keep(session, a_shipment(), back, *several(1, order_id="ord_other"))

    page = queries.of_order(session, ShipmentsOf(order_id=ORDER))

    assert {shipment.return_id for shipment in page.shipments} == {"", "ret_1"}
    assert len(page.shipments) == 2


def test_rates_of_all_carriers_are_shown_cheapest_first() -> None:
    asked = GetRates(
        ship_from=an_address(), ship_to=an_address("FR"), weight_g=500, dimensions=a_size()
    )

    rates = queries.get_rates(
        stalls(PricedCarrier("dear", 900), PricedCarrier("cheap", 400)), asked
    )

    assert [(rate.carrier, str(rate.price)) for rate in rates.rates] == [
        ("cheap", "4.00 EUR"),
        ("dear", "9.00 EUR"),
    ]


def test_the_mails_of_an_order_tell_to_whom_what_and_whether_they_went_out(
    session: Session,
) -> None:
    shipment, other = a_shipment(), a_shipment(order_id="ord_other", fulfillment_order_id="ful_2")
    keep(session, shipment, other)
    for about, kind in ((shipment, "shipped"), (shipment, "delivered"), (other, "shipped")):
        store_calls(session, [(asks.mail(about, kind, kind), Context("key:test", ORDER))], NOW)

    mails = queries.get_mails(session, ShipmentsOf(order_id=ORDER)).mails

    assert {mail.kind: mail.subject for mail in mails} == {
        "shipped": "Your order #10042 is on its way",
        "delivered": "Your order #10042 has arrived",
    }
    assert len(mails) == 2
    assert {(mail.to, mail.state) for mail in mails} == {("ada@example.com", "pending")}


@pytest.mark.parametrize("number", ["SB100000012XX", "9400100208303109505725", "Ä" * 60])
def test_a_return_is_shown_as_a_code_that_a_counter_can_scan(session: Session, number: str) -> None:
    back = a_shipment(a_box(number), return_id="ret_1", fulfillment_order_id="")
    keep(session, back)

    shown = queries.get_label_qr(session, ShipmentRef(shipment_id=back.shipment_id)).document

    assert shown.media_type == "image/png"
    picture = Image.open(io.BytesIO(base64.b64decode(shown.base64)))
    [code] = zxingcpp.read_barcodes(picture)
    assert (code.text, code.format.name) == (number, "QRCode")


def test_what_goes_to_the_customer_has_no_such_code(session: Session) -> None:
    sent = a_shipment()
    keep(session, sent)
    with pytest.raises(Refused, match="is no return"):
        queries.get_label_qr(session, ShipmentRef(shipment_id=sent.shipment_id))
