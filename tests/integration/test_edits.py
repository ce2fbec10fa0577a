"""Does a changed address reach pick list, label and return, and who wins against a picker?"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.client import Refusal
from local.journey import order_body

ELSEWHERE = {
    "name": "Bob Jones",
    "line1": "Harbor 7",
    "city": "Hamburg",
    "postcode": "20457",
    "country": "DE",
}


def is_answered(page) -> bool:
    return page["order"]["editing"] is None and "edit asked for" in {
        line["action"] for line in page["history"]
    }


def test_a_new_address_reaches_whoever_sends_and_takes_back(api, staff, rows, new_sku):
    order_id = api.post("/orders", order_body([(new_sku(berlin=5), 2, 900)]))["order_id"]
    before = staff.allocated(order_id)
    wish = {"reason": "moved", "ship_to": ELSEWHERE}

    preview = api.post(f"/orders/{order_id}/edits/preview", wish)
    assert (preview["version"], preview["difference"]) == (before["version"], 0)
    assert [(one["field"], one["after"]) for one in preview["changes"]] == [
        ("ship_to", "Bob Jones, Harbor 7, 20457 Hamburg, DE")
    ]
    assert staff.whole(order_id)["version"] == before["version"]

    api.post(f"/orders/{order_id}/edits", wish)
    page = staff.wait_for(order_id, "the edit is answered", is_answered)
    assert page["order"]["ship_to"]["line1"] == "Harbor 7"
    assert [one["ship_to"]["line1"] for one in page["fulfillments"]] == ["Harbor 7"]
    assert page["order"]["total"] == before["order"]["total"]

    staff.ship_whole(order_id)
    told = rows(
        "shipping", "select ship_to->>'line1' from shipments where order_id = :o", o=order_id
    )
    assert [row[0] for row in told] == ["Harbor 7"]
    sold = rows("returns", "select ship_to->>'line1' from sales where order_id = :o", o=order_id)
    assert [row[0] for row in sold] == ["Harbor 7"]
    with pytest.raises(Refusal) as refused:
        api.post(f"/orders/{order_id}/edits", {"reason": "late", "bill_to": ELSEWHERE})
    assert refused.value.status == 409


def test_of_a_picker_and_an_editor_at_the_same_time_one_wins_and_all_agree(api, staff, new_sku):
    sku = new_sku(berlin=20)
    for _ in range(4):
        order_id = api.post("/orders", order_body([(sku, 1, 900)]))["order_id"]
        (found,) = staff.allocated(order_id)["fulfillments"]
        wish = {"reason": "moved", "ship_to": ELSEWHERE}
        pick = f"/fulfillments/{found['fulfillment_order_id']}/pick"
        with ThreadPoolExecutor(2) as both:
            edit = both.submit(api.post, f"/orders/{order_id}/edits", wish)
            both.submit(api.post, pick, {"picker": "pia"}).result()
            edit.result()

        page = staff.wait_for(order_id, "the edit is answered", is_answered)
        actions = {line["action"] for line in page["history"]}
        assert ("edited" in actions) != ("edit refused" in actions)
        line1 = "Harbor 7" if "edited" in actions else "Lindenstr. 5"
        assert page["order"]["ship_to"]["line1"] == line1
        assert [one["ship_to"]["line1"] for one in page["fulfillments"]] == [line1]
        assert page["fulfillments"][0]["status"] == "in_progress"
