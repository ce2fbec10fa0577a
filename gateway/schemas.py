"""How does the API check what comes in? By marshmallow schemas derived from the contracts.

A struct is declared once, in contracts/; here its types, limits and docstring become a schema that
checks a request, says in words what is wrong with which field, and appears in the OpenAPI document.
"""

import re
from datetime import datetime
from functools import cache
from typing import Any

import marshmallow as ma
import msgspec
from marshmallow import fields, validate
from msgspec import inspect as mi

from contracts.message import Wire


class Whole(fields.Integer):
    """A whole number; neither 1.5 nor "1" nor true."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ma.ValidationError(f"must be a whole number, not {_shown(value)}.")
        return value


class Instant(fields.AwareDateTime):
    """A time with its offset from UTC, such as 2026-11-24T10:00:00Z."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ma.ValidationError(
                f"must be a time like 2026-11-24T10:00:00Z, not {_shown(value)}."
            ) from None
        if found.tzinfo is None:
            raise ma.ValidationError("must say its offset from UTC, such as a Z at its end.")
        return found


class TextField(fields.String):
    """Text that PostgreSQL can keep: any Unicode but the character 0."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError(f"must be text, not {_shown(value)}.")
        if "\x00" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise ma.ValidationError("has a character that cannot be kept.")
        return value


class WireSchema(ma.Schema):
    """What all derived schemas share: unknown fields are refused, with words."""

    class Meta:
        """Settings of marshmallow."""

        unknown = ma.RAISE

    error_messages = {"unknown": "is not a field here.", "type": "must be an object."}  # noqa: RUF012


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
def loader_of(struct: type[Wire], without: tuple[str, ...] = ()) -> ma.Schema:
    """Give the schema that checks a request's data, but for some fields."""
    return schema_of(struct)(exclude=without)


def load(struct: type[Wire], data: Any) -> Wire:
    """Check data and make the struct; raises marshmallow.ValidationError naming each field."""
    loaded = loader_of(struct).load(data)
    return msgspec.convert(loaded, struct)


def faults(messages: Any, at: str = "") -> list[dict[str, str]]:
    """Flatten marshmallow's messages to `lines[0].quantity` and a sentence each."""
    if isinstance(messages, str):
        return [{"field": at, "detail": f"{at.rpartition('.')[2] or 'The body'} {messages}"}]
    if isinstance(messages, list):
        return [fault for message in messages for fault in faults(message, at)]
    found = []
    for name, inner in messages.items():
        if name == "_schema":
            found += faults(inner, at)
        elif isinstance(name, int):
            found += faults(inner, f"{at}[{name}]")
        else:
            found += faults(inner, f"{at}.{name}" if at else str(name))
    return found


def _field_of(declared: mi.Field) -> fields.Field[Any]:
    kwargs: dict[str, Any] = {"required": declared.required}
    kwargs["error_messages"] = {"required": "is missing.", "null": "must not be null."}
    if not declared.required:
        default = declared.default
        if default is not mi.NODEFAULT and isinstance(default, str | int | float | bool):
            kwargs["metadata"] = {"default": default}
    return _of(declared.type, kwargs)


def _of(kind: mi.Type, kwargs: dict[str, Any]) -> fields.Field[Any]:  # noqa: PLR0911 - one line a type
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
        case mi.StrType(min_length=low, max_length=high, pattern=pattern):
            return TextField(**_checked(kwargs, _length(low, high), _pattern(pattern)))
        case mi.IntType(ge=low, le=high):
            return Whole(**_checked(kwargs, _range(low, high)))
        case mi.FloatType(ge=low, le=high):
            return fields.Float(**_checked(kwargs, _range(low, high)))
        case mi.BoolType():
            return fields.Boolean(
                truthy={True}, falsy={False}, **_saying(kwargs, "must be true or false.")
            )
        case mi.DateTimeType():
            return Instant(**kwargs)
        case mi.LiteralType(values=values):
            return fields.Raw(**_checked(kwargs, _among(values)))
        case mi.VarTupleType(item_type=item, min_length=low, max_length=high):
            kwargs = _saying(_checked(kwargs, _length(low, high, "entries")), "must be a list.")
            return fields.List(
                _of(item, {"error_messages": {"null": "must not be null."}}), **kwargs
            )
        case mi.StructType(cls=cls):
            kwargs = _saying(kwargs, "must be an object.", "type")
            return fields.Nested(schema_of(cls), unknown=ma.RAISE, **kwargs)
    raise TypeError(f"no field for {kind}")


def _saying(kwargs: dict[str, Any], text: str, which: str = "invalid") -> dict[str, Any]:
    return {**kwargs, "error_messages": {**kwargs.get("error_messages", {}), which: text}}


def _checked(kwargs: dict[str, Any], *checks: Any) -> dict[str, Any]:
    kept = [*kwargs.get("validate", []), *(check for check in checks if check)]
    return {**kwargs, "validate": kept} if kept else kwargs


def _among(values: Any) -> validate.OneOf:
    few = sorted(map(str, values))
    told = "must be one of " + ", ".join(few) + "." if len(few) < 15 else "is not known."  # noqa: PLR2004
    return validate.OneOf(sorted(values), error=told)


def _length(low: int | None, high: int | None, what: str = "characters") -> Any:
    if low is None and high is None:
        return None
    if low and low > 0 and high is None:
        return validate.Length(min=low, error=f"must have at least {low} {what}.")
    return validate.Length(min=low, max=high, error=f"must have {low or 0} to {high} {what}.")


def _range(low: Any, high: Any) -> Any:
    if low is None and high is None:
        return None
    return validate.Range(min=low, max=high, error=f"must be from {low} to {high}.")


def _pattern(pattern: str | None) -> Any:
    if not pattern:
        return None
    python = re.sub(r"(?<!\\)\$", r"\\Z", pattern)
    check = validate.Regexp(python, error=f"is not of the form {pattern}.")
    check.json_pattern = pattern
    return check


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004
