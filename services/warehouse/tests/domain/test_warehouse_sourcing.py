"""Who sends what? Rules of sourcing, and what must hold whatever the stock is."""

from collections import Counter
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.warehouse.domain.building import Destination, Point, Warehouse
from services.warehouse.domain.sourcing import Plan, Shortfall, plan
from services.warehouse.tests.builders import MUG, SHIRT, a_line, a_warehouse, level

BERLIN, HAMBURG, VIENNA = Point(52.52, 13.41), Point(53.55, 9.99), Point(48.21, 16.37)
TO_POTSDAM = Destination("DE", Point(52.40, 13.06), exact=True)


def buildings(**points: Any) -> dict[str, Warehouse]:
    countries = {"VNA": "AT"}
    return {
        i: a_warehouse(
            i,
            country=countries.get(i, "DE"),
            latitude=point and point.latitude,
            longitude=point and point.longitude,
        )
        for i, point in points.items()
    }


def senders(planned: Any) -> list[str]:
    return [parcel.warehouse_id for parcel in planned.parcels]


def test_one_parcel_is_preferred_to_two_nearer_ones() -> None:
    two_mugs_and_a_shirt = [a_line(MUG, 2), a_line(SHIRT)]
    levels = [
        level("BER", MUG, 2),
        level("HAM", SHIRT, 1),
        level("VNA", MUG, 2),
        level("VNA", SHIRT, 1),
    ]
    known = buildings(BER=BERLIN, HAM=HAMBURG, VNA=VIENNA)

    planned = plan(two_mugs_and_a_shirt, levels, known, TO_POTSDAM)

    assert senders(planned) == ["VNA"]
    assert planned.decision == "One parcel from VNA: no other warehouse could send everything."


def test_of_two_that_could_send_everything_the_nearer_one_does() -> None:
    levels = [level("HAM", MUG, 9), level("BER", MUG, 1)]

    planned = plan([a_line()], levels, buildings(BER=BERLIN, HAM=HAMBURG), TO_POTSDAM)

    assert senders(planned) == ["BER"]
    assert planned.decision == (
        "One parcel from BER: 215 km nearer than HAM; both could send everything."
    )


def test_the_customers_country_comes_before_distance() -> None:
    to_passau = Destination("DE", Point(48.57, 13.46), exact=True)
    levels = [level("HAM", MUG, 1), level("VNA", MUG, 1)]

    planned = plan([a_line()], levels, buildings(HAM=HAMBURG, VNA=VIENNA), to_passau)

    assert senders(planned) == ["HAM"]
    assert "in the customer's country, unlike VNA" in planned.decision


def test_the_middle_of_a_country_says_nothing_about_distances_inside_it() -> None:
    somewhere_in_germany = Destination("DE", Point(53.5, 10.0))
    levels = [level("HAM", MUG, 1), level("BER", MUG, 5)]

    planned = plan([a_line()], levels, buildings(BER=BERLIN, HAM=HAMBURG), somewhere_in_germany)

    assert planned.decision == (
        "One parcel from BER: 4 more of these goods in stock than HAM; both could send everything."
    )


def test_the_middle_of_a_foreign_country_tells_which_warehouse_is_nearer() -> None:
    somewhere_in_hungary = Destination("HU", Point(47.2, 19.4))
    levels = [level("HAM", MUG, 9), level("VNA", MUG, 1)]

    planned = plan([a_line()], levels, buildings(HAM=HAMBURG, VNA=VIENNA), somewhere_in_hungary)

    assert senders(planned) == ["VNA"]


def test_where_one_distance_is_unknown_distance_decides_nothing() -> None:
    levels = [level("BER", MUG, 1), level("NEW", MUG, 5)]

    planned = plan([a_line()], levels, buildings(BER=BERLIN, NEW=None), TO_POTSDAM)

    assert senders(planned) == ["NEW"]


def test_what_nobody_can_send_alone_is_split_and_the_reason_is_told() -> None:
    levels = [level("BER", MUG, 2), level("HAM", MUG, 2), level("VNA", MUG, 1)]
    known = buildings(BER=BERLIN, HAM=HAMBURG, VNA=VIENNA)

    planned = plan([a_line(MUG, 3)], levels, known, TO_POTSDAM)

    assert [(p.warehouse_id, p.lines[0].quantity) for p in planned.parcels] == [
        ("BER", 2),
        ("HAM", 1),
    ]
    assert planned.decision == (
        "2 parcels, from BER and HAM: no warehouse could send everything alone."
        " Chosen because in the customer's country, unlike BER and VNA."
    )


