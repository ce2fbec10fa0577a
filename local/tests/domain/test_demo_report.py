"""What does the demo's report say? Tables, seconds and histories as a person reads them."""

from local.demo import report

AT = "2026-03-01T10:00:{:09.6f}+00:00"


def line(second, action, **more):
    blank = {"actor": "service:orders", "subject": "", "before": "", "after": "", "reason": ""}
    return {"at": AT.format(second), "action": action, **blank, **more}


def page(**order):
    whole = {
        "payment_method": "bank_transfer", "total": 6960, "currency": "EUR", "refunded": 0,
        "status": "completed",
        "fulfillments": [{"warehouse_id": "berlin", "status": "delivered"}],
    }  # fmt: skip
    parcel = {"tracking_number": "SB1"}
    return {
        "order": {**whole, **order},
        "fulfillments": [{"packages": [{"carton": "M", "weight_g": 1830}]}],
        "shipments": [
            {"fulfillment_order_id": "ful_1", "parcels": [parcel]},
            {"fulfillment_order_id": "", "parcels": [{"tracking_number": "way back"}]},
        ],
        "returns": [],
    }


def test_words_stand_left_and_numbers_right():
    lines = report.table(("order", "s"), [("A-1", "1.25"), ("M-5011", "12.00"), ("A-2", "–")])

    assert lines == [
        "order       s",
        "──────  ─────",
        "A-1      1.25",
        "M-5011  12.00",
        "A-2         –",
    ]


def test_a_table_without_rows_shows_its_heads():
    assert report.table(("order", "channel"), []) == ["order  channel", "─────  ───────"]


def test_an_order_that_arrived_is_told_in_one_row():
    assert report.outcome("M-502", "file", page()) == [
        "M-502", "file", "bank transfer 69.60 EUR", "completed", "berlin", "M 1.83 kg", "SB1",
        "–", "–",
    ]  # fmt: skip


def test_an_order_has_a_cell_under_every_head():
    assert len(report.outcome("M-502", "file", page())) == len(report.OUTCOME_HEADS)


def test_what_came_back_and_was_refunded_is_told():
    told = page(refunded=1290)
    told["returns"] = [{"lines": [{"sku": "MUG", "received": 1}, {"sku": "PAN", "received": 0}]}]

    assert report.outcome("A-1", "api", told)[-2:] == ["1 × MUG", "12.90 EUR"]


def test_the_warehouse_of_a_canceled_order_is_not_told():
    told = page(fulfillments=[{"warehouse_id": "berlin", "status": "canceled"}])

    assert report.outcome("A-1", "api", told)[4] == "–"


def test_yen_have_no_cents():
    assert report.money(1290, "JPY") == "1290 JPY"


def test_the_seconds_of_the_stages_add_up_to_the_whole():
    history = [
        line(1, "placed"), line(1.5, "stock reserved"), line(3, "payment authorized"),
        line(3, "status"), line(4, "stock allocated"), line(5, "picked"), line(7, "picked"),
        line(8, "packed"),
    ]  # fmt: skip

    cells = dict(
        zip(report.stage_heads(), report.stages("A-1", AT.format(0), history), strict=True)
    )

    assert cells == {
        "order": "A-1", "at channel": "1.00", "reserve": "0.50", "pay": "1.50", "allocate": "1.00",
        "pick": "3.00", "pack": "1.00", "label": "–", "ship": "–", "deliver": "–", "return": "–",
        "whole": "8.00",
    }  # fmt: skip


def test_an_order_by_the_api_was_at_no_channel():
    cells = report.stages("A-1", "", [line(1, "placed"), line(2, "stock reserved")])

    assert cells[:3] == ["A-1", "–", "1.00"]
    assert cells[-1] == "1.00"


def test_a_stage_that_ended_before_the_one_before_took_no_time():
    history = [line(1, "placed"), line(3, "stock reserved"), line(2, "payment authorized")]

    assert report.stages("A-1", "", history)[2:4] == ["2.00", "0.00"]


def test_a_history_says_when_who_what_before_and_after_and_why():
    told = report.history(
        [line(5.25, "status", actor="timer", before="pending", after="expired", reason="not paid")]
    )

    assert [text[2:] for text in told] == [
        ":00:05.250  timer                   status: pending → expired (not paid)"
    ]


def test_a_long_line_of_a_history_goes_on_below_its_words():
    told = report.history([line(1, "routed", after="berlin", reason="near " * 30)], width=80)

    assert all(len(text) <= 80 for text in told)
    assert len(told) > 2
    assert told[1].startswith(" " * 38 + "near")


def test_those_who_act_are_said_in_words():
    said = [report.who(actor) for actor in ("key:ann", "person:ann", "service:orders", "timer")]

    assert said == ["API key ann", "ann", "service orders", "timer"]
