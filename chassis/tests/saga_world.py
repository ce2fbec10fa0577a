"""Who takes part in a saga's walk? One participant for each step; each acts once, and answers."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from chassis.saga import Step
from contracts.message import Message

Example = Callable[[type[Message]], Message]


class Asked(Message, frozen=True, kw_only=True):
    """What a step asks of its participant: to do it, or to give it back."""

    step: str
    back: bool


@dataclass
class World:
    """What gates and conditions look at."""

    gates_open: bool
    left_out: frozenset[str]


@dataclass
class Participant:
    """Whoever does one step: does it once, gives it back once, and answers each time.

    `taken` is what must not be left behind; `off` is given back, or refused for good.
    """

    step: Step[Any]
    example: Example
    taken: bool = False
    off: bool = False
    asked: bool = False
    refuses: bool = False
    too_late: bool = False
    elsewhere: int = 0
    told: list[Message] = field(default_factory=list)

    def say(self, *kinds: type[Message]) -> None:
        self.told += [self.example(kind) for kind in kinds[:1]]

    def obey(self, asked: Asked) -> None:
        if asked.back:
            self.give_back()
        elif self.off:
            self.say(*(self.step.refused or self.step.undone))
        elif self.taken or not self.refuses:
            self.taken = True
            self.say(*self.step.done)
        elif self.elsewhere:
            self.elsewhere -= 1
            self.say(self.step.again[0][0])
        else:
            no = self.step.refused or self.step.declined
            self.off = bool(set(no) & set(self.step.undone))
            self.say(*(no or self.step.done))
            self.taken = not no

    def give_back(self) -> None:
        if self.taken and self.too_late and self.step.too_late:
            self.say(*self.step.too_late)
        else:
            self.taken, self.off = False, True
            self.say(*self.step.undone)


def recorded(step: Step[Any]) -> Step[Any]:
    """A step as in the table, but what it asks for is written down, and not said."""
    return replace(
        step,
        do=(lambda _w, _d: Asked(step=step.name, back=False)) if step.do else None,
        undo=(lambda _w, _d: Asked(step=step.name, back=True)) if step.undo else None,
        gate=(lambda world: world.gates_open) if step.gate else None,
        when=(lambda world: step.name not in world.left_out) if step.when else None,
    )
