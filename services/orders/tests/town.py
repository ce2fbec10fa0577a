"""How do an order and its neighbors talk until nobody has anything to say?"""

from typing import Any

from contracts.message import Message
from services.orders.domain.order import Order
from services.orders.tests.builders import Desk, a_line
from services.orders.tests.neighbors import EVENTS, Neighbors


class Town:
    """A desk and its neighbors; `go` lets them talk until nobody has anything to say."""

    def __init__(self, desk: Desk, *lines: Any, **changes: Any) -> None:
        fields = {i: changes.pop(i) for i in ("refusing", "split") if i in changes}
        self.desk, self.others = desk, Neighbors(**fields)
        self.order: Order = desk.place(*(lines or (a_line(),)), **changes)
        self.asked: list[str] = []
        self.all_asked: list[str] = []
        self.lost: set[str] = set()

    def go(self, until: str = "") -> list[str]:
        """Talk, until a command of a name is to be obeyed; what is `lost` never is."""
        self.asked = []
        queue = self.desk.heard()
        while queue or self.others.told:
            if queue:
                command = queue.pop(0)
                name = type(command).__name__
                if not isinstance(command, EVENTS):
                    self.asked.append(name)
                if name == until:
                    self.desk.work.sent[:0] = [command, *queue]
                    break
                if name not in self.lost:
                    self.others.obey(command)
            else:
                self.desk.tell(self.others.told.pop(0))
            queue += self.desk.heard()
        self.all_asked += self.asked
        return self.asked

    def take(self, kind: type[Message]) -> Any:
        """Take something that was told off its way, to deliver it later."""
        message = next(m for m in self.others.told if isinstance(m, kind))
        self.others.told.remove(message)
        return message

    def pick_and_pack(self) -> list[str]:
        for number in self.others.open_picks():
            while self.others.picks[number].left():
                self.others.pick_one(self.order.order_id, number)
            self.others.pack(self.order.order_id, number)
        return self.go()

    def hand_over(self) -> list[str]:
        for number in self.others.at_shipping("labeled"):
            self.others.hand_over(self.order.order_id, number)
        return self.go()

    def deliver(self) -> list[str]:
        for number in self.others.at_shipping("shipped"):
            self.others.deliver(self.order.order_id, number)
        return self.go()

    @property
    def stuck(self) -> list[str]:
        """Where the runs stand that wait for a person, and why."""
        runs = self.desk.runs.of_subject(self.order.order_id)
        return [f"{run.step}: {run.problem}" for run in runs if run.phase == "waiting"]


def at_packing(desk: Desk, *lines: Any, **changes: Any) -> Town:
    town = Town(desk, *lines, **changes)
    town.go()
    return town


def at_handover(desk: Desk, *lines: Any, **changes: Any) -> Town:
    town = at_packing(desk, *lines, **changes)
    town.pick_and_pack()
    return town
