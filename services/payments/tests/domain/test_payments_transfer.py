"""A transfer is booked where it is sure and suggested where it is likely, not by amount alone."""

from datetime import date

import pytest

from services.payments.domain.transfer import Booking, Expected, judge, named_in

ANN = Expected(f"ord_{'A' * 26}", "1001", "Ann Müller", 3070, "EUR")
BOB = Expected(f"ord_{'B' * 26}", "1002", "Bob Reader", 3070, "EUR")


def transfer(
    text: str = "", amount: int = 3070, payer: str = "X", currency: str = "EUR"
) -> Booking:
    return Booking("ref", date(2026, 3, 2), amount, currency, payer, text)


@pytest.mark.parametrize(
    "text",
    ["Bestellung 1001", "Nr.1001/Ann", "order #1001, thanks", f"ORD_{'a' * 26}", "RE0001001"],
)
def test_what_names_an_order_and_is_what_it_owes_pays_it(text: str) -> None:
    verdict = judge(transfer(text), [ANN, BOB])

    assert (verdict.state, verdict.order_ids, verdict.amount) == ("booked", (ANN.order_id,), 3070)


@pytest.mark.parametrize("text", ["10011", "91001", "1001x5 is not 10015", ""])
def test_a_number_counts_only_by_itself(text: str) -> None:
    named = {n for n in named_in(text)[0] if n == "1001"}

    assert named == ({"1001"} if text.startswith("1001x") else set())


@pytest.mark.parametrize(
    "payer", ["Ann Müller", "MUELLER, ANN", "Dr. Ann  Mueller-Mayer", "ANN MÜLLER"]
)
def test_too_little_by_the_customer_pays_a_part(payer: str) -> None:
    verdict = judge(transfer("1001", 3000, payer), [ANN, BOB])

    assert verdict == ("booked", (ANN.order_id,), 3000, "underpaid: 70 are still to come")


def test_too_little_by_a_stranger_is_only_suggested() -> None:
    verdict = judge(transfer("1001", 3000, "Cem"), [ANN, BOB])

    assert verdict == ("suggested", (ANN.order_id,), 0, "underpaid: 70 less than is owed")


def test_too_much_is_left_to_a_person() -> None:
    verdict = judge(transfer("1001", 4000, "Ann Müller"), [ANN, BOB])

    assert verdict == ("suggested", (ANN.order_id,), 0, "overpaid: 930 more than is owed")


def test_the_amount_alone_suggests_whoever_owes_it_and_prefers_the_name() -> None:
    assert judge(transfer("mugs"), [ANN, BOB])[:2] == ("suggested", (ANN.order_id, BOB.order_id))
    assert judge(transfer("mugs", payer="Reader Bob"), [ANN, BOB]) == (
        "suggested",
        (BOB.order_id,),
        0,
        "only the amount fits",
    )


def test_two_orders_that_are_named_with_the_same_amount_are_left_to_a_person() -> None:
    assert judge(transfer("1001 and 1002"), [ANN, BOB]).state == "suggested"


@pytest.mark.parametrize("other", [transfer("rent", 5), transfer("1001", currency="USD")])
def test_what_fits_nothing_stays_open(other: Booking) -> None:
    assert judge(other, [ANN, BOB]) == ("open", (), 0, "")


def test_what_owes_nothing_any_more_is_not_meant() -> None:
    paid = Expected(ANN.order_id, "1001", "Ann Müller", 0, "EUR")

    assert judge(transfer("1001", 5), [paid]).state == "open"
