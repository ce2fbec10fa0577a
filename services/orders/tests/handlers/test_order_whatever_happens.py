"""Whatever comes in whatever order: an order ends, exactly, or somebody is told that it waits."""

from collections import deque
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.errors import NotYet, Refused
from contracts.inventory import ReserveStock
from contracts.message import Message
from contracts.orders import PaymentChoice
from contracts.warehouse import ItemPicked, PickShort
from services.orders.domain.order import Order
from services.orders.sagas.hearing import is_stuck
from services.orders.sagas.neglect import neglected
from services.orders.tests.builders import MUG, SHIRT, Desk, a_line, an_address
from services.orders.tests.neighbors import EVENTS, Neighbors

STATES = ("open", "allocated", "backordered", "picked", "packed", "shipped", "canceled")
REFUSABLE = ["ReserveStock", "AuthorizePayment", "RouteOrder", "CommitStock", "ReplaceShortage",
             "CreateShipment", "CapturePayment", "AcknowledgeShipment",
             "RaisePayment"]  # fmt: skip
KEYS = {
    "ReserveStock": "round", "ReplaceShortage": "round", "AuthorizePayment": "order_id",
    "CapturePayment": "capture_id", "RefundPayment": "refund_id", "ReleaseStock": "release_id",
    "FulfillStock": "fulfillment_order_id", "CreateShipment": "fulfillment_order_id",
    "AcknowledgeShipment": "fulfillment_order_id", "ReaddressOrder": "edit",
    "EditPlan": "edit", "RaisePayment": "edit", "CancelRaise": "edit", "LowerPayment": "edit",
    "ReleaseRound": "round",
}  # fmt: skip


