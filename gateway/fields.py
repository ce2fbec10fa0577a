"""Which kinds of values may a request hold? Those of JSON: nothing is guessed or converted."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import marshmallow as ma
from marshmallow import fields

SHOWN_LETTERS = 40
YEARS = range(1970, 3000)


class Strict(fields.Field[Any]):
    """A field that takes a value of its kind and refuses all others, in words.

    `json` is its type and format in the OpenAPI document.
    """

    json: ClassVar[tuple[str, str | None]]

    def read(self, value: Any) -> Any:
        """Give what the value means; raises ValidationError if it is of another kind."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - marshmallow's signature
        return self.read(value)


class Whole(Strict):
    """A whole number; neither 1.5 nor "1" nor true. In JSON 1.0 is the same number as 1."""

    json = ("integer", None)

    def read(self, value: Any) -> int:
        """Take a whole number."""
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ma.ValidationError(f"must be a whole number, not {shown(value)}.")
        return value


class Number(Strict):
    """A number; neither "1" nor true. JSON has no infinity and no NaN."""

    json = ("number", None)

    def read(self, value: Any) -> float:
        """Take a number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ma.ValidationError(f"must be a number, not {shown(value)}.")
        return value


class YesNo(Strict):
    """True or false; neither 1 nor "yes"."""

    json = ("boolean", None)

    def read(self, value: Any) -> bool:
        """Take true or false."""
        if not isinstance(value, bool):
            raise ma.ValidationError(f"must be true or false, not {shown(value)}.")
        return value


class Instant(Strict):
    """A time with its offset from UTC, such as 2026-11-24T10:00:00Z.

    Far from our time an offset can carry it out of the years that can be kept.
    """

    json = ("string", "date-time")

    def read(self, value: Any) -> datetime:
        """Take a time and tell it in UTC."""
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ma.ValidationError(
                f"must be a time like 2026-11-24T10:00:00Z, not {shown(value)}."
            ) from None
        if found.tzinfo is None:
            raise ma.ValidationError("must say its offset from UTC, such as a Z at its end.")
        if found.year not in YEARS:
            raise ma.ValidationError(f"must be in the years {YEARS.start} to {YEARS.stop - 1}.")
        return found.astimezone(UTC)


class TextField(Strict):
    """Text that PostgreSQL can keep: any Unicode but the character 0 and halves of characters."""

    json = ("string", None)

    def read(self, value: Any) -> str:
        """Take text."""
        if not isinstance(value, str):
            raise ma.ValidationError(f"must be text, not {shown(value)}.")
        if "\x00" in value or not _is_unicode(value):
            raise ma.ValidationError("has a character that cannot be kept.")
        return value


class Choice(Strict):
    """One of a few words; which, says its validator."""

    json = ("string", None)

    def read(self, value: Any) -> Any:
        """Take anything; what is none of the words is refused with their list."""
        return value


KINDS: tuple[type[Strict], ...] = (Whole, Number, YesNo, Instant, TextField, Choice)


def shown(value: Any) -> str:
    """Show what was sent in a sentence: as JSON, if it is short; lists and objects by their kind.

    They may be nested so deeply that showing them would fail.
    """
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= SHOWN_LETTERS else text[:SHOWN_LETTERS] + "…"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
