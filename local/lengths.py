"""Is any file longer than 300 lines without a reason?

A reason is a line `long because: …` among its first twenty.
"""

import subprocess
import sys
from pathlib import Path

LONGEST = 300
FREE = (
    "migrations/versions/",
    "openapi.json",
    "requirements.lock",
    "/data/",
    "schemas/",
    "examples/",
)
KINDS = (".py", ".md", ".sh", ".toml", ".yaml", ".yml", ".ts", ".tsx", ".css")


def main() -> int:
    """Print the files that are too long; return 1 if there are any."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    bad = []
    for name in listed.splitlines():
        path = Path(name)
        if path.suffix not in KINDS or any(free in name for free in FREE) or not path.exists():
            continue
        lines = path.read_text().splitlines()
        if len(lines) > LONGEST and not any("long because:" in line for line in lines[:20]):
            bad.append(f"{name}: {len(lines)} lines, {LONGEST} at most")
    print("\n".join(bad) or "no file is too long")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
