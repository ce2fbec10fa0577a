"""What does a person see of the API? A page made of the OpenAPI document, without any script."""

from functools import cache
from html import escape
from typing import Any

from flask import Response

from gateway import openapi, problems

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2563eb; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { margin-bottom: 0; } h2 { text-transform: capitalize; margin-top: 2.5rem; }
nav a { display: inline-block; margin-right: 1rem; } a { color: var(--accent); }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .4rem 0; }
summary { cursor: pointer; padding: .5rem .8rem; display: flex; gap: .8rem; flex-wrap: wrap; }
summary:hover { background: var(--soft); }
details > div { padding: 0 .8rem .8rem; overflow-x: auto; }
.verb { font: 600 .8rem/1.9 ui-monospace, monospace; min-width: 3.8rem; color: var(--accent); }
.url { font-family: ui-monospace, monospace; word-break: break-all; } .what { opacity: .75; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td, th { border-top: 1px solid var(--line); padding: .25rem .6rem .25rem 0; }
td, th { text-align: left; vertical-align: top; }
pre { background: var(--soft); border-radius: .4rem; padding: .6rem; overflow-x: auto; }
pre { font-size: .85rem; }
code { font-family: ui-monospace, monospace; }
"""
FOLDED = 3


@cache
def html() -> str:
    """The page of all operations."""
    document = openapi.document()
    by_tag: dict[str, list[str]] = {}
    for url, operations in document["paths"].items():
        for verb, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(
                _operation(verb, url, operation, document)
            )
    links = "".join(f'<a href="#{tag}">{tag}</a>' for tag in by_tag)
    body = "".join(f'<h2 id="{tag}">{tag}</h2>{"".join(shown)}' for tag, shown in by_tag.items())
    intro = (
        "<p>Send your key as <code>Authorization: Bearer oms_…</code>. Amounts are whole minor "
        "units (cents). Send an <code>Idempotency-Key</code> with every change and nothing is "
        "done twice; send the <code>ETag</code> you saw as <code>If-Match</code> and nobody's "
        'change is overwritten. Errors are <a href="#problems">problem details</a>. '
        'The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>'
    )
    kinds = "".join(
        f'<tr><td><a href="/problems/{kind}">{kind}</a><td>{status}<td>{escape(title)}'
        for kind, (status, title, _) in problems.KINDS.items()
    )
    return _page(
        "OMS API",
        f"<nav>{links}</nav>{intro}{body}<h2 id=problems>problems</h2><table>{kinds}</table>",
    )


def problem_page(kind: str) -> Response:
    """The page of one kind of problem."""
    if kind not in problems.KINDS:
        return problems.problem("not-found", f"There is no kind of problem called {kind[:60]}.")
    status, title, about = problems.KINDS[kind]
    return Response(_page(title, f"<p>Status {status}. {escape(about)}</p>"), mimetype="text/html")


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )


def _operation(verb: str, url: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    parameters = "".join(
        f"<tr><td><code>{escape(p['name'])}</code><td>{p['in']}"
        f"<td>{escape(_kind(p['schema'], document))}"
        for p in operation.get("parameters", [])
    )
    body, example = "", ""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        rows = "".join(_rows(content["schema"], document))
        body = f"<h4>Body ({media})</h4><table>{rows}</table>"
        example = f" -H 'Content-Type: {media}' --data @body"
    key = "" if operation.get("security") == [] else ' -H "Authorization: Bearer $KEY"'
    curl = f'curl -X {verb.upper()} "$URL{url}"{key}{example}'
    answers = ", ".join(operation["responses"])
    return (
        f'<details><summary><span class="verb">{verb.upper()}</span>'
        f'<span class="url">{escape(url)}</span>'
        f'<span class="what">{escape(operation["summary"])}</span></summary><div>'
        f"<p>{escape(operation['description'])}</p>"
        f"{f'<table>{parameters}</table>' if parameters else ''}{body}"
        f"<p>Answers: {answers}</p><pre>{escape(curl)}</pre></div></details>"
    )


def _rows(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> list[str]:
    shape = _resolved(schema, document)
    rows = []
    for name, inner in shape.get("properties", {}).items():
        must = " *" if name in shape.get("required", []) else ""
        about = escape(str(inner.get("description", "")))
        pad = "&nbsp;" * 4 * depth
        kind = escape(_kind(inner, document))
        rows.append(f"<tr><td>{pad}<code>{escape(name)}</code>{must}<td>{kind}<td>{about}")
        nested = inner.get("items", inner)
        if depth < FOLDED and _resolved(nested, document).get("properties"):
            rows += _rows(nested, document, depth + 1)
    return rows


def _kind(schema: dict[str, Any], document: dict[str, Any]) -> str:
    if "enum" in schema and len(schema["enum"]) < 15:  # noqa: PLR2004
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), document)}"
    shape = _resolved(schema, document)
    kind = shape.get("type", "any")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    for option in schema.get("anyOf", schema.get("allOf", [])):
        if "$ref" in option:
            schema = option
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
