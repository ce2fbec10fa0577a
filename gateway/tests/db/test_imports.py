"""Files of SKUs and counted stock change nothing before they are confirmed, and each row once."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.ask import Unavailable
from chassis.errors import IllegalMove, NotFound
from contracts.inventory import WarehouseStock
from gateway.caller import Caller
from gateway.jobs import importing, said
from gateway.people.roles import EVERYTHING, Grant
from gateway.tests.job_trial import Trial
from gateway.tests.shelf import BERLIN, HAMBURG, Shelf, a_sku

NEW = "sku,name,length_mm,width_mm,height_mm,weight_g\n"


@pytest.fixture
def shelf(trial: Trial) -> Shelf:
    shelf = Shelf(trial.services)
    shelf.put(a_sku("MUG", barcodes=("111",)), berlin=10)
    shelf.put(a_sku("TEE", barcodes=("222",)), berlin=5)
    return shelf


def problems(trial: Trial, job_id: str) -> list[tuple[int, str, str]]:
    rows = trial.rows(job_id, "failed")
    return [(row.number, row.problem.field, row.problem.detail) for row in rows if row.problem]


def changed(trial: Trial, job_id: str, state: str = "") -> list[list[tuple[str, str, str]]]:
    rows = trial.rows(job_id, state)
    return [[(one.field, one.before, one.after) for one in row.changes] for row in rows]


def test_nothing_is_changed_before_it_was_seen_and_confirmed(trial: Trial, shelf: Shelf) -> None:
    job_id = trial.imports("skus", f"{NEW}MUG,Big mug,100,80,50,300\nCUP,Cup,90,80,70,200\n")
    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.total, job.checked, job.done) == ("checked", 2, 2, 0)
    assert job.allowed == ("cancel", "confirm")
    assert changed(trial, job_id)[0] == [("name", "MUG", "Big mug")]
    assert ("name", "", "Cup") in changed(trial, job_id)[1]
    assert trial.acted() == []

    trial.confirms(job_id)
    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.checked, job.done, job.failed) == ("done", 0, 2, 0)
    assert shelf.views["MUG"].data == a_sku("MUG", name="Big mug", barcodes=("111",))
    assert shelf.views["CUP"].data.weight_g == 200


def test_only_columns_that_are_there_are_looked_at(trial: Trial, shelf: Shelf) -> None:
    job_id = trial.imports("skus", "weight_g;sku\n500;MUG\n300;TEE\n")
    trial.works()

    assert changed(trial, job_id, "checked") == [[("weight_g", "300", "500")]]
    assert [row.outcome for row in trial.rows(job_id, "done")] == ["nothing_to_do"]


@pytest.mark.parametrize(
    ("table", "text", "field", "told"),
    [
        ("skus", "sku,name\nCUP,Cup\n", "length_mm", "There is no SKU CUP yet; a new one needs"),
        ("skus", "sku,weight_g\nMUG,heavy\n", "weight_g", "'heavy' is no whole number"),
        ("skus", "sku,weight_g\nMUG,-5\n", "weight_g", "'-5' is no whole number"),
        ("skus", "sku,weight_g\nMUG,99999999\n", "weight_g", "It is '99999999'."),
        ("skus", "sku,length_mm\nMUG,0\n", "length_mm", "It is '0'."),
        ("skus", "sku,name\nMUG,\n", "name", "name"),
        ("skus", "sku,origin_country\nMUG,Germany\n", "origin_country", "It is 'Germany'."),
        ("skus", "sku,barcodes\nMUG,222\n", "barcodes", "SKU TEE has 222."),
        ("skus", "sku,barcodes\nMUG,4.00638E+12\n", "barcodes", "was rounded by a spreadsheet"),
        ("skus", "sku,barcodes\nMUG,ümlaut\n", "barcodes", "It is 'ümlaut'."),
        ("skus", "sku,name\n,Cup\n", "sku", "sku is missing"),
        ("skus", "sku,name\na  b,Cup\n", "sku", "'a  b' cannot be a SKU"),
        ("skus", "sku,name\nMUG,a,b\n", "", "The row has 3 cells, and there are 2 columns."),
        ("skus", f"sku,name\nMUG,{'a' * 4001}\n", "name", "has more than 4,000 letters"),
        ("stock", "sku,warehouse,counted\nCUP,berlin,1\n", "sku", "There is no SKU CUP"),
        ("stock", "sku,warehouse,counted\nMUG,mars,1\n", "warehouse", "no warehouse mars"),
        ("stock", "sku,warehouse,counted\nMUG,,1\n", "warehouse", "warehouse is missing"),
        ("stock", "sku,warehouse,counted\nMUG,berlin,1.5\n", "counted", "'1.5' is no whole"),
        ("stock", "sku,warehouse,counted\nMUG,berlin,2000000\n", "counted", "at most"),
        ("stock", "sku,warehouse,counted,on_hand\nMUG,berlin,9,8\n", "on_hand", "10 are on hand"),
        ("stock", f"sku,warehouse,counted,note\nMUG,berlin,9,{'a' * 256}\n", "note", "note has"),
    ],
)
def test_a_wrong_row_names_its_column_and_value(
    table: str, text: str, field: str, told: str, trial: Trial, shelf: Shelf
) -> None:
    job_id = trial.imports(table, text)
    trial.works()

    ((number, at, detail),) = problems(trial, job_id)
    assert (number, at) == (1, field)
    assert told in detail
    assert (trial.job(job_id).state, trial.job(job_id).allowed) == ("done", ("file",))
    assert trial.acted() == []


def test_the_second_row_about_the_same_is_refused(trial: Trial, shelf: Shelf) -> None:
    text = "sku,warehouse,counted\nMUG,berlin,1\n\nMUG,hamburg,2\nMUG,berlin,3\n"
    job_id = trial.imports("stock", text)
    trial.works()

    assert problems(trial, job_id) == [(4, "sku", "Row 2 is about the same.")]
    assert trial.job(job_id).checked == 2


def test_a_count_sets_what_is_on_hand_and_the_ledger_gets_the_difference(
    trial: Trial, shelf: Shelf
) -> None:
    text = "sku,warehouse,counted,note\nMUG,berlin,7,by Ann\nTEE,hamburg,2,\nTEE,berlin,,\n"
    job_id = trial.imports("stock", text)
    trial.works()
    assert changed(trial, job_id, "checked") == [
        [("on_hand", "10", "7")], [("on_hand", "0", "2")],
    ]  # fmt: skip

    trial.confirms(job_id)
    trial.works()

    assert shelf.on_hand("MUG") == 7
    assert (shelf.on_hand("TEE", HAMBURG), shelf.on_hand("TEE", BERLIN)) == (2, 5)
    asked = trial.acted()[0].asked
    assert (asked.change, asked.reason, asked.note) == (-3, "stock_take", "by Ann")


def test_a_count_takes_nothing_that_is_promised(trial: Trial, shelf: Shelf) -> None:
    shelf.move("MUG", 0, reserved=6)
    job_id = trial.imports("stock", "sku,warehouse,counted\nMUG,berlin,5\nTEE,berlin,0\n")
    trial.works()

    assert problems(trial, job_id) == [
        (1, "counted", "counted: 6 are promised or blocked, so it cannot be 5.")
    ]


def test_what_moved_after_the_check_is_refused_and_the_other_rows_go_on(
    trial: Trial, shelf: Shelf
) -> None:
    job_id = trial.imports("stock", "sku,warehouse,counted\nMUG,berlin,7\nTEE,berlin,6\n")
    trial.works()
    shelf.move("MUG", -1)

    trial.confirms(job_id)
    trial.works()

    assert (shelf.on_hand("MUG"), shelf.on_hand("TEE")) == (9, 6)
    assert [(number, at) for number, at, _ in problems(trial, job_id)] == [(1, "expected_on_hand")]
    assert (trial.job(job_id).done, trial.job(job_id).failed) == (1, 1)


def test_who_changes_a_sku_after_the_check_is_not_overwritten(trial: Trial, shelf: Shelf) -> None:
    job_id = trial.imports("skus", f"{NEW}MUG,A,100,80,50,300\nCUP,Cup,90,80,70,200\n")
    trial.works()
    shelf.put(a_sku("CUP", name="Another cup"))
    trial.confirms(job_id)
    trial.works()

    assert shelf.views["CUP"].data.name == "Another cup"
    assert [number for number, _, _ in problems(trial, job_id)] == [2]


def test_a_worker_that_dies_anywhere_leaves_each_row_done_once(trial: Trial, shelf: Shelf) -> None:
    for number in range(60):
        shelf.put(a_sku(f"S-{number:02}"), berlin=1)
    lines = "".join(f"S-{number:02},berlin,{number + 2}\n" for number in range(60))
    job_id = trial.imports("stock", f"sku,warehouse,counted\n{lines}")
    adjust: Any = trial.services.answers["inventory.adjust"]
    named: Any = trial.services.answers["inventory.get_skus"]
    deaths = iter(range(2))

    def dies_then(answer: Any, at: Any) -> Any:
        def act(asked: Any) -> WarehouseStock:
            done: WarehouseStock = answer(asked)
            if at(asked) and next(deaths, None) is not None:
                raise SystemExit  # after it was done, before anybody was told
            return done

        return act

    trial.services.answers["inventory.get_skus"] = dies_then(named, lambda _: True)
    with pytest.raises(SystemExit):
        trial.works()
    trial.services.answers["inventory.adjust"] = dies_then(adjust, lambda a: a.sku == "S-30")
    trial.services.answers["inventory.get_skus"] = named
    trial.worker = trial.another_worker()
    trial.time.passes(seconds=31)
    trial.works()
    assert trial.job(job_id).checked == 60
    trial.confirms(job_id)
    with pytest.raises(SystemExit):
        trial.works()

    trial.worker = trial.another_worker()
    trial.time.passes(seconds=31)
    trial.works()

    assert [shelf.on_hand(f"S-{number:02}") for number in range(60)] == list(range(2, 62))
    job = trial.job(job_id)
    assert (job.state, job.done, job.failed, job.checked) == ("done", 60, 0, 0)


def test_a_worker_that_dies_while_it_reads_goes_on_behind_the_last_page(
    trial: Trial, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PAGE", 10)
    lines = "".join(f"S-{number % 20:02},berlin,1\n\n" for number in range(25))
    job_id = trial.imports("stock", f"sku,warehouse,counted\n{lines}")

    def dies(_seconds: float) -> None:
        raise SystemExit

    trial.worker = trial.another_worker(dies)
    with pytest.raises(SystemExit):
        trial.worker.work()
    assert (trial.job(job_id).total, trial.job(job_id).counted) == (10, False)
    trial.worker = trial.another_worker()
    trial.time.passes(seconds=31)
    trial.works()

    assert (trial.job(job_id).total, trial.job(job_id).failed) == (25, 25)
    told = [detail for _, _, detail in problems(trial, job_id)]
    assert told[20:] == [f"Row {2 * number + 2} is about the same." for number in range(5)]


def test_a_file_with_too_many_rows_is_refused_as_a_whole(
    trial: Trial, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    monkeypatch.setattr(importing, "PAGE", 2)
    job_id = trial.imports("stock", "sku,warehouse,counted\n" + "MUG,berlin,1\n" * 3)
    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.total, job.failed) == ("failed", 0, 0)
    assert "cut it up" in job.problem
    assert list(trial.files.read(job_id)) == []


def test_an_inventory_that_is_away_is_asked_again(trial: Trial, shelf: Shelf) -> None:
    answers = trial.services.answers
    named, answers["inventory.get_skus"] = answers["inventory.get_skus"], Unavailable("a", "b")
    job_id = trial.imports("stock", "sku,warehouse,counted\nMUG,berlin,1\n")
    trial.works()
    assert trial.job(job_id).state == "running"

    answers["inventory.get_skus"] = named
    trial.time.passes(seconds=5)
    trial.works()

    assert trial.job(job_id).state == "checked"


def test_what_nobody_confirms_ends_by_itself(trial: Trial, shelf: Shelf) -> None:
    job_id = trial.imports("stock", "sku,warehouse,counted\nMUG,berlin,1\n")
    trial.works()
    trial.time.passes(days=7, seconds=1)
    trial.works()

    job = trial.job(job_id)
    assert (job.state, "Nobody has confirmed it" in job.problem) == ("canceled", True)
    with pytest.raises(IllegalMove):
        trial.confirms(job_id)
    assert trial.acted() == []


def test_an_import_that_waits_is_canceled_at_once(trial: Trial, shelf: Shelf) -> None:
    job_id = trial.imports("stock", "sku,warehouse,counted\nMUG,berlin,1\n")
    trial.works()

    assert trial.desk.cancel(said.AboutJob(job_id=job_id), trial.caller).state == "canceled"
    trial.works()
    assert shelf.on_hand("MUG") == 10


def test_only_who_brought_a_file_confirms_it(trial: Trial, shelf: Shelf) -> None:
    job_id = trial.imports("stock", "sku,warehouse,counted\nMUG,berlin,1\n")
    trial.works()
    admin = Caller("key_2", "key:admin", EVERYTHING)

    assert trial.desk.get(said.AboutJob(job_id=job_id), admin).allowed == ("cancel",)
    with pytest.raises(NotFound):
        trial.desk.confirm(said.AboutJob(job_id=job_id), admin)


def test_stock_of_other_warehouses_does_not_exist_for_who_has_some_only(
    trial: Trial, shelf: Shelf
) -> None:
    user = trial.users.add("ann@example.com", "Ann", (Grant(role="buyer", warehouses=(HAMBURG,)),))
    ann = Caller(user.user_id, "person:ann@example.com", EVERYTHING)
    text = "sku,warehouse,counted\nMUG,berlin,1\nMUG,hamburg,1\n"
    job_id = trial.imports("stock", text, ann)
    trial.works()

    assert problems(trial, job_id) == [(1, "warehouse", "There is no warehouse berlin.")]


def test_who_has_lost_a_warehouse_since_the_check_counts_nothing_there(
    trial: Trial, shelf: Shelf
) -> None:
    there = Grant(role="buyer", warehouses=(BERLIN, HAMBURG))
    user = trial.users.add("ann@example.com", "Ann", (there,))
    ann = Caller(user.user_id, "person:ann@example.com", EVERYTHING)
    text = "sku,warehouse,counted\nMUG,berlin,1\nMUG,hamburg,1\n"
    job_id = trial.imports("stock", text, ann)
    trial.works()
    with trial.engine.begin() as connection:
        connection.execute(
            sa.text("update users set grants = cast(:g as jsonb) where user_id = :u"),
            {"g": f'[{{"role": "buyer", "warehouses": ["{HAMBURG}"]}}]', "u": user.user_id},
        )

    trial.desk.confirm(said.AboutJob(job_id=job_id), ann)
    trial.works()

    assert (shelf.on_hand("MUG", BERLIN), shelf.on_hand("MUG", HAMBURG)) == (10, 1)
    assert problems(trial, job_id) == [(1, "warehouse", "There is no warehouse berlin.")]
