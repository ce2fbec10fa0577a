"""What shipping does survives in PostgreSQL, and two processes do not get in each other's way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from chassis.ids import new_id
from chassis.keeping import add, flush, read
from chassis.outside import Outcome
from chassis.work import Rehearsal
from contracts.shipping import CreateShipment, HandOver, VoidShipment
from services.shipping import asks, handlers, tables, tracking
from services.shipping.domain.shipment import Shipment
from services.shipping.memory import MemoryShipments
from services.shipping.ports import Shipments
from services.shipping.tables import SqlShipments, prepare
from services.shipping.tests.builders import (
    FULFILLMENT,
    NOW,
    ORDER,
    a_box,
    a_call,
    a_notice,
    a_return_wish,
    a_shipment,
    a_wish,
)

ONE = "SB100000012XX"
VOID = VoidShipment(order_id=ORDER, fulfillment_order_id=FULFILLMENT)


@contextmanager
def a_batch(engine: sa.Engine, *bodies: Any) -> Iterator[SqlShipments]:
    """One transaction as the bus makes it: load for all messages, then handle each."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        prepare(session, bodies)
        yield SqlShipments(session)


def create(engine: sa.Engine, wish: CreateShipment, work: Rehearsal) -> None:
    with a_batch(engine, wish) as shipments:
        handlers.create_shipment(wish, work, shipments)


def sold(engine: sa.Engine, work: Rehearsal) -> None:
    result = {
        "carrier": "sandbox",
        "service": "standard",
        "price": 527,
        "currency": "EUR",
        "parcels": [[ONE, "https://sandbox.example"]],
        "choice": "the only offer",
    }
    outcome = Outcome(a_call(work.calls[-1]), "succeeded", result)
    with a_batch(engine, outcome) as shipments:
        handlers.conclude_purchase(outcome, work, shipments)


def kept(engine: sa.Engine) -> Shipment:
    with Session(engine) as session:
        (shipment,) = read(session, Shipment, sa.select(tables.shipments))
        return shipment


@pytest.fixture
def work() -> Rehearsal:
    return Rehearsal(NOW)


@pytest.fixture(params=["memory", "postgres"])
def shipments(request: pytest.FixtureRequest) -> Iterator[Shipments]:
    """The port as it is in tests, and as it is in earnest."""
    if request.param == "memory":
        yield MemoryShipments()
        return
    with a_batch(request.getfixturevalue("engine")) as port:
        yield port


def test_a_shipment_is_found_by_all_that_names_it(shipments: Shipments) -> None:
    sent = a_shipment(a_box(ONE))
    back = a_shipment(a_box("SB2"), fulfillment_order_id="", return_id="ret_1")
    for shipment in (sent, back):
        shipments.add(shipment)
        shipments.keep_numbers(shipment)

    assert shipments.get(sent.shipment_id) is sent
    assert shipments.of_fulfillment(FULFILLMENT) is sent
    assert shipments.of_return("ret_1") is back
    assert (shipments.of_tracking(ONE), shipments.of_tracking("SB2")) == (sent, back)


def test_what_is_not_there_is_not_found(shipments: Shipments) -> None:
    assert shipments.get("shp_none") is None
    assert shipments.of_fulfillment("ful_none") is None
    assert shipments.of_return("ret_none") is None
    assert shipments.of_tracking("none") is None


def test_a_tracking_number_that_the_carrier_uses_again_belongs_to_the_newest(
    shipments: Shipments,
) -> None:
    old, new = a_shipment(a_box(ONE)), a_shipment(a_box(ONE), fulfillment_order_id=new_id("ful"))
    for shipment in (old, new):
        shipments.add(shipment)
        shipments.keep_numbers(shipment)

    assert shipments.of_tracking(ONE) is new


def test_what_was_called_off_is_remembered(shipments: Shipments) -> None:
    shipments.mark_void(FULFILLMENT, NOW)
    shipments.mark_void(FULFILLMENT, NOW)

    assert shipments.is_void(FULFILLMENT)
    assert not shipments.is_void("ful_other")


def test_a_shipment_goes_from_wish_to_door_through_the_database(
    engine: sa.Engine, work: Rehearsal
) -> None:
    wish = a_wish("US")
    create(engine, wish, work)
    create(engine, wish, work)
    sold(engine, work)
    shipment = kept(engine)
    assert (shipment.state, shipment.cost, shipment.choice) == (
        "label_purchased", 527, "the only offer",
    )  # fmt: skip

    handover = HandOver(shipment_id=shipment.shipment_id)
    with a_batch(engine, handover) as shipments:
        tracking.hand_over(handover, work, shipments)
    for _ in range(2):
        with a_batch(engine) as shipments:
            tracking.take_tracking(a_notice("delivered", 5, ONE, "evt-1"), work, shipments)

    shipment = kept(engine)
    assert (shipment.state, shipment.boxes[0].status) == ("delivered", "delivered")
    assert (shipment.customs, shipment.ship_to) == (wish.items, wish.ship_to)
    assert [type(message).__name__ for message in work.sent] == [
        "ShipmentLabeled", "ShipmentShipped", "TrackingUpdated", "ShipmentDelivered",
    ]  # fmt: skip
    assert [call.kind for call in work.calls] == [asks.BUY, asks.MAIL, asks.MAIL]


def test_a_void_and_a_wish_in_one_batch_buy_nothing(engine: sa.Engine, work: Rehearsal) -> None:
    wish = a_wish()

    with a_batch(engine, VOID, wish) as shipments:
        handlers.void_shipment(VOID, work, shipments)
        handlers.create_shipment(wish, work, shipments)

    assert ([type(m).__name__ for m in work.sent], work.calls) == (["ShipmentVoided"] * 2, [])


def test_a_void_waits_for_a_purchase_that_another_process_is_taking_up(
    engine: sa.Engine, work: Rehearsal
) -> None:
    wish = a_wish()
    with a_batch(engine, wish) as shipments:
        handlers.create_shipment(wish, work, shipments)
        with Session(engine) as other:
            other.execute(sa.text("set local lock_timeout = '100ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                prepare(other, [VOID])

    with a_batch(engine, VOID) as shipments:
        handlers.void_shipment(VOID, work, shipments)
    assert (work.sent, kept(engine).void_asked) == ([], True)


def test_changes_are_counted_for_those_who_look_twice(engine: sa.Engine, work: Rehearsal) -> None:
    create(engine, a_wish(), work)
    assert kept(engine).version == 1

    sold(engine, work)

    assert kept(engine).version == 2


def test_the_database_itself_refuses_a_second_shipment_for_the_same_goods(
    engine: sa.Engine,
) -> None:
    for twice in ({}, {"fulfillment_order_id": "", "return_id": "ret_1"}):
        with Session(engine) as session:
            add(session, a_shipment(**twice), a_shipment(**twice))
            with pytest.raises(IntegrityError):
                flush(session)


def test_a_return_of_the_same_order_has_a_shipment_of_its_own(
    engine: sa.Engine, work: Rehearsal
) -> None:
    create(engine, a_wish(), work)
    wish = a_return_wish()
    for _ in range(2):
        with a_batch(engine, wish) as shipments:
            handlers.create_return_label(wish, work, shipments)

    assert [call.kind for call in work.calls] == [asks.BUY, asks.BUY]
