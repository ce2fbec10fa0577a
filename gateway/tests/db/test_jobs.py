"""Jobs do each row once, whatever dies or is away meanwhile, and tell what became of each."""

from typing import Any

import pytest

from chassis.ask import Broken, Unavailable
from chassis.errors import IllegalMove
from contracts import orders
from gateway.jobs import ledger, worker
from gateway.tests.builders import example
from gateway.tests.job_trial import AN_ORDER, IDS, Trial, with_


def test_a_job_acts_once_on_each_order_and_tells_what_became_of_it(trial: Trial) -> None:
    job_id = trial.starts(order_ids=(*IDS, *IDS[:5]))
    assert (trial.job(job_id).state, trial.job(job_id).total) == ("queued", 60)

    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.total, job.done, job.failed) == ("done", 60, 60, 0)
    assert job.ended_at is not None
    assert [heard.asked.order_id for heard in trial.acted()] == list(IDS)
    assert {heard.asked.add for heard in trial.acted()} == {("vip",)}
    assert {heard.actor for heard in trial.acted()} == {"key:shop"}
    assert {row.outcome for row in trial.rows(job_id)} == {"done"}


def test_the_rows_are_what_the_filter_finds_when_the_job_begins_page_by_page(trial: Trial) -> None:
    trial.finds(IDS[:2], (), IDS[2:5])  # a page may be short, and yet have a next
    job_id = trial.starts(filter={"channel": "web"})
    assert not trial.job(job_id).counted

    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.total, job.done, job.counted) == ("done", 5, 5, True)
    assert [row.label for row in trial.rows(job_id)][:2] == ["#1000", "#1001"]
    asked = [heard.asked for heard in trial.services.heard if heard.name == "orders.find"]
    assert {one.channel for one in asked} == {"web"}


def test_a_filter_that_finds_too_much_is_refused_and_nothing_is_done(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MOST_ROWS", 4)
    trial.finds(IDS[:2], IDS[2:5])
    job_id = trial.starts(filter={})

    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.total) == ("failed", 0)
    assert "narrow it" in job.problem
    assert trial.acted() == []
    assert trial.rows(job_id) == ()


def test_a_refusal_fails_its_row_alone_with_the_reason(trial: Trial) -> None:
    def answer(asked: orders.CancelOrder) -> orders.Order:
        if asked.order_id == IDS[1]:
            raise IllegalMove("order", asked.order_id, "completed", "canceled")
        return AN_ORDER

    trial.services.answers["orders.cancel"] = answer
    job_id = trial.starts("cancel", reason="sold out")

    trial.works()

    assert (trial.job(job_id).state, trial.job(job_id).done, trial.job(job_id).failed) == (
        "done", 2, 1,
    )  # fmt: skip
    (row,) = trial.rows(job_id, "failed")
    assert row.problem is not None
    assert (row.subject, row.problem.type) == (IDS[1], "/problems/illegal-move")
    assert "is completed" in row.problem.detail


def test_who_takes_up_the_job_of_a_dead_worker_asks_the_same_under_the_same_ids(
    trial: Trial,
) -> None:
    job_id = trial.starts(order_ids=IDS)
    deaths = iter([SystemExit])

    def dies(asked: Any) -> Any:
        if asked.order_id == IDS[30] and next(deaths, None):
            raise SystemExit
        return AN_ORDER

    trial.services.answers["orders.tag"] = dies
    with pytest.raises(SystemExit):
        trial.works()
    before = {heard.asked.order_id: heard.request_id for heard in trial.acted()}
    assert (trial.job(job_id).done, len(before)) == (25, 31)
    trial.worker = trial.another_worker()
    assert not trial.worker.work()  # the lease of the dead one holds

    trial.time.passes(seconds=31)
    trial.works()

    assert (trial.job(job_id).state, trial.job(job_id).done) == ("done", 60)
    ids: dict[str, set[str]] = {}
    for heard in trial.acted():
        ids.setdefault(heard.asked.order_id, set()).add(heard.request_id)
    assert all(len(of_one) == 1 for of_one in ids.values())
    assert len({identity for of_one in ids.values() for identity in of_one}) == 60
    assert ids.keys() == set(IDS)


