"""Which walks can a saga take? Any: answers come late, twice, crossed, or not before the deadline.

`walk(saga)` makes a state machine of any table of steps: its own steps, deadlines, pivot and
answers, walked among participants that act once for each wish, as those of the real table do.
"""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.saga import Phase, Progress, Saga
from chassis.tests.saga_world import Asked, Example, Participant, World, recorded
from contracts.message import Message

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
OVER = (Phase.DONE, Phase.COMPENSATED)


class Walk(RuleBasedStateMachine):
    """One run of a saga."""

    table: Saga[Any]
    example: Example

    @initialize(
        refusing=st.sets(st.integers(0, 6), max_size=3),
        left_out=st.sets(st.integers(0, 6), max_size=2),
        too_late=st.booleans(),
        gates_open=st.booleans(),
    )
    def set_out(
        self, refusing: set[int], left_out: set[int], too_late: bool, gates_open: bool
    ) -> None:
        steps = self.table.steps
        self.at = {step.name: i for i, step in enumerate(steps)}
        self.pivot = next((i for i, step in enumerate(steps) if step.pivot), len(steps))
        self.final = next((i for i, step in enumerate(steps) if step.final), len(steps))
        self.saga = Saga(self.table.name, [recorded(step) for step in steps])
        off = frozenset(s.name for i, s in enumerate(steps) if i in left_out and s.when)
        self.world, self.now = World(gates_open, off), NOW
        self.there = {
            step.name: Participant(
                step, type(self).example, refuses=i in refusing, too_late=too_late,
                elsewhere=len(step.again),
            )
            for i, step in enumerate(steps)
        }  # fmt: skip
        self.commands: list[Asked] = []
        self.delivered: list[Message] = []
        self.excused: set[str] = set()
        self.wanted_back = False
        self.progress = Progress()
        self.go(self.saga.start(self.world, self.now))

    def go(self, moved: tuple[Progress, list[Any]]) -> None:
        """Take a move over, and look at what it says."""
        before, (self.progress, said) = self.progress, moved
        for asked in said:
            self.check_asked(asked)
            self.there[asked.step].asked = True
            if self.there[asked.step].step.done or asked.back:
                self.commands.append(asked)
        if self.progress.phase is Phase.BACKWARD and before.phase is not Phase.BACKWARD:
            here = len(self.at) if before.phase is Phase.DONE else self.at[before.step]
            may = self.wanted_back or here < self.pivot or self.saga.steps[here].declined
            assert may, "it turned back behind the pivot"
            assert here <= self.final, "it turned back behind the final step"
        if self.progress.phase is Phase.COMPENSATED:
            self.nothing_is_left_behind()

    def check_asked(self, asked: Asked) -> None:
        here = self.at[asked.step]
        if asked.back:
            assert self.progress.step == asked.step
            assert self.progress.phase is Phase.BACKWARD
            for later in self.table.steps[here + 1 :]:
                if later.undo and later.name not in self.excused | self.world.left_out:
                    assert not self.there[later.name].taken, "given back in the wrong order"
        else:
            assert asked.step not in self.world.left_out
            assert here <= self.at[self.progress.step]
            there = self.there[asked.step]
            assert self.world.gates_open or there.asked or not there.step.gate

    def hear(self, message: Message, *, twice: bool = False) -> None:
        self.delivered.append(message)
        reason = type(message).__name__
        moved = self.saga.receive(self.progress, message, self.world, self.now, reason)
        if self.progress.phase in OVER:
            assert moved == (self.progress, []), "a run that is over was moved"
        self.go(moved)
        leads_back_to = {to for step in self.table.steps for _, to in step.again}
        if twice and self.progress.step not in leads_back_to:
            again = self.saga.receive(self.progress, message, self.world, self.now, reason)
            assert again == (self.progress, []), "the same message twice changed something"

    @precondition(lambda self: self.commands)
    @rule(which=st.integers(0, 9))
    def a_participant_obeys(self, which: int) -> None:
        asked = self.commands.pop(which % len(self.commands))
        self.there[asked.step].obey(asked)

    @precondition(lambda self: self.news())
    @rule(which=st.integers(0, 9), twice=st.booleans())
    def an_answer_arrives(self, which: int, twice: bool) -> None:
        news = self.news()
        participant = news[which % len(news)]
        self.hear(participant.told.pop(0), twice=twice)

    @precondition(lambda self: self.commands or self.news())
    @rule(steps=st.integers(1, 10), twice=st.booleans())
    def all_goes_well_for_a_while(self, steps: int, twice: bool) -> None:
        for _ in range(steps):
            if self.commands:
                self.a_participant_obeys(0)
            elif self.news():
                self.an_answer_arrives(0, twice=twice)
            elif self.by_itself():
                self.something_happens_by_itself()

    @precondition(lambda self: self.delivered)
    @rule(which=st.integers(0, 30))
    def an_old_answer_comes_again(self, which: int) -> None:
        """Only one that is still true: what was since revoked is filtered by its attempt."""
        message = self.delivered[which % len(self.delivered)]
        told = [p for p in self.there.values() if isinstance(message, p.step.done)]
        if all(p.taken for p in told) and told:
            self.hear(message)

    @precondition(lambda self: self.progress.step and self.by_itself())
    @rule()
    def something_happens_by_itself(self) -> None:
        """A step that asks for nothing waits for people, or for a carrier."""
        participant = self.there[self.progress.step]
        participant.taken = True
        participant.say(*participant.step.done)

    @precondition(lambda self: self.progress.deadline)
    @rule()
    def the_deadline_passes(self) -> None:
        assert self.progress.deadline
        self.now = self.progress.deadline
        self.go(self.saga.overdue(self.progress, self.world, self.now))
        assert self.progress.deadline is None or self.progress.deadline > self.now

    @rule(opens=st.booleans())
    def a_hold_comes_or_goes(self, opens: bool) -> None:
        self.world.gates_open = opens
        if opens:
            self.go(self.saga.poke(self.progress, self.world, self.now))

    @rule(who=st.integers(0, 9), refuses=st.booleans())
    def somebody_changes_their_mind(self, who: int, refuses: bool) -> None:
        list(self.there.values())[who % len(self.there)].refuses = refuses

    @precondition(lambda self: self.saga.may_compensate(self.progress))
    @rule(sure=st.integers(0, 2))
    def it_is_called_off(self, sure: int) -> None:
        if sure:
            return
        self.wanted_back = True
        self.go(self.saga.compensate(self.progress, self.world, self.now, "called off"))

    @precondition(lambda self: self.needs_a_person())
    @rule(decision=st.sampled_from(["retry", "skip", "compensate"]))
    def a_person_decides(self, decision: Any) -> None:
        if decision == "compensate":
            if not self.saga.may_compensate(self.progress):
                return
            self.wanted_back = True
        if decision == "skip":
            self.excused.add(self.progress.step)
        self.go(self.saga.resolve(self.progress, decision, self.world, self.now, "so be it"))

    @invariant()
    def it_is_never_stuck_unseen(self) -> None:
        if not hasattr(self, "saga") or self.progress.phase in OVER:
            return
        held = self.progress.attempts == 0 and not self.world.gates_open
        assert self.progress.deadline or held or self.needs_a_person(), self.progress

    @invariant()
    def all_that_is_behind_it_is_done(self) -> None:
        if not hasattr(self, "saga") or self.progress.phase not in {Phase.FORWARD, Phase.DONE}:
            return
        here = self.at[self.progress.step] + (self.progress.phase is Phase.DONE)
        for step in self.table.steps[:here]:
            if step.name not in self.excused | self.world.left_out and step.done:
                there = self.there[step.name]
                assert there.taken, f"{step.name} was not done, and it went on"

    @invariant()
    def a_run_that_is_over_is_moved_by_nothing(self) -> None:
        if not hasattr(self, "saga") or self.progress.phase not in OVER:
            return
        assert self.progress.deadline is None
        for message in self.delivered[-5:]:
            assert self.saga.receive(self.progress, message, self.world, self.now) == (
                self.progress,
                [],
            )
        assert self.saga.poke(self.progress, self.world, self.now) == (self.progress, [])

    def news(self) -> list[Participant]:
        return [participant for participant in self.there.values() if participant.told]

    def by_itself(self) -> bool:
        step = self.there[self.progress.step].step
        forward = self.progress.phase in {Phase.FORWARD, Phase.WAITING}
        return bool(forward and not step.do and not self.there[step.name].taken)

    def needs_a_person(self) -> bool:
        if self.progress.phase is Phase.BACKWARD:
            return self.progress.attempts > 3
        return self.progress.phase is Phase.WAITING or (
            self.progress.phase is Phase.FORWARD and bool(self.progress.problem)
        )

    def teardown(self) -> None:
        """Let everybody do what they can: the run ends, and nothing is left behind."""
        if not hasattr(self, "saga"):
            return
        self.a_hold_comes_or_goes(opens=True)
        for participant in self.there.values():
            participant.refuses = False
        for _ in range(200):
            if self.progress.phase in OVER and not self.commands:
                break
            self.go_on_in_peace()
            self.it_is_never_stuck_unseen()
        self.check_the_end()

    def go_on_in_peace(self) -> None:
        if self.commands:
            self.a_participant_obeys(0)
        elif self.news():
            self.an_answer_arrives(0, twice=True)
        elif self.by_itself():
            self.something_happens_by_itself()
        elif self.needs_a_person():
            off = self.there[self.progress.step].off
            back = off and self.saga.may_compensate(self.progress)
            self.a_person_decides("compensate" if back else "skip" if off else "retry")
        else:
            self.the_deadline_passes()

    def check_the_end(self) -> None:
        assert self.progress.phase in OVER, f"it did not end: {self.progress}"
        self.all_that_is_behind_it_is_done()
        if self.progress.phase is Phase.COMPENSATED:
            self.nothing_is_left_behind()

    def nothing_is_left_behind(self) -> None:
        for step in self.table.steps:
            if step.undo and step.name not in self.excused | self.world.left_out:
                assert not self.there[step.name].taken, f"{step.name} was left behind"


def walk(saga: Saga[Any], example: Example) -> type[Walk]:
    """Make a state machine that walks the table; messages are made by `example(kind)`."""
    return type("Walk", (Walk,), {"table": saga, "example": staticmethod(example)})
