"""Who tells, obeys and answers what? Read from the services' own code, not from a list.

What a service listens to is asked of its nameko entrypoints, in a process of its own: nameko
must not be loaded where pages are drawn and tests run. What it says is seen in its source.
"""

import ast
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contracts import SERVICES, load_all
from contracts.message import CATALOGUE, Kind

ROOT = Path(__file__).resolve().parent.parent
READER = """
import inspect, json, sys
from sqlalchemy.orm import clear_mappers
from chassis.run import service_class
from chassis.wiring import Answers, Handles, Performs

for service in sys.argv[1:]:
    clear_mappers()  # two services that map the same class of the chassis cannot live together
    for name, method in inspect.getmembers(service_class(service), inspect.isfunction):
        for entrypoint in getattr(method, "nameko_entrypoints", ()):
            for kind, word in ((Handles, "message"), (Performs, "request"), (Answers, "question")):
                if isinstance(entrypoint, kind):
                    thing = getattr(entrypoint, word)
                    takes = getattr(thing, "wire", "") or thing.name
                    print(json.dumps([service, name, word, takes, inspect.getdoc(method)]))
"""


@dataclass(frozen=True, slots=True)
class Entrypoint:
    """One way into a service: a method and the message, request or question that it takes."""

    service: str
    method: str
    kind: str
    takes: str
    about: str


@cache
def entrypoints() -> tuple[Entrypoint, ...]:
    """Ask every service for its entrypoints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READER, *SERVICES],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"The services cannot be read:\n{done.stderr}")
    return tuple(Entrypoint(*json.loads(line)) for line in done.stdout.splitlines())


def listeners() -> Mapping[str, list[str]]:
    """By wire name: the services that handle the message, one entry for each handler."""
    found: dict[str, list[str]] = defaultdict(list)
    for entrypoint in entrypoints():
        if entrypoint.kind == "message":
            found[entrypoint.takes].append(entrypoint.service)
    return found


def answerers() -> Mapping[str, list[Entrypoint]]:
    """By name: the entrypoints that answer the question or perform the request."""
    found: dict[str, list[Entrypoint]] = defaultdict(list)
    for entrypoint in entrypoints():
        if entrypoint.kind != "message":
            found[entrypoint.takes].append(entrypoint)
    return found


@cache
def sayers() -> Mapping[str, tuple[str, ...]]:
    """By wire name: the services in whose source the message is made.

    A command that its own owner makes is none that is said: it is handed on inside. What the
    chassis makes, every service says.
    """
    load_all()
    wires = {(m.__module__, m.__name__): m for m in CATALOGUE.values()}
    found: dict[str, set[str]] = defaultdict(set)
    for service in SERVICES:
        sources = [*(ROOT / "services" / service).rglob("*.py"), *(ROOT / "chassis").glob("*.py")]
        for path in sorted(sources):
            made = () if "tests" in path.parts else contracts_made(path.read_text())
            for message in (wires[name] for name in made if name in wires):
                if message.kind is Kind.EVENT or message.owner != service:
                    found[message.wire].add(service)
    return {wire: tuple(s for s in SERVICES if s in who) for wire, who in found.items()}


def contracts_made(source: str) -> Iterator[tuple[str, str]]:
    """Name each class of a contract that a source calls, as (module, class)."""
    tree = ast.parse(source)
    named: dict[str, tuple[str, str]] = {}
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "contracts":
            modules |= {a.asname or a.name: f"contracts.{a.name}" for a in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("contracts."):
            named |= {a.asname or a.name: (node.module or "", a.name) for a in node.names}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in named:
                yield named[name]
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)):
                if module in modules:
                    yield modules[module], name
