"""Jobs are canceled, take turns, and do only what their askers may do at that moment."""

import pytest
import sqlalchemy as sa

from chassis.ask import Unavailable
from chassis.errors import IllegalMove, NotFound, Refused
from contracts import orders
from gateway.caller import Caller
from gateway.jobs import said
from gateway.people.roles import EVERYTHING, Grant
from gateway.tests.job_trial import IDS, Trial


def test_a_canceled_job_begins_nothing_more_and_ends_what_was_begun(trial: Trial) -> None:
    job_id = trial.starts(order_ids=IDS)
    trial.worker.work()

    asked = trial.desk.cancel(said.AboutJob(job_id=job_id), trial.caller)
    assert (asked.state, asked.canceling) == ("running", True)
    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.done, job.canceling) == ("canceled", 25, False)
    assert len(trial.acted()) == 25
    with pytest.raises(IllegalMove):
        trial.desk.cancel(said.AboutJob(job_id=job_id), trial.caller)


def test_rows_that_were_begun_get_their_answer_though_the_job_was_canceled(trial: Trial) -> None:
    job_id = trial.starts()
    trial.services.answers["orders.tag"] = Unavailable("orders", "no answer in 10 s")
    trial.works()
    trial.desk.cancel(said.AboutJob(job_id=job_id), trial.caller)
    del trial.services.answers["orders.tag"]

    trial.works()

    assert (trial.job(job_id).state, trial.job(job_id).done) == ("canceled", 3)


def test_a_job_that_was_not_begun_is_canceled_at_once(trial: Trial) -> None:
    job_id = trial.starts()

    assert trial.desk.cancel(said.AboutJob(job_id=job_id), trial.caller).state == "canceled"

    trial.works()
    assert trial.acted() == []


def test_a_key_that_is_revoked_meanwhile_does_no_more(trial: Trial) -> None:
    job_id = trial.starts(order_ids=IDS)
    trial.worker.work()

    trial.keys.revoke("shop")
    trial.works()

    job = trial.job(job_id)
    assert (job.state, job.done) == ("failed", 25)
    assert "revoked" in job.problem


def test_a_person_who_has_lost_the_role_does_no_more(trial: Trial) -> None:
    trial.users.add("admin@example.com", "Admin", (Grant(role="admin"),))
    user = trial.users.add("ann@example.com", "Ann", (Grant(role="order_manager"),))
    ann = Caller(user.user_id, "person:ann@example.com", EVERYTHING)
    job_id = trial.starts(caller=ann, order_ids=IDS)
    trial.worker.work()
    assert {heard.actor for heard in trial.acted()} == {"person:ann@example.com"}

    with trial.engine.begin() as connection:
        connection.execute(
            sa.text("update users set grants = cast(:g as jsonb) where user_id = :u"),
            {"g": '[{"role": "picker"}]', "u": user.user_id},
        )
    trial.works()

    assert (trial.job(job_id).state, trial.job(job_id).done) == ("failed", 25)
    assert "orders.write" in trial.job(job_id).problem


def test_orders_of_other_channels_do_not_exist_for_who_may_see_some_only(trial: Trial) -> None:
    grants = (Grant(role="order_manager", channels=("web",)),)
    user = trial.users.add("ann@example.com", "Ann", grants)
    trial.services.answers["orders.origins"] = lambda asked: orders.Origins(
        origins=tuple(
            orders.Origin(order_id=one, channel="web" if one == IDS[0] else "till")
            for one in asked.order_ids
        )
    )
    trial.finds(IDS[:2])
    ann = Caller(user.user_id, "person:ann@example.com", EVERYTHING)

    job_id = trial.starts(caller=ann, filter={})
    trial.works()

    find = next(h.asked for h in trial.services.heard if h.name == "orders.find")
    assert find.channels == ("web",)
    assert [heard.asked.order_id for heard in trial.acted()] == [IDS[0]]
    (row,) = trial.rows(job_id, "failed")
    assert row.problem is not None
    assert row.problem.type == "/problems/not-found"


def test_jobs_have_their_turn_one_after_the_other(trial: Trial) -> None:
    large = trial.starts(order_ids=IDS)
    trial.time.passes(milliseconds=1)
    small = trial.starts("untag", order_ids=IDS[:1])

    for _ in range(4):
        trial.time.passes(milliseconds=1)
        trial.worker.work()

    assert trial.job(small).state == "done"
    assert trial.job(large).state == "running"


def test_rows_are_begun_no_faster_than_was_set(trial: Trial) -> None:
    trial.starts(order_ids=IDS[:25])

    trial.works()

    assert trial.slept == [pytest.approx(0.5, abs=0.4)]


def test_nobody_has_too_many_jobs_at_a_time(trial: Trial) -> None:
    for _ in range(20):
        trial.starts()

    with pytest.raises(Refused) as refused:
        trial.starts()

    assert refused.value.code == "too_many"


def test_others_do_not_see_a_job_unless_they_see_the_settings(trial: Trial) -> None:
    job_id = trial.starts()
    other = Caller("key_2", "key:other", {"orders.write": EVERYTHING["orders.write"]})

    with pytest.raises(NotFound):
        trial.desk.get(said.AboutJob(job_id=job_id), other)
    with pytest.raises(NotFound):
        trial.desk.cancel(said.AboutJob(job_id=job_id), other)
    assert trial.desk.find(said.FindJobs(), other).jobs == ()
    assert len(trial.desk.find(said.FindJobs(), trial.caller).jobs) == 1
