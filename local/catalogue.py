"""What is sold in the demo? Forty-odd things, two warehouses, five cartons."""

from collections.abc import Callable

from local.client import Client

Say = Callable[[str], None]
WAREHOUSES = {
    "berlin": ("Berlin North", "Berlin", "13407", "DE", 52.57, 13.36),
    "lyon": ("Lyon East", "Lyon", "69003", "FR", 45.76, 4.86),
}
CARTONS = {
    "XS": (200, 150, 100, 2_000, 60, 35),
    "S": (300, 200, 150, 5_000, 120, 55),
    "M": (400, 300, 200, 10_000, 210, 90),
    "L": (600, 400, 300, 20_000, 420, 160),
    "XL": (800, 600, 500, 30_000, 900, 310),
}
# SKU, name, length, width, height (mm), weight (g), HS code, made in, customs value (cents)
THINGS = (
    ("IPOD2008GREEN", "IPod Nano 8gb green", 105, 60, 30, 200, "8519.81", "CN", 9900),
    ("IPOD2008RED", "IPod Nano 8gb red", 105, 60, 30, 200, "8519.81", "CN", 9900),
    ("IPOD2008BLACK", "IPod Nano 8gb black", 105, 60, 30, 200, "8519.81", "CN", 9900),
    ("IPOD2008PINK", "IPod Nano 8gb pink", 105, 60, 30, 200, "8519.81", "CN", 9900),
    ("IPOD-342-N", "IPod Touch 8GB", 120, 70, 30, 250, "8519.81", "CN", 12900),
)
KINDS = (
    ("MUG", "Mug", 120, 100, 100, 380, "6912.00", "DE", 450),
    ("TEE", "T-shirt", 280, 220, 25, 190, "6109.10", "PT", 900),
    ("LAMP", "Desk lamp", 420, 180, 160, 1450, "9405.21", "DE", 3900),
    ("BOOK", "Notebook", 210, 148, 18, 320, "4820.10", "FI", 350),
    ("TOWEL", "Towel", 300, 220, 60, 540, "6302.60", "TR", 1100),
    ("CANDLE", "Candle", 90, 90, 110, 460, "3406.00", "FR", 700),
    ("PAN", "Iron pan", 460, 290, 70, 2600, "7323.92", "DE", 4200),
)
COLORS = ("white", "black", "red", "blue", "green", "yellow")
STOCK = {"berlin": 400, "lyon": 250}


def load(url: str, key: str, say: Say) -> None:
    """Make the demo's warehouses, cartons, SKUs, bins and stock; again changes nothing."""
    api = Client(url, key)
    say("loading the demo catalogue …")
    for warehouse, (name, city, postcode, country, latitude, longitude) in WAREHOUSES.items():
        address = {
            "name": name,
            "line1": "Dock Street 1",
            "city": city,
            "postcode": postcode,
            "country": country,
        }
        place = {"name": name, "address": address, "latitude": latitude, "longitude": longitude}
        api.put(f"/warehouses/{warehouse}", place)
    for carton, (length, width, height, most, own, cost) in CARTONS.items():
        api.put(
            f"/cartons/{carton}",
            {
                "dimensions": _size(length, width, height), "max_weight_g": most,
                "own_weight_g": own, "cost": cost,
            },
        )  # fmt: skip
    things = all_things()
    for number, thing in enumerate(things):
        _load_thing(api, number, thing)
        if (number + 1) % 10 == 0:
            say(f"  {number + 1} of {len(things)} SKUs")
    say(f"{len(things)} SKUs, {len(WAREHOUSES)} warehouses, {len(CARTONS)} cartons are there")


def all_things() -> list[tuple[str, str, int, int, int, int, str, str, int]]:
    """All SKUs of the demo."""
    made = [
        (f"{code}-{color.upper()}", f"{name} {color}", *rest)
        for code, name, *rest in KINDS
        for color in COLORS
    ]
    return [*THINGS, *made]  # type: ignore[list-item]


def barcode_of(number: int) -> str:
    """An EAN-13 for the n-th SKU, from the range for use inside a company."""
    digits = f"2{number:011d}"
    check = -sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits)) % 10
    return f"{digits}{check}"


def _load_thing(
    api: Client, number: int, thing: tuple[str, str, int, int, int, int, str, str, int]
) -> None:
    sku, name, length, width, height, weight, hs_code, country, value = thing
    api.put(
        f"/skus/{sku}",
        {
            "name": name, "dimensions": _size(length, width, height), "weight_g": weight,
            "barcodes": [barcode_of(number)], "hs_code": hs_code, "origin_country": country,
            "customs_value": value,
        },
    )  # fmt: skip
    for warehouse, pieces in STOCK.items():
        zone, place = "ABCD"[number % 4], number // 4
        api.put(
            f"/warehouses/{warehouse}/bins/{zone}-{place:02d}",
            {"zone": zone, "sequence": number % 4 * 100 + place, "sku": sku},
        )
        receipt = {"warehouse_id": warehouse, "quantity": pieces, "reference": "demo-catalogue"}
        api.post(f"/skus/{sku}/receipts", receipt, key=f"demo-{sku}-{warehouse}")


def _size(length: int, width: int, height: int) -> dict[str, int]:
    return {"length_mm": length, "width_mm": width, "height_mm": height}
