"""However returns of an order are opened, called off, received and inspected: never too much.

Refunded ≤ paid, coming back ≤ shipped, received ≤ asked for; and when every piece is back,
exactly what was paid is refunded.
"""

from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.errors import Refused
from contracts.payments import RefundPayment
from contracts.returns import ReturnCompleted
from services.returns import handlers
from services.returns.domain.return_order import State
from services.returns.tests.builders import (
    MUG,
    Desk,
    a_label,
    a_line,
    inspected,
    money_back,
    no_label,
    packed,
    placed,
    restocked,
    shipped,
)

ENDINGS = (State.DECLINED, State.CANCELED, State.EXPIRED)
DISPOSITIONS = ("restock", "scrap", "missing", "quarantine")
some = st.integers(1, 4)


class Returns(RuleBasedStateMachine):
    """One order of two lines, and all that people may do with its returns, allowed or not."""

    @initialize(first=st.integers(1, 6), second=st.integers(1, 6), paid=st.integers(0, 5000),
                automatic=st.booleans(), far=st.integers(0, 2))  # fmt: skip
    def sell(self, first: int, second: int, paid: int, automatic: bool, far: int) -> None:
        """Begin here, or where the parcel has left, or where all is on its way back."""
        self.desk = Desk(approve_automatically=automatic)
        self.lines = (a_line(MUG, first, paid), a_line("SHIRT-M", second, paid // 3 + 7))
        self.order = placed(*self.lines)
        self.parcel = packed(self.order)
        handlers.on_placed(self.order, self.desk.returns)
        handlers.on_packed(self.parcel, self.desk.returns)
        if far:
            self.the_parcel_leaves()
        if far > 1:
            self.ask(first, second)
            self.try_to(self.desk.approve, self.returns[0])

    def try_to(self, do: Any, *args: Any) -> None:
        with suppress(Refused):
            do(*args)

    @property
    def returns(self) -> list[Any]:
        return list(self.desk.returns.orders.values())

    @rule()
    def the_parcel_leaves(self) -> None:
        handlers.on_shipped(shipped(self.parcel), self.desk.returns)

    @rule(first=st.integers(0, 6), second=st.integers(0, 6))
    def ask(self, first: int, second: int) -> None:
        pieces = {self.lines[0].line_id: first, self.lines[1].line_id: second}
        if asked := {line: count for line, count in pieces.items() if count}:
            self.try_to(self.desk.open, self.order, asked)

    @rule(line=st.integers(0, 1), count=some)
    def some_pieces_come_back_the_whole_way(self, line: int, count: int) -> None:
        known = set(self.desk.returns.orders)
        pieces = {self.lines[line].line_id: count}
        self.try_to(self.desk.open, self.order, pieces)
        for return_id in set(self.desk.returns.orders) - known:
            back = self.desk.returns.orders[return_id]
            self.try_to(self.desk.approve, back)
            self.try_to(self.desk.receive, back, pieces)
            self.try_to(self.desk.settle, back)

    @precondition(lambda self: self.returns)
    @rule(data=st.data(), ending=st.sampled_from(ENDINGS))
    def end(self, data: Any, ending: State) -> None:
        self.try_to(self.desk.end, data.draw(st.sampled_from(self.returns)), ending)

    @precondition(lambda self: self.returns)
    @rule(data=st.data())
    def approve(self, data: Any) -> None:
        self.try_to(self.desk.approve, data.draw(st.sampled_from(self.returns)))

    @precondition(lambda self: self.returns)
    @rule(data=st.data(), line=st.integers(0, 1), count=some, receipt=st.sampled_from("abcdef"))
    def receive(self, data: Any, line: int, count: int, receipt: str) -> None:
        back = data.draw(st.sampled_from(self.returns))
        self.try_to(self.desk.receive, back, {self.lines[line].line_id: count}, receipt)

    @precondition(lambda self: self.returns)
    @rule(data=st.data())
    def inspect(self, data: Any) -> None:
        back = data.draw(st.sampled_from(self.returns))
        found = []
        for line in back.lines:
            good = data.draw(st.integers(0, line.received))
            rest = data.draw(st.sampled_from(DISPOSITIONS))
            for count, disposition in ((good, "restock"), (line.received - good, rest)):
                if count:
                    found.append(inspected(line.line_id, count, disposition))
        if found:
            self.try_to(self.desk.inspect, back, *found)

    @precondition(lambda self: self.returns)
    @rule(data=st.data(), answer=st.sampled_from([a_label, no_label, restocked, money_back]))
    def be_answered(self, data: Any, answer: Any) -> None:
        self.desk.tell(answer(data.draw(st.sampled_from(self.returns))))

    @precondition(lambda self: self.returns)
    @rule()
    def all_that_is_on_its_way_comes_back(self) -> None:
        for back in self.returns:
            missing = {x.line_id: x.requested - x.received for x in back.lines}
            arrived = {line: count for line, count in missing.items() if count}
            if arrived:
                self.try_to(self.desk.receive, back, arrived)
            self.try_to(self.desk.inspect, back)

    @invariant()
    def never_too_much(self) -> None:
        if not hasattr(self, "desk"):
            return
        sale = self.desk.sale(self.order)
        refunds = sum(back.refund for back in self.returns)
        assert refunds == sale.refunded <= sale.paid
        for line in sale.lines:
            assert 0 <= line.refunded_units <= line.returning <= line.shipped <= line.quantity
            rows = [x for b in self.returns for x in b.lines if x.line_id == line.line_id]
            assert sum(row.refund for row in rows) <= line.paid
            assert all(0 <= row.received <= row.requested for row in rows)
            if line.refunded_units == line.quantity:
                assert sum(row.refund for row in rows) == line.paid

    @invariant()
    def nothing_is_paid_or_told_twice(self) -> None:
        if not hasattr(self, "desk"):
            return
        for kind in (RefundPayment, ReturnCompleted):
            told = [m for m in self.desk.work.sent if isinstance(m, kind)]
            ids = [getattr(m, "refund_id", "") or getattr(m, "return_id", "") for m in told]
            assert len(ids) == len(set(ids))


TestReturnsOfAnOrder = Returns.TestCase
TestReturnsOfAnOrder.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
