"""However the table of a return is walked, a run ends with all done, or a person knows of it."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from chassis.tests.saga_walk import walk
from contracts.example import example
from services.returns.sagas.return_journey import RETURN_JOURNEY


def test_any_walk_of_the_table_of_a_return_ends_with_all_done_or_all_given_back() -> None:
    run_state_machine_as_test(
        walk(RETURN_JOURNEY, example),
        settings=settings(max_examples=40, stateful_step_count=30, deadline=None),
    )
