"""What waits for a carrier leaves at once, and every order tells with which manifest."""

import io

import pytest
from pypdf import PdfReader

from local.client import Refusal
from local.journey import order_body


@pytest.fixture
def orders(api, staff, new_sku) -> list[str]:
    """Two orders whose parcels are labeled, at one warehouse."""
    sku = new_sku(berlin=5)
    made = [api.post("/orders", order_body([(sku, 1, 900)]))["order_id"] for _ in range(2)]
    for order_id in made:
        staff.pick_and_pack(order_id)
    return made


def waiting(api) -> int:
    rows = api.get("/open-parcels")["waiting"]
    return sum(row["parcels"] for row in rows if row["warehouse_id"] == "berlin")


def test_parcels_of_several_orders_leave_on_one_manifest(api, staff, orders):
    before = waiting(api)

    manifest = staff.close_manifest(*orders)

    assert (manifest["state"], manifest["warehouse_id"]) == ("handed_over", "berlin")
    assert waiting(api) == before - 2
    for order_id in orders:
        page = staff.wait_for(
            order_id, "paid for what has left",
            lambda p: "payment captured" in {h["action"] for h in p["history"]},
        )  # fmt: skip
        [left] = [h for h in page["history"] if h["action"] == "shipped"]
        assert left["reason"] == f"manifest {manifest['manifest_id']}"
        assert page["shipments"][0]["manifest_id"] == manifest["manifest_id"]
    paper = api.session.get(f"{api.url}/manifests/{manifest['manifest_id']}/manifest.pdf")
    text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    assert all(parcel["tracking_number"] in text for parcel in manifest["parcels"])


def test_what_is_on_a_manifest_is_not_handed_over_again(api, staff, orders):
    manifest = staff.close_manifest(*orders)

    with pytest.raises(Refusal, match="does not wait for this carrier") as told:
        staff.close_manifest(*orders)
    assert told.value.status == 422
    assert manifest in api.get("/manifests")["manifests"]
