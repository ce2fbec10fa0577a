"""What orders ask of inventory is done once, or not at all, whenever it comes."""

from datetime import timedelta

import pytest

from contracts import inventory as said
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    LATER,
    MUG,
    NOW,
    ORDER,
    OTHER_ORDER,
    SHIRT,
    Stockroom,
    at,
    commit,
    line,
    receive,
    release,
    replace,
    reserve,
)


def levels(told: said.StockReserved | said.CommitRefused) -> list[tuple[str, str, int]]:
    return [(level.sku, level.warehouse_id, level.available) for level in told.levels]


def test_goods_are_kept_until_the_order_is_paid(stocked: Stockroom) -> None:
    told = stocked.tell(reserve(line(2)))

    assert told.placements == (at(BERLIN, 2),)
    assert stocked.balances()[MUG, BERLIN] == (5, 2, 0, 0)


def test_the_one_who_plans_is_told_what_every_warehouse_could_give(stocked: Stockroom) -> None:
    stocked.tell(receive(1, SHIRT, HAMBURG))

    told = stocked.tell(reserve(line(2), line(1, SHIRT, 2)))

    assert levels(told) == [(MUG, BERLIN, 5), (MUG, HAMBURG, 2), (SHIRT, HAMBURG, 1)]


def test_what_other_orders_hold_is_not_among_what_a_warehouse_could_give(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(3), order=OTHER_ORDER))

    told = stocked.tell(reserve(line(1)))

    assert levels(told) == [(MUG, BERLIN, 2), (MUG, HAMBURG, 2)]


def test_an_order_that_cannot_have_all_of_its_lines_gets_none(stocked: Stockroom) -> None:
    told = stocked.tell(reserve(line(2), line(1, SHIRT, 2)))

    assert [(s.sku, s.wanted, s.available) for s in told.lines] == [(MUG, 2, 7), (SHIRT, 1, 0)]
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 0, 0)
    assert stocked.reservations() == []


def test_lines_that_share_a_sku_are_summed(stocked: Stockroom) -> None:
    told = stocked.tell(reserve(line(4), line(4, number=2)))

    assert [(s.wanted, s.available) for s in told.lines] == [(4, 7), (4, 7)]


def test_a_sku_that_nobody_knows_is_out_of_stock(stocked: Stockroom) -> None:
    told = stocked.tell(reserve(line(1, "NO-SUCH")))

    assert (type(told), told.lines[0].available) == (said.StockShort, 0)


def test_an_order_that_asks_twice_is_kept_once_and_answered_twice(stocked: Stockroom) -> None:
    first, again = stocked.tell(reserve(line(2))), stocked.tell(reserve(line(2)))

    assert first == again
    assert stocked.balances()[MUG, BERLIN] == (5, 2, 0, 0)


def test_a_commit_that_comes_twice_promises_once(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2)))

    first = stocked.tell(commit(at(BERLIN, 2)))
    again = stocked.tell(commit(at(BERLIN, 2)))

    assert first == again == said.StockCommitted(order_id=ORDER, round=1)
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 2, 0)


def test_a_plan_that_cannot_be_had_any_more_is_refused_with_what_there_is(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(2)), reserve(line(2), order=OTHER_ORDER))
    stocked.tell(commit(at(HAMBURG, 2), order=OTHER_ORDER))

    told = stocked.tell(commit(at(HAMBURG, 2)))

    assert isinstance(told, said.CommitRefused)
    assert told.placements == (at(BERLIN, 2),)
    assert levels(told) == [(MUG, BERLIN, 5), (MUG, HAMBURG, 0)]
    assert isinstance(stocked.tell(commit(at(BERLIN, 2), attempt=2)), said.StockCommitted)


def test_a_plan_that_was_refused_stays_refused_when_goods_have_become_free(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(2)), reserve(line(2), order=OTHER_ORDER))
    stocked.tell(commit(at(HAMBURG, 2), order=OTHER_ORDER))
    first = stocked.tell(commit(at(HAMBURG, 2)))
    stocked.tell(release(order=OTHER_ORDER))

    again = stocked.tell(commit(at(HAMBURG, 2)))
    new = stocked.tell(commit(at(HAMBURG, 2), attempt=2))

    assert isinstance(first, said.CommitRefused)
    assert isinstance(again, said.CommitRefused)
    assert new == said.StockCommitted(order_id=ORDER, round=1, attempt=2)
    assert stocked.balances()[MUG, HAMBURG][2] == 2


