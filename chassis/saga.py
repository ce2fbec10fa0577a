"""How does a process that spans services go on, and how does it go back?

A saga is a table of steps. Downwards it asks for things; upwards it gives back what it took.

    forward ──(last step done)──▶ done          forward ──(refused before the pivot)──▶ backward
    forward ──(refused after the pivot)──▶ waiting for a person: retry, skip or compensate
    backward ──(everything given back)──▶ compensated
    backward ──(too late to give back)──▶ forward again

A step that timed out is not a step that was refused: its outcome is unknown, so before the pivot
its own undo runs too, and after it it is asked for again. Participants accept both.
The engine is pure: it knows neither database nor clock; `saga_store` keeps the runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from contracts.message import Message

S = TypeVar("S")
Told = Message | Sequence[Message] | None
Data = Mapping[str, Any]
Decision = Literal["retry", "skip", "compensate"]

ASK_AGAIN = timedelta(seconds=30)
ASK_AGAIN_AT_MOST = timedelta(hours=1)
TRIES_BEFORE_PROBLEM = 3


class Phase(StrEnum):
    """Where a run is heading."""

    FORWARD = "forward"
    BACKWARD = "backward"
    WAITING = "waiting"
    DONE = "done"
    COMPENSATED = "compensated"


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """One line of the table: what is asked for, what answers, and how it is given back.

    A step without `done` is done as soon as it has said what it has to say.
    `declined` turns the run back even at the pivot: it is sure that nothing was done.
    `gate` holds the run before the step until it opens; `when` leaves the step out.
    `final` marks the point from which nothing is given back any more, whoever wishes it.
    """

    name: str
    do: Callable[[S, Data], Told] | None = None
    done: tuple[type[Message], ...] = ()
    refused: tuple[type[Message], ...] = ()
    declined: tuple[type[Message], ...] = ()
    again: tuple[tuple[type[Message], str], ...] = ()
    extended: tuple[type[Message], ...] = ()
    undo: Callable[[S, Data], Told] | None = None
    undone: tuple[type[Message], ...] = ()
    too_late: tuple[type[Message], ...] = ()
    within: timedelta | None = None
    gate: Callable[[S], bool] | None = None
    when: Callable[[S], bool] | None = None
    pivot: bool = False
    final: bool = False
    people: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    step: str = ""
    phase: Phase = Phase.FORWARD
    attempts: int = 0
    deadline: datetime | None = None
    problem: str = ""
    data: Data = field(default_factory=dict)


Moved = tuple[Progress, list[Message]]


class Saga(Generic[S]):
    """A table of steps and the rules for walking it."""

    def __init__(self, name: str, steps: Sequence[Step[S]]) -> None:
        self.name, self.steps = name, tuple(steps)
        self._at = {step.name: i for i, step in enumerate(self.steps)}
        if len(self._at) != len(self.steps):
            raise ValueError(f"{name}: two steps have the same name")
        pivots = [i for i, step in enumerate(self.steps) if step.pivot]
        finals = [i for i, step in enumerate(self.steps) if step.final]
        self._pivot = pivots[0] if pivots else len(self.steps)
        self._final = finals[0] if finals else len(self.steps)
        for i, step in enumerate(self.steps):
            if step.undo and not step.undone:
                raise ValueError(f"{name}.{step.name} has an undo that nothing confirms")
            if step.undo and i >= self._final:
                raise ValueError(f"{name}.{step.name} has an undo behind the final step")

    def start(self, subject: S, now: datetime, data: Data | None = None) -> Moved:
        """Begin a run."""
        return self._enter(0, Progress(data=dict(data or {})), subject, now)

    def poke(self, progress: Progress, subject: S, now: datetime) -> Moved:
        """Look again whether a gate has opened."""
        step = self._step(progress)
        if progress.phase is Phase.FORWARD and step.gate and progress.attempts == 0:
            return self._enter(self._at[step.name], progress, subject, now)
        return progress, []

    def receive(  # noqa: PLR0911 - one exit for each kind of message
        self, progress: Progress, message: Message, subject: S, now: datetime, reason: str = ""
    ) -> Moved:
        """Take a message; one that the step does not wait for changes nothing."""
        step, kind = self._step(progress), type(message)
        if progress.phase is Phase.BACKWARD:
            if kind in step.undone:
                return self._back(self._at[step.name] - 1, progress, subject, now)
            if kind in step.too_late:
                back = replace(progress, phase=Phase.FORWARD, attempts=1, problem=reason)
                return self._next(back, subject, now)
            return progress, []
        if progress.phase not in {Phase.FORWARD, Phase.WAITING} or progress.attempts == 0:
            return progress, []
        if kind in step.done:
            return self._next(progress, subject, now)
        if kind in step.refused or kind in step.declined:
            if self._at[step.name] < self._pivot or kind in step.declined:
                moved = replace(progress, problem=reason)
                return self._back(self._at[step.name] - 1, moved, subject, now)
            return replace(progress, phase=Phase.WAITING, problem=reason, deadline=None), []
        for again, back_to in step.again:
            if kind is again:
                going = replace(progress, phase=Phase.FORWARD, problem="")
                return self._enter(self._at[back_to], going, subject, now)
        if kind in step.extended:
            until = getattr(message, "until", None)
            return replace(progress, deadline=(until or now) + (step.within or ASK_AGAIN)), []
        return progress, []

    def overdue(self, progress: Progress, subject: S, now: datetime) -> Moved:
        """The deadline has passed: go back, ask again, or call for a person."""
        step = self._step(progress)
        if progress.phase is Phase.BACKWARD:
            return self._ask_again(progress, step.undo, subject, now)
        if progress.phase is not Phase.FORWARD:
            return replace(progress, deadline=None), []
        if self._at[step.name] < self._pivot:
            late = replace(progress, problem=f"{step.name}: no answer in time")
            return self._back(self._at[step.name], late, subject, now)
        if step.people or step.do is None:
            late = replace(progress, problem=f"{step.name} is overdue", deadline=None)
            # whoever has done it already tells it again; whoever has never heard of it parks it
            return late, _told(step.do(subject, progress.data)) if step.do else []
        return self._ask_again(progress, step.do, subject, now)

    def knows(self, progress: Progress) -> bool:
        """Tell whether the step is in the table; a run of another version may stand elsewhere."""
        return progress.step in self._at

    def may_compensate(self, progress: Progress) -> bool:
        """Tell whether the run can still give everything back."""
        if progress.phase in {Phase.COMPENSATED, Phase.BACKWARD}:
            return False
        if progress.phase is Phase.DONE:
            return self._final == len(self.steps)
        return self._at[progress.step] <= self._final

    def compensate(self, progress: Progress, subject: S, now: datetime, reason: str) -> Moved:
        """Give everything back, because a person wants it; check `may_compensate` before."""
        last = len(self.steps) - 1 if progress.phase is Phase.DONE else self._at[progress.step]
        wish = replace(progress, problem=reason, phase=Phase.BACKWARD)
        return self._back(last, wish, subject, now)

    def resolve(
        self, progress: Progress, decision: Decision, subject: S, now: datetime, reason: str
    ) -> Moved:
        """Do what a person decided about a run that waits or is overdue."""
        if decision == "compensate":
            return self.compensate(progress, subject, now, reason)
        if progress.phase is Phase.BACKWARD:
            i = self._at[progress.step]
            return self._back(i if decision == "retry" else i - 1, progress, subject, now)
        going = replace(progress, phase=Phase.FORWARD, problem="")
        if decision == "skip":
            return self._next(going, subject, now)
        return self._enter(self._at[progress.step], going, subject, now)

    def _step(self, progress: Progress) -> Step[S]:
        return self.steps[self._at[progress.step]]

    def _next(self, progress: Progress, subject: S, now: datetime) -> Moved:
        going = replace(progress, phase=Phase.FORWARD, problem="")
        return self._enter(self._at[progress.step] + 1, going, subject, now)

    def _enter(self, i: int, progress: Progress, subject: S, now: datetime) -> Moved:
        said: list[Message] = []
        for step in self.steps[i:]:
            if step.when and not step.when(subject):
                continue
            here = replace(progress, step=step.name, attempts=0, deadline=None)
            if step.gate and not step.gate(subject):
                return here, said
            said += _told(step.do(subject, progress.data)) if step.do else []
            if step.done:
                deadline = now + step.within if step.within else None
                return replace(here, attempts=1, deadline=deadline), said
            progress = here
        last = self.steps[-1].name
        return replace(progress, step=last, phase=Phase.DONE, deadline=None, problem=""), said

    def _back(self, i: int, progress: Progress, subject: S, now: datetime) -> Moved:
        for step in reversed(self.steps[: i + 1]):
            if not step.undo or (step.when and not step.when(subject)):
                continue
            here = replace(
                progress, step=step.name, phase=Phase.BACKWARD, attempts=1, deadline=now + ASK_AGAIN
            )
            return here, _told(step.undo(subject, progress.data))
        first = self.steps[0].name
        return replace(progress, step=first, phase=Phase.COMPENSATED, deadline=None), []

    def _ask_again(
        self, progress: Progress, ask: Callable[[S, Data], Told] | None, subject: S, now: datetime
    ) -> Moved:
        tries = progress.attempts + 1
        wait = min(ASK_AGAIN * 2 ** min(tries - 1, 12), ASK_AGAIN_AT_MOST)
        problem = progress.problem
        if tries > TRIES_BEFORE_PROBLEM:
            problem = f"{progress.step}: no answer after {tries - 1} tries"
        asked = replace(progress, attempts=tries, deadline=now + wait, problem=problem)
        return asked, _told(ask(subject, progress.data)) if ask else []


def _told(told: Told) -> list[Message]:
    if told is None:
        return []
    return [told] if isinstance(told, Message) else list(told)
