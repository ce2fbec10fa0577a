"""One order that cannot be moved holds up no other order's deadline."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contracts.stuck import FindStuck
from services.orders import exceptions
from services.orders.service import OrdersService
from services.orders.tests.builders import NOW, Clerk
from services.orders.tests.db.conftest import Office
from services.orders.tests.db.planted import Timer

LATER = NOW + timedelta(minutes=31)


def tick(office: Office, service: OrdersService) -> Clerk:
    with Session(office.engine, expire_on_commit=False) as session, session.begin():
        timer: Any = Timer(LATER, actor="timer", session=session)
        service.wake_runs(timer)
        return timer  # type: ignore[no-any-return]


def test_a_run_that_raises_is_left_out_and_the_others_go_on(office: Office) -> None:
    broken, well = office.place().order_id, office.place().order_id
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            f"update saga_runs set step = 'gone' where subject_id = '{broken}'"
        )
    service = OrdersService()

    with pytest.raises(KeyError, match="gone") as raised:
        tick(office, service)
    assert broken in raised.value.__notes__[0]

    tick(office, service)
    assert office.rows(
        f"select subject_id = '{well}', phase from saga_runs order by subject_id = '{well}'"
    ) == [(False, "forward"), (True, "backward")]


def test_pages_of_runs_that_wait_for_a_decision_join(office: Office) -> None:
    for _ in range(3):
        office.place()
    with office.engine.begin() as connection:
        connection.exec_driver_sql("update saga_runs set phase = 'waiting'")

    whole = office.ask(exceptions.find_stuck, FindStuck()).stuck
    first = office.ask(exceptions.find_stuck, FindStuck(limit=2))
    rest = office.ask(exceptions.find_stuck, FindStuck(limit=2, after=first.next))

    assert (len(whole), first.stuck + rest.stuck, rest.next) == (3, whole, "")


def test_a_run_at_a_step_of_another_version_is_shown_and_offers_nothing(office: Office) -> None:
    office.place()
    with office.engine.begin() as connection:
        connection.exec_driver_sql("update saga_runs set step = 'gone', phase = 'waiting'")

    (one,) = office.ask(exceptions.find_stuck, FindStuck()).stuck
    assert (one.step, one.owner, one.allowed) == ("gone", "orders", ())
    same = office.ask(exceptions.find_stuck, FindStuck(only=one.exception_id)).stuck
    assert same == (one,)
    assert office.ask(exceptions.find_stuck, FindStuck(only="orders:run:other")).stuck == ()