def test_an_order_that_never_reserved_cannot_commit(stocked: Stockroom) -> None:
    assert isinstance(stocked.tell(commit(at(BERLIN, 1))), said.StockShort)


@pytest.mark.parametrize("far", [(), (commit(at(BERLIN, 2)),)])
def test_a_canceled_order_gives_its_goods_back(stocked: Stockroom, far: tuple) -> None:
    stocked.tell(reserve(line(2)), *far)

    told = stocked.tell(release())

    assert told.release_id == ORDER
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 0, 0)
    assert stocked.tell(release()) == told


def test_a_release_of_what_was_never_reserved_is_accepted_and_lasts(stocked: Stockroom) -> None:
    assert isinstance(stocked.tell(release()), said.StockReleased)

    assert isinstance(stocked.tell(reserve(line(1))), said.StockShort)
    assert isinstance(stocked.tell(commit(at(BERLIN, 1))), said.StockShort)
    assert isinstance(stocked.tell(replace(at(BERLIN, 1))), said.StockShort)
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 0, 0)


def test_a_commit_that_comes_after_expiry_and_release_keeps_nothing(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2), until=NOW))
    stocked.expire()
    stocked.tell(release())

    told = stocked.tell(commit(at(BERLIN, 2)))

    assert isinstance(told, said.StockShort)
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 0, 0)
    assert [r.state for r in stocked.reservations()] == ["released"]


def test_some_lines_are_released_once_however_often_it_is_asked(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(3)), commit(at(BERLIN, 3)))

    stocked.tell(release(at(BERLIN, 1), release_id="edit-1"))
    stocked.tell(release(at(BERLIN, 1), release_id="edit-1"))
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 2, 0)

    stocked.tell(release(at(BERLIN, 1), release_id="edit-2"))
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 1, 0)


def test_what_nobody_paid_in_time_can_be_sold_again(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(5), until=NOW + timedelta(hours=1)))

    assert stocked.expire(timedelta(minutes=59)) == []
    told = stocked.expire(timedelta(minutes=1))

    assert [(t.order_id, t.release_id) for t in told] == [(ORDER, "expired")]
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 0, 0)
    assert stocked.expire(timedelta(days=1)) == []


def test_what_is_promised_never_expires(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2)), commit(at(BERLIN, 2)))

    assert stocked.expire(timedelta(days=365)) == []


def test_a_buyer_need_not_wait_for_the_timer_to_get_what_has_expired(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(7), order=OTHER_ORDER, until=NOW))

    told = stocked.tell(reserve(line(3)))

    assert [type(m) for m in stocked.work.sent] == [said.StockReleased, said.StockReserved]
    assert told.placements == (at(BERLIN, 3),)
    assert stocked.balances()[MUG, BERLIN] == (5, 3, 0, 0)


def test_what_has_expired_stays_kept_while_there_is_enough_for_everybody(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(1), order=OTHER_ORDER, until=NOW))

    stocked.tell(reserve(line(3)))

    assert stocked.balances()[MUG, BERLIN] == (5, 4, 0, 0)


def test_an_order_paid_at_the_last_moment_gets_its_goods_if_they_are_still_there(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(2), until=NOW))
    stocked.expire()

    assert isinstance(stocked.tell(commit(at(BERLIN, 2))), said.StockCommitted)
    assert stocked.balances()[MUG, BERLIN] == (5, 0, 2, 0)


def test_an_order_paid_too_late_does_not_take_what_others_hold(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2), until=NOW))
    stocked.expire()
    stocked.tell(reserve(line(7), order=OTHER_ORDER))

    assert isinstance(stocked.tell(commit(at(BERLIN, 2))), said.StockShort)
    assert stocked.balances()[MUG, BERLIN] == (5, 5, 0, 0)


def test_an_expired_order_may_reserve_again_until_a_later_time(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2), until=NOW))
    stocked.expire()

    stocked.tell(reserve(line(2), until=LATER))

    assert [(r.state, r.expires_at) for r in stocked.reservations()] == [("active", LATER)]
