"""How does markup come into every text that the API takes? The OpenAPI document says where to.

`Planter` sends what is given, and fills every free text that is not given with markup of its own,
which tells where it was planted when it runs, and when it is read.
"""

import re
from collections.abc import Iterator
from typing import Any

from gateway import openapi
from local.client import Client

JSON = "application/json"
DOCUMENT = openapi.document()


def markup(number: int, field: dict[str, Any]) -> str:
    """Markup that fits into a field, and tells its number in as many ways as there is room for.

    Empty if the field takes none.
    """
    tag = f"<svg/onload=ran={number}>"
    whole = (
        f"javascript:ran={number}//\"'><img src=x onerror=ran={number}>"
        f"<script>ran={number}</script>{tag}"
    )
    fitting = (
        text
        for text in (whole, tag, f"{tag}@example.com")
        if len(text) <= field.get("maxLength", len(text))
        and re.search(field.get("pattern", ""), text)
    )
    return next(fitting, "")


def texts_of(method: str, url: str) -> list[str]:
    """The free texts that an operation takes."""
    return [f"{method} {url} {at}" for at in _texts(_body(method.lower(), url), "")]


def every_text() -> set[str]:
    """All free texts that the API takes."""
    return {
        text
        for url, methods in DOCUMENT["paths"].items()
        for method in methods
        for text in texts_of(method.upper(), url)
    }


class Planter:
    """Asks the API, and remembers what was planted where."""

    def __init__(self, api: Client) -> None:
        self._api = api
        self.marks: dict[int, str] = {}
        self.given: set[str] = set()

    def __call__(self, method: str, url: str, body: dict[str, Any], **path: str) -> Any:
        """Send a body with markup in all of its texts that are not given, or given as `...`."""
        sent = self._filled(_body(method, url), body, f"{method} {url} ")
        ask = {"POST": self._api.post, "PUT": self._api.put}[method]
        return ask(url.format(**path), sent)

    @property
    def planted(self) -> set[str]:
        """Where markup was planted, and what was given instead."""
        return {*self.marks.values(), *self.given}

    def _filled(self, schema: Any, given: Any, at: str) -> Any:
        schema = _resolved(schema, given)
        if isinstance(given, list):
            return [self._filled(schema["items"], one, f"{at}[]") for one in given]
        if given is ...:
            return self._planted(schema, at)
        if not isinstance(given, dict):
            self.given.add(at)
            return given
        filled = dict(given)
        for name, field in schema.get("properties", {}).items():
            where = f"{at}.{name}" if at[-1] != " " else at + name
            if name in given:
                filled[name] = self._filled(field, given[name], where)
            elif _is_text(shape := _resolved(field, "")):
                filled[name] = self._planted(shape, where)
        return filled

    def _planted(self, schema: dict[str, Any], at: str) -> str:
        number = len(self.marks) + 1
        self.marks[number] = at
        return markup(number, schema)


def _body(method: str, url: str) -> dict[str, Any]:
    operation = DOCUMENT["paths"][url][method.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    return dict(content.get(JSON, {}).get("schema", {}))


def _texts(schema: dict[str, Any], at: str) -> Iterator[str]:
    schema = _named(schema)
    for one in schema.get("anyOf", ()):
        yield from _texts(one, at)
    if "items" in schema:
        yield from _texts(schema["items"], f"{at}[]")
    for name, field in schema.get("properties", {}).items():
        yield from _texts(field, f"{at}.{name}" if at else name)
    if _is_text(schema):
        yield at


def _is_text(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type", ())
    is_string = "string" in ([kinds] if isinstance(kinds, str) else kinds)
    is_free = not any(word in schema for word in ("enum", "format"))
    return is_string and is_free and bool(markup(1, schema))


def _named(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _resolved(schema: dict[str, Any], given: Any) -> dict[str, Any]:
    """The schema of what is given, of those among which there is a choice."""
    schema = _named(schema)
    kind = {dict: "object", list: "array"}.get(type(given), "")
    for one in map(_named, schema.get("anyOf", ())):
        if one.get("type") == kind or not kind:
            return one
    return schema
