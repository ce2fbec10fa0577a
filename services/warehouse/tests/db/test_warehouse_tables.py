"""What the warehouse does survives in PostgreSQL, batch by batch, with few statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.ids import new_id
from chassis.work import Rehearsal
from contracts.inventory import SkuData, SkuSaved
from contracts.values import Nothing
from contracts.warehouse import (
    CancelFulfillment,
    FindBins,
    NewPackage,
    OpenFulfillment,
    Pack,
    PutBin,
    PutCarton,
    PutWarehouse,
    ReportShort,
    ScanPick,
    StartPicking,
)
from services.warehouse import handlers, setting_up
from services.warehouse.queries import all_warehouses, find_bins
from services.warehouse.tables import SqlFloor, SqlFulfillments, prepare
from services.warehouse.tests.builders import (
    MUG,
    MUG_CODE,
    NOW,
    SHIRT,
    a_line,
    a_route,
    a_size,
    an_address,
    level,
    nowhere,
)


@contextmanager
def a_batch(engine: sa.Engine, *bodies: Any) -> Iterator[Any]:
    """One transaction as the bus makes it: load for all messages, then handle each."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        prepare(session, bodies)
        yield session, SqlFulfillments(session), SqlFloor(session)


def handle(engine: sa.Engine, *bodies: Any) -> tuple[list[Any], list[Any]]:
    """Handle messages and requests in one batch; give what was said and answered."""
    work, answers = Rehearsal(NOW, actor="person:ann"), []
    with a_batch(engine, *bodies) as (_, fulfillments, floor):
        for body in bodies:
            match body:
                case handlers.RouteOrder():
                    handlers.route_order(body, work, fulfillments, floor, nowhere)
                case OpenFulfillment():
                    handlers.open_fulfillment(body, work, fulfillments, floor)
                case CancelFulfillment():
                    handlers.cancel_fulfillment(body, work, fulfillments)
                case SkuSaved():
                    handlers.save_sku(body, floor)
                case PutWarehouse():
                    setting_up.put_warehouse(body, floor)
                case PutCarton():
                    setting_up.put_carton(body, floor)
                case _:
                    answers.append(DOING[type(body)](body, work, fulfillments, floor))
    return work.sent, answers


DOING = {
    StartPicking: handlers.start_picking,
    ScanPick: handlers.scan_pick,
    ReportShort: handlers.report_short,
    Pack: handlers.pack,
}


def routed(engine: sa.Engine, *lines: Any, **changes: Any) -> Any:
    command = a_route(*(lines or [a_line()]), **{"order_id": new_id("ord"), **changes})
    return handle(engine, command)[0][0]


def opened(engine: sa.Engine, *lines: Any) -> str:
    told = routed(engine, *lines)
    number = told.fulfillments[0].fulfillment_order_id
    handle(engine, OpenFulfillment(order_id=told.order_id, fulfillment_order_id=number))
    return number


