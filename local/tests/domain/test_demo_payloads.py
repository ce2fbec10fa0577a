"""Are the demo's payloads what its story needs, and is their source named?"""

import json

import pytest

from local.demo.shop import PAYLOADS, Shop

NAMES = sorted(path.name for path in PAYLOADS.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_every_payload_names_its_repository_path_commit_and_license(name):
    rows = [x for x in (PAYLOADS / "SOURCES.md").read_text().splitlines() if f"| {name} |" in x]

    cells = [cell.strip() for cell in rows[0].strip("|").split("|")]
    assert len(rows) == 1
    assert all(cells)
    assert len(cells[3]) == 40
    assert cells[4] == "MIT"


def test_the_changed_order_is_the_first_one_again():
    first, changed = (
        json.loads((PAYLOADS / f"1001-{which}.json").read_text())
        for which in ("authorized", "changed")
    )

    assert first["id"] == changed["id"]


def test_the_shop_remembers_parcels_by_order_and_shows_them():
    with Shop("shop-1") as shop:
        order_id = shop.sells("1001-changed.json")
        open_ = shop.get(order_id, "fulfillment_orders")["fulfillment_orders"][0]
        part = {"fulfillment_order_id": open_["id"], "fulfillment_order_line_items": []}
        told = {"line_items_by_fulfillment_order": [part], "tracking_info": {"number": "SB1"}}

        shop.post("", "fulfillments", {"fulfillment": told})

        known = shop.get(order_id, "fulfillments")["fulfillments"]
        assert [one["tracking_numbers"] for one in known] == [["SB1"]]
        assert len(open_["line_items"]) == 3
