"""Time passes: what is not answered is asked for again, and goods that never came are given up."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.orm import Session

from chassis import clock
from chassis.transaction import Job, Transaction
from contracts import returns as said
from contracts.inventory import SkuSaved
from services.returns import tables
from services.returns.service import ReturnsService
from services.returns.tests.builders import (
    MUG,
    a_label,
    a_line,
    a_sku,
    a_wish,
    delivered,
    no_label,
    on_its_way,
    packed,
    placed,
    shipped,
)


class Service:
    """The service on a database, without a broker: one batch at a time, at any time."""

    def __init__(self, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.service, self.now = engine, ReturnsService(), clock.now()
        monkeypatch.setattr("chassis.clock.now", lambda: self.now)

    def do(self, *jobs: Any) -> Any:
        """Handle (entrypoint, body) in one transaction; give the last answer."""
        answers: list[Any] = []

        def run(name: str, body: Any) -> Any:
            def call(service: Any, work: Any) -> None:
                method = getattr(service, name)
                answers.append(method(work) if body is None else method(body, work))

            return call

        batch = Transaction("returns", self.engine, tables.prepare)
        committed = batch.run(self.service, [Job(n, run(n, b), b) for n, b in jobs])
        self.out = committed.out
        self.told = [message.wire for message in committed.out]
        return answers[-1]

    def after(self, timer: str, **passed: int) -> list[str]:
        """Let time pass and a timer ring; give what was said."""
        self.now += timedelta(**passed)
        self.do((timer, None))
        return self.told


@pytest.fixture
def service(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(engine, monkeypatch)


@pytest.fixture
def back(service: Service) -> said.Return:
    """A return that was approved and waits for its label."""
    order = placed(mug := a_line())
    parcel = packed(order)
    service.do(
        ("on_placed", order),
        ("on_packed", parcel),
        ("on_shipped", shipped(parcel, service.now)),
        ("on_delivered", delivered(parcel, service.now)),
    )
    return service.do(("open", a_wish(order, {mug.line_id: 1})))


def test_a_label_that_does_not_come_is_asked_for_again_with_patience(
    service: Service, back: said.Return
) -> None:
    assert back.status == "approved"
    assert service.after("wake_runs", seconds=29) == []
    assert service.after("wake_runs", seconds=2) == ["shipping.return_label.v1"]
    assert service.after("wake_runs", seconds=1) == []
    assert service.after("wake_runs", hours=2) == ["shipping.return_label.v1"]


def test_goods_that_never_came_are_given_up_once_and_nothing_is_asked_any_more(
    service: Service, back: said.Return
) -> None:
    assert service.after("expire", days=30) == []
    assert service.after("expire", seconds=1) == ["returns.declined.v1"]
    assert service.after("expire", days=1) == []
    assert service.after("wake_runs", days=1) == []

    wish = said.DecideReturn(return_id=back.return_id)
    with pytest.raises(Exception, match="is expired; it cannot become canceled"):
        service.do(("cancel", wish))


def test_the_policy_that_is_set_holds_for_orders_that_come_after_it(service: Service) -> None:
    service.do(("set_policy", said.SetPolicy(approve_automatically=False)))
    order = placed(mug := a_line())
    parcel = packed(order)
    service.do(
        ("on_placed", order), ("on_packed", parcel), ("on_shipped", shipped(parcel, service.now))
    )

    opened = service.do(("open", a_wish(order, {mug.line_id: 1})))

    assert (opened.status, opened.allowed) == ("requested", ("approve", "decline", "cancel"))
    ref = said.DecideReturn(return_id=opened.return_id, expected_version=opened.version)
    assert service.do(("approve", ref)).status == "approved"


def the_label(service: Service) -> dict[str, Any]:
    """What was asked for a return last."""
    (asked,) = [m for m in service.out if m.wire == "shipping.return_label.v1"]
    return dict(json.loads(asked.body))


def test_a_label_declares_the_newest_that_inventory_told_of_a_sku(
    service: Service, back: said.Return
) -> None:
    newer, older = a_sku(MUG, hs_code="6912.00", weight_g=400), a_sku(MUG, hs_code="1111.11")
    service.do(
        ("save_sku", SkuSaved(sku=newer, version=2)), ("save_sku", SkuSaved(sku=older, version=1))
    )

    service.after("wake_runs", seconds=31)
    again = the_label(service)
    service.do(("on_told", no_label(back)))
    stuck = service.do(("resolve", decide(back, "retry")))

    for label in (again, the_label(service)):
        assert label["weight_g"] == 400
        assert [item["hs_code"] for item in label["items"]] == ["6912.00"]
    assert (stuck.problem, stuck.allowed) == ("", ("cancel", "receive"))


def test_the_first_label_declares_what_is_known_too(service: Service, back: said.Return) -> None:
    service.do(("save_sku", SkuSaved(sku=a_sku(MUG, hs_code="6912.00"), version=1)))
    order = placed(mug := a_line())
    parcel = packed(order)
    service.do(
        ("on_placed", order), ("on_packed", parcel), ("on_shipped", shipped(parcel, service.now))
    )

    service.do(("open", a_wish(order, {mug.line_id: 1})))

    assert [item["hs_code"] for item in the_label(service)["items"]] == ["6912.00"]
    assert back.allowed == ("cancel", "receive")


def test_a_stuck_return_shows_its_problem_and_what_can_be_decided(
    service: Service, back: said.Return
) -> None:
    service.do(("on_told", no_label(back)))
    stuck = shown(service, back)
    assert (stuck.problem, stuck.allowed) == (
        "no carrier goes there", ("cancel", "receive", "retry", "skip", "compensate"),
    )  # fmt: skip

    going = service.do(("resolve", decide(back, "skip", expected_version=stuck.version)))
    assert (going.problem, going.allowed) == ("", ("cancel", "receive"))
    with pytest.raises(Exception, match="not stuck; to decide is: nothing"):
        service.do(("resolve", decide(back, "skip")))


def test_goods_on_their_way_are_not_given_up_by_the_clock(
    service: Service, back: said.Return
) -> None:
    service.do(("on_label", a_label(back)))
    service.do(("on_return_shipped", on_its_way(back, service.now)))

    assert service.after("expire", days=90) == []
    assert service.after("wake_runs", seconds=1) == []

    lost = shown(service, back)
    assert (lost.status, lost.problem, lost.allowed) == (
        "in_transit", "goods is overdue", ("cancel", "receive", "compensate"),
    )  # fmt: skip


def test_what_the_customer_wrote_is_shown(service: Service, back: said.Return) -> None:
    order = placed(mug := a_line())
    parcel = packed(order)
    service.do(
        ("on_placed", order), ("on_packed", parcel), ("on_shipped", shipped(parcel, service.now))
    )
    wish = a_wish(order, {mug.line_id: 1})
    lines = tuple(replace(line, note="The handle is loose.") for line in wish.lines)

    opened = service.do(("open", replace(wish, lines=lines, note="Please call first.")))

    kept = shown(service, opened)
    assert (kept.note, kept.lines[0].note) == ("Please call first.", "The handle is loose.")
    assert (back.note, back.lines[0].note) == ("", "")


def decide(back: said.Return, decision: Any, **changes: Any) -> said.ResolveReturn:
    fields = {"return_id": back.return_id, "reason": "as agreed", **changes}
    return said.ResolveReturn(decision=decision, **fields)


def shown(service: Service, back: said.Return) -> said.Return:
    with Session(service.engine) as session:
        return service.service.get(said.ReturnRef(return_id=back.return_id), session)