class AnOrder(RuleBasedStateMachine):
    """One order among neighbors that are slow, say things twice and cross each other."""

    order: Order

    @initialize(
        method=st.sampled_from(["card", "external"]),
        channel=st.sampled_from(["api", "my-shop"]),
        split=st.booleans(),
        refusing=st.sets(st.sampled_from(REFUSABLE), max_size=3),
        planned=st.booleans(),
    )
    def place(
        self, method: Any, channel: str, split: bool, refusing: set[str], planned: bool
    ) -> None:
        """Begin here, or where all goods wait to be picked if nobody refuses."""
        self.desk, self.others = Desk(), Neighbors(refusing=refusing, split=split)
        self.commands: deque[Message] = deque()
        self.asked: dict[tuple[str, str], Message] = {}
        self.refused: set[str] = set()
        payment = PaymentChoice(method=method, token="tok_ok")
        self.order = self.desk.place(
            a_line(MUG, 2, 333), a_line(SHIRT, 1, 1999, discount=100, tax=19),
            payment=payment, channel=channel, channel_order_id="1" if channel != "api" else "",
        )  # fmt: skip
        self.listen()
        if planned:
            self.go_on_in_peace(30)

    def listen(self) -> None:
        """Put what was said on its way; what was asked before must be asked just so again."""
        for message in self.desk.heard():
            name = type(message).__name__
            if isinstance(message, EVENTS):
                continue
            if name in KEYS:
                key = name, getattr(message, KEYS[name])
                if isinstance(self.asked.get(key), ReserveStock):
                    assert self.asked[key].lines == message.lines
                elif key in self.asked and name != "ReplaceShortage":
                    assert self.asked[key] == message, "asked for something else with the same key"
                self.asked[key] = message
            self.commands.append(message)

    def tell(self, message: Message) -> None:
        try:
            self.desk.tell(message)
        except NotYet:
            self.others.told.append(message)
        self.listen()

    @precondition(lambda self: self.commands)
    @rule()
    def obey_the_next_command(self) -> None:
        self.others.obey(self.commands.popleft())

    @precondition(lambda self: self.others.told)
    @rule(which=st.integers(0, 20), twice=st.booleans())
    def deliver_some_news(self, which: int, twice: bool) -> None:
        message = self.others.told.pop(which % len(self.others.told))
        self.tell(message)
        if twice and not isinstance(message, ItemPicked | PickShort):  # each is a fact of its own
            self.tell(message)

    @precondition(lambda self: self.commands or self.others.told)
    @rule(steps=st.integers(1, 15))
    def go_on_in_peace(self, steps: int) -> None:
        for _ in range(steps):
            if self.commands:
                self.obey_the_next_command()
            elif self.others.told:
                self.tell(self.others.told.pop(0))

    @rule(
        what=st.sampled_from(
            ["hold", "release", "retry", "skip", "compensate", "be kind", "cancel"]
        )
    )
    def interfere(self, what: str) -> None:
        if what == "cancel":
            self.wish(self.desk.cancel, self.order)
        elif what == "hold":
            self.wish(self.desk.hold, self.order)
        elif what == "be kind":
            self.others.refusing.clear()
        elif what == "release":
            self.release()
        else:
            self.decide(what)

    @rule(name=st.sampled_from(["Bob", "Cy"]))
    def send_it_elsewhere(self, name: str) -> None:
        self.wish(lambda: self.desk.edit(self.order, ship_to=an_address(name)))

    @rule(mugs=st.integers(0, 4), shirts=st.integers(0, 3), new=st.booleans(), moves=st.booleans())
    def want_more_or_less(self, mugs: int, shirts: int, new: bool, moves: bool) -> None:
        more = {"added": (a_line(MUG, 1, 777, discount=7),)} if new else {}
        more |= {"ship_to": an_address("Dee")} if moves else {}
        self.wish(lambda: self.desk.edit_lines(self.order, mugs, shirts, **more))

    def release(self) -> None:
        for hold in self.order.holds:
            self.wish(self.desk.release, self.order, hold.hold_id)

    def decide(self, decision: str) -> None:
        for run in self.stuck():
            if decision != "skip" or (run.phase != "backward" and run.step in {"goods", "channel"}):
                self.wish(self.desk.decide, self.order, decision, run.run_id)

    @rule(hours=st.sampled_from([0.02, 1, 25]))
    def wait(self, hours: float) -> None:
        self.desk.wait(hours=hours)
        self.listen()

    @precondition(lambda self: self.others.open_picks())
    @rule(what=st.sampled_from(["pick", "pick", "miss", "pack"]), which=st.integers(0, 3))
    def work_at_the_shelf(self, what: str, which: int) -> None:
        picks = self.others.open_picks()
        number = picks[which % len(picks)]
        if left := self.others.picks[number].left():
            if what == "miss" and not self.others.picks[number].picked.get(left[0].line_id):
                self.others.miss_one(self.order.order_id, number)
            else:
                self.others.pick_one(self.order.order_id, number)
        elif what == "pack":
            self.others.pack(self.order.order_id, number)

    @rule()
    def hand_over_and_deliver(self) -> None:
        for number in self.others.at_shipping("shipped"):
            self.others.deliver(self.order.order_id, number)
        for number in self.others.at_shipping("labeled"):
            self.others.hand_over(self.order.order_id, number)

    @precondition(lambda self: self.others.at_shipping("labeled"))
    @rule()
    def cancel_while_a_parcel_leaves(self) -> None:
        self.others.hand_over(self.order.order_id, self.others.at_shipping("labeled")[0])
        self.wish(self.desk.cancel, self.order)

    def wish(self, what: Any, *wish: Any) -> None:
        try:
            what(*wish)
        except Refused as refusal:
            self.refused.add(refusal.code)
        self.listen()

    def runs(self) -> list[Any]:
        return list(self.desk.runs.of_subject(self.order.order_id))

    def stuck(self) -> list[Any]:
        return [run for run in self.runs() if run.is_open and is_stuck(run)]

    @invariant()
    def every_piece_is_in_one_state(self) -> None:
        for line in self.order.lines:
            assert line.ordered == sum(getattr(line, state) for state in STATES)
            assert line.delivered <= line.shipped

    @invariant()
    def the_total_is_what_lines_and_delivery_cost(self) -> None:
        lines = sum(line.total for line in self.order.lines)
        assert self.order.total == lines + self.order.delivery_net

    @invariant()
    def no_more_is_given_back_than_was_taken(self) -> None:
        assert 0 <= self.order.refunded <= self.order.captured

    @invariant()
    def whatever_is_open_has_a_deadline_a_hold_or_a_person(self) -> None:
        for run in self.runs():
            held = (self.order.held or self.order.editing) and run.attempts == 0
            assert not run.is_open or run.deadline or held or is_stuck(run), run
        if self.order.state in {"pending", "confirmed"} and not any(r.is_open for r in self.runs()):
            money = self.commands or self.others.told
            assert money or self.order.captured < self.order.due, "nobody goes on with this order"

    @invariant()
    def the_watchdog_is_silent_while_somebody_goes_on(self) -> None:
        wrong = {one.kind for one in neglected(self.order, self.runs(), self.desk.work.now)}
        under_way = {"not_completed"} if self.commands or self.others.told else set()
        assert wrong <= {"owed"} | under_way  # owed: people have skipped the capture

    def teardown(self) -> None:
        """Let everybody do their work: then the order ends, and all adds up."""
        if not hasattr(self, "order"):
            return
        self.others.refusing.clear()
        for _ in range(400):
            if not (self.commands or self.others.told or any(r.is_open for r in self.runs())):
                break
            self.everybody_works()
        self.check_the_end()

    def everybody_works(self) -> None:
        self.release()
        if self.commands:
            self.obey_the_next_command()
        elif self.others.told:
            self.tell(self.others.told.pop(0))
        elif picks := self.others.open_picks():
            if self.others.picks[picks[0]].left():
                self.others.pick_one(self.order.order_id, picks[0])
            else:
                self.others.pack(self.order.order_id, picks[0])
        elif self.others.at_shipping("labeled") or self.others.at_shipping("shipped"):
            self.hand_over_and_deliver()
        elif stuck := self.stuck():
            back = any(self.others.picks[s].status == "canceled" for s in self.sent_by(stuck[0]))
            self.wish(
                self.desk.decide, self.order, "compensate" if back else "retry", stuck[0].run_id
            )
        else:
            self.wait(1)

    def labels(self) -> list[Any]:
        return [asked for (name, _), asked in self.asked.items() if name == "CreateShipment"]

    def sent_by(self, run: Any) -> list[str]:
        return [run.data["fulfillment_order_id"]] if run.saga == "fulfillment" else []

    def check_the_end(self) -> None:
        order, others = self.order, self.others
        assert order.state in {"completed", "canceled", "expired"}, self.desk.runs_at(order)
        assert not any(run.is_open for run in self.runs())
        assert not any(others.kept.values()), "goods are still kept for an order that has ended"
        assert order.editing is None or order.is_off
        if order.state == "completed":
            assert others.goes_to in {None, order.ship_to}
            assert {label.ship_to for label in self.labels()} == {order.ship_to}
            assert others.captured - others.refunded == order.due
            assert all(line.shipped + line.canceled == line.ordered for line in order.lines)
            assert set(others.shipments.values()) <= {"delivered", "voided"}
        else:
            assert others.captured == others.refunded
            assert set(others.shipments.values()) <= {"voided"}
            assert not order.has_shipped


TestAnOrder = AnOrder.TestCase
TestAnOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
