"""An order is paid with the account that is named, or the only one that can take it."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import Refused
from services.payments.domain.account import (
    Account,
    Accounts,
    Capabilities,
    Declared,
    check_values,
)
from services.payments.domain.decline import WORDS, Reason, words_for
from services.payments.providers import BUILT_IN

CARDS = Capabilities(methods=("card",))
DECLARED = (
    Declared("merchant", "Merchant", "Who we are.", pattern=r"[a-z]+"),
    Declared("key", "API key", "How we prove it.", secret=True),
    Declared("note", "Note", "", required=False),
)


def an_account(name: str, *currencies: str, **changes: Any) -> Account:
    return replace(Account(name, "acme", CARDS, currencies=currencies), **changes)


def choose(*saved: Account, named: str = "", currency: str = "EUR", method: str = "card") -> str:
    return Accounts(saved, BUILT_IN).choose(method, currency, named)


def test_without_any_account_there_is_the_sandbox() -> None:
    assert choose() == "sandbox"
    assert choose(named="sandbox") == "sandbox"


def test_the_only_account_that_takes_the_currency_is_chosen() -> None:
    assert choose(an_account("euros", "EUR"), an_account("dollars", "USD")) == "euros"


def test_a_named_account_is_chosen_among_several() -> None:
    assert choose(an_account("one"), an_account("other"), named="other") == "other"


def test_several_that_could_take_it_are_named_in_the_refusal() -> None:
    with pytest.raises(Refused, match=r"name one of one, other\.") as no:
        choose(an_account("other"), an_account("one"))

    assert (no.value.code, no.value.field) == ("several_accounts", "payment.account")


@pytest.mark.parametrize(
    ("named", "currency", "why"),
    [
        ("nowhere", "EUR", "no account 'nowhere'"),
        ("euros", "USD", "takes no card in USD"),
        ("off", "EUR", "is switched off"),
        ("", "USD", "No active account takes card in USD"),
    ],
)
def test_what_cannot_take_it_is_refused_by_field(named: str, currency: str, why: str) -> None:
    saved = (an_account("euros", "EUR"), an_account("off", active=False))
    with pytest.raises(Refused, match=why) as no:
        choose(*saved, named=named, currency=currency)

    assert (no.value.code, no.value.field) == ("no_account", "payment.account")


@pytest.mark.parametrize("named", ["", "sandbox"])
def test_beside_a_real_account_nobody_pays_with_play_money(named: str) -> None:
    with pytest.raises(Refused):
        choose(an_account("real", active=False), named=named)
    assert Accounts([an_account("real")], BUILT_IN).get("sandbox") == BUILT_IN


def test_an_account_takes_what_its_adapter_takes_unless_it_takes_less() -> None:
    able = Capabilities(methods=("card",), currencies=("EUR", "CHF"))
    whole, part = Account("a", "acme", able), Account("a", "acme", able, currencies=("CHF",))

    assert [whole.takes("card", c) for c in ("EUR", "CHF", "USD")] == [True, True, False]
    assert [part.takes("card", c) for c in ("EUR", "CHF", "USD")] == [False, True, False]
    assert not whole.takes("cash", "EUR")


@pytest.mark.parametrize(
    ("settings", "secrets", "field"),
    [
        ({}, {"key": "k"}, "settings.merchant"),
        ({"merchant": "A1"}, {"key": "k"}, "settings.merchant"),
        ({"merchant": "acme"}, {}, "secrets.key"),
        ({"merchant": "acme", "key": "k"}, {"key": "k"}, "settings.key"),
        ({"merchant": "acme"}, {"key": "k", "note": "n"}, "secrets.note"),
    ],
)
def test_what_an_adapter_cannot_work_with_is_refused_by_field(
    settings: dict[str, str], secrets: dict[str, str], field: str
) -> None:
    check_values(DECLARED, {"merchant": "acme"}, {"key": "k"})
    with pytest.raises(Refused) as no:
        check_values(DECLARED, settings, secrets)

    assert no.value.field == field


def test_an_account_shows_no_secret_when_it_is_printed() -> None:
    assert "hush" not in repr(an_account("a", secrets={"key": "hush"}))


def test_there_are_words_for_every_reason_in_both_languages() -> None:
    assert set(WORDS) == set(Reason)
    assert all(words.en and words.de and words.en != words.de for words in WORDS.values())


def test_who_tries_stolen_cards_is_told_no_more_than_that_it_was_declined() -> None:
    assert words_for("suspected_fraud") == words_for("declined")


@pytest.mark.parametrize("code", ["expired", "no_account", "voided", ""])
def test_what_is_no_decline_has_no_words(code: str) -> None:
    assert words_for(code) is None
