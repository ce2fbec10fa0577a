"""Which errors does a handler raise, and what becomes of each?

Refused      the asker gets code, sentence and field; nothing is stored
├── NotFound     there is no such thing (404)
├── IllegalMove  the thing is in a state that does not allow it (409)
└── Stale        it was changed by somebody else meanwhile (412)
NotYet       the message came before what it builds on; it is tried again a little later
             (a request for two seconds, then it is refused: 409, or as it says itself)
anything else    a bug or an outage: retried with growing delay, then parked
"""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The answer is no: `code` for programs, `message` for people, `field` names the culprit."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(code, message, field)
        self.code, self.message, self.field = code, message, field

    def __str__(self) -> str:
        """Show the sentence for people."""
        return self.message


class NotFound(Refused):
    """There is no such thing."""

    def __init__(self, what: str, which: str, field: str = "") -> None:
        super().__init__("not_found", f"There is no {what} {which}.", field)


class IllegalMove(Refused):
    """The thing is in a state that does not allow this."""

    def __init__(self, what: str, which: str, state: str, wish: str) -> None:
        super().__init__("illegal_move", f"{what} {which} is {state}; it cannot become {wish}.")


class Stale(Refused):
    """Somebody else has changed the thing since the asker looked."""

    def __init__(self, what: str, which: str, expected: int, actual: int) -> None:
        super().__init__(
            "stale",
            f"{what} {which} has version {actual}, not {expected}: somebody changed it meanwhile.",
            "expected_version",
        )


def check_version(what: str, which: str, expected: int | None, actual: int) -> None:
    """Raise Stale unless it is the version that was expected, if any was."""
    if expected is not None and expected != actual:
        raise Stale(what, which, expected, actual)


class NotYet(Exception):  # noqa: N818 - a message from the future is no error either
    """The message is from the future: what it builds on is not here yet.

    A request is tried again for a moment; `otherwise` is what its asker is told after that.
    """

    def __init__(self, why: str, otherwise: Refused | None = None) -> None:
        super().__init__(why)
        self.otherwise = otherwise or Refused("not_yet", why)
