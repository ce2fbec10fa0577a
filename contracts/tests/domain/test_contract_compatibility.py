"""Is every way to break with what others say reported, and nothing else?"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from contracts import load_all
from contracts.compatibility import breaks
from contracts.message import CATALOGUE, QUESTIONS
from contracts.schema import schema_of, schema_of_question

load_all()
REAL = {wire: schema_of(message) for wire, message in CATALOGUE.items()}
REAL |= {name: schema_of_question(question) for name, question in QUESTIONS.items()}


def a_message(**fields: Any) -> dict[str, Any]:
    """The schema of a message; a field is a type, or a type and its default."""
    given = [
        (name, *(what if isinstance(what, tuple) else (what,))) for name, what in fields.items()
    ]
    told = msgspec.defstruct("Told", [("order_id", str), *given], kw_only=True, frozen=True)
    return msgspec.json.schema(told)


def a_value(name: str = "Line", **fields: Any) -> type:
    return msgspec.defstruct(name, list(fields.items()), kw_only=True, frozen=True)


def limited(kind: type, **limits: Any) -> Any:
    return Annotated[kind, Meta(**limits)]


SHORT, LONG = limited(str, max_length=64), limited(str, max_length=255)
FROM_0, FROM_1 = limited(int, ge=0), limited(int, ge=1)
A_ONLY, B_ONLY = limited(str, pattern="^a$"), limited(str, pattern="^b$")
A, A_OR_B = Literal["a"], Literal["a", "b"]
SKUS, NOTHINGS = tuple[a_value(sku=str), ...], tuple[a_value(), ...]
OLD_WORDS, NEW_WORDS = limited(str, description="old"), limited(str, description="new")


def a_default(price: int, **more: Any) -> Any:
    """A value that may be left out, and then has this price."""
    fields = {"price": 0, **more}
    kind = msgspec.defstruct(
        "Delivery", [(n, type(value), value) for n, value in fields.items()], frozen=True
    )
    return kind, kind(price=price)


# what is done: before, after
HARMLESS: dict[str, tuple[Any, Any]] = {
    "a field with a default is added": ({}, {"n": (str, "")}),
    "a field that may be null is added": ({}, {"n": (datetime | None, None)}),
    "a field gets a default": ({"n": str}, {"n": (str, "")}),
    "a value that may be left out gets a field with a default": (
        {"n": a_default(price=0)}, {"n": a_default(price=0, by="")},
    ),
    "a description is written anew": ({"n": OLD_WORDS}, {"n": NEW_WORDS}),
    "a class is renamed": ({"n": a_value("Line", sku=str)}, {"n": a_value("OrderLine", sku=str)}),
}  # fmt: skip
# what is done: before, after, what is reported
BREAKS: dict[str, tuple[Any, Any, str]] = {
    "a field is removed": ({"n": int}, {}, "n: the field was removed"),
    "a field is renamed": ({"n": int}, {"m": (int, 0)}, "n: the field was removed"),
    "a field is demanded": ({}, {"n": int}, "n: a field was added that has no default"),
    "a default is taken away": ({"n": (int, 0)}, {"n": int}, "n: the field must be there now"),
    "a default changes": ({"n": (int, 0)}, {"n": (int, 1)}, "n: the default was 0 and is 1"),
    "a default changes within a value that may be left out": (
        {"n": a_default(price=0)}, {"n": a_default(price=1, by="")}, "n: the default was",
    ),
    "a number becomes text": ({"n": int}, {"n": str}, "n: integer has become string"),
    "a fraction becomes whole": ({"n": float}, {"n": int}, "n: number has become integer"),
    "one becomes many": ({"n": str}, {"n": tuple[str, ...]}, "n: string has become array"),
    "a text gets shorter": ({"n": LONG}, {"n": SHORT}, "n: is narrower"),
    "a text gets longer": ({"n": SHORT}, {"n": LONG}, "n: is wider"),
    "a text is limited": ({"n": str}, {"n": SHORT}, "n: is narrower"),
    "a limit is taken away": ({"n": SHORT}, {"n": str}, "n: is wider"),
    "the least number is raised": ({"n": FROM_0}, {"n": FROM_1}, "n: is narrower"),
    "the least number is lowered": ({"n": FROM_1}, {"n": FROM_0}, "n: is wider"),
    "a pattern is demanded": ({"n": str}, {"n": A_ONLY}, "n: is narrower"),
    "a pattern changes": ({"n": A_ONLY}, {"n": B_ONLY}, "n: has changed"),
    "null is forbidden": ({"n": int | None}, {"n": int}, "n: is narrower"),
    "null is allowed": ({"n": int}, {"n": int | None}, "n: is wider"),
    "a choice is taken away": ({"n": A_OR_B}, {"n": A}, "n: is narrower"),
    "a choice is added": ({"n": A}, {"n": A_OR_B}, "n: is wider"),
    "text becomes a choice": ({"n": str}, {"n": A}, "n: string has become a choice"),
    "a field of a value in a list is removed": (
        {"n": SKUS}, {"n": NOTHINGS}, "n[].sku: the field was removed",
    ),
    "a field of a value that may be null gets shorter": (
        {"n": a_value(m=LONG) | None}, {"n": a_value(m=SHORT) | None}, "n.m: is narrower",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HARMLESS)
def test_what_breaks_nothing_is_not_reported(what: str) -> None:
    before, after = HARMLESS[what]

    assert breaks(a_message(**before), a_message(**after)) == []


@pytest.mark.parametrize("what", BREAKS)
def test_what_breaks_with_others_is_reported_with_its_field(what: str) -> None:
    before, after, reported = BREAKS[what]

    (told,) = breaks(a_message(**before), a_message(**after))

    assert told.startswith(reported)


def test_no_real_schema_breaks_with_itself() -> None:
    assert [name for name, schema in REAL.items() if breaks(schema, schema)] == []


def test_whichever_field_of_a_real_message_or_question_is_removed_it_is_reported() -> None:
    unseen = []
    for name, schema in REAL.items():
        for part, field in fields_in(schema):
            new = deepcopy(schema)
            del new["$defs"][part]["properties"][field]
            if not any(f"{field}: the field was removed" in told for told in breaks(schema, new)):
                unseen.append((name, part, field))

    assert unseen == []


def test_whichever_field_of_a_real_message_or_question_gets_another_type_it_is_reported() -> None:
    unseen = []
    for name, schema in REAL.items():
        for part, field in fields_in(schema):
            new = deepcopy(schema)
            new["$defs"][part]["properties"][field] = {"type": "something else"}
            if not breaks(schema, new):
                unseen.append((name, part, field))

    assert unseen == []


def fields_in(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for part, shape in schema["$defs"].items():
        for field in shape.get("properties", ()):
            yield part, field