def test_a_worker_that_was_too_slow_writes_nothing_when_another_has_the_job(trial: Trial) -> None:
    job_id = trial.starts(order_ids=IDS)
    slow = ledger.Ledger(trial.engine)
    held = slow.take(trial.time.now)
    assert held is not None
    rows = slow.claim(held, 5, trial.time.now)
    trial.time.passes(seconds=31)
    trial.worker.work()  # the rows that the slow one has begun

    rows[0].answered = True
    with pytest.raises(ledger.Lost):
        slow.conclude(held, rows, trial.time.now, trial.time.now)

    assert (trial.job(job_id).state, trial.job(job_id).done) == ("running", 5)


def test_releasing_lets_go_of_the_holds_that_were_there_also_when_it_is_done_again(
    trial: Trial,
) -> None:
    holds = [f"hol_{number:026d}" for number in range(2)]
    order = example(orders.Order)
    there = [example(orders.Hold, hold_id=one) for one in holds]
    trial.services.answers["orders.get"] = lambda asked: (
        order if asked.order_id == IDS[2] else with_(order, holds=tuple(there))
    )

    def released(asked: orders.ReleaseHold) -> orders.Order:
        if asked.order_id == IDS[1] and asked.hold_id == holds[1] and len(there) == 2:
            there.pop(0)  # it is gone, and the next answer is lost
            raise Unavailable("orders", "no answer in 10 s")
        return order

    trial.services.answers["orders.release"] = released
    job_id = trial.starts("release", reason="paid")
    trial.works()
    assert trial.job(job_id).state == "running"
    trial.time.passes(seconds=5)
    trial.works()

    assert [row.outcome for row in trial.rows(job_id)] == ["done", "done", "nothing_to_do"]
    of_second = [h for h in trial.acted() if h.asked.order_id == IDS[1]]
    assert [h.asked.hold_id for h in of_second] == [*holds, *holds]
    assert len({h.request_id for h in of_second}) == 2


def test_retrying_asks_for_each_stuck_step_and_for_no_other(trial: Trial) -> None:
    step: dict[str, Any] = {"saga": "order", "step": "pay"}
    journey = (
        orders.JourneyStep(run_id="a", phase="waiting", **step),
        orders.JourneyStep(run_id="b", phase="forward", **step),
        orders.JourneyStep(run_id="c", phase="forward", problem="no answer", **step),
        orders.JourneyStep(run_id="d", phase="done", problem="once", **step),
    )
    trial.services.answers["orders.get"] = with_(example(orders.Order), journey=journey)
    job_id = trial.starts("retry", order_ids=IDS[:1], reason="the provider is back")

    trial.works()

    assert trial.job(job_id).done == 1
    asked = [(h.asked.run_id, h.asked.decision) for h in trial.acted()]
    assert asked == [("a", "retry"), ("c", "retry")]


def test_a_service_that_is_away_is_asked_again_with_growing_pauses(trial: Trial) -> None:
    trial.services.answers["orders.tag"] = Unavailable("orders", "no answer in 10 s")
    job_id = trial.starts()
    asked = []
    for _ in range(40):
        trial.works()
        asked.append(len(trial.acted()))
        trial.time.passes(seconds=5)
    assert trial.job(job_id).state == "running"
    assert len(set(asked)) < 15  # not at each look

    del trial.services.answers["orders.tag"]
    trial.time.passes(seconds=60)
    trial.works()

    assert (trial.job(job_id).state, trial.job(job_id).done) == ("done", 3)


def test_a_row_over_which_a_service_breaks_does_not_keep_the_others(trial: Trial) -> None:
    def answer(asked: Any) -> Any:
        if asked.order_id == IDS[0]:
            raise Broken("orders", "something is broken there")
        return AN_ORDER

    trial.services.answers["orders.tag"] = answer
    job_id = trial.starts()
    trial.works()
    assert trial.job(job_id).done == 2

    for _ in range(10):
        trial.time.passes(seconds=61)
        trial.works()

    assert (trial.job(job_id).state, trial.job(job_id).failed) == ("done", 1)
    (row,) = trial.rows(job_id, "failed")
    assert row.problem is not None
    assert row.problem.code == "unknown"


def test_what_services_may_have_forgotten_is_not_asked_again(trial: Trial) -> None:
    trial.services.answers["orders.tag"] = Unavailable("orders", "no answer in 10 s")
    job_id = trial.starts()
    trial.works()
    asked = len(trial.acted())

    trial.time.passes(days=4)
    trial.works()

    assert len(trial.acted()) == asked
    assert {row.problem and row.problem.code for row in trial.rows(job_id)} == {"unknown"}
