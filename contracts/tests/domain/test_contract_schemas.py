"""Do the committed schemas say what the code says: no more and no less?"""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from contracts import load_all
from contracts.compatibility import breaks
from contracts.example import example_text
from contracts.message import CATALOGUE, QUESTIONS
from contracts.schema import schema_of, schema_of_question, to_text

load_all()
SCHEMAS = Path(__file__).parents[2] / "schemas"
TIMES = frozenset({"at", "until", "placed_at", "expires_at", "deliver_by", "respond_by"})
WRONG: tuple[Any, ...] = (None, "", "x" * 300, "no such", -1, 10**13, 0.5, True, [], {})


def committed(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_bytes())


def validator(wire: str) -> Draft202012Validator:
    return Draft202012Validator(committed(wire))


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body; in a list only the first, for the others are alike."""
    inner: Any = ()
    if isinstance(node, dict):
        inner = node.items()
    elif isinstance(node, list):
        inner = list(enumerate(node))[:1]
    for key, value in inner:
        yield (*path, key)
        yield from leaves(value, (*path, key))


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    body = deepcopy(body)
    place = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return body


def is_read(wire: str, body: Any) -> bool:
    try:
        msgspec.json.decode(json.dumps(body), type=CATALOGUE[wire], strict=True)
    except msgspec.ValidationError:
        return False
    return True


def test_every_message_and_question_has_a_schema_and_none_is_left_over() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(CATALOGUE)
    assert {path.stem for path in (SCHEMAS / "questions").glob("*.json")} == set(QUESTIONS)


def test_the_committed_schemas_are_those_of_the_code_else_run_make_docs() -> None:
    now = {wire: schema_of(message) for wire, message in CATALOGUE.items()}
    now |= {f"questions/{name}": schema_of_question(q) for name, q in QUESTIONS.items()}

    assert [
        name for name in now if to_text(now[name]) != (SCHEMAS / f"{name}.json").read_bytes()
    ] == []


def test_no_message_or_question_breaks_with_what_was_committed() -> None:
    now = {wire: schema_of(message) for wire, message in CATALOGUE.items()}
    now |= {f"questions/{name}": schema_of_question(q) for name, q in QUESTIONS.items()}

    assert {name: told for name in now if (told := breaks(committed(name), now[name]))} == {}


def test_a_schema_is_called_like_its_message_and_points_to_nothing_outside_itself() -> None:
    for wire in CATALOGUE:
        schema = committed(wire)
        assert schema["$id"] == wire
        assert json.dumps(schema).count("://") == 1, "the dialect, and nothing else"
        Draft202012Validator.check_schema(schema)


def test_every_example_is_valid_by_its_schema() -> None:
    for wire, message in CATALOGUE.items():
        assert list(validator(wire).iter_errors(json.loads(example_text(message)))) == [], wire


def test_a_body_without_a_field_that_must_be_there_is_refused_by_schema_and_code_alike() -> None:
    for wire, message in CATALOGUE.items():
        whole = json.loads(example_text(message))
        for field in whole:
            body = {name: value for name, value in whole.items() if name != field}
            assert validator(wire).is_valid(body) == is_read(wire, body), (wire, field)


def test_whatever_is_wrong_in_a_body_is_refused_by_schema_and_code_alike() -> None:
    told_apart = []
    for wire, message in CATALOGUE.items():
        body, by_schema = json.loads(example_text(message)), validator(wire)
        for path in (path for path in leaves(body) if path[-1] not in TIMES):
            for wrong in WRONG:
                bad = changed(body, path, wrong)
                if by_schema.is_valid(bad) != is_read(wire, bad):
                    told_apart.append((wire, path, wrong))

    assert told_apart == []
