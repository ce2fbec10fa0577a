"""What is bought in the benchmark? One to three of two hundred SKUs, with stock for all."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from local import catalogue
from local.client import Client
from local.journey import order_body

Say = Callable[[str], None]
SKUS = 200
PIECES = 100_000
MOST_LINES, MOST_PIECES = 3, 3
AT_ONCE = 8


def stock_up(url: str, key: str, say: Say) -> None:
    """Make the demo's warehouses and cartons, and the SKUs of the benchmark with their stock."""
    catalogue.load(url, key, say)
    say(f"making {SKUS} SKUs with {PIECES} pieces at each warehouse …")
    with ThreadPoolExecutor(AT_ONCE) as several:
        list(several.map(lambda first: _make(url, key, first), range(AT_ONCE)))


def wish(dice: random.Random) -> bytes:
    """Make the body of a request that places an order."""
    chosen = dice.sample(range(SKUS), dice.randint(1, MOST_LINES))
    lines = [(name_of(n), dice.randint(1, MOST_PIECES), 500 + n) for n in chosen]
    return json.dumps(order_body(lines)).encode()


def _make(url: str, key: str, first: int) -> None:
    api = Client(url, key)
    for number in range(first, SKUS, AT_ONCE):
        sku = name_of(number)
        size = {"length_mm": 80 + number, "width_mm": 60, "height_mm": 20 + number % 60}
        code = {"barcodes": [f"B{sku}"], "weight_g": 100 + number}
        api.put(f"/skus/{sku}", {"name": f"thing {number}", "dimensions": size, **code})
        for warehouse in catalogue.WAREHOUSES:
            place = {"zone": "T", "sequence": 1000 + number, "sku": sku}
            api.put(f"/warehouses/{warehouse}/bins/T-{number:03d}", place)
            receipt = {"warehouse_id": warehouse, "quantity": PIECES}
            api.post(f"/skus/{sku}/receipts", receipt)


def name_of(number: int) -> str:
    """The SKU of a number."""
    return f"BENCH-{number:03d}"
