"""How does a message look to a program that does not share our code? As JSON Schema says."""

from inspect import cleandoc
from typing import Any

import msgspec

from contracts.message import Message, Question

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = "#/$defs/{name}"
Schema = dict[str, Any]


def schema_of(message: type[Message]) -> Schema:
    """Make the schema of a message's body; its `$id` is the wire name."""
    (schema,), parts = msgspec.json.schema_components([message], ref_template=REFERENCE)
    return _document(message.wire, schema, parts)


def schema_of_question(question: Question[Any, Any]) -> Schema:
    """Make the schema of what is asked and what is answered, as the two fields of one object."""
    both, parts = msgspec.json.schema_components(
        [question.asked, question.answered], ref_template=REFERENCE
    )
    properties = dict(zip(("asked", "answered"), both, strict=True))
    shape = {"type": "object", "properties": properties, "required": list(properties)}
    return _document(question.name, shape, parts)


def to_text(schema: Schema) -> bytes:
    """Write a schema as it is committed: always the same bytes."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _document(name: str, schema: Schema, parts: Schema) -> Schema:
    """Make one document in the words of JSON, as it is when it is read back."""
    parts = _dedented(msgspec.json.decode(msgspec.json.encode(parts)))
    return {"$schema": DIALECT, "$id": name, **schema, "$defs": dict(sorted(parts.items()))}


def _dedented(node: Any) -> Any:
    """Take the indentation of docstrings out of descriptions."""
    if isinstance(node, list):
        return [_dedented(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: cleandoc(value)
        if key == "description" and isinstance(value, str)
        else _dedented(value)
        for key, value in node.items()
    }
