"""Whatever happens to stock, in whatever order: nothing is oversold, lost or counted twice."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from services.inventory.tests.builders import Stockroom
from services.inventory.tests.stories import StockStory


def test_no_story_oversells_or_loses_stock() -> None:
    run_state_machine_as_test(
        lambda: StockStory(Stockroom()),
        settings=settings(max_examples=100, stateful_step_count=30, deadline=None),
    )
