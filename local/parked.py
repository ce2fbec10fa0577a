"""Which messages are parked in the system that `make run` runs? See `python -m chassis parked`."""

import os
import sys

from chassis.parked import main as parked
from contracts import SERVICES
from local.database import find_database
from local.run import STATE


def main(arguments: list[str]) -> int:
    """Do what the arguments say; without any, list what is parked at every service."""
    url = (STATE / "database-url").read_text() if not os.environ.get("DATABASE_URL") else ""
    if url:
        os.environ["DATABASE_URL"] = url
    server = find_database(STATE, print)
    services, wish = (arguments[:1], arguments[1:]) if arguments else (list(SERVICES), ["list"])
    codes = []
    for service in services:
        os.environ["DATABASE_URL"] = server.url(f"oms_{service}")
        codes.append(parked(service, wish or ["list"]))
    return max(codes)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except FileNotFoundError:
        sys.exit("Nothing runs here: start it with `make run`.")
