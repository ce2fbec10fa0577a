"""What goes into an image? Contracts, chassis, one service; of the gateway also the built console.

    python3 deploy/images/lay_out.py SERVICE FOLDER    copy it, and how it starts
    python3 deploy/images/lay_out.py --pick SERVICE    its packages, pinned and hashed

Runs while an image is built, before any package is there: standard library only.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LEFT_OUT = ("tests", "__pycache__", "testing.py", "node_modules", "src", "built.new")
CONSOLE = "gateway/console"


def parts(image: str) -> tuple[str, ...]:
    """Name the folders that an image holds."""
    return ("contracts", "chassis", "gateway" if image == "gateway" else f"services/{image}")


def lay_out(image: str, to: Path, root: Path = ROOT) -> None:
    """Copy what the image holds, without tests and sources of the console."""
    for part in parts(image):
        shutil.copytree(root / part, to / part, ignore=shutil.ignore_patterns(*LEFT_OUT))
    if image == "gateway":
        built = root / CONSOLE / "built"
        if not (built / "index.html").exists():
            raise SystemExit("The console is not built: python -m local.console (make images does)")
        shutil.rmtree(to / CONSOLE)
        shutil.copytree(built, to / CONSOLE / "built")
    else:
        services = root / "services" / "__init__.py"
        if services.exists():
            shutil.copy(services, to / "services")
    start = "gateway" if image == "gateway" else f"chassis run {image}"
    (to / "start").write_text(f"#!/bin/sh\nexec python -W ignore -m {start}\n")
    (to / "start").chmod(0o755)


def pick(image: str, root: Path = ROOT) -> str:
    """Take the packages of an image out of the lock, with their hashes."""
    wanted = set((root / "deploy" / "images" / f"{image}.txt").read_text().split())
    blocks = re.split(
        r"^(?=[a-z0-9])", (root / "requirements.lock").read_text(), flags=re.MULTILINE
    )
    found = {re.split(r"[=\[ ]", block, maxsplit=1)[0]: block for block in blocks}
    if missing := sorted(wanted - set(found)):
        raise SystemExit(f"requirements.lock lacks {', '.join(missing)}.")
    return "".join(found[name] for name in sorted(wanted))


if __name__ == "__main__":
    if sys.argv[1] == "--pick":
        print(pick(sys.argv[2]))
    else:
        lay_out(sys.argv[1], Path(sys.argv[2]))
