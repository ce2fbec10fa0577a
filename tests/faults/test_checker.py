"""Does the checker see each kind of damage? Each is planted alone, looked for, and taken back.

The damage is done in transactions that are rolled back: the system itself never sees it.
"""

from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.faults import quiet
from tests.faults.checker import check, find_damage, parked
from tests.faults.damage import Books, Reading
from tests.faults.damages import ASIDE, DAMAGES, LINE
from tests.faults.travel import back_and_forth


@pytest.fixture(scope="module")
def orders(world):
    """One order that went there and partly back, one that waits to be picked, one canceled."""
    sku = world.new_sku(berlin=10)
    done = back_and_forth(world.api, world.staff, world.till, sku)["order"]["order_id"]
    waiting, off = world.place(sku, f"{sku}-waits"), world.place(sku, f"{sku}-off")
    for order_id in (waiting, off):
        world.staff.allocated(order_id)
    world.api.post(f"/orders/{off}/cancellation", {"reason": "it is not wanted any more"})
    world.staff.wait_for(off, "canceled", lambda p: p["order"]["status"] == "canceled")
    check(world)
    return {"done": done, "waiting": waiting, "off": off, "sku": sku, "stock": f"{sku} at berlin"}


@contextmanager
def broken(world, service, damage, orders):
    """Look into the books of a system in which one thing is wrong."""
    with ExitStack() as stack:
        reading = stack.enter_context(Reading(world.system))
        engine = sa.create_engine(world.system.database_url(service), poolclass=sa.NullPool)
        connection = stack.enter_context(engine.connect())
        connection.exec_driver_sql("set lock_timeout = '20s'")
        for statement in damage:
            values = {name: known for name, known in orders.items() if f":{name}" in statement}
            done = connection.execute(sa.text(statement), values)
            assert done.rowcount, f"nothing was damaged by: {statement}"

        def rows(asked, query, **more):
            if asked != service:
                return reading.rows(asked, query, **more)
            return list(connection.execute(sa.text(query), more))

        try:
            yield Books(rows, quiet.now(world))
        finally:
            connection.rollback()


def seen(books):
    return {(damage.promise, damage.about) for damage in find_damage(books)}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_checker_names_exactly_what_is_wrong(damage, world, orders):
    planted = DAMAGES[damage]
    with broken(world, planted.service, planted.statements, orders) as books:
        assert seen(books) == {(promise, orders.get(of, of)) for promise, of in planted.seen}


def test_the_checker_has_nothing_to_say_when_nothing_is_wrong(world, orders):
    with Reading(world.system) as reading:
        assert seen(Books(reading.rows, quiet.now(world))) == set()


def test_what_a_scenario_expects_to_be_parked_is_no_damage(world, orders):
    with broken(world, "payments", [ASIDE.format("parked")], orders) as books:
        books.parked_allowed = lambda service, row: (
            f"{service} {row.message_id}" == "payments msg_x"
        )
        assert seen(books) == set()
        assert parked(books) == {"msg_x"}


def test_times_may_differ_by_as_much_as_a_clock_was_wrong(world, orders):
    damage = LINE.format("at = at - interval '1 hour'", "packed")
    with broken(world, "orders", [damage], orders) as books:
        books.skew = timedelta(hours=1).total_seconds()
        assert seen(books) == set()