def rows(engine: sa.Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent = []

    def collect(*arguments: Any) -> None:
        sent.append(arguments[2])

    sa.event.listen(engine, "before_cursor_execute", collect)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", collect)


def test_an_order_is_routed_opened_picked_and_packed_in_transactions_of_its_own(
    engine: sa.Engine,
) -> None:
    number = opened(engine, a_line(MUG, 2))
    handle(engine, StartPicking(fulfillment_order_id=number))
    handle(engine, ScanPick(fulfillment_order_id=number, barcode=MUG_CODE, bin="B-2", quantity=2))
    boxes = (NewPackage(carton="S", barcodes=(MUG_CODE, MUG_CODE)),)
    told, shown = handle(engine, Pack(fulfillment_order_id=number, packages=boxes))

    assert told[0].packages == shown[0].packages
    assert rows(engine, "select status, picker, packer from fulfillment_orders") == [
        ("closed", "person:ann", "person:ann")
    ]


def test_the_answer_shows_the_version_that_the_change_made(engine: sa.Engine) -> None:
    number = opened(engine, a_line(MUG, 2))
    _, shown = handle(engine, StartPicking(fulfillment_order_id=number))

    assert shown[0].version == rows(engine, "select version from fulfillment_orders")[0][0] > 1


def test_a_hundred_orders_are_routed_with_the_statements_of_a_few(engine: sa.Engine) -> None:
    def orders(count: int) -> list[Any]:
        return [a_route(a_line(), order_id=new_id("ord")) for _ in range(count)]

    with statements(engine) as for_two:
        handle(engine, *orders(2))
    with statements(engine) as for_many:
        handle(engine, *orders(100))

    assert len(for_many) == len(for_two) <= 5
    assert rows(engine, "select count(*) from fulfillment_orders") == [(102,)]


def test_a_hundred_orders_are_opened_and_canceled_with_the_statements_of_a_few(
    engine: sa.Engine,
) -> None:
    commands = [a_route(a_line(), order_id=new_id("ord")) for _ in range(100)]
    told, _ = handle(engine, *commands)
    planned = [(t.order_id, t.fulfillments[0].fulfillment_order_id) for t in told]

    with statements(engine) as sent:
        handle(engine, *[OpenFulfillment(order_id=o, fulfillment_order_id=f) for o, f in planned])
        handle(engine, *[CancelFulfillment(order_id=o) for o, _ in planned])

    assert len(sent) <= 6
    assert rows(engine, "select distinct status from fulfillment_orders") == [("canceled",)]


def test_an_attempt_asked_again_in_a_later_batch_is_answered_from_what_is_kept(
    engine: sa.Engine,
) -> None:
    command = a_route(a_line(), order_id=new_id("ord"))

    first, again = handle(engine, command)[0], handle(engine, command)[0]

    assert first == again
    assert rows(engine, "select count(*) from fulfillment_orders") == [(1,)]


def test_a_cancellation_kept_in_one_batch_stops_an_order_that_comes_in_the_next(
    engine: sa.Engine,
) -> None:
    command = a_route(a_line())
    handle(engine, CancelFulfillment(order_id=command.order_id))
    told, _ = handle(engine, command)

    assert told[0].reason == "The order was canceled before it was routed."


def test_messages_of_one_order_in_one_batch_see_each_other(engine: sa.Engine) -> None:
    order_id = new_id("ord")
    first = a_route(a_line(), order_id=order_id)
    second = a_route(a_line(), order_id=order_id, attempt=2)

    told, _ = handle(engine, first, second, CancelFulfillment(order_id=order_id))

    assert [type(t).__name__ for t in told] == ["OrderRouted", "OrderRouted", "FulfillmentCanceled"]
    assert rows(engine, "select attempt, status from fulfillment_orders order by attempt") == [
        (1, "canceled"),
        (2, "canceled"),
    ]


def test_a_new_warehouse_and_what_it_shall_send_may_come_in_one_batch(engine: sa.Engine) -> None:
    new = PutWarehouse(warehouse_id="MUC", name="Munich", address=an_address())
    command = a_route(a_line(), levels=(level("MUC", MUG, 1),))

    told, _ = handle(engine, new, command)

    assert told[0].fulfillments[0].warehouse_id == "MUC"


def test_a_scan_that_was_sent_twice_counts_once(engine: sa.Engine) -> None:
    number = opened(engine, a_line(MUG, 2))
    scan = ScanPick(fulfillment_order_id=number, barcode=MUG_CODE, scan_id="scan-1")

    _, shown = handle(engine, scan, scan)
    _, again = handle(engine, scan)

    assert [answer.lines[0].picked for answer in (*shown, *again)] == [1, 1, 1]


def test_a_bin_is_to_be_counted_once_since_it_was_first_short(engine: sa.Engine) -> None:
    number = opened(engine, a_line(SHIRT, 2))
    report = ReportShort(fulfillment_order_id=number, sku=SHIRT, quantity=1, reason="not_found")
    handle(engine, report)
    handle(engine, report)

    assert rows(engine, "select warehouse_id, bin, sku from count_tasks") == [("BER", "A-1", SHIRT)]


def test_sku_facts_are_kept_by_the_newest_version(engine: sa.Engine) -> None:
    def told(version: int, name: str) -> Any:
        data = SkuData(sku=MUG, name=name, dimensions=a_size(), weight_g=1)
        return SkuSaved(sku=data, version=version)

    handle(engine, told(3, "Green mug"), told(2, "Red mug"))
    handle(engine, told(1, "Old mug"))

    assert rows(engine, f"select name, saved_version from skus where sku = '{MUG}'") == [
        ("Green mug", 3)
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "update fulfillment_orders set status = 'lost'",
        "update fulfillment_orders set status = 'closed'",
        "update warehouses set latitude = 1",
        "update cartons set own_weight_g = max_weight_g + 1",
    ],
)
def test_the_database_itself_refuses_what_must_never_be(engine: sa.Engine, statement: str) -> None:
    opened(engine, a_line())

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_warehouse_that_is_changed_is_locked_also_beside_orders_that_only_look_at_it(
    engine: sa.Engine,
) -> None:
    change = PutWarehouse(warehouse_id="BER", name="Berlin", address=an_address())
    locking = "select 1 from warehouses where warehouse_id = 'BER' for update nowait"

    with a_batch(engine, a_route(a_line()), change), pytest.raises(sa.exc.OperationalError):
        rows(engine, locking)

    assert rows(engine, locking) == [(1,)]


def test_versions_are_counted_and_shown(engine: sa.Engine) -> None:
    change = PutWarehouse(warehouse_id="BER", name="Spree", address=an_address())
    with a_batch(engine, change) as (_, _, floor):
        first = setting_up.put_warehouse(change, floor)
    with a_batch(engine, change) as (_, _, floor):
        same = setting_up.put_warehouse(change, floor)
    with Session(engine) as session:
        shown = {w.warehouse_id: w for w in all_warehouses(session, Nothing()).warehouses}

    assert (first.version, same.version) == (2, 2)
    assert (shown["BER"].name, shown["BER"].version) == ("Spree", 2)


def test_the_bins_of_a_warehouse_are_listed_page_by_page(engine: sa.Engine) -> None:
    for name in ("Z-1", "Z-2", "Z-3"):
        shelf = PutBin(warehouse_id="BER", bin=name, zone="z", sequence=1, sku=MUG)
        with a_batch(engine, shelf) as (_, _, floor):
            setting_up.put_bin(shelf, floor)

    with Session(engine) as session:
        first = find_bins(session, FindBins(warehouse_id="BER", after="Z", limit=2))
        last = find_bins(session, FindBins(warehouse_id="BER", after=first.next, limit=2))

    assert ([b.bin for b in first.bins], first.next) == (["Z-1", "Z-2"], "Z-2")
    assert ([b.bin for b in last.bins], last.next) == (["Z-3"], "")
    assert first.bins[0].version == 1
