"""What may each user do at the broker? The manifests say so; `make up` tries just that.

`python -m deploy.users` writes deploy/compose/definitions.json from the rendered production
overlay, with passwords that are good for trials only (a user's is its name); `--check` only looks.
"""

import json
import sys
from typing import Any

from deploy.checks.render import render
from local.processes import ROOT

PLACE = ROOT / "deploy" / "compose" / "definitions.json"


def definitions(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Give RabbitMQ's definitions of the users that the manifests declare."""
    tags = {
        one["metadata"]["name"].removesuffix("-broker"): one["spec"].get("tags", [])
        for one in objects
        if one["kind"] == "User"
    }
    grants = [one["spec"] for one in objects if one["kind"] == "Permission"]
    return {
        "vhosts": [{"name": "/"}],
        "users": [{"name": name, "password": name, "tags": tags[name]} for name in sorted(tags)],
        "permissions": [
            {"user": grant["user"], "vhost": grant["vhost"], **grant["permissions"]}
            for grant in sorted(grants, key=lambda grant: str(grant["user"]))
        ],
    }


def main(arguments: list[str]) -> int:
    """Write the definitions, or only check them; return 1 if they are out of date."""
    text = json.dumps(definitions(render("production")), indent=2) + "\n"
    if "--check" in arguments:
        if PLACE.exists() and PLACE.read_text() == text:
            return 0
        print("deploy/compose/definitions.json is out of date: python -m deploy.users")
        return 1
    PLACE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
