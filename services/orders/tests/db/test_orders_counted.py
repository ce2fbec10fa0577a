"""Orders are found in whatever week they were placed, and views are counted up to a bound."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.orders import ChangeTags, CountOrders, FindOrders, OrderFilter
from contracts.values import Customer
from services.orders import finding, handlers
from services.orders.tests.builders import NOW, an_address
from services.orders.tests.db.conftest import Office
from services.orders.tests.db.test_orders_found import found, page_by_page
from services.orders.words import week_of

WEEK = timedelta(weeks=1)


def counted(office: Office, *views: Any) -> list[tuple[int, bool]]:
    asked = CountOrders(views=tuple(OrderFilter(**view) for view in views))
    return [(c.count, c.more) for c in office.ask(finding.count_orders, asked).counts]


def over_the_years(office: Office) -> list[str]:
    """Place an order in this week and in ever older ones; the newest comes first."""
    return [
        office.place(placed_at=NOW - weeks * WEEK, tags=("vip",)).order_id
        for weeks in (0, 1, 2, 3, 9, 10, 40, 41, 150, 700)
    ]


def test_words_and_tags_are_found_in_every_week_newest_first(office: Office) -> None:
    placed = over_the_years(office)

    assert found(office, text="ann") == placed
    assert found(office, tag="vip") == placed
    assert page_by_page(office, text="smi", tag="vip") == placed
    assert found(office, text="ann", limit=3) == placed[:3]


def test_a_search_between_two_times_finds_no_others(office: Office) -> None:
    placed = over_the_years(office)

    assert found(office, text="ann", placed_from=NOW - 9 * WEEK) == placed[:5]
    assert found(office, text="ann", placed_to=NOW - 9 * WEEK) == placed[5:]
    assert found(office, tag="vip", placed_from=NOW + WEEK, placed_to=NOW) == []


def test_a_search_with_a_status_finds_older_orders_when_newer_ones_have_another(
    office: Office,
) -> None:
    placed = over_the_years(office)
    for order_id in placed[-2:]:
        with office.batch(FindOrders()) as (orders, _):
            orders.get(order_id).cancel("no")

    assert found(office, text="ann", status="canceled") == placed[-2:]
    assert page_by_page(office, text="ann", status="pending") == placed[:-2]


def test_a_page_ends_where_enough_was_looked_at_and_the_next_goes_on_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FIRST_LOOK", 1)
    monkeypatch.setattr(finding, "LOOKED_AT", 4)
    placed = over_the_years(office)
    for order_id in placed[-2:]:
        with office.batch(FindOrders()) as (orders, _):
            orders.get(order_id).cancel("no")

    first = office.ask(finding.find_orders, FindOrders(text="ann", status="canceled", limit=2))

    assert (first.orders, bool(first.next)) == ((), True)
    assert page_by_page(office, text="ann", status="canceled") == placed[-2:]
    assert page_by_page(office, text="ann", status="pending") == placed[:-2]


def test_an_order_of_an_impossible_time_is_found_all_the_same(office: Office) -> None:
    early = office.place(placed_at=datetime(1601, 1, 1, tzinfo=UTC)).order_id
    late = office.place(placed_at=datetime(9990, 1, 1, tzinfo=UTC)).order_id

    assert found(office, text="ann") == [late, early]
    assert week_of(datetime(1970, 1, 11, 23, tzinfo=UTC)) == 0
    assert week_of(datetime(1970, 1, 12, tzinfo=UTC)) == 1


def test_each_view_is_counted_by_the_same_filters_as_the_list(office: Office) -> None:
    placed = over_the_years(office)
    zoe = Customer(email="zoe@elsewhere.org", name="Zoe")
    office.place(channel="my-shop", customer=zoe, ship_to=an_address("Zoe", postcode="20095"))
    office.do(handlers.change_tags, ChangeTags(order_id=placed[0], remove=("vip",)))

    assert counted(
        office, {}, {"text": "zoe"}, {"tag": "vip"}, {"channel": "my-shop"},
        {"status": "completed"}, {"tag": "vip", "placed_from": NOW - 3 * WEEK},
    ) == [(11, False), (1, False), (9, False), (1, False), (0, False), (3, False)]  # fmt: skip


def test_a_count_ends_at_its_bound_and_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_the_years(office)
    for most, told in ((9, (9, True)), (10, (10, False))):
        monkeypatch.setattr(finding, "MOST_COUNTED", most)

        assert counted(office, {}, {"text": "ann"}, {"status": "pending"}) == [told] * 3


def test_without_any_order_nothing_is_found_or_counted(office: Office) -> None:
    assert found(office, text="ann") == []
    assert counted(office, {}, {"text": "ann"}) == [(0, False), (0, False)]


def test_who_may_see_some_channels_counts_orders_of_those_only(office: Office) -> None:
    office.place(tags=("vip",))
    for number in range(2):
        office.place(channel="my-shop", channel_order_id=f"{number}", tags=("vip",))
    views = (OrderFilter(), OrderFilter(tag="vip"), OrderFilter(channel="api"))

    asked = CountOrders(views=views, channels=("my-shop",))
    counts = office.ask(finding.count_orders, asked).counts

    assert [c.count for c in counts] == [2, 2, 0]
