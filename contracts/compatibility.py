"""May a message change like this, while others that were not updated still tell and read it?

Two rules, in both directions: what was told yesterday must be readable today, for it lies in
queues; and what is told today must be readable by whoever was not updated yet. So only a field
with a default may be added, or texts for people be changed. All else is a break: it needs a new
version of the message beside the old one.
"""

from collections.abc import Iterator
from typing import Any

from contracts.schema import Schema

FOR_PEOPLE = frozenset({"title", "description", "examples", "$schema", "$id", "$defs"})
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
NARROWER = "is narrower: what was told before cannot be read any more"
WIDER = "is wider: who was not updated yet cannot read it"


def breaks(old: Schema, new: Schema) -> list[str]:
    """Name every way in which the new schema breaks with the old one."""
    return list(dict.fromkeys(_Comparison(old, new).nodes(old, new, "")))


class _Comparison:
    """Two documents side by side; pairs of definitions that refer to each other are seen once."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str]] = set()

    def nodes(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        """Compare what stands at the same place of both."""
        pair = (old.get("$ref", ""), new.get("$ref", ""))
        if all(pair):
            yield from _default(old, new, at)
            if pair in self._seen:
                return
            self._seen.add(pair)
        old, new = _resolved(old, self._old), _resolved(new, self._new)
        if "anyOf" in old or "anyOf" in new:
            yield from self._alternatives(old, new, at)
        elif old.get("type") != new.get("type"):
            yield f"{_name(at)}: {_type(old)} has become {_type(new)}"
        else:
            yield from self._fields(old, new, at)
            if "items" in old and "items" in new:
                yield from self.nodes(old["items"], new["items"], f"{at}[]")
            yield from _limits(old, new, at)

    def _fields(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        before, now = old.get("properties", {}), new.get("properties", {})
        for name in before:
            where = f"{at}.{name}" if at else name
            if name not in now:
                yield f"{where}: the field was removed"
                continue
            if name in new.get("required", ()) and name not in old.get("required", ()):
                yield f"{where}: the field must be there now, and need not before"
            yield from self.nodes(before[name], now[name], where)
        for name in now:
            if name not in before and name in new.get("required", ()):
                where = f"{at}.{name}" if at else name
                yield f"{where}: a field was added that has no default"

    def _alternatives(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        """Compare by type; a choice between several structs is none of our contracts'."""
        before = {_type(_resolved(one, self._old)): one for one in old.get("anyOf", [old])}
        now = {_type(_resolved(one, self._new)): one for one in new.get("anyOf", [new])}
        for kind in sorted(before.keys() | now.keys()):
            if kind not in now:
                yield f"{_name(at)}: {NARROWER} ({kind} is no choice any more)"
            elif kind not in before:
                yield f"{_name(at)}: {WIDER} ({kind} is a choice now)"
            else:
                yield from self.nodes(before[kind], now[kind], at)
        yield from _default(old, new, at)


def _limits(old: Schema, new: Schema, at: str) -> Iterator[str]:
    """Compare all that is said of one value, but for its fields and items."""
    structure = {"type", "properties", "required", "items", "anyOf", "$ref"}
    for word in sorted((old.keys() | new.keys()) - FOR_PEOPLE - structure):
        before, now = old.get(word), new.get(word)
        if before == now:
            continue
        if word == "default":
            yield from _default(old, new, at)
        elif word == "enum":
            yield from _choices(before, now, at)
        else:
            verdict = WIDER if now is None else NARROWER
            if before is not None and now is not None:
                verdict = _moved(word, before, now)
            yield f"{_name(at)}: {verdict} ({word} was {before}, is {now})"


def _choices(before: Any, now: Any, at: str) -> Iterator[str]:
    if before is None or now is None:
        yield f"{_name(at)}: {NARROWER if before is None else WIDER} (enum)"
        return
    for gone in before:
        if gone not in now:
            yield f"{_name(at)}: {NARROWER} ({gone!r} is no choice any more)"
    for come in now:
        if come not in before:
            yield f"{_name(at)}: {WIDER} ({come!r} is a choice now)"


def _moved(word: str, before: Any, now: Any) -> str:
    if word in LOWER:
        return NARROWER if now > before else WIDER
    if word in UPPER:
        return NARROWER if now < before else WIDER
    return "has changed"


def _default(old: Schema, new: Schema, at: str) -> Iterator[str]:
    """A default that differs means that two readers of one message do not read the same.

    One that has got more fields does not: who does not know them would not have read them.
    """
    if "default" not in old or "default" not in new:
        return
    before, now = old["default"], new["default"]
    if isinstance(before, dict) and isinstance(now, dict):
        now = {name: value for name, value in now.items() if name in before}
    if before != now:
        yield f"{_name(at)}: the default was {old['default']!r} and is {new['default']!r}"


def _resolved(node: Schema, document: Schema) -> Schema:
    while "$ref" in node:
        more = {key: value for key, value in node.items() if key != "$ref"}
        node = document["$defs"][node["$ref"].rpartition("/")[2]] | more
    return node


def _type(node: Schema) -> str:
    return str(node.get("type") or ("a choice" if "enum" in node else "anything"))


def _name(at: str) -> str:
    return at or "the message"
