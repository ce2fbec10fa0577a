"""How is an order neglected in a test, and who looks for it? One way for each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.orders import OrderRef, PlaceHold
from contracts.stuck import DecideStuck, FindStuck, Stuck
from contracts.values import SkuQuantity
from services.orders import exceptions, handlers, watchdog
from services.orders.domain.order import Sending
from services.orders.sql_orders import SqlOrders, runs_of
from services.orders.tests.builders import MUG, NOW, Clerk
from services.orders.tests.db.conftest import Office

A_MINUTE_LATER = NOW + timedelta(minutes=1)


@dataclass
class Timer(Clerk):
    """Who looks: the timer, in a transaction of its own."""

    session: Any = None


class Post:
    """Where the watchdog stands: it looks, and people look at what it has found."""

    def __init__(self, office: Office) -> None:
        self.office, self.order_id = office, office.place().order_id
        office.work.now = A_MINUTE_LATER

    def look(self, times: int = 1) -> None:
        """Let it look; between two looks time passes by the database's clock."""
        for _ in range(times):
            self.sql("update order_exceptions set found_at = found_at - interval '10 seconds'")
            with Session(self.office.engine, expire_on_commit=False) as session, session.begin():
                timer: Any = Timer(A_MINUTE_LATER, actor="timer", session=session)
                watchdog.look(timer, SqlOrders(session), runs_of(session))

    def found(self) -> list[Stuck]:
        return list(self.office.ask(exceptions.find_stuck, FindStuck()).stuck)

    def kinds(self) -> list[str]:
        return [one.kind for one in self.found()]

    def sql(self, statement: str) -> None:
        with self.office.engine.begin() as connection:
            connection.exec_driver_sql(statement.replace("{id}", self.order_id))

    def decide(self, decision: str) -> None:
        (one,) = self.found()
        wish = DecideStuck(
            exception_id=one.exception_id,
            decision=decision,  # type: ignore[arg-type]
            reason="I have looked at it",
        )
        self.office.do(exceptions.decide, wish, runs=True)

    def told(self) -> list[tuple[str, str]]:
        rows = self.office.rows("select action, subject from order_history order by seq")
        return [(action, subject) for action, subject in rows if "go" in action]

    def said(self) -> list[str]:
        return [type(message).__name__ for message in self.office.work.sent]


def a_sending(post: Post, status: str) -> None:
    with post.office.batch(OrderRef(order_id=post.order_id)) as (orders, runs):
        order = orders.get(post.order_id)
        assert order is not None
        order.state = "confirmed"
        line = order.lines[0]
        item = SkuQuantity(line_id=line.line_id, sku=MUG, quantity=1)
        order.move_pieces([item], ("open",), "allocated")
        order.put(
            Sending(
                fulfillment_order_id="ful_1",
                warehouse_id="BER",
                round=1,
                status=status,
                lines=(item,),
            )
        )
        (run,) = runs.of_subject(post.order_id)
        run.step, run.phase, run.deadline = "commit", "done", None


def open_pieces(post: Post) -> None:
    post.sql("update orders set state = 'confirmed'")
    post.sql("update saga_runs set phase = 'done', step = 'commit', deadline = null")


def delivered(post: Post, captured: int) -> None:
    open_pieces(post)
    with post.office.batch(OrderRef(order_id=post.order_id)) as (orders, _):
        order = orders.get(post.order_id)
        assert order is not None
        order.lines = (replace(order.lines[0], open=0, shipped=1, delivered=1),)
        order.fulfillment_status, order.captured = "delivered", captured


def hold_that_ran_out(post: Post) -> None:
    hold = PlaceHold(
        order_id=post.order_id, reason="fraud", until=A_MINUTE_LATER + timedelta(seconds=1)
    )
    post.office.do(handlers.place_hold, hold)
    post.sql("update orders set hold_until = hold_until - interval '1 hour'")
    post.sql("update orders set holds = jsonb_set(holds, '{0,until}', '\"2026-03-02T08:30:00Z\"')")


PLANTED: dict[str, Callable[[Post], Any]] = {
    "no_journey": lambda post: post.sql("delete from saga_runs"),
    "no_timer": lambda post: post.sql("update saga_runs set deadline = null"),
    "overdue": lambda post: post.sql("update saga_runs set deadline = '2026-03-02 09:00+00'"),
    "journey_over": open_pieces,
    "not_sent_out": lambda post: a_sending(post, "allocated"),
    "cancellation": lambda post: post.sql("update orders set canceling = 'a mistake'"),
    "hold": hold_that_ran_out,
    "owed": lambda post: delivered(post, 100),
    "not_completed": lambda post: delivered(post, 1490),
}
