"""Stored calls are made from what is kept: labels at the carrier, mails at the mail server."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.keeping import add
from chassis.outside import Declined
from chassis.transaction import Job, Transaction
from contracts.shipping import HandOver
from services.shipping import asks, tables
from services.shipping import service as shipping_service
from services.shipping.domain.shipment import Shipment
from services.shipping.service import ShippingService
from services.shipping.tests.builders import a_box, a_call, a_shipment


@pytest.fixture
def service(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    service = ShippingService()
    yield service
    service.engine.dispose()


def keep(engine: sa.Engine, **changes: Any) -> Shipment:
    shipment = a_shipment(**changes)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        add(session, shipment)
    return shipment


def test_labels_are_bought_for_the_boxes_that_are_kept(
    service: ShippingService, engine: sa.Engine
) -> None:
    shipment = keep(engine, boxes=(a_box(""), a_box("")), state="pending", wanted="express")

    result = service.call_buy(a_call(asks.buy(shipment)))

    assert (result["carrier"], result["service"], len(result["parcels"])) == (
        "sandbox", "express", 2,
    )  # fmt: skip
    assert service.call_void(a_call(asks.void(shipment))) == {}


def test_a_mail_is_made_of_what_is_kept_when_it_is_sent(
    service: ShippingService, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(shipping_service, "send", lambda mail, uri: sent.append((mail, uri)))
    shipment = keep(engine)

    service.call_mail(a_call(asks.mail(shipment, "shipped", "shipped")))

    [(mail, uri)] = sent
    assert (mail["To"], mail["Subject"]) == ("ada@example.com", "Your order #10042 is on its way")
    assert uri == service.settings.smtp_uri


def test_a_call_for_a_shipment_that_is_gone_is_declined(service: ShippingService) -> None:
    with pytest.raises(Declined, match="There is no shipment"):
        service.call_buy(a_call(asks.buy(a_shipment())))


def test_the_mail_of_a_parcel_that_left_belongs_to_its_order(
    service: ShippingService, engine: sa.Engine
) -> None:
    shipment = keep(engine, state="label_purchased")
    wish = HandOver(shipment_id=shipment.shipment_id)
    job = Job("hand_over", lambda known, work: known.hand_over(wish, work), wish, "msg-1")

    (call,) = Transaction("shipping", engine, tables.prepare).run(service, [job]).calls

    assert (call.kind, call.correlation_id) == ("shipping.mail", shipment.order_id)
