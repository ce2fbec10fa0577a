"""PostgreSQL and the memory of tests keep the same promises about requests that come twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import clock
from contracts.orders import PlacedOrder
from gateway.idempotency import Answer, Requests, Reused, Running
from gateway.memory import MemoryRequests
from gateway.tests.builders import ORDER, Api, an_order, example

ANSWER = Answer(201, {"Content-Type": "application/json", "ETag": '"1-ff"'}, b'{"n":"\xc3\xbc"}')
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["memory", "postgres"])
def requests(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryRequests()
    return Requests(request.getfixturevalue("engine"))


def later(monkeypatch: pytest.MonkeyPatch, **much: float) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(**much))


def test_the_first_answer_is_kept_as_it_was(requests: Any) -> None:
    assert requests.begin("r-1", b"body") is None
    requests.end("r-1", ANSWER)

    assert requests.begin("r-1", b"body") == ANSWER
    assert requests.begin("r-2", b"body") is None


def test_a_request_that_has_not_ended_is_running(requests: Any) -> None:
    requests.begin("r-1", b"body")

    with pytest.raises(Running):
        requests.begin("r-1", b"body")


@pytest.mark.parametrize("ended", [False, True])
def test_another_body_is_refused_whether_the_first_has_ended_or_not(
    ended: bool, requests: Any
) -> None:
    requests.begin("r-1", b"body")
    if ended:
        requests.end("r-1", ANSWER)

    with pytest.raises(Reused):
        requests.begin("r-1", b"other")


def test_a_request_that_was_let_go_may_be_sent_again_once(requests: Any) -> None:
    requests.begin("r-1", b"body")
    requests.let_go("r-1")

    with pytest.raises(Reused):
        requests.begin("r-1", b"other")
    assert requests.begin("r-1", b"body") is None
    with pytest.raises(Running):
        requests.begin("r-1", b"body")


def test_a_request_that_a_dead_process_left_may_be_sent_again_after_a_minute(
    requests: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests.begin("r-1", b"body")

    later(monkeypatch, seconds=61)

    assert requests.begin("r-1", b"body") is None
    with pytest.raises(Running):
        requests.begin("r-1", b"body")


def test_of_many_that_come_at_once_one_is_done(engine: sa.Engine) -> None:
    requests = Requests(engine)

    def begin(_: int) -> str:
        try:
            return "done" if requests.begin("r-1", b"body") is None else "known"
        except Running:
            return "running"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(begin, range(16)))

    assert outcomes == ["done"] + ["running"] * 15


def test_an_answer_is_kept_although_the_database_was_away_for_a_moment(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = Requests(engine)
    requests.begin("r-1", b"body")
    away = [1, 1, 1]

    def connect(*_: object) -> None:
        if away:
            away.pop()
            raise sa.exc.OperationalError("connect", {}, OSError("refused"))

    sa.event.listen(engine, "before_cursor_execute", connect)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    try:
        requests.end("r-1", ANSWER)
    finally:
        sa.event.remove(engine, "before_cursor_execute", connect)

    assert away == []
    assert requests.begin("r-1", b"body") == ANSWER


def test_a_request_begins_although_the_line_was_cut_when_it_was_noted(engine: sa.Engine) -> None:
    requests = Requests(engine.execution_options(isolation_level="AUTOCOMMIT"))
    cuts = [1]

    def cut(*_: object) -> None:
        if cuts:
            cuts.pop()
            raise sa.exc.OperationalError("insert", {}, OSError("closed"))

    sa.event.listen(engine, "after_cursor_execute", cut)
    try:
        assert requests.begin("r-1", b"body") is None
    finally:
        sa.event.remove(engine, "after_cursor_execute", cut)

    with pytest.raises(Running):
        requests.begin("r-1", b"body")


def test_many_that_come_at_once_are_written_together_and_each_is_told_its_own(
    engine: sa.Engine,
) -> None:
    requests = Requests(engine)
    statements = []

    def listen(*told: Any) -> None:
        statements.append(told[2])

    def live(number: int) -> Any:
        assert requests.begin(f"r-{number}", b"body") is None
        requests.end(f"r-{number}", Answer(201, {}, str(number).encode()))
        return requests.begin(f"r-{number}", b"body")

    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        with ThreadPoolExecutor(16) as pool:
            kept = list(pool.map(live, range(48)))
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)

    assert [answer.body for answer in kept] == [str(n).encode() for n in range(48)]
    assert len(statements) < 4 * 48


def test_after_a_day_requests_are_forgotten(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = Requests(engine)
    requests.begin("r-1", b"body")
    requests.end("r-1", ANSWER)

    later(monkeypatch, hours=23)
    requests.begin("r-2", b"body")
    requests.prune()
    assert requests.begin("r-1", b"body") == ANSWER

    later(monkeypatch, hours=25)
    requests.prune()
    assert requests.begin("r-1", b"other") is None
    with pytest.raises(Reused):
        requests.begin("r-2", b"other")


def test_requests_of_many_pages_are_forgotten_at_once(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = Requests(engine)
    monkeypatch.setattr("gateway.idempotency.PRUNED_AT_ONCE", 2)
    for number in range(5):
        requests.begin(f"r-{number}", b"body")
    later(monkeypatch, hours=25)

    requests.prune()

    assert [requests.begin(f"r-{number}", b"other") for number in range(5)] == [None] * 5


def test_over_postgresql_an_order_is_placed_once(engine: sa.Engine) -> None:
    api = Api(requests=Requests(engine))
    api.services.answers["orders.place"] = example(PlacedOrder, order_id=ORDER)

    answers = [
        api.call("POST", "/orders", an_order(), headers={"Idempotency-Key": "k-1"})
        for _ in range(2)
    ]

    assert answers[0].data == answers[1].data
    assert answers[1].headers["Location"] == f"/orders/{ORDER}"
    assert [a.headers.get("Idempotent-Replayed") for a in answers] == [None, "true"]
    assert api.heard == ["orders.place"]
