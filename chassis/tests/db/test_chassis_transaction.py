"""A batch in one transaction: inbox, effect, outbox and stored calls, all of it or nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from chassis import aside, outside
from chassis.envelope import Context
from chassis.errors import Refused
from chassis.outside import Outcome
from chassis.store import new_metadata
from chassis.transaction import Job, Transaction, prune_inbox
from chassis.work import Call
from contracts.orders import OrderConfirmed

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def counted(number):
    return OrderConfirmed(order_id=f"ord_{number:026d}")


@pytest.fixture
def metadata():
    metadata = new_metadata()
    sa.Table("effects", metadata, sa.Column("number", sa.Integer, nullable=False))
    return metadata


@pytest.fixture
def session(session_for, metadata):
    return session_for(metadata)


@pytest.fixture
def run(session):
    """Handle jobs as one batch."""

    def handle(*jobs, confirmed=(), prepare=None):
        engine = session.get_bind()
        return Transaction("drill", engine, prepare, confirmed=confirmed).run(None, jobs)

    return handle


@pytest.fixture
def ask(session):
    def look(query):
        session.rollback()
        return [tuple(row) for row in session.execute(sa.text(query))]

    return look


def message(number, **more):
    """A message whose effect is a row and an event."""

    def handle(_service, work):
        work.session.execute(sa.text("insert into effects values (:n)"), {"n": number})
        work.send(counted(number))

    return Job(f"count {number}", handle, id=f"msg-{number}", **more)


def failing(number):
    def handle(_service, work):
        work.session.execute(sa.text("insert into effects values (:n)"), {"n": number})
        work.send(counted(number))
        raise Refused("no", "No.")

    return Job("fail", handle, id=f"msg-{number}")


def test_effect_inbox_and_outbox_become_true_together(run, ask):
    committed = run(message(1), message(2))
    assert ask("select number from effects order by 1") == [(1,), (2,)]
    assert ask("select id from inbox order by 1") == [("msg-1",), ("msg-2",)]
    assert ask("select wire, body::json->>'order_id' from outbox order by seq") == [
        (OrderConfirmed.wire, counted(1).order_id), (OrderConfirmed.wire, counted(2).order_id),
    ]  # fmt: skip
    assert [out.wire for out in committed.out] == [OrderConfirmed.wire] * 2


def test_a_failure_leaves_nothing_of_the_whole_batch(run, ask):
    with pytest.raises(Refused):
        run(message(1), failing(2))
    assert ask("select 1 from effects union select 2 from inbox union select 3 from outbox") == []


def test_a_message_that_comes_again_has_no_effect_in_the_same_batch_or_a_later_one(run, ask):
    first = run(message(1), message(1))
    again = run(message(1))
    assert (first.duplicates, again.duplicates, again.out) == (1, 1, [])
    assert ask("select count(*) from effects") == [(1,)]
    assert ask("select count(*) from outbox") == [(1,)]


def test_a_request_that_comes_again_gets_the_first_answer(run, ask):
    def request(answer):
        def handle(_service, work):
            work.session.execute(sa.text("insert into effects values (1)"))
            return answer

        return Job("ask", handle, id="req-1", is_request=True)

    assert [reply for _, reply in run(request({"answer": 42})).answers] == [b'{"answer":42}']
    assert [reply for _, reply in run(request({"answer": 43})).answers] == [b'{"answer":42}']
    assert ask("select count(*) from effects") == [(1,)]


def test_what_the_broker_has_confirmed_is_forgotten_with_the_next_batch(run, ask):
    (out,) = run(message(1)).out
    run(message(2), confirmed=[out.message_id])
    assert ask("select body::json->>'order_id' from outbox") == [(counted(2).order_id,)]


def test_what_is_said_carries_who_and_because_of_what(run, ask):
    context = Context(actor="key:ann", correlation_id="ord-7", trace="00-aa-bb-01")
    run(message(1, context=context))
    (headers, correlation_id) = ask("select headers::json, correlation_id from outbox")[0]
    assert correlation_id == "ord-7"
    assert headers["causation-id"] == "msg-1"
    assert headers["traceparent"] == "00-aa-bb-01"
    assert headers["actor"] == "service:drill"
    assert headers["cloudEvents:type"] == OrderConfirmed.wire


def test_prepare_sees_only_what_is_new(run):
    seen = []
    run(message(1, body="a"))
    run(message(1, body="a"), message(2, body="b"), prepare=lambda _s, bodies: seen.extend(bodies))
    assert seen == ["b"]


def calling(number, key, due_at=None):
    def handle(_service, work):
        work.call(Call("drill.call", key, "thing", {"n": number}, due_at))

    return Job("call", handle, id=f"msg-{number}")


def test_a_call_is_stored_before_it_is_made_and_a_known_key_makes_no_second_one(run, ask):
    first, second = run(calling(1, "k")), run(calling(2, "k"))
    assert [(c.key, c.attempts, c.unknown) for c in first.calls] == [("k", 1, False)]
    assert second.calls == []
    assert ask("select key, state, attempts from outside_calls") == [("k", "pending", 1)]


def test_a_call_belongs_to_the_process_that_is_named_or_to_that_of_what_is_handled(run, ask):
    def handle(_service, work):
        work.call(Call("drill.call", "named", "thing"), correlation_id="ord_2")
        work.call(Call("drill.call", "unnamed", "thing"))

    run(Job("call", handle, id="msg-1", context=Context(correlation_id="ord_1")))

    kept = ask("select key, correlation_id from outside_calls order by key")
    assert kept == [("named", "ord_2"), ("unnamed", "ord_1")]


def test_a_call_for_later_is_not_made_now(run, session):
    committed = run(calling(1, "k", due_at=datetime.now(UTC) + timedelta(days=2)))
    assert committed.calls == []
    assert outside.lease_due(session, datetime.now(UTC) + timedelta(days=1), 10) == []
    due = outside.lease_due(session, datetime.now(UTC) + timedelta(days=3), 10)
    assert [(c.attempts, c.unknown) for c in due] == [(1, False)]


def test_an_outcome_is_concluded_once(run, ask, session):
    (call,) = run(calling(1, "k")).calls
    outcome = Outcome(call, "succeeded", {"id": "x"})

    def conclude(_service, work):
        work.session.execute(sa.text("insert into effects values (9)"))

    for _ in range(2):
        run(Job("concludes", conclude, body=outcome))
    assert ask("select number from effects") == [(9,)]
    assert ask("select state, result->>'id' from outside_calls") == [("succeeded", "x")]


def test_a_call_that_nobody_concluded_is_made_again_as_unknown(run, session):
    run(calling(1, "k"))
    now = datetime.now(UTC)
    assert outside.lease_due(session, now, 10) == []
    (again,) = outside.lease_due(session, now + outside.LEASE + timedelta(seconds=1), 10)
    assert (again.key, again.attempts, again.unknown) == ("k", 2, True)


def test_answers_without_a_decision_do_not_use_up_the_tries(run, session):
    run(calling(1, "k"))
    now = datetime.now(UTC)
    for _ in range(20):
        now += outside.LEASE * 2
        (call,) = outside.lease_due(session, now, 10)
        assert outside.delay_after(call.attempts)
        outside.postpone(session, call, now, "not decided", answered=True)
    for wait in outside.DELAYS[1:]:
        now += outside.LEASE * 2 + wait
        (call,) = outside.lease_due(session, now, 10)
        assert outside.delay_after(call.attempts)
        outside.postpone(session, call, now, "timed out")
    (call,) = outside.lease_due(session, now + outside.LEASE * 2, 10)
    assert outside.delay_after(call.attempts) is None


def test_the_inbox_forgets_what_is_old(run, session, ask):
    run(message(1))
    assert prune_inbox(session, datetime.now(UTC) - timedelta(days=1)) == 0
    assert prune_inbox(session, datetime.now(UTC) + timedelta(days=1)) == 1
    session.commit()
    assert ask("select * from inbox") == []


def put(session, message_id, **more):
    values = {
        "name": OrderConfirmed.wire, "correlation_id": "c", "headers": {"actor": "x"},
        "body": b"\xff",
        "attempts": 1, "state": "waiting", "first_at": NOW, "due_at": NOW, "reason": "why",
    }  # fmt: skip
    aside.put_aside(session, aside.Aside(message_id=message_id, **{**values, **more}))


def test_what_is_put_aside_is_taken_when_due_and_leased_meanwhile(session):
    put(session, "a")
    put(session, "b", due_at=NOW + timedelta(hours=1))
    put(session, "c", state="parked")
    (due,) = aside.take_due(session, NOW, 10)
    assert (due.message_id, due.body, due.headers) == ("a", b"\xff", {"actor": "x"})
    assert aside.take_due(session, NOW, 10) == []
    assert [a.message_id for a in aside.take_due(session, NOW + timedelta(minutes=2), 10)] == ["a"]


def test_parked_messages_are_listed_shown_retried_and_dropped(session):
    put(session, "a", state="parked", stack="line 7")
    put(session, "b", state="parked")
    put(session, "c")
    assert [a.message_id for a in aside.find_aside(session)] == ["a", "b"]
    assert aside.counts(session) == {"waiting": 1, "parked": 2}
    assert aside.show(session, "a").stack == "line 7"
    assert aside.retry(session, "a", NOW)
    assert [a.message_id for a in aside.take_due(session, NOW, 10)] == ["a", "c"]
    assert aside.drop(session, "b")
    assert not aside.drop(session, "b")
    assert aside.show(session, "b") is None


def test_a_message_that_was_put_aside_is_forgotten_when_it_is_handled(run, session, ask):
    put(session, "msg-1")
    session.commit()
    run(message(1, was_aside=True))
    assert ask("select message_id from deferred") == []
    assert ask("select number from effects") == [(1,)]


def test_pauses_grow_and_end():
    late = [aside.next_try(n, early=False) for n in range(1, len(aside.RETRY_DELAYS) + 2)]
    assert late[-1] is None
    for pause, wanted in zip(late, aside.RETRY_DELAYS, strict=False):
        assert 0.8 * wanted <= pause <= 1.2 * wanted
    assert aside.next_try(len(aside.NOT_YET_DELAYS) + 1, early=True) is None
