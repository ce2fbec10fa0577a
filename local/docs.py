"""Are the generated pages what the code says? `make docs` writes them, `--check` only looks.

    contracts/schemas/…     what messages and questions look like, for programs
    docs/messages.md        the same for people, with who tells, obeys and listens
    docs/order-journey.md   the sagas, step by step
    docs/settings.md        what can be set; also .env.example
    docs/webhook-events.md  what receivers of webhooks can hear of
    gateway/openapi.json    what the API promises

A schema that breaks with the one that is there is not written: messages of the old form lie in
queues, and services that were not updated yet read the new one. Declare a new version beside it,
or say `--accept-breaks` while nothing has been released.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from contracts import load_all
from contracts.compatibility import breaks
from contracts.example import EXAMPLES
from contracts.message import CATALOGUE, QUESTIONS
from contracts.schema import schema_of, schema_of_question, to_text
from gateway import openapi
from local import docs_journey, docs_messages, docs_settings, docs_webhooks

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = "contracts/schemas"
Pages = Mapping[str, bytes]


def pages() -> Pages:
    """Make everything that is generated, by path."""
    return schemas() | {
        "docs/messages.md": docs_messages.page().encode(),
        "docs/order-journey.md": docs_journey.page().encode(),
        "docs/settings.md": docs_settings.page().encode(),
        "docs/webhook-events.md": docs_webhooks.page().encode(),
        ".env.example": docs_settings.env_example().encode(),
        "gateway/openapi.json": openapi.text(),
    }


def schemas() -> dict[str, bytes]:
    """Make the schemas of all messages and questions."""
    load_all()
    made = {f"{SCHEMAS}/{wire}.json": schema_of(message) for wire, message in CATALOGUE.items()}
    for name, question in QUESTIONS.items():
        made[f"{SCHEMAS}/questions/{name}.json"] = schema_of_question(question)
    return {path: to_text(schema) for path, schema in made.items()}


def without_example(among: Iterable[str] = CATALOGUE) -> list[str]:
    """Name the examples that nobody has written yet; they cannot be generated."""
    load_all()
    return [f"contracts/examples/{w}.json" for w in among if not (EXAMPLES / f"{w}.json").exists()]


def outdated(root: Path, made: Pages) -> list[str]:
    """Name what is not as it should be."""
    there = {path: (root / path).read_bytes() for path in made if (root / path).exists()}
    named = [
        f"{path} is missing" if path not in there else f"{path} is out of date"
        for path in made
        if there.get(path) != made[path]
    ]
    return [*named, *(f"{path} is left over" for path in _left_over(root, made))]


def broken(root: Path, made: Pages) -> list[str]:
    """Name every break with the schemas that are there."""
    named = [
        f"{path}: it is not declared any more; was it renamed?" for path in _left_over(root, made)
    ]
    for path, text in made.items():
        if path.startswith(SCHEMAS) and (root / path).exists():
            old = msgspec.json.decode((root / path).read_bytes())
            named += [f"{path}: {what}" for what in breaks(old, msgspec.json.decode(text))]
    return named


def write(root: Path, made: Pages) -> None:
    """Write what has changed, and take away what is left over."""
    for path in _left_over(root, made):
        (root / path).unlink()
    for path, text in made.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or place.read_bytes() != text:
            place.write_bytes(text)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the pages, or only check them; return 1 if something is amiss."""
    if unknown := set(arguments) - {"--check", "--accept-breaks"}:
        print(f"Unknown: {' '.join(sorted(unknown))}. Known are --check and --accept-breaks.")
        return 2
    if lacking := without_example():
        print("\n".join(f"{path} is missing: write a real one" for path in lacking))
        return 1
    made = pages()
    bad = outdated(root, made)
    if "--accept-breaks" not in arguments and (breaking := broken(root, made)):
        print("\n".join(breaking))
        print("This breaks with what others tell and read: declare a new version beside the old.")
        return 1
    if "--check" not in arguments:
        write(root, made)
        print(f"{len(bad)} of {len(made)} pages were out of date" if bad else "all is up to date")
        return 0
    print("\n".join([*bad, "Run `make docs`."]) if bad else "all is up to date")
    return 1 if bad else 0


def _left_over(root: Path, made: Pages) -> list[str]:
    there = (p.relative_to(root).as_posix() for p in (root / SCHEMAS).rglob("*.json"))
    return sorted(path for path in there if path not in made)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
