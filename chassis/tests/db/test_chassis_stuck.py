"""What waits in vain is listed, longest first, and people decide about it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock, stuck
from chassis.errors import NotFound, Refused
from chassis.store import new_metadata
from chassis.work import Rehearsal
from contracts.orders import WriteDown
from contracts.stuck import DecideStuck, FindStuck

ORDER = "ord_" + "1" * 26
NOW = clock.now()
ASIDE = """
insert into deferred (message_id, name, correlation_id, headers, body, state, attempts, first_at,
 due_at, reason, stack) values (:id, 'orders.placed.v1', :of, '{}', '', :state, 7, :at, :due,
 'no such thing', '')
"""
CALL = """
insert into outside_calls (id, kind, key, subject, correlation_id, actor, request, state, attempts,
 created_at, due_at, error) values (:id, 'payments.capture', :id, :of, '', 'timer', '{}', :state,
 :attempts, :at, :due, 'timed out')
"""


@dataclass
class Clerk(Rehearsal):
    """Somebody at work, in a transaction."""

    session: Any = None


class Books:
    """A service's tables of messages put aside and of calls."""

    def __init__(self, session: Session) -> None:
        self.session, self.work = session, Clerk(NOW, actor="person:ann", session=session)

    def aside(self, name: str, state: str, due: timedelta, of: str = ORDER, age: int = 9) -> None:
        values = {"id": name, "state": state, "due": NOW + due, "of": of}
        self.session.execute(sa.text(ASIDE), {**values, "at": NOW - timedelta(minutes=age)})

    def call(
        self, name: str, attempts: int, due: timedelta, state: str = "pending", age: int = 9
    ) -> None:
        values = {"id": name, "attempts": attempts, "due": NOW + due, "of": ORDER, "state": state}
        self.session.execute(sa.text(CALL), {**values, "at": NOW - timedelta(minutes=age)})

    def found(self, **asked: Any) -> list[Any]:
        wish = FindStuck(**asked)
        return list(stuck.page(wish, stuck.waiting(self.session, "payments", wish)).stuck)

    def decide(self, exception_id: str, decision: Any) -> None:
        wish = DecideStuck(exception_id=exception_id, decision=decision, reason="it is mended")
        stuck.decide("payments", wish, self.work)  # type: ignore[arg-type]


@pytest.fixture
def books(session_for: Any, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Books(session_for(new_metadata()))


LATER, LONG_AGO, JUST_NOW = timedelta(hours=1), timedelta(minutes=-6), timedelta(minutes=-4)


def test_only_what_waits_in_vain_is_listed_longest_first(books: Books) -> None:
    books.aside("parked", "parked", LATER, age=30)
    books.aside("lost", "waiting", LONG_AGO, age=20)
    books.call("many", 6, LATER, age=10)
    books.call("late", 1, LONG_AGO, age=40)
    books.aside("soon", "waiting", JUST_NOW)
    books.call("patient", 5, LATER)
    books.call("over", 9, LONG_AGO, state="failed")

    assert [(one.kind, one.subject) for one in books.found()] == [
        ("call", "late"), ("parked", "parked"), ("unhandled", "lost"), ("call", "many"),
    ]  # fmt: skip
    assert {one.order_id for one in books.found()} == {ORDER}
    assert [one.subject for one in books.found(only="payments:parked:parked")] == ["parked"]
    assert books.found(only="payments:parked:lost") == []
    assert stuck.counts(books.session) == {"parked": 1, "unhandled": 1, "call": 2}


def test_pages_join_although_some_began_at_the_same_moment(books: Books) -> None:
    for number in range(5):
        books.aside(f"m{number}", "parked", LATER)
    seen: list[str] = []
    after = ""
    for _ in range(4):
        wish = FindStuck(after=after, limit=2)
        page = stuck.page(wish, stuck.waiting(books.session, "payments", wish))
        seen += [one.subject for one in page.stuck]
        if not (after := page.next):
            break
    assert seen == [f"m{number}" for number in range(5)]


def test_a_parked_message_is_retried_or_dropped_and_the_order_is_told(books: Books) -> None:
    books.aside("one", "parked", LATER)
    books.aside("two", "parked", LATER)

    books.decide("payments:parked:one", "retry")
    books.decide("payments:parked:two", "skip")

    rows = books.session.execute(sa.text("select message_id, state, attempts from deferred"))
    assert [tuple(row) for row in rows] == [("one", "waiting", 0)]
    assert books.found() == []
    assert [(m.action, m.by, m.order_id) for m in books.work.sent if isinstance(m, WriteDown)] == [
        ("message retried", "person:ann", ORDER), ("message dropped", "person:ann", ORDER),
    ]  # fmt: skip


def test_a_call_is_made_again_at_once_with_the_key_that_it_has(books: Books) -> None:
    books.call("one", 6, LATER)

    books.decide("payments:call:one", "retry")

    assert books.session.execute(sa.text("select key, due_at from outside_calls")).one() == (
        "one", NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("exception_id", "decision"),
    [("parked:m", "compensate"), ("call:c", "skip"), ("call:c", "compensate")],
)
def test_what_is_not_possible_is_refused_and_nothing_changes(
    exception_id: str, decision: str, books: Books
) -> None:
    books.aside("m", "parked", LATER)
    books.call("c", 6, LATER)

    with pytest.raises(Refused) as refused:
        books.decide(f"payments:{exception_id}", decision)
    assert refused.value.code == "illegal_move"
    assert "retry" in refused.value.message
    assert len(books.found()) == 2


@pytest.mark.parametrize(
    "exception_id", ["payments:parked:nobody", "payments:moon:m", "orders:parked:m"]
)
def test_what_there_is_not_cannot_be_decided(exception_id: str, books: Books) -> None:
    books.aside("m", "parked", LATER)
    with pytest.raises(NotFound):
        books.decide(exception_id, "retry")


def test_what_belongs_to_no_order_is_listed_and_told_to_none(books: Books) -> None:
    books.aside("m", "parked", LATER, of="MUG-RED")

    assert [one.order_id for one in books.found()] == [""]
    books.decide("payments:parked:m", "skip")
    assert books.work.sent == []


@pytest.mark.parametrize("after", ["x", "|", "yesterday|payments:parked:m", "9999|x"])
def test_a_place_in_no_list_is_refused(after: str, books: Books) -> None:
    with pytest.raises(Refused):
        books.found(after=after)
