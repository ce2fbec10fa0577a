"""Does a running system take an order to the doorstep and back? For containers and clusters.

    python -m deploy.journey URL KEY     against any system with the sandbox provider and carrier

Loads the catalogue of `make demo`, then places an order, picks, packs, ships, delivers, and returns
one piece. Ends with 1 and says where it stood still, if it did.
"""

import sys
import time

from local import catalogue
from local.client import Client
from local.journey import Staff, Stuck, order_body

PATIENCE = 60


def main(arguments: list[str]) -> int:
    """Take an order the whole way."""
    if len(arguments) != 2:  # noqa: PLR2004 - URL and key
        print(__doc__)
        return 2
    url, key = arguments
    catalogue.load(url, key, print)
    began = time.monotonic()
    api = Client(url, key)
    staff = Staff(api, patience=PATIENCE)
    try:
        placed = api.post("/orders", order_body([("MUG-RED", 2, 1290)]))
        order_id = str(placed["order_id"])
        staff.allocated(order_id)
        print(f"{order_id} is allocated after {time.monotonic() - began:.1f} s")
        page = staff.ship_whole(order_id)
        print(f"{order_id} is delivered after {time.monotonic() - began:.1f} s")
        back = staff.send_back(order_id, [(page["order"]["lines"][0]["line_id"], 1)])
        print(f"{back['return_id']} is completed after {time.monotonic() - began:.1f} s")
    except Stuck as why:
        print(why)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
