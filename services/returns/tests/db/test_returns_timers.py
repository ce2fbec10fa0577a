"""Time passes: what is not answered is asked for again, and goods that never came are given up."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import clock
from chassis.transaction import Job, Transaction
from contracts import returns as said
from services.returns import tables
from services.returns.service import ReturnsService
from services.returns.tests.builders import a_line, a_wish, delivered, packed, placed, shipped


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
    service.do(("set_policy", said.Policy(approve_automatically=False)))
    order = placed(mug := a_line())
    parcel = packed(order)
    service.do(
        ("on_placed", order), ("on_packed", parcel), ("on_shipped", shipped(parcel, service.now))
    )

    opened = service.do(("open", a_wish(order, {mug.line_id: 1})))

    assert (opened.status, opened.allowed) == ("requested", ("approve", "decline", "cancel"))
    ref = said.DecideReturn(return_id=opened.return_id, expected_version=opened.version)
    assert service.do(("approve", ref)).status == "approved"
