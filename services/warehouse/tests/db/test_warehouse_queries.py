"""What people look for in the warehouse is found."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.ids import new_id
from chassis.keeping import add
from contracts import warehouse as said
from contracts.values import Nothing
from services.warehouse import queries
from services.warehouse.domain.building import CountTask
from services.warehouse.domain.fulfillment_order import FulfillmentOrder, Line, Status
from services.warehouse.tests.builders import MUG, NOW, SHIRT, a_line, an_address

ORDERS = [new_id("ord"), new_id("ord")]


def a_fulfillment(
    n: int, order_id: str, warehouse_id: str = "BER", status: Status = Status.OPEN
) -> FulfillmentOrder:
    lines = tuple(
        Line(line.line_id, line.sku, line.name, line.quantity)
        for line in (a_line(MUG, 2), a_line(SHIRT))
    )
    number = f"ful_{n:026d}"
    return FulfillmentOrder(
        number, order_id, 1001, warehouse_id, 1, 1, an_address(), "near", lines, NOW, status
    )


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Five fulfillment orders of two orders, in two buildings."""
    with Session(engine) as session:
        add(
            session,
            *[
                a_fulfillment(1, ORDERS[0]),
                a_fulfillment(2, ORDERS[0], "HAM"),
                a_fulfillment(3, ORDERS[1], status=Status.CANCELED),
                a_fulfillment(4, ORDERS[1], status=Status.SCHEDULED),
                a_fulfillment(5, ORDERS[1]),
                CountTask("BER", "B-2", MUG, "not_found", NOW.replace(hour=10)),
                CountTask("HAM", "A-1", MUG, "damaged", NOW),
            ],
        )
        session.commit()
        session.expunge_all()
        yield session


def numbers(page: Any) -> list[int]:
    return [int(f.fulfillment_order_id.removeprefix("ful_")) for f in page.fulfillments]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"status": "open"}, [1, 2, 5]),
        ({"warehouse_id": "HAM"}, [2]),
        ({"status": "open", "warehouse_id": "BER"}, [1, 5]),
        ({"warehouse_id": "MUC"}, []),
        ({"warehouses": ("HAM", "MUC")}, [2]),
        ({"warehouses": ("BER",), "status": "open"}, [1, 5]),
        ({"warehouses": ("BER",), "warehouse_id": "HAM"}, []),
        ({"warehouses": ()}, []),
    ],
)
def test_work_is_found_by_status_and_warehouse_oldest_first(
    session: Session, asked: dict[str, Any], found: list[int]
) -> None:
    assert numbers(queries.find_fulfillments(session, said.FindFulfillments(**asked))) == found


def test_fulfillment_orders_tell_where_they_lie(session: Session) -> None:
    ids = tuple(f"ful_{number:026d}" for number in (2, 3, 99))

    places = queries.get_places(session, said.PlacesOf(fulfillment_order_ids=ids)).places

    assert {(p.fulfillment_order_id, p.order_id, p.warehouse_id) for p in places} == {
        (ids[0], ORDERS[0], "HAM"),
        (ids[1], ORDERS[1], "BER"),
    }


def test_who_may_see_some_warehouses_counts_in_those_only(session: Session) -> None:
    asked = said.FindCountTasks(warehouses=("HAM", "MUC"))

    assert [task.bin for task in queries.find_count_tasks(session, asked).tasks] == ["A-1"]


def test_a_status_that_does_not_exist_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="'lost' is none of scheduled, open, in_progress"):
        queries.find_fulfillments(session, said.FindFulfillments(status="lost"))


def test_pages_follow_each_other_without_gap_or_repetition(session: Session) -> None:
    seen, after = [], ""
    for _ in range(3):
        page = queries.find_fulfillments(session, said.FindFulfillments(limit=2, after=after))
        seen += numbers(page)
        after = page.next

    assert (seen, after) == ([1, 2, 3, 4, 5], "")


def test_all_fulfillment_orders_of_an_order_are_found(session: Session) -> None:
    page = queries.fulfillments_of(session, said.FulfillmentsOf(order_id=ORDERS[0]))

    assert numbers(page) == [1, 2]


def test_a_pick_list_is_shown_in_bin_order_with_boxes_proposed_before_picking_begins(
    session: Session,
) -> None:
    asked = said.FulfillmentRef(fulfillment_order_id=f"ful_{4:026d}")

    shown = queries.get_fulfillment(session, asked)

    assert [(line.bin, line.zone) for line in shown.lines] == [("A-1", "a"), ("B-2", "b")]
    assert (shown.status, shown.proposed_cartons, shown.allowed) == (
        "scheduled",
        ("S",),
        ("cancel",),
    )


def test_bins_of_another_building_are_not_on_the_list(session: Session) -> None:
    asked = said.FulfillmentRef(fulfillment_order_id=f"ful_{2:026d}")

    assert {line.bin for line in queries.get_fulfillment(session, asked).lines} == {""}


def test_what_does_not_exist_is_not_found(session: Session) -> None:
    asked = said.FulfillmentRef(fulfillment_order_id="ful_" + "Z" * 26)

    with pytest.raises(NotFound):
        queries.get_fulfillment(session, asked)
    with pytest.raises(NotFound):
        queries.packing_slip(session, asked)


def test_a_packing_slip_is_a_pdf_in_base64(session: Session) -> None:
    asked = said.FulfillmentRef(fulfillment_order_id=f"ful_{1:026d}")

    paper = queries.packing_slip(session, asked)

    assert paper.media_type == "application/pdf"
    assert base64.b64decode(paper.base64).startswith(b"%PDF-")


def test_bins_to_count_are_listed_oldest_first(session: Session) -> None:
    everywhere = queries.find_count_tasks(session, said.FindCountTasks())
    in_berlin = queries.find_count_tasks(session, said.FindCountTasks(warehouse_id="BER"))

    assert [task.warehouse_id for task in everywhere.tasks] == ["HAM", "BER"]
    assert [task.bin for task in in_berlin.tasks] == ["B-2"]


def test_all_warehouses_and_cartons_are_listed(session: Session) -> None:
    found = queries.all_warehouses(session, Nothing())

    assert [w.warehouse_id for w in found.warehouses] == ["BER", "HAM"]
    assert [c.carton for c in found.cartons] == ["L", "S"]
