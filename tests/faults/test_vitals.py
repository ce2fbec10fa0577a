"""Would memory that grows be seen, although every process is killed soon?"""

import pytest

from tests.faults.vitals import WARM_SECONDS, Life, fit


def lives(count, seconds, mib_per_minute, start=80.0):
    """Processes that need their time to warm up, and then grow so much a minute."""
    return [
        Life(
            "orders", 0.0,
            [
                (float(age), start + number + min(age, WARM_SECONDS) + mib_per_minute * age / 60)
                for age in range(seconds)
            ],
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("leak", [0.0, 3.0, 12.0])
def test_many_short_lives_tell_how_much_memory_grows(leak):
    found = fit(lives(5, 90, leak))
    assert (round(found.mib_per_minute, 3), found.lives) == (leak, 5)


def test_a_process_that_died_before_it_was_warm_tells_nothing():
    assert fit(lives(50, int(WARM_SECONDS) + 10, 30.0)).seconds == 0


def test_lives_that_began_with_more_are_no_growth():
    first, second = lives(1, 90, 0.0), lives(1, 90, 0.0, start=200.0)
    assert round(fit([*first, *second]).mib_per_minute, 3) == 0