def test_a_line_is_not_torn_apart_where_one_of_the_senders_has_all_of_it() -> None:
    lines = [a_line(MUG, 3), a_line(SHIRT)]
    levels = [level("BER", MUG, 1), level("BER", SHIRT, 1), level("HAM", MUG, 3)]

    planned = plan(lines, levels, buildings(BER=BERLIN, HAM=HAMBURG), TO_POTSDAM)

    sent = {
        p.warehouse_id: [(line.sku, line.quantity) for line in p.lines] for p in planned.parcels
    }
    assert sent == {"BER": [(SHIRT, 1)], "HAM": [(MUG, 3)]}


def test_a_closed_or_unknown_warehouse_sends_nothing() -> None:
    known = buildings(BER=BERLIN)
    known["BER"].active = False

    planned = plan([a_line()], [level("BER", MUG, 9), level("???", MUG, 9)], known, TO_POTSDAM)

    assert planned == Shortfall("MUG-1: 1 wanted, but the active warehouses have only 0.")


def test_an_order_without_lines_cannot_be_sent() -> None:
    assert plan([], [], {}, TO_POTSDAM) == Shortfall(
        "There is nothing to send: the order has no lines."
    )


def test_thirty_warehouses_with_one_piece_each_still_send_twenty() -> None:
    known = buildings(**{f"W{n}": BERLIN for n in range(30)})

    planned = plan([a_line(MUG, 20)], [level(i, MUG, 1) for i in known], known, TO_POTSDAM)

    assert len(planned.parcels) == 20


PLACES = ["BER", "HAM", "VNA", "NEW"]
LINES = st.lists(
    st.builds(a_line, st.sampled_from([MUG, SHIRT, "CAP"]), st.integers(1, 6)),
    min_size=1,
    max_size=5,
)
LEVELS = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from([MUG, SHIRT, "CAP"])), st.integers(0, 12)
)


@given(LINES, LEVELS)
def test_no_warehouse_ever_sends_more_than_it_has_and_every_line_is_sent_exactly(
    lines: Any, levels: Any
) -> None:
    planned = plan_for(lines, levels)
    if isinstance(planned, Shortfall):
        assert any(total(levels, sku) < n for sku, n in wanted(lines).items())
        return

    taken, sent = Counter(), Counter()
    for parcel in planned.parcels:
        assert parcel.lines
        for line in parcel.lines:
            taken[parcel.warehouse_id, line.sku] += line.quantity
            sent[line.line_id] += line.quantity
    assert sent == {line.line_id: line.quantity for line in lines}
    assert all(quantity <= levels[key] for key, quantity in taken.items())


@given(LINES, LEVELS)
def test_one_warehouse_sends_everything_whenever_one_can(lines: Any, levels: Any) -> None:
    planned = plan_for(lines, levels)

    able = [i for i in PLACES if all(levels.get((i, s), 0) >= n for s, n in wanted(lines).items())]
    assert (isinstance(planned, Plan) and len(planned.parcels) == 1) == bool(able)


@given(LINES, LEVELS, st.randoms(use_true_random=False))
def test_the_order_in_which_levels_are_told_makes_no_difference(
    lines: Any, levels: Any, chance: Random
) -> None:
    shuffled = list(levels.items())
    chance.shuffle(shuffled)

    assert plan_for(lines, dict(shuffled)) == plan_for(lines, levels)


def plan_for(lines: Any, levels: Any) -> Plan | Shortfall:
    known = buildings(BER=BERLIN, HAM=HAMBURG, VNA=VIENNA, NEW=None)
    return plan(lines, [level(i, sku, n) for (i, sku), n in levels.items()], known, TO_POTSDAM)


def wanted(lines: Any) -> Counter[str]:
    counts = Counter()
    for line in lines:
        counts[line.sku] += line.quantity
    return counts


def total(levels: Any, sku: str) -> int:
    return sum(n for (_, of), n in levels.items() if of == sku)
