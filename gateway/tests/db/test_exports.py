"""Exports write what their asker may see, each thing once, whatever dies meanwhile."""

from typing import Any

import pytest

from chassis.ask import Unavailable
from contracts import orders
from contracts.values import Address, Customer
from gateway.caller import Caller
from gateway.jobs import exporting, exports, order_table, said
from gateway.jobs.ledger import Ledger, Lost
from gateway.people.roles import EVERYTHING, Grant
from gateway.tests.builders import NOW, example
from gateway.tests.job_trial import AN_ORDER, IDS, Trial, with_
from gateway.tests.shelf import BERLIN, HAMBURG, Shelf, a_sku

HOME = Address(name="=Ann", line1="Main Street 1", city="Berlin", country="DE", phone="+49 30")


def an_order(order_id: str, currency: str = "EUR", **more: Any) -> orders.Order:
    """An order of two lines."""
    given = {
        "order_id": order_id, "number": int(order_id[4:]), "currency": currency, "total": 1999,
        "owed": -5, "captured": 2004, "ship_to": HOME, "placed_at": NOW,
        "customer": Customer(name="=Ann", email="ann@example.com"),
        "lines": tuple(
            example(orders.OrderLine, sku=sku, ordered=2, unit_price=999, discount=0, tax=160)
            for sku in ("MUG", "TEE")
        ),
        "fulfillments": (
            example(orders.OrderFulfillment, tracking_numbers=("T1", "T2")),
        ),
    }  # fmt: skip
    return with_(AN_ORDER, **given, **more)


def lists(trial: Trial, *pages: tuple[str, ...], **more: Any) -> None:
    """Let there be these orders."""
    trial.finds(*pages)
    trial.services.answers["orders.get_many"] = lambda asked: orders.Orders(
        orders=tuple(an_order(one, **more) for one in reversed(asked.order_ids))
    )


def exported(trial: Trial, kind: str, caller: Caller | None = None, **more: Any) -> Any:
    job_id = trial.starts(f"export_{kind}", caller, order_ids=(), **more)
    trial.works()
    job = trial.job(job_id)
    assert (job.state, job.problem, job.allowed) == ("done", "", ("file",)), job
    return job


def test_an_order_is_a_row_for_each_line_with_amounts_as_its_currency_writes_them(
    trial: Trial,
) -> None:
    lists(trial, IDS[1:2])
    job = exported(trial, "orders", filter={"channel": "web"})

    head, *rows = trial.file(job.job_id)
    named = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["sku"] for row in named] == ["MUG", "TEE"]
    first = named[0]
    assert (first["unit_price"], first["line_tax"], first["owed"]) == ("9.99", "1.60", "-0.05")
    assert (first["customer_name"], first["ship_phone"]) == ("=Ann", "+49 30")
    assert (first["placed_at"], first["quantity"]) == ("2026-03-02T09:30:00+00:00", "2")
    assert first["tracking_numbers"] == "T1 T2"
    whole = b"".join(trial.files.read(job.job_id)).decode()
    assert whole.startswith("\ufeffnumber,order_id,")
    assert "'=Ann" in whole
    assert ",-0.05," in whole


@pytest.mark.parametrize(("currency", "price"), [("EUR", "9.99"), ("JPY", "999"), ("KWD", "0.999")])
def test_a_currency_has_its_own_number_of_digits(currency: str, price: str) -> None:
    row = next(order_table.rows(an_order(IDS[1], currency)))

    at = order_table.COLUMNS.index("unit_price")
    assert str(row[at]) == price
    assert len(row) == len(order_table.COLUMNS)


def test_orders_come_in_the_order_of_the_list_page_by_page_with_its_filter(trial: Trial) -> None:
    lists(trial, IDS[:2], (), IDS[2:5])
    job = exported(trial, "orders", filter={"channel": "web", "text": "ann"})

    written = [row[1] for row in trial.file(job.job_id)[1:]]
    assert written == [one for one in IDS[:5] for _ in range(2)]
    assert (job.total, job.done) == (5, 5)
    asked = [heard.asked for heard in trial.services.heard if heard.name == "orders.find"]
    assert {(one.channel, one.text) for one in asked} == {("web", "ann")}


def test_nothing_found_is_a_file_with_its_columns(trial: Trial) -> None:
    lists(trial, ())
    job = exported(trial, "orders", filter={})

    assert trial.file(job.job_id) == [list(order_table.COLUMNS)]


def test_a_worker_that_dies_leaves_no_order_out_and_writes_none_twice(trial: Trial) -> None:
    lists(trial, *(IDS[at : at + 10] for at in range(0, 60, 10)))
    job_id = trial.starts("export_orders", filter={}, order_ids=())
    whole: Any = trial.services.answers["orders.get_many"]
    deaths = iter([SystemExit])

    def dies(asked: Any) -> Any:
        if IDS[30] in asked.order_ids and next(deaths, None):
            raise SystemExit
        return whole(asked)

    trial.services.answers["orders.get_many"] = dies
    with pytest.raises(SystemExit):
        trial.works()
    assert (trial.job(job_id).state, trial.job(job_id).done) == ("running", 30)
    assert "file" not in trial.job(job_id).allowed
    trial.worker = trial.another_worker()
    trial.time.passes(seconds=31)
    trial.works()

    written = [row[1] for row in trial.file(job_id)[1:]]
    assert written == [one for one in IDS for _ in range(2)]


