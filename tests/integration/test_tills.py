"""A till's sales leave the shelves, and what it sells to be sent becomes an order."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.testing import eventually
from tests.fakes.square import LOCATION, a_square, an_item

LATE = 40


@pytest.fixture
def till(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with a_square() as account:
        account.now = datetime.now(UTC) - timedelta(hours=1)
        yield account


def test_a_sale_over_the_counter_leaves_the_shelf_and_an_order_to_be_sent_is_placed(
    api, new_sku, till
):
    sku = new_sku(berlin=5)
    till.skus["VAR7"] = sku.lower().replace("-", "_")  # the till writes it otherwise
    till.over_the_counter(an_item("VAR7", 2), order_id="counter-1")
    till.sell(an_item("VAR7", 1), order_id="send-1")
    channel = f"till-{sku.lower()}"
    settings = [{"name": "warehouse_id", "value": "berlin"}]
    api.put(f"/channels/{channel}", {
        "kind": "square", "name": "Till", "base_url": till.url, "access_token": till.token,
        "location_id": LOCATION, "settings": settings,
        "pull_from": (till.now - timedelta(days=1)).isoformat(),
    })  # fmt: skip

    def states():
        found = api.get("/channel-orders", channel=channel)["orders"]
        return {one["channel_order_id"]: one["state"] for one in found}

    eventually(lambda: states() == {"counter-1": "parked", "send-1": "parked"}, within=LATE)
    listing = till.skus["VAR7"]
    (told,) = api.get(f"/channels/{channel}/listings/{listing}/suggestions")["suggestions"]
    assert (told["sku"], told["why"]) == (sku, "sku")
    assert api.put(f"/channels/{channel}/listings/{listing}", {"sku": sku})["released"] == 2

    eventually(lambda: states() == {"counter-1": "placed", "send-1": "placed"}, within=LATE)
    eventually(lambda: api.get(f"/skus/{sku}")["stock"][0]["on_hand"] == 3, within=LATE)
    health = api.get(f"/channels/{channel}/health")
    assert (health["parked"], health["refused"], health["pull_problem"]) == (0, 0, "")


def test_what_a_shop_says_of_an_order_now_is_shown_beside_what_we_hold(api, new_sku, till):
    sku = new_sku(berlin=5)
    till.skus["VAR7"] = sku
    order = till.sell(an_item("VAR7", 1), order_id="send-2")
    channel = f"till-{sku.lower()}"
    api.put(f"/channels/{channel}", {
        "kind": "square", "name": "Till", "base_url": till.url, "access_token": till.token,
        "location_id": LOCATION, "pull_from": (till.now - timedelta(days=1)).isoformat(),
    })  # fmt: skip

    def inbound():
        found = api.get("/channel-orders", channel=channel)["orders"]
        return found[0] if found and found[0]["state"] == "placed" else None

    eventually(lambda: inbound() is not None, within=LATE)
    one = f"/channel-orders/{inbound()['inbound_id']}"
    order["fulfillments"][0]["shipment_details"]["recipient"]["address"]["locality"] = "Potsdam"
    api.post(f"{one}/look-up")
    eventually(lambda: api.get(f"{one}/comparison")["sighting"]["seen"], within=LATE)

    told = api.get(f"{one}/comparison")
    assert [x["field"] for x in told["differences"]] == ["ship_to"]
    assert (told["mend"], told["ship_to"]["city"]) == (["address"], "Potsdam")
