"""However an order's tables are walked, a run ends, and nothing is left behind that was taken."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from chassis.tests.saga_walk import walk
from contracts.example import example
from services.orders.sagas.order_journey import SAGAS


@pytest.mark.parametrize("name", SAGAS)
def test_any_walk_of_a_real_table_ends_with_all_done_or_all_given_back(name: str) -> None:
    run_state_machine_as_test(
        walk(SAGAS[name], example),
        settings=settings(max_examples=60, stateful_step_count=30, deadline=None),
    )
