"""Can deploy/ be trusted? `make check-deploy` renders every overlay and looks at all of it.

It ends with 1 if anything is amiss, and with 1 if kubectl is missing: what was not looked at did
not pass. Without CRD_SCHEMAS or promtool it says in capitals what it has not looked at.
"""

import shutil
import sys

from deploy import dashboards, users
from deploy.checks import alerts, environment, network, pods, references, scaling, schemas
from deploy.checks.render import OVERLAYS, NotRendered, render
from deploy.images import needs


def main() -> int:
    """Check all overlays; print what is amiss."""
    folder = schemas.folder_of_schemas()
    found, seen = [], 0
    for overlay in OVERLAYS:
        try:
            objects = render(overlay)
        except NotRendered as why:
            print(f"{overlay}: {why}")
            return 1
        seen += len(objects)
        checked = [*schemas.faults(objects, folder), *references.faults(objects)]
        for check in (pods, network, environment, scaling, alerts):
            checked += check.faults(objects)
        found += [f"{overlay}: {fault}" for fault in checked]
    print("\n".join(found))
    bad = bool(found) + sum(made.main(["--check"]) for made in (needs, users, dashboards))
    if folder is None:
        print(schemas.NO_FOLDER)
    if shutil.which("promtool") is None:
        print(alerts.NO_PROMTOOL)
    print(f"{seen} objects of {len(OVERLAYS)} overlays: {len(found) or 'no'} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
