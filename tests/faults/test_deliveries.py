"""Whatever comes out of order, twice or not at all is seen by those who look."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.deliveries import check_order
from tests.faults.scenario import Broken

KEPT = ("a", "b", "c")
BAD, HUNG_UP, OK = 500, 0, 200


def look(*came: tuple[str, int]) -> None:
    world: Any = SimpleNamespace(
        rows=lambda *_, **__: [SimpleNamespace(event_id=one) for one in KEPT]
    )
    receiver: Any = SimpleNamespace(got=[(i, {"order": "ord_1"}, status) for i, status in came])
    check_order(world, receiver, "ord_1")


@pytest.mark.parametrize(
    "came",
    [
        (("a", OK), ("b", OK), ("c", OK)),
        (("a", BAD), ("a", HUNG_UP), ("a", OK), ("b", OK), ("c", BAD), ("c", OK)),
        (("a", OK), ("a", OK), ("b", OK), ("c", OK), ("c", OK)),  # we died before we heard of it
    ],
)
def test_what_comes_in_order_and_again_until_it_is_taken_is_right(
    came: tuple[tuple[str, int], ...],
) -> None:
    look(*came)


@pytest.mark.parametrize(
    ("came", "told"),
    [
        ((("b", OK), ("a", OK), ("c", OK)), "b came before a"),
        ((("a", BAD), ("b", OK), ("a", OK), ("c", OK)), "b came before a"),
        ((("a", OK), ("b", OK), ("a", OK), ("c", OK)), "a came before c"),
        ((("a", OK), ("b", OK)), "only"),
        ((("a", OK), ("b", OK), ("c", BAD)), "only"),
        ((("a", OK), ("c", OK)), "c came before b"),
    ],
)
def test_what_overtakes_comes_late_or_is_missing_is_told(
    came: tuple[tuple[str, int], ...], told: str
) -> None:
    with pytest.raises(Broken, match=told):
        look(*came)
