"""How is the type of a field called on a page? By the name that the contracts give it."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib import import_module
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta

from contracts import SERVICES
from contracts.message import Message, Wire

PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false"}
PLAIN |= {datetime: "time"}


def fields_of(struct: type[Wire]) -> Iterator[tuple[str, str, str]]:
    """Give each field as (name, type, what it is if it is not there)."""
    hints = get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        required = field.default is NODEFAULT and field.default_factory is NODEFAULT
        yield field.name, name_of(hints[field.name]), "" if required else _default_of(field)


def name_of(hint: Any) -> str:
    """Name a type, with what is named elsewhere as `Name`."""
    if name := _aliases().get(hint) or (hint.__name__ if _is_struct(hint) else ""):
        return f"`{name}`"
    parts = get_args(hint)
    match get_origin(hint):
        case None:
            return "null" if hint is NoneType else PLAIN[hint]
        case origin if origin is Annotated:
            return f"{name_of(parts[0])} ({limits_of(parts[1])})"
        case origin if origin is tuple:
            return f"list of {name_of(parts[0])}"
        case origin if origin is Literal:
            return " or ".join(f"`{choice}`" for choice in parts)
    return " or ".join(name_of(part) for part in parts)


def aliases() -> list[tuple[str, str, str]]:
    """Give each named type of the contracts as (name, what it is, its limits)."""
    rows = []
    for hint, name in _aliases().items():
        if get_origin(hint) is Literal:
            rows.append((name, name_of_choices(hint), ""))
        else:
            inner, meta = get_args(hint)[:2]
            rows.append((name, name_of(inner), limits_of(meta)))
    return sorted(rows)


def name_of_choices(hint: Any) -> str:
    """List what may be chosen."""
    return ", ".join(f"`{choice}`" for choice in get_args(hint))


def limits_of(meta: Meta) -> str:
    """Put the limits of a type into words."""
    said = [meta.description] if meta.description else []
    if meta.ge is not None and meta.le is not None:
        said.append(f"{meta.ge:,} to {meta.le:,}")
    elif meta.ge is not None:
        said.append(f"{meta.ge:,} or more")
    if meta.min_length is not None and meta.max_length is not None:
        said.append(f"{meta.min_length:,} to {meta.max_length:,} long")
    elif meta.max_length is not None:
        said.append(f"at most {meta.max_length:,} long")
    if meta.pattern is not None:
        said.append("`" + meta.pattern.replace("|", "\\|") + "`")
    return ", ".join(said)


def parts_of(structs: list[type[Wire]]) -> list[type[Wire]]:
    """Find the structs that these are made of, each once, without messages."""
    found: dict[type[Wire], None] = {}
    todo = list(structs)
    while todo:
        for hint in get_type_hints(todo.pop(0), include_extras=True).values():
            for part in _structs_in(hint):
                if part not in found:
                    found[part] = None
                    todo.append(part)
    return [part for part in found if not issubclass(part, Message)]


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Wire)


def _structs_in(hint: Any) -> Iterator[type[Wire]]:
    if _is_struct(hint):
        yield hint
    for part in get_args(hint):
        yield from _structs_in(part)


@cache
def _aliases() -> dict[Any, str]:
    found: dict[Any, str] = {}
    for module in ("values", *SERVICES):
        for name, thing in vars(import_module(f"contracts.{module}")).items():
            if get_origin(thing) in {Annotated, Literal} and name[0].isupper():
                found.setdefault(thing, name)
    return found


def _default_of(field: Any) -> str:
    if field.default is NODEFAULT:
        value: Any = field.default_factory()
    else:
        value = field.default
    if isinstance(value, Wire):
        return f"`{type(value).__name__}()`"
    if value is None:
        return "null"
    return "empty" if value in ("", ()) else f"`{msgspec.json.encode(value).decode()}`"
