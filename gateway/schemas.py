"""How does the API check what comes in? By marshmallow schemas derived from the contracts.

A struct is declared once, in contracts/; here its types, limits and docstring become a schema that
checks a request, says in words what is wrong with which field, and appears in the OpenAPI document.
"""

import re
from functools import cache
from typing import Any

import marshmallow as ma
import msgspec
from marshmallow import fields, validate
from msgspec import inspect as mi

from contracts.message import Wire
from gateway.fields import Choice, Instant, Number, TextField, Whole, YesNo

NAMED = 15
FAULTS_TOLD = 50
NAME_LETTERS = 100


class WireSchema(ma.Schema):
    """What all derived schemas share: unknown fields are refused, with words."""

    class Meta:
        """Settings of marshmallow."""

        unknown = ma.RAISE

    error_messages = {"unknown": "is not a field here.", "type": "must be an object."}  # noqa: RUF012


class Form(validate.Regexp):
    """A pattern, kept as JSON Schema writes it too."""

    def __init__(self, pattern: str) -> None:
        # in Python a $ also matches before a line feed at the end, in JSON Schema it does not
        python = re.sub(r"(?<!\\)\$", r"\\Z", pattern)
        told = pattern.replace("{", "{{").replace("}", "}}")  # it is a template of str.format
        super().__init__(python, error=f"is not of the form {told}.")
        self.json_pattern = pattern


@cache
def schema_of(struct: type[Wire]) -> type[ma.Schema]:
    """Derive the schema of a struct."""
    info = mi.type_info(struct)
    assert isinstance(info, mi.StructType)
    declared = {f.encode_name: _field_of(f) for f in info.fields}
    made: type[ma.Schema] = type(
        struct.__name__, (WireSchema,), {**declared, "__doc__": struct.__doc__}
    )
    return made


@cache
def _loader_of(struct: type[Wire]) -> ma.Schema:
    return schema_of(struct)()


def load(struct: type[Wire], sent: Any) -> Wire:
    """Check what was sent and make the struct; raises ValidationError naming each field."""
    return msgspec.convert(_loader_of(struct).load(sent), struct)


def faults(messages: Any) -> list[dict[str, str]]:
    """Flatten marshmallow's messages to `lines[0].quantity` and a sentence each, not too many."""
    return _faults(messages, "")[:FAULTS_TOLD]


def _faults(messages: Any, at: str) -> list[dict[str, str]]:
    if isinstance(messages, str):
        return [{"field": at, "detail": f"{at.rpartition('.')[2] or 'The body'} {messages}"}]
    if isinstance(messages, list):
        return [fault for message in messages for fault in _faults(message, at)]
    found = []
    for name, inner in messages.items():
        if name == "_schema":
            found += _faults(inner, at)
        elif isinstance(name, int):
            found += _faults(inner, f"{at}[{name}]")
        else:
            short = name if len(name) <= NAME_LETTERS else name[:NAME_LETTERS] + "…"
            found += _faults(inner, f"{at}.{short}" if at else short)
    return found


def _field_of(declared: mi.Field) -> fields.Field[Any]:
    kwargs: dict[str, Any] = {"required": declared.required}
    kwargs["error_messages"] = {"required": "is missing.", "null": "must not be null."}
    if isinstance(declared.default, str | int | float):
        kwargs["metadata"] = {"default": declared.default}
    return _of(declared.type, kwargs)


def _of(kind: mi.Type, kwargs: dict[str, Any]) -> fields.Field[Any]:
    match kind:
        case mi.Metadata(type=inner, extra_json_schema=shown, extra=extra):
            if shown:
                kwargs["metadata"] = {**kwargs.get("metadata", {}), **shown}
            if extra and "among" in extra:
                kwargs.setdefault("validate", []).append(_among(extra["among"]))
            return _of(inner, kwargs)
        case mi.UnionType(types=types):
            inner = next(t for t in types if not isinstance(t, mi.NoneType))
            return _of(inner, {**kwargs, "allow_none": True})
        case mi.VarTupleType(item_type=item, min_length=low, max_length=high):
            kwargs = _saying(_checked(kwargs, _length(low, high, "entries")), "must be a list.")
            each = _of(item, {"error_messages": {"null": "must not be null."}})
            return fields.List(each, **kwargs)
        case mi.StructType(cls=cls):
            kwargs = _saying(kwargs, "must be an object.", "type")
            return fields.Nested(schema_of(cls), unknown=ma.RAISE, **kwargs)
    return _single(kind, kwargs)


def _single(kind: mi.Type, kwargs: dict[str, Any]) -> fields.Field[Any]:
    match kind:
        case mi.StrType(min_length=low, max_length=high, pattern=pattern):
            form = Form(pattern) if pattern else None
            return TextField(**_checked(kwargs, _length(low, high), form))
        case mi.IntType(ge=low, le=high):
            return Whole(**_checked(kwargs, _range(low, high)))
        case mi.FloatType(ge=low, le=high):
            return Number(**_checked(kwargs, _range(low, high)))
        case mi.BoolType():
            return YesNo(**kwargs)
        case mi.DateTimeType():
            return Instant(**kwargs)
        case mi.LiteralType(values=values):
            return Choice(**_checked(kwargs, _among(values)))
    raise TypeError(f"no field for {kind}")


def _saying(kwargs: dict[str, Any], text: str, which: str = "invalid") -> dict[str, Any]:
    return {**kwargs, "error_messages": {**kwargs.get("error_messages", {}), which: text}}


def _checked(kwargs: dict[str, Any], *checks: Any) -> dict[str, Any]:
    kept = [*kwargs.get("validate", []), *(check for check in checks if check)]
    return {**kwargs, "validate": kept} if kept else kwargs


def _among(values: Any) -> validate.OneOf:
    words = sorted(values)
    told = f"must be one of {', '.join(words)}." if len(words) < NAMED else "is not known."
    return validate.OneOf(words, error=told)


def _length(low: int | None, high: int | None, what: str = "characters") -> Any:
    if low is None and high is None:
        return None
    if high is None:
        return validate.Length(min=low, error=f"must have at least {low} {what}.")
    return validate.Length(min=low, max=high, error=f"must have {low or 0} to {high} {what}.")


def _range(low: Any, high: Any) -> Any:
    if low is None and high is None:
        return None
    if high is None:
        return validate.Range(min=low, error=f"must be at least {low}.")
    return validate.Range(min=low, max=high, error=f"must be from {low} to {high}.")
