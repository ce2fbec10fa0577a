"""Which moves may a thing make from state to state? One literal table, and nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from chassis.errors import IllegalMove

S = TypeVar("S", bound=StrEnum)


class Machine(Generic[S]):
    """The life of one kind of thing; a move that is not in the table raises.

    Raises ValueError at once where the table leaves out a state or reaches one not at all.
    """

    def __init__(self, what: str, start: S, moves: Mapping[S, frozenset[S]]) -> None:
        self.what, self.start, self.moves = what, start, moves
        missing = set(type(start)) - set(moves)
        reached, todo = {start}, [start]
        while todo:
            for state in moves.get(todo.pop(), frozenset()) - reached:
                reached.add(state)
                todo.append(state)
        lost = set(moves) - reached
        if missing or lost:
            raise ValueError(f"{what}: no moves for {missing or '-'}, unreachable {lost or '-'}")

    def move(self, which: str, state: S, to: S) -> S:
        """Return `to` if the move is allowed, else raise IllegalMove naming both states."""
        if to not in self.moves[state]:
            raise IllegalMove(self.what, which, state, to)
        return to

    def allows(self, state: S, to: S) -> bool:
        """Tell whether the move is in the table."""
        return to in self.moves[state]

    def is_final(self, state: S) -> bool:
        """Tell whether no move leads out of the state."""
        return not self.moves[state]
