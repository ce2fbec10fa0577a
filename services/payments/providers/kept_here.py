"""How is counted what a provider does not count for us? By what was noted about an authorization.

Some providers take all money at once, or tell only later what became of a capture. How much of it
shipments have taken, and how much went back, is then kept beside the provider's names for things.
"""

from collections.abc import Mapping

from chassis.outside import Declined

TAKEN, BACK, FREE = "taken", "back", "free"


def note_of(what: str, amount: int, reference: str = "") -> str:
    """Write down that so much was taken or went back."""
    return f"{what}:{amount}::{reference}"


def total(notes: Mapping[str, str], what: str) -> int:
    """Sum up what was taken, or went back."""
    split = (note.split(":", 2) for note in notes.values())
    return sum(int(parts[1]) for parts in split if parts[0] == what and len(parts) > 1)


def is_noted(notes: Mapping[str, str], key: str, what: str) -> bool:
    """Tell whether this was done under a key."""
    return notes.get(key, "").startswith(f"{what}:")


def is_free(notes: Mapping[str, str]) -> bool:
    """Tell whether the rest was let go."""
    return any(note.startswith(f"{FREE}:") for note in notes.values())


def check_taking(notes: Mapping[str, str], amount: int, held: int) -> None:
    """Refuse to take more than there is, or what was let go."""
    if is_free(notes):
        raise Declined("voided", "What was held was let go of.")
    if total(notes, TAKEN) + amount > held:
        raise Declined("too_much", "It is more than there is.")


def check_giving(notes: Mapping[str, str], amount: int) -> None:
    """Refuse to give back more than was taken."""
    if total(notes, BACK) + amount > total(notes, TAKEN):
        raise Declined("too_much", "It is more than was taken.")
