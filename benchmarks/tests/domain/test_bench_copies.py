"""A copied order is its own order: whatever names it is new, and new in the same way everywhere."""

import re
from itertools import islice, pairwise

import pytest

from benchmarks import fates
from benchmarks.copies import FIRST, Copies, chunks
from benchmarks.fates import Made
from benchmarks.patterns import ID, Pattern, Table, _Cut, _second_of_id
from benchmarks.spread import people
from chassis.ids import new_id

ORDER, FULFILLMENT, OLD = new_id("ord"), new_id("ful"), new_id("ord")
SCAN, NUMBER = "0123456789abcdef0123456789abcdef", 900_000_001
MADE = Made("delivered", 1, True, NUMBER, "PATTERN-0001", ("BENCH-007",), ("SB90000001DE",), False)
ORDERS = Table("orders", "public", "orders", ("order_id", "data"), ("order_id",))
SCANS = Table("warehouse", "public", "fulfillment_orders", ("id", "data"), ("id",))
NOW = 1_800_000_000


@pytest.fixture
def pattern() -> Pattern:
    placed = _second_of_id(ORDER)
    told = (
        f'{ORDER}\t{{"name": "{fates.NAME}", "sku": "BENCH-007", "price": 900, "of": "{OLD}",'
        f' "number": {NUMBER}, "code": "PATTERN-0001", "at": "2026-01-02T03:04:05.678Z"}}'
    )
    pattern = Pattern(MADE, placed)
    cut = _Cut(MADE, {ORDER, FULFILLMENT}, pattern)
    assert cut.is_own(told)
    assert not cut.is_own(f"BENCH-007\t{OLD}\t2026-01-02 03:04:05+00")
    rows = [f"{FULFILLMENT}\t{ORDER} {SCAN} SB90000001DE {fates.POSTCODE}1"]
    pattern.blocks += [cut.block(ORDERS, [told]), cut.block(SCANS, rows)]
    return pattern


def copied(pattern: Pattern, service: str, table: Table, orders: int = 3) -> list[str]:
    copies = Copies([pattern], orders, 30, NOW)
    texts = [chunk[table].getvalue() for chunk in chunks(copies, service) if table in chunk]
    return "".join(texts).splitlines()


def test_each_copy_has_ids_of_its_own_that_fit_in_all_tables(pattern: Pattern) -> None:
    told, done = copied(pattern, "orders", ORDERS), copied(pattern, "warehouse", SCANS)

    ids = [re.findall(ID, row) for row in told]
    assert [other for _, other in ids] == [OLD] * 3
    assert len({first for first, _ in ids} - {ORDER}) == 3
    assert [row.split("\t")[1][:30] for row in done] == [first for first, _ in ids]
    assert len({row.split("\t")[0] for row in done} - {FULFILLMENT}) == 3
    assert sorted(first for first, _ in ids) == [first for first, _ in ids]  # in order of time


def test_what_names_an_order_is_replaced_and_nothing_else(pattern: Pattern) -> None:
    told, done = copied(pattern, "orders", ORDERS), copied(pattern, "warehouse", SCANS)

    for index, person in enumerate(people(3, NOW, 30, FIRST)):
        assert f'"name": "{person.name}", "sku": "{person.skus[0]}", "price": 900' in told[index]
        assert f'"number": {FIRST + index}, "code": "{person.external}"' in told[index]
        assert re.search(r'"at": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.678Z"', told[index])
        assert SCAN[12:] in done[index]
        assert SCAN not in done[index]
        assert done[index].endswith(f"GR{index:08}0DE {fates.POSTCODE}1")


def test_the_same_people_come_in_every_process_oldest_first() -> None:
    once, again = (list(islice(people(500, NOW, 30, FIRST), 500)) for _ in range(2))

    assert once == again
    assert len({person.fresh for person in once}) == 500
    ages = [NOW - person.placed_at for person in once]
    assert max(ages) <= 30 * 86_400 + 60
    assert all(older + 120 > younger for older, younger in pairwise(ages))
