"""Which packages does the image of a service need? What its code imports, and what that needs.

`python -m deploy.images.needs` writes `SERVICE.txt` beside this file, from the packages that are
installed here; `--check` only looks. The image then takes just these out of requirements.lock, with
their hashes: a service is not deployed with a PDF library that only another one uses.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from contracts import SERVICES
from deploy.images.lay_out import parts
from local.processes import ROOT

HERE = Path(__file__).parent
IMAGES = (*SERVICES, "gateway")
NOT_IMPORTED = {"psycopg2-binary"}  # SQLAlchemy loads the driver by its name
OURS = {"contracts", "chassis", "services", "gateway", "local"}


def needed(image: str) -> list[str]:
    """Name the packages of an image, sorted."""
    of_module = packages_distributions()
    wanted = set(NOT_IMPORTED)
    for part in parts(image):
        for module in _imported(sorted((ROOT / part).rglob("*.py"))):
            if module not in sys.stdlib_module_names and module not in OURS:
                wanted |= set(of_module.get(module, ()))
    return sorted(_with_their_needs(wanted))


def _imported(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        if "tests" in file.relative_to(ROOT).parts or file.name == "testing.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


def _with_their_needs(wanted: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = [Requirement(name) for name in wanted]
    seen: set[str] = set()
    while waiting:
        one = waiting.pop()
        if str(one) in seen:
            continue
        seen.add(str(one))
        found.add(canonicalize_name(one.name))
        for text in distribution(one.name).requires or ():
            need = Requirement(text)
            extras = one.extras or {""}
            if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(need)
    return found


def main(arguments: list[str]) -> int:
    """Write the lists, or only check them; return 1 if one is out of date."""
    bad = []
    for image in IMAGES:
        place, text = HERE / f"{image}.txt", "".join(f"{name}\n" for name in needed(image))
        if not place.exists() or place.read_text() != text:
            bad.append(place.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                place.write_text(text)
    if "--check" in arguments and bad:
        print("\n".join(f"{name} is out of date: python -m deploy.images.needs" for name in bad))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
