"""What was exported can be imported again as it is, and changes nothing."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.inventory import SkuData
from contracts.values import Dimensions
from gateway.jobs import sheet
from gateway.tests.job_trial import Trial
from gateway.tests.shelf import Shelf

LETTERS = st.characters(exclude_characters="\0", codec="utf-8")
SPICED = st.one_of(st.text("'=+-@\t;,\"\n", max_size=3), st.just(""))
NAMES = st.builds(str.__add__, SPICED, st.text(LETTERS, min_size=1, max_size=30))
SKUS = st.from_regex(r"[=+@'\-A-Za-zß;,\"]{1,6}( [A-Z0-9'=]{1,4})?", fullmatch=True)
CODES = st.from_regex(r"[=+@'\-A-Z0-9;,\"]{1,13}", fullmatch=True).filter(
    lambda code: "E+" not in code
)
SIDES = st.integers(1, 20_000)


@st.composite
def some_skus(draw: Any) -> list[SkuData]:
    names = draw(st.lists(SKUS, min_size=1, max_size=4, unique=True))
    codes = draw(st.lists(CODES, max_size=6, unique=True))
    return [
        SkuData(
            sku=name,
            name=draw(NAMES),
            dimensions=Dimensions(
                length_mm=draw(SIDES), width_mm=draw(SIDES), height_mm=draw(SIDES)
            ),
            weight_g=draw(st.integers(0, 10_000_000)),
            barcodes=tuple(codes[at :: len(names)]),
            hs_code=draw(st.from_regex(r"[0-9.]{0,8}", fullmatch=True)),
            origin_country=draw(st.sampled_from([None, "DE", "CN"])),
            customs_value=draw(st.integers(0, 10**12 - 1)),
        )
        for at, name in enumerate(names)
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(skus=some_skus(), on_hand=st.integers(0, 10**6))
def test_a_file_that_comes_back_unchanged_changes_nothing(
    skus: list[SkuData], on_hand: int, trial: Trial
) -> None:
    shelf = Shelf(trial.services)
    for sku in skus:
        shelf.put(sku, berlin=on_hand)

    for table, rows in (("skus", len(skus)), ("stock", len(skus))):
        out = trial.starts(f"export_{table}", skus={}, order_ids=())
        trial.works()
        back = trial.imports(table, b"".join(trial.files.read(out)).decode())
        trial.works()

        job = trial.job(back)
        assert (job.state, job.done, job.failed) == ("done", rows, 0), trial.rows(back)
        assert {row.outcome for row in trial.rows(back)} == {"nothing_to_do"}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(skus=some_skus())
def test_an_empty_shop_gets_the_same_skus_from_the_file_of_another(
    skus: list[SkuData], trial: Trial
) -> None:
    shelf = Shelf(trial.services)
    for sku in skus:
        shelf.put(sku)
    out = trial.starts("export_skus", skus={}, order_ids=())
    trial.works()
    shelf.views.clear()

    back = trial.imports("skus", b"".join(trial.files.read(out)).decode())
    trial.works()
    trial.confirms(back)
    trial.works()

    assert trial.job(back).failed == 0, trial.rows(back)
    assert {sku: view.data for sku, view in shelf.views.items()} == {one.sku: one for one in skus}


def test_an_apostrophe_before_a_formula_is_taken_off_once() -> None:
    (row,) = sheet.read([sheet.write([["'=1", "''=1", "'a", "="]]).encode()])

    assert row == ["'=1", "''=1", "'a", "="]
