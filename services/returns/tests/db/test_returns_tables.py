"""Returns survive in PostgreSQL, batch by batch, and the database guards the money itself."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Stale
from chassis.ids import new_id
from contracts import returns as said
from contracts.payments import RefundPayment
from services.returns import handlers, queries, tables
from services.returns.domain.return_order import State
from services.returns.tests.builders import (
    MUG,
    NOW,
    a_label,
    a_line,
    a_wish,
    days,
    delivered,
    inspected,
    money_back,
    packed,
    placed,
    restocked,
    shipped,
)


def sell(batch: Any, *lines: Any) -> Any:
    """Sell lines and deliver them, all in one batch."""
    order = placed(*lines)
    parcel = packed(order)
    batch(
        (handlers.on_placed, order),
        (handlers.on_packed, parcel),
        (handlers.on_shipped, shipped(parcel)),
        (handlers.on_delivered, delivered(parcel)),
    )
    return order


def open_return(batch: Any, order: Any, pieces: dict[str, int]) -> str:
    return batch((handlers.open_return, a_wish(order, pieces)))[0].return_id


def show(engine: sa.Engine, return_id: str) -> said.Return:
    with Session(engine) as session:
        return queries.get_return(session, said.ReturnRef(return_id=return_id))


def receipt(return_id: str, line_id: str, quantity: int = 1) -> said.ReceiveReturn:
    lines = (said.ReceivedLine(line_id=line_id, quantity=quantity),)
    return said.ReceiveReturn(
        return_id=return_id, receipt_id=new_id("rec"), warehouse_id="BER", lines=lines
    )


def inspection(return_id: str, line_id: str, quantity: int = 1) -> said.InspectReturn:
    return said.InspectReturn(return_id=return_id, lines=(inspected(line_id, quantity),))


def test_a_return_goes_its_way_over_many_batches(engine: sa.Engine, batch: Any) -> None:
    mugs = a_line(MUG, 3, paid=1000)
    return_id = open_return(batch, sell(batch, mugs), {mugs.line_id: 2})
    assert show(engine, return_id).allowed == ("cancel", "receive")

    batch((handlers.on_label, a_label(show(engine, return_id))))
    batch((handlers.receive_return, receipt(return_id, mugs.line_id, 2)))
    batch((handlers.inspect_return, inspection(return_id, mugs.line_id, 2)))
    said_last = batch((handlers.on_told, restocked(show(engine, return_id))))
    batch((handlers.on_told, money_back(show(engine, return_id))))

    back = show(engine, return_id)
    assert [type(message) for message in said_last] == [RefundPayment]
    assert (back.status, back.refund, back.refunded) == ("completed", 666, True)
    assert (back.tracking_number, back.lines[0].refund, back.allowed) == ("R1", 666, ())
    assert back.version > 1


def test_two_returns_of_one_order_in_one_batch_see_each_other(
    engine: sa.Engine, batch: Any
) -> None:
    mugs = a_line(MUG, 3, paid=1000)
    order = sell(batch, mugs)
    first = open_return(batch, order, {mugs.line_id: 2})
    second = open_return(batch, order, {mugs.line_id: 1})
    batch(
        (handlers.receive_return, receipt(first, mugs.line_id, 2)),
        (handlers.receive_return, receipt(second, mugs.line_id, 1)),
    )

    batch(
        (handlers.inspect_return, inspection(first, mugs.line_id, 2)),
        (handlers.inspect_return, inspection(second, mugs.line_id, 1)),
    )

    assert show(engine, first).refund + show(engine, second).refund == 1000
    with engine.connect() as connection:
        found = connection.exec_driver_sql("select paid, refunded from sales").all()
    assert [tuple(row) for row in found] == [(1000, 1000)]


@pytest.mark.parametrize(
    "statement",
    [
        "update sales set refunded = paid + 1",
        "update sales set refunded = -1",
        "update returns set refund = -1",
    ],
)
def test_the_database_itself_refuses_what_must_never_be(
    engine: sa.Engine, batch: Any, statement: str
) -> None:
    mug = a_line()
    open_return(batch, sell(batch, mug), {mug.line_id: 1})

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_what_fails_leaves_nothing_half_done(engine: sa.Engine, batch: Any) -> None:
    mug = a_line()
    return_id = open_return(batch, sell(batch, mug), {mug.line_id: 1})

    with pytest.raises(NotFound):
        batch(
            (handlers.receive_return, receipt(return_id, mug.line_id)),
            (handlers.receive_return, receipt(new_id("ret"), mug.line_id)),
        )

    assert show(engine, return_id).lines[0].received == 0


def test_goods_that_never_came_are_found_by_their_approval(engine: sa.Engine, batch: Any) -> None:
    mug = a_line(MUG, 3)
    order = sell(batch, mug)
    never, came, fresh = (open_return(batch, order, {mug.line_id: 1}) for _ in range(3))
    batch((handlers.on_label, a_label(show(engine, never))))
    batch((handlers.receive_return, receipt(came, mug.line_id)))
    batch((handlers.end_return, said.DecideReturn(return_id=fresh), State.CANCELED))

    with Session(engine) as session:
        kept = tables.SqlReturns(session)
        late = [order.return_id for order in kept.overdue(NOW + days(1))]
        assert (late, kept.overdue(NOW)) == ([never], [])


def test_a_sale_keeps_the_policy_of_its_day(engine: sa.Engine, batch: Any) -> None:
    first, second = placed(a_line()), placed(a_line())
    batch((handlers.on_placed, first))
    with Session(engine) as session, session.begin():
        tables.SqlReturns(session).set_policy(said.SetPolicy(window_days=7), "person:ann", NOW)
    batch((handlers.on_placed, second))

    with Session(engine) as session:
        kept = tables.SqlReturns(session)
        windows = [kept.sale(x.order_id).policy.window_days for x in (first, second)]
        now = queries.get_policy(session, said.GetPolicy()).window_days
    assert (windows, now) == ([30, 7], 7)


def test_a_policy_that_somebody_else_has_set_is_not_overwritten(engine: sa.Engine) -> None:
    def put(seen: int | None, **wish: Any) -> said.PolicyView:
        with Session(engine) as session, session.begin():
            wished = said.SetPolicy(**wish, expected_version=seen)
            return tables.SqlReturns(session).set_policy(wished, "person:ann", NOW)

    with Session(engine) as session:
        seen = queries.get_policy(session, said.GetPolicy())
    first = put(seen.version, window_days=7)
    same = put(first.version, window_days=7)
    with pytest.raises(Stale, match=f"has version {first.version}, not {seen.version}"):
        put(seen.version, window_days=14)

    with Session(engine) as session:
        assert queries.get_policy(session, said.GetPolicy()) == first == same
    assert (first.window_days, first.version > seen.version) == (7, True)
    assert put(None, window_days=14).version > first.version


def test_returns_are_listed_page_by_page_newest_first(engine: sa.Engine, batch: Any) -> None:
    mugs = a_line(MUG, 5)
    order = sell(batch, mugs)
    ids = [open_return(batch, order, {mugs.line_id: 1}) for _ in range(3)]
    batch((handlers.end_return, said.DecideReturn(return_id=ids[0]), State.CANCELED))

    with Session(engine) as session:
        first = queries.find_returns(session, said.FindReturns(limit=2))
        rest = queries.find_returns(session, said.FindReturns(limit=2, after=first.next))
        off = queries.find_returns(session, said.FindReturns(status="canceled"))
        of_order = queries.of_order(session, said.ReturnsOf(order_id=order.order_id))

    assert [x.return_id for x in first.returns + rest.returns] == sorted(ids, reverse=True)
    assert (rest.next, [x.return_id for x in off.returns]) == ("", [ids[0]])
    assert [x.return_id for x in of_order.returns] == sorted(ids)


def test_who_may_see_some_warehouses_sees_what_goes_there_or_nowhere_yet(
    engine: sa.Engine, batch: Any
) -> None:
    mugs = a_line(MUG, 5)
    order = sell(batch, mugs)
    ids = [open_return(batch, order, {mugs.line_id: 1}) for _ in range(3)]
    with Session(engine) as session:
        for return_id, place in zip(ids, ("BER", "HAM", ""), strict=True):
            change = sa.update(tables.returns).where(tables.returns.c.return_id == return_id)
            session.execute(change.values(warehouse_id=place))

        found = queries.find_returns(session, said.FindReturns(warehouses=("HAM", "MUC")))

    assert [x.return_id for x in found.returns] == [ids[2], ids[1]]


def test_a_return_that_nobody_knows_is_not_found(engine: sa.Engine) -> None:
    with pytest.raises(NotFound):
        show(engine, new_id("ret"))
