"""What was kept for one round of an order is given back alone, and never kept again."""

from contracts import inventory as said
from services.inventory.tests.builders import (
    BERLIN,
    MUG,
    Stockroom,
    at,
    commit,
    line,
    release_round,
    reserve,
)


def kept_in_berlin(stocked: Stockroom) -> tuple[int, int]:
    _, reserved, allocated, _ = stocked.balances()[MUG, BERLIN]
    return reserved, allocated


def test_a_round_is_given_back_and_the_others_stay(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2)), commit(at(BERLIN, 2)), reserve(line(1), round_=2))
    assert kept_in_berlin(stocked) == (1, 2)

    told = stocked.tell(release_round(2), release_round(2))

    assert (type(told), told.release_id) == (said.StockReleased, release_round(2).release_id)
    assert kept_in_berlin(stocked) == (0, 2)


def test_a_round_that_was_given_back_before_it_was_asked_for_gets_nothing(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(2)), release_round(2))

    told = stocked.tell(reserve(line(1), round_=2))

    assert type(told) is said.StockShort
    assert kept_in_berlin(stocked) == (2, 0)
    assert type(stocked.tell(reserve(line(1), round_=3))) is said.StockReserved
