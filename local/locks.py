"""Is everything that we take from others pinned, hashed, and from nowhere in particular?

    requirements.lock, local/node.lock   each package in one exact version, with hashes of SHA-256
                                         or better, and no address; pyproject.toml names nothing
                                         that is not in the first, or not in the version it wants
    package-lock.json                    each package with its integrity in SHA-512, no address, no
                                         link; package.json names exact versions, those of the lock

It asks nobody, so it cannot tell what has been withdrawn or what has a known weakness: where there
is a network, `pip-audit -r requirements.lock` and `npm audit` can, and do not replace this.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from local.processes import ROOT

CONSOLE = ROOT / "gateway" / "console"
HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})")
INTEGRITY = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
EXACT = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?")
ADDRESSES = ("resolved", "link")


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    lock = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    bad = [*of_python(lock), *unpinned(wanted, lock)]
    bad += of_python((ROOT / "local" / "node.lock").read_text())
    packages, named = (
        json.loads((CONSOLE / name).read_text()) for name in ("package-lock.json", "package.json")
    )
    bad += of_node(packages, named)
    print("\n".join(bad) or "everything from others is pinned and hashed")
    return 1 if bad else 0


def of_python(lock: str) -> Iterator[str]:
    """Tell what is wrong with a lock of Python packages."""
    seen: set[str] = set()
    for line in _lines(lock):
        named, *hashes = re.split(r"\s+(?=--)", line)
        requirement = _read(named)
        if requirement is None:
            yield f"{named}: this is no package with its version"
            continue
        name = canonicalize_name(requirement.name)
        if requirement.url or not re.fullmatch(r"==[^*,]+", str(requirement.specifier)):
            yield f"{name}: is not pinned to one version"
        if not hashes or not all(HASH.fullmatch(one) for one in hashes):
            yield f"{name}: has no hash, or a weak one"
        if name in seen:
            yield f"{name}: is there twice"
        seen.add(name)


def unpinned(wanted: list[str], lock: str) -> Iterator[str]:
    """Tell what the project wants that the lock has not, or not as it is wanted."""
    pinned = _pinned(lock)
    for text in wanted:
        requirement = Requirement(text)
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or version not in requirement.specifier:
            yield f"{text}: the lock has {version or 'none'}"


def of_node(lock: dict[str, Any], named: dict[str, Any]) -> Iterator[str]:
    """Tell what is wrong with a lock of Node packages, and with what names them."""
    packages = lock["packages"]
    for path, one in packages.items():
        if not path:
            continue
        if not EXACT.fullmatch(one.get("version", "")):
            yield f"{path}: has no exact version"
        if not INTEGRITY.fullmatch(one.get("integrity", "")):
            yield f"{path}: has no integrity in SHA-512"
        if any(one.get(address) for address in ADDRESSES):
            yield f"{path}: is from an address"
    for name, version in {**named["dependencies"], **named["devDependencies"]}.items():
        locked = packages.get(f"node_modules/{name}", {}).get("version", "none")
        if version != locked:
            yield f"{name}: package.json wants {version}, the lock has {locked}"


def _lines(lock: str) -> Iterator[str]:
    whole = lock.replace("\\\n", " ")
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in whole.splitlines())
    return (line for line in lines if line)


def _read(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _pinned(lock: str) -> dict[str, Version]:
    found = (_read(line.split(" --")[0]) for line in _lines(lock))
    return {
        canonicalize_name(one.name): Version(str(one.specifier).removeprefix("=="))
        for one in found
        if one and str(one.specifier).startswith("==")
    }


if __name__ == "__main__":
    sys.exit(main())