def test_a_worker_that_was_too_slow_writes_nothing_when_another_has_the_job(trial: Trial) -> None:
    lists(trial, IDS[:2])
    job_id = trial.starts("export_orders", filter={}, order_ids=())
    slow = Ledger(trial.engine).take(trial.time.now)
    assert slow is not None
    trial.time.passes(seconds=31)
    trial.works()

    with pytest.raises(Lost):
        trial.files.write(slow, b"x", 1, "", trial.time.now, last=True)

    assert (trial.job(job_id).total, len(trial.file(job_id))) == (2, 5)


def test_a_canceled_export_leaves_no_file(trial: Trial) -> None:
    lists(trial, IDS[:2], IDS[2:4])
    job_id = trial.starts("export_orders", filter={}, order_ids=())
    whole: Any = trial.services.answers["orders.get_many"]

    def canceled_meanwhile(asked: Any) -> Any:
        if IDS[0] in asked.order_ids:
            trial.desk.cancel(said.AboutJob(job_id=job_id), trial.caller)
        return whole(asked)

    trial.services.answers["orders.get_many"] = canceled_meanwhile
    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.done, job.allowed) == ("canceled", 2, ())
    assert list(trial.files.read(job_id)) == []


def test_a_service_that_is_away_is_asked_again(trial: Trial) -> None:
    lists(trial, IDS[:2])
    whole = trial.services.answers["orders.get_many"]
    trial.services.answers["orders.get_many"] = Unavailable("orders", "no answer in 10 s")
    job_id = trial.starts("export_orders", filter={}, order_ids=())
    trial.works()
    assert trial.job(job_id).state == "running"

    trial.services.answers["orders.get_many"] = whole
    trial.time.passes(seconds=5)
    trial.works()

    assert trial.job(job_id).state == "done"


@pytest.mark.parametrize("limit", [{"MOST_THINGS": 3}, {"MOST_BYTES": 500}])
def test_a_file_that_becomes_too_large_is_refused_and_not_kept(
    limit: dict[str, int], trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in limit.items():
        monkeypatch.setattr(exporting, name, value)
    lists(trial, IDS[:2], IDS[2:4])
    job_id = trial.starts("export_orders", filter={}, order_ids=())
    trial.works()

    assert (trial.job(job_id).state, trial.job(job_id).allowed) == ("failed", ())
    assert "narrow it" in trial.job(job_id).problem
    assert list(trial.files.read(job_id)) == []


def test_only_orders_of_ones_own_channels_are_written(trial: Trial) -> None:
    user = trial.users.add(
        "ann@example.com", "Ann", (Grant(role="order_manager", channels=("web",)),)
    )
    lists(trial, IDS[:1])
    ann = Caller(user.user_id, "person:ann@example.com", EVERYTHING)
    exported(trial, "orders", ann, filter={})

    find = next(heard.asked for heard in trial.services.heard if heard.name == "orders.find")
    assert find.channels == ("web",)


def test_who_may_not_see_orders_any_more_gets_no_file(trial: Trial) -> None:
    user = trial.users.add("ann@example.com", "Ann", (Grant(role="picker"),))
    ann = Caller(user.user_id, "person:ann@example.com", EVERYTHING)
    job_id = trial.starts("export_orders", ann, filter={}, order_ids=())
    trial.works()

    assert (trial.job(job_id).state, "orders.read" in trial.job(job_id).problem) == ("failed", True)
    assert list(trial.files.read(job_id)) == []


def test_stock_is_a_row_for_each_warehouse_within_ones_bounds(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SKUS", 1)
    shelf = Shelf(trial.services)
    shelf.put(a_sku("MUG"), berlin=10, hamburg=2)
    shelf.put(a_sku("TEE"), berlin=5)
    shelf.move("TEE", 0, reserved=2)

    everywhere = exported(trial, "stock", skus={})
    user = trial.users.add("ann@example.com", "Ann", (Grant(role="buyer", warehouses=(HAMBURG,)),))
    ann = Caller(user.user_id, "person:ann@example.com", EVERYTHING)
    there = exported(trial, "stock", ann, skus={"text": "M"})

    assert [row[:8] for row in trial.file(everywhere.job_id)[1:]] == [
        ["MUG", "MUG", BERLIN, "10", "0", "0", "0", "10"],
        ["MUG", "MUG", HAMBURG, "2", "0", "0", "0", "2"],
        ["TEE", "TEE", BERLIN, "5", "2", "0", "0", "3"],
    ]
    assert [row[2:4] for row in trial.file(there.job_id)[1:]] == [[HAMBURG, "2"]]
