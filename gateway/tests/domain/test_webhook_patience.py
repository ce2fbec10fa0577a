"""A receiver that is away has three days to come back, and is not shouted at meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.patience import DELAYS, TRIED_FOR, Attempt, next_try

BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NO_WAIT = timedelta()


def tries(wait: timedelta = NO_WAIT) -> list[datetime]:
    """When a delivery is tried to which nobody ever answers."""
    times, now = [], BEGAN
    while True:
        times.append(now)
        following = next_try(len(times), BEGAN, now, wait)
        if following is None:
            return times
        assert following > now
        now = following


def test_it_is_tried_for_three_days_and_the_last_time_when_they_are_over() -> None:
    made = tries()

    assert made[-1] - BEGAN == timedelta(days=3)
    assert 14 <= len(made) <= 18


def test_it_is_tried_soon_at_first_and_seldom_later() -> None:
    made = tries()

    assert timedelta(seconds=4) <= made[1] - made[0] <= timedelta(seconds=6)
    assert timedelta(hours=9.6) <= made[11] - made[10] <= timedelta(hours=14.4)
    assert list(DELAYS) == sorted(DELAYS)


def test_not_all_come_back_at_the_same_moment() -> None:
    assert len({next_try(1, BEGAN, BEGAN, NO_WAIT) for _ in range(20)}) > 10


@pytest.mark.parametrize(("asked", "waited"), [(60, 60), (3600, 3600), (86_400, 3600)])
def test_who_asks_to_be_left_alone_is_left_alone_for_an_hour_at_most(
    asked: int, waited: int
) -> None:
    later = next_try(1, BEGAN, BEGAN, timedelta(seconds=asked))

    assert later == BEGAN + timedelta(seconds=waited)


@given(tried=st.integers(1, 1000), hours=st.floats(0, 100), wait=st.integers(0, 10**6))
def test_nothing_is_tried_in_the_past_nor_after_the_three_days(
    tried: int, hours: float, wait: int
) -> None:
    now = BEGAN + timedelta(hours=hours)

    again = next_try(tried, BEGAN, now, timedelta(seconds=wait))

    assert (again is None) == (now >= BEGAN + TRIED_FOR)
    assert again is None or now < again <= BEGAN + TRIED_FOR


@pytest.mark.parametrize(
    ("status", "delivered"),
    [(200, True), (204, True), (299, True), (None, False), (301, False), (307, False),
     (400, False), (410, False), (500, False), (199, False)],
)  # fmt: skip
def test_only_a_success_is_one_and_a_redirect_is_none(status: int | None, delivered: bool) -> None:
    assert Attempt(BEGAN, 0.1, status).delivered is delivered
