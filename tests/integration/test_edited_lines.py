"""Do goods, money and papers follow when the lines of an order are edited, and who may not?"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.client import Refusal
from local.journey import order_body


def is_settled(page) -> bool:
    """The edit is made or refused, and nothing of it is left to do."""
    runs = {(r["saga"], r["phase"]) for r in page["order"]["journey"]}
    left = {("edit", "forward"), ("edit", "backward"), ("addition", "forward")}
    return page["order"]["editing"] is None and not runs & left


def planned(page) -> list[tuple[str, int]]:
    """What is still on lists: SKU and how many."""
    return sorted(
        (line["sku"], line["quantity"])
        for one in page["fulfillments"]
        if one["status"] not in {"canceled", "incomplete"}
        for line in one["lines"]
    )


def stock_of(api, sku) -> tuple[int, int]:
    """What can be sold, and what is promised."""
    found = api.get(f"/skus/{sku}")
    return found["available"], sum(one["allocated"] for one in found["stock"])


@pytest.fixture
def edit(api, staff):
    """Edit the lines of an order and wait until it is settled: edit(id, {line: 2}, added=[…])."""

    def make(order_id, quantities, **more):
        lines = [{"line_id": line, "quantity": n} for line, n in quantities.items()]
        wish = {"reason": "the customer has called", "lines": lines, **more}
        api.post(f"/orders/{order_id}/edits", wish)
        return staff.wait_for(order_id, "the edit is settled", is_settled)

    return make


def line_ids(page) -> list[str]:
    return [line["line_id"] for line in page["order"]["lines"]]


def test_fewer_pieces_are_sent_and_only_they_are_paid_and_come_back(
    api, staff, edit, rows, new_sku, nothing_wrong
):
    mugs, shirt = new_sku(berlin=5), new_sku(berlin=5)
    order_id = api.post("/orders", order_body([(mugs, 3, 900), (shirt, 1, 2000)]))["order_id"]
    before = staff.allocated(order_id)
    assert "edit_lines" in before["order"]["allowed"]
    first, second = line_ids(before)
    wish = {
        "reason": "too many",
        "lines": [{"line_id": first, "quantity": 1}, {"line_id": second, "quantity": 0}],
    }

    preview = api.post(f"/orders/{order_id}/edits/preview", wish)
    assert (preview["difference"], preview["total"]) == (-3800, 1390)
    assert preview["settlement"] == "not_taken"
    assert [(one["before"], one["after"]) for one in preview["lines"]] == [(3, 1), (1, 0)]
    page = edit(order_id, {first: 1, second: 0})

    assert (page["order"]["total"], planned(page)) == (1390, [(mugs, 1)])
    assert (stock_of(api, mugs), stock_of(api, shirt)) == ((4, 1), (5, 0))
    told = [line for line in page["history"] if line["action"] == "edited"]
    assert [line["subject"] for line in told] == ["lines", "total"]
    assert {line["reason"] for line in told} == {"the customer has called"}
    staff.ship_whole(order_id)
    page = staff.wait_for(order_id, "paid", lambda p: p["order"]["captured"])
    assert (page["order"]["captured"], page["order"]["payment_status"]) == (1390, "paid")
    (sold,) = rows("returns", "select lines, paid from sales where order_id = :o", o=order_id)
    assert [(line["quantity"], line["paid"]) for line in sold.lines] == [(1, 900)]
    nothing_wrong()


def test_more_pieces_and_a_new_line_have_a_second_hold_and_all_is_captured(
    api, staff, edit, rows, new_sku, nothing_wrong
):
    mugs, lamp = new_sku(berlin=5), new_sku(berlin=5)
    order_id = api.post("/orders", order_body([(mugs, 1, 900)]))["order_id"]
    (line,) = line_ids(staff.allocated(order_id))

    page = edit(order_id, {line: 3}, added=[{"sku": lamp, "quantity": 1, "unit_price": 5000}])

    assert (page["order"]["total"], planned(page)) == (8190, [(mugs, 1), (mugs, 2), (lamp, 1)])
    holds = rows(
        "payments", "select edit, amount, authorized from payments where order_id = :o order by 1",
        o=order_id,
    )  # fmt: skip
    assert [tuple(hold) for hold in holds] == [(0, 1390, 1390), (1, 6800, 6800)]
    staff.ship_whole(order_id)
    page = staff.wait_for(order_id, "paid", lambda p: p["order"]["captured"] == 8190)
    assert [p["captured"] for p in page["payments"]] == [1390, 6800]
    nothing_wrong()


def test_what_is_out_of_stock_or_too_dear_for_the_card_changes_nothing(
    api, staff, edit, new_sku, nothing_wrong
):
    mugs = new_sku(berlin=30)
    limited = {"payment": {"method": "card", "token": "tok_limit"}}
    order_id = api.post("/orders", order_body([(mugs, 1, 900)], **limited))["order_id"]
    (line,) = line_ids(staff.allocated(order_id))

    for quantity, why in ((31, "out of stock"), (20, "The card has not enough money.")):
        page = edit(order_id, {line: quantity})
        refused = [line for line in page["history"] if line["action"] == "edit refused"]
        assert refused[-1]["reason"].startswith(why)
        assert (page["order"]["total"], planned(page)) == (1390, [(mugs, 1)])
        assert stock_of(api, mugs) == (29, 1)

    staff.ship_whole(order_id)
    nothing_wrong()


def test_of_a_picker_and_an_editor_of_lines_one_wins_and_all_agree(
    api, staff, new_sku, nothing_wrong
):
    sku = new_sku(berlin=20)
    for _ in range(3):
        order_id = api.post("/orders", order_body([(sku, 2, 900)]))["order_id"]
        (found,) = staff.allocated(order_id)["fulfillments"]
        (line,) = line_ids(staff.page(order_id))
        wish = {"reason": "less", "lines": [{"line_id": line, "quantity": 1}]}
        pick = f"/fulfillments/{found['fulfillment_order_id']}/pick"
        with ThreadPoolExecutor(2) as both:
            edited = both.submit(api.post, f"/orders/{order_id}/edits", wish)
            both.submit(api.post, pick, {"picker": "pia"}).result()
            edited.result()

        page = staff.wait_for(order_id, "the edit is settled", is_settled)
        actions = {line["action"] for line in page["history"]}
        assert ("edited" in actions) != ("edit refused" in actions)
        left = 1 if "edited" in actions else 2
        assert (page["order"]["total"], planned(page)) == (490 + 900 * left, [(sku, left)])
    nothing_wrong()


def test_an_edit_that_cannot_be_made_is_refused_at_once_in_words(api, staff, new_sku, till):
    sku = new_sku(berlin=9)
    ours = api.post("/orders", order_body([(sku, 1, 900)]))["order_id"]
    theirs = api.post("/orders", order_body([(sku, 1, 900)], channel=till, channel_order_id=sku))
    (line,) = line_ids(staff.allocated(ours))
    (other,) = line_ids(staff.allocated(theirs["order_id"]))

    def refused(order_id, **wish) -> tuple[int, str]:
        with pytest.raises(Refusal) as no:
            api.post(f"/orders/{order_id}/edits", {"reason": "more", **wish})
        return no.value.status, str(no.value)

    two = {"quantity": 2}
    assert (
        "change its lines there" in refused(theirs["order_id"], lines=[{"line_id": other} | two])[1]
    )
    assert "nowhere" in refused(ours, added=[{"sku": "nowhere", "unit_price": 1} | two])[1]
    staff.pick_and_pack(ours)
    status, words = refused(ours, lines=[{"line_id": line} | two])
    assert (status, "is being picked" in words) == (409, True)
