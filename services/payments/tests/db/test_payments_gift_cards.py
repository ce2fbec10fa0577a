"""Gift cards never have less than nothing, whoever spends them at the same time."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.ids import new_id
from chassis.outside import Declined
from contracts.gift_cards import FindGiftCards, GiftCardIssued, GiftCardRef, IssueGiftCard
from contracts.values import Money
from services.payments import gift_cards
from services.payments.providers.gift_card import GiftCards, hash_of, new_code
from services.payments.tests.builders import NOW, euro
from services.payments.tests.provider_conformance import DecidedConformance

NO_CARD = "AAAAA-BBBBB-CCCCC-DDDDD"


def issue(engine: sa.Engine, amount: int = 100, **more: Any) -> GiftCardIssued:
    with Session(engine) as session, session.begin():
        work: Any = SimpleNamespace(session=session, now=NOW, new_id=new_id)
        return gift_cards.issue_card(IssueGiftCard(amount=euro(amount), **more), work)


@pytest.fixture
def ledger(engine: sa.Engine) -> GiftCards:
    return GiftCards(engine.url.render_as_string(hide_password=False))


def sums(engine: sa.Engine, card: GiftCardIssued) -> tuple[int, int]:
    with Session(engine) as session:
        shown = gift_cards.get_card(session, GiftCardRef(gift_card_id=card.gift_card_id)).card
    return shown.balance, shown.held


class TestGiftCards(DecidedConformance):
    """It is a provider like any other, but decides at once."""

    declined = NO_CARD

    @pytest.fixture(autouse=True)
    def _card(self, engine: sa.Engine) -> None:
        self.accepted = issue(engine, 1000).code

    @pytest.fixture
    def provider(self, ledger: GiftCards) -> GiftCards:
        return ledger


def test_an_order_holds_takes_and_gives_back(engine: sa.Engine, ledger: GiftCards) -> None:
    card = issue(engine)
    ledger.authorize("auth-1", 80, "EUR", card.code)
    assert sums(engine, card) == (100, 80)
    ledger.capture("cap-1", "auth-1", 50)
    assert sums(engine, card) == (50, 30)
    ledger.void("void-1", "auth-1")
    ledger.refund("ref-1", "auth-1", 20)
    assert sums(engine, card) == (70, 0)


def test_however_a_code_is_typed_it_is_the_same(engine: sa.Engine, ledger: GiftCards) -> None:
    card = issue(engine)

    typed = f" {card.code.lower().replace('-', ' ')} "
    assert ledger.authorize("auth-1", 1, "EUR", typed).status == "succeeded"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [(101, "EUR", "insufficient_funds"), (1, "USD", "wrong_details")],
)
def test_what_a_card_does_not_have_is_declined(
    engine: sa.Engine, ledger: GiftCards, amount: int, currency: str, code: str
) -> None:
    card = issue(engine)

    with pytest.raises(Declined) as no:
        ledger.authorize("auth-1", amount, currency, card.code)
    assert (no.value.code, sums(engine, card)) == (code, (100, 0))


def test_twenty_orders_at_once_spend_no_more_than_there_is(
    engine: sa.Engine, ledger: GiftCards
) -> None:
    card = issue(engine)

    def spend(number: int) -> bool:
        try:
            ledger.authorize(f"auth-{number}", 10, "EUR", card.code)
            ledger.capture(f"cap-{number}", f"auth-{number}", 10)
        except Declined:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        good = list(pool.map(spend, range(20)))

    assert (good.count(True), sums(engine, card)) == (10, (0, 0))


def test_one_key_at_the_same_time_acts_once(engine: sa.Engine, ledger: GiftCards) -> None:
    card = issue(engine)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ledger.authorize("auth-1", 10, "EUR", card.code), range(8)))

    assert sums(engine, card) == (100, 10)


moves = st.lists(
    st.tuples(st.sampled_from(["hold", "take", "free", "back"]), st.integers(1, 60)), max_size=12
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves)
def test_the_balance_is_what_the_movements_say(
    engine: sa.Engine, ledger: GiftCards, steps: list[tuple[str, int]]
) -> None:
    card, hold = issue(engine), ""
    for what, amount in steps:
        key = new_id(what)
        try:
            match what:
                case "hold":
                    ledger.authorize(key, amount, "EUR", card.code)
                    hold = key
                case "take":
                    ledger.capture(key, hold, amount)
                case "free":
                    ledger.void(key, hold)
                case "back":
                    ledger.refund(key, hold, amount)
        except Declined:
            continue
    with Session(engine) as session:
        told = gift_cards.get_card(session, GiftCardRef(gift_card_id=card.gift_card_id))
    signs = {"issued": 1, "taken": -1, "back": 1}
    assert told.card.balance == sum(m.amount * signs.get(m.what, 0) for m in told.movements)
    held = {"held": 1, "taken": -1, "freed": -1}
    assert told.card.held == sum(m.amount * held.get(m.what, 0) for m in told.movements)
    assert 0 <= told.card.held <= told.card.balance


def test_the_database_refuses_a_card_with_less_than_nothing(engine: sa.Engine) -> None:
    issue(engine)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql("update gift_cards set balance = -1")


def test_a_code_is_not_kept_with_its_card_and_none_is_like_another(engine: sa.Engine) -> None:
    card = issue(engine)
    with engine.begin() as connection:
        (row,) = connection.exec_driver_sql("select * from gift_cards")

    assert card.code not in str(row)
    assert row.code_hash == hash_of(card.code)
    assert len({new_code() for _ in range(100)}) == 100


def test_cards_are_found_by_customer_and_by_the_end_of_their_code(engine: sa.Engine) -> None:
    mine, other = issue(engine, customer="Ann@Example.com"), issue(engine)
    with Session(engine) as session:

        def found(**asked: Any) -> list[str]:
            page = gift_cards.find_cards(session, FindGiftCards(**asked))
            return [card.gift_card_id for card in page.cards]

        assert found(customer="ann@example.com") == [mine.gift_card_id]
        assert found(ending=other.code[-5:].lower()) == [other.gift_card_id]
        assert found() == [other.gift_card_id, mine.gift_card_id]
        with pytest.raises(NotFound):
            gift_cards.get_card(session, GiftCardRef(gift_card_id="gft_1"))


def test_a_card_without_money_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(Refused) as no:
        issue(engine, 0)

    assert no.value.field == "amount.amount"
    assert issue(engine, 5).amount == Money(amount=5, currency="EUR")
