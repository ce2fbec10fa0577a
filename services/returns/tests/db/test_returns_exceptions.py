"""Whatever return does not go on is listed, and people decide about it."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from contracts import returns as said
from contracts.stuck import DecideStuck, FindStuck, Stuck
from services.returns.tests.builders import a_line, a_wish, no_label, packed, placed, shipped
from services.returns.tests.db.test_returns_timers import Service

LABEL, DECLINED, TOLD = "shipping.return_label.v1", "returns.declined.v1", "orders.write_down.v1"


class People:
    """People who look at the exceptions, and somebody who spoils the books."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def open(self, *, automatically: bool = True) -> said.Return:
        self.service.do(("set_policy", said.SetPolicy(approve_automatically=automatically)))
        order = placed(mug := a_line())
        parcel = packed(order)
        self.service.do(
            ("on_placed", order),
            ("on_packed", parcel),
            ("on_shipped", shipped(parcel, self.service.now)),
        )
        opened: said.Return = self.service.do(("open", a_wish(order, {mug.line_id: 1})))
        return opened

    def sql(self, statement: str) -> None:
        with self.service.engine.begin() as connection:
            connection.execute(sa.text(statement), {"now": self.service.now})

    def found(self, only: str = "") -> list[Stuck]:
        with Session(self.service.engine) as session:
            return list(self.service.service.stuck(FindStuck(only=only), session).stuck)

    def decide(self, decision: Any) -> list[str]:
        (one,) = self.found()
        assert (self.found(one.exception_id), self.found(f"{one.exception_id}X")) == ([one], [])
        wish = DecideStuck(exception_id=one.exception_id, decision=decision, reason="I looked")
        self.service.do(("decide", wish))
        return self.service.told


@pytest.fixture
def people(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> People:
    return People(Service(engine, monkeypatch))


def undecided(people: People) -> None:
    people.open(automatically=False)
    people.sql("update returns set opened_at = opened_at - interval '8 days'")


def refused_label(people: People) -> None:
    back = people.open()
    with Session(people.service.engine) as session:
        order = people.service.service.get(said.ReturnRef(return_id=back.return_id), session)
    people.service.do(("on_told", no_label(order)))  # type: ignore[arg-type]


def spoiled(statement: str) -> Callable[[People], None]:
    def plant(people: People) -> None:
        people.open()
        people.sql(statement)

    return plant


PLANTED = {
    "return": refused_label,
    "undecided": undecided,
    "no_journey": spoiled("delete from saga_runs"),
    "journey_over": spoiled("update saga_runs set phase = 'done', deadline = null"),
    "no_timer": spoiled("update saga_runs set deadline = null"),
    "overdue": spoiled("update saga_runs set deadline = cast(:now as timestamptz) - interval '1h'"),
}


def test_a_return_on_its_way_is_no_exception(people: People) -> None:
    people.open()
    people.open(automatically=False)

    assert people.found() == []


@pytest.mark.parametrize("kind", PLANTED)
def test_what_does_not_go_on_is_listed_with_what_may_be_done(kind: str, people: People) -> None:
    PLANTED[kind](people)

    (one,) = people.found()
    assert (one.kind, one.exception_id) == (kind, f"returns:{kind}:{one.subject}")
    assert one.problem
    assert one.order_id
    assert "compensate" in one.allowed
    assert ("retry" in one.allowed) is (kind != "undecided")


@pytest.mark.parametrize("kind", ["return", "no_journey", "no_timer", "overdue"])
def test_a_retry_asks_again_and_the_order_hears_who_did_it(kind: str, people: People) -> None:
    PLANTED[kind](people)

    assert people.decide("retry") == [LABEL, TOLD]
    assert people.found() == []


def test_a_journey_that_ended_too_soon_waits_for_the_goods_again(people: People) -> None:
    PLANTED["journey_over"](people)

    assert people.decide("retry") == [TOLD]
    assert people.found() == []


@pytest.mark.parametrize("kind", PLANTED)
def test_to_compensate_is_to_call_the_return_off(kind: str, people: People) -> None:
    PLANTED[kind](people)

    assert people.decide("compensate") == [DECLINED, TOLD]
    assert people.found() == []


@pytest.mark.parametrize(("kind", "decision"), [("undecided", "retry"), ("no_journey", "skip")])
def test_what_is_not_possible_is_refused(kind: str, decision: str, people: People) -> None:
    PLANTED[kind](people)

    with pytest.raises(Refused) as refused:
        people.decide(decision)
    assert (refused.value.code, refused.value.field) == ("illegal_move", "decision")
    assert len(people.found()) == 1


def test_what_is_mended_meanwhile_cannot_be_decided(people: People) -> None:
    back = people.open()
    wish = DecideStuck(
        exception_id=f"returns:no_timer:{back.return_id}", decision="retry", reason="I looked"
    )

    with pytest.raises(NotFound):
        people.service.do(("decide", wish))
