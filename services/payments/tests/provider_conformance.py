"""What must every payment provider do, whoever it is?

An adapter passes if a subclass with its own `provider` and tokens does.
"""

import pytest

from chassis.ids import new_id
from chassis.outside import Declined
from services.payments.providers.provider import Provider


class DecidedConformance:
    """The suite; a subclass gives a `provider` fixture and the tokens that the provider knows."""

    accepted, declined = "tok_ok", "tok_decline"

    @pytest.fixture
    def provider(self) -> Provider:
        raise NotImplementedError

    @pytest.fixture
    def held(self, provider: Provider) -> str:
        """The key of an authorization of 100."""
        key = new_id("auth")
        assert provider.authorize(key, 100, "EUR", self.accepted).status == "succeeded"
        return key

    def test_it_has_a_name(self, provider: Provider) -> None:
        assert provider.name

    def test_a_key_that_it_never_saw_is_unknown(self, provider: Provider) -> None:
        assert provider.look_up(new_id("auth")) is None

    def test_money_is_held_once_for_a_key(self, provider: Provider, held: str) -> None:
        again = provider.authorize(held, 100, "EUR", self.accepted)
        assert again == provider.look_up(held)
        provider.capture(new_id("cap"), held, 100)

        with pytest.raises(Declined):
            provider.capture(new_id("cap"), held, 1)

    def test_a_declined_card_stays_declined(self, provider: Provider) -> None:
        key = new_id("auth")
        for _ in range(2):
            with pytest.raises(Declined) as no:
                provider.authorize(key, 100, "EUR", self.declined)
            assert (bool(no.value.code), bool(no.value.reason)) == (True, True)

        with pytest.raises(Declined):
            provider.look_up(key)

    def test_money_is_taken_in_parts_up_to_what_is_held(
        self, provider: Provider, held: str
    ) -> None:
        for part in (30, 30, 40):
            assert provider.capture(new_id("cap"), held, part).status == "succeeded"

        with pytest.raises(Declined):
            provider.capture(new_id("cap"), held, 1)

    def test_more_than_is_held_is_not_taken_at_all(self, provider: Provider, held: str) -> None:
        with pytest.raises(Declined):
            provider.capture(new_id("cap"), held, 101)

        assert provider.capture(new_id("cap"), held, 100).status == "succeeded"

    def test_money_is_taken_once_for_a_key(self, provider: Provider, held: str) -> None:
        key = new_id("cap")
        assert provider.capture(key, held, 60) == provider.capture(key, held, 60)

        assert provider.capture(new_id("cap"), held, 40).status == "succeeded"

    def test_nothing_is_taken_where_nothing_is_held(self, provider: Provider) -> None:
        refused = new_id("auth")
        with pytest.raises(Declined):
            provider.authorize(refused, 100, "EUR", self.declined)

        for authorization in (new_id("auth"), refused):
            with pytest.raises(Declined):
                provider.capture(new_id("cap"), authorization, 1)

    def test_two_equal_refunds_are_both_made_but_none_above_what_was_taken(
        self, provider: Provider, held: str
    ) -> None:
        provider.capture(new_id("cap"), held, 80)
        for _ in range(2):
            assert provider.refund(new_id("ref"), held, 40).status == "succeeded"

        with pytest.raises(Declined):
            provider.refund(new_id("ref"), held, 1)

    def test_money_goes_back_once_for_a_key(self, provider: Provider, held: str) -> None:
        provider.capture(new_id("cap"), held, 80)
        key = new_id("ref")
        assert provider.refund(key, held, 50) == provider.refund(key, held, 50)

        assert provider.refund(new_id("ref"), held, 30).status == "succeeded"

    def test_what_was_let_go_cannot_be_taken(self, provider: Provider, held: str) -> None:
        key = new_id("void")
        assert provider.void(key, held).status == "succeeded"
        assert provider.void(key, held).status == "succeeded"

        with pytest.raises(Declined):
            provider.capture(new_id("cap"), held, 1)

    def test_what_was_never_held_can_be_let_go(self, provider: Provider) -> None:
        assert provider.void(new_id("void"), new_id("auth")).status == "succeeded"

    def test_what_was_taken_can_go_back_after_the_rest_was_let_go(
        self, provider: Provider, held: str
    ) -> None:
        provider.capture(new_id("cap"), held, 60)
        provider.void(new_id("void"), held)

        assert provider.refund(new_id("ref"), held, 60).status == "succeeded"

    def test_each_effect_can_be_asked_after_by_its_key(self, provider: Provider, held: str) -> None:
        keys = [held, new_id("cap"), new_id("ref"), new_id("void")]
        provider.capture(keys[1], held, 60)
        provider.refund(keys[2], held, 10)
        provider.void(keys[3], held)

        answers = [provider.look_up(key) for key in keys]
        assert [answer and answer.status for answer in answers] == ["succeeded"] * 4


class ProviderConformance(DecidedConformance):
    """The same for a provider that may take its time, or need the customer."""

    slow, undecided = "tok_slow", "pending"

    def test_nothing_is_taken_before_it_is_decided(self, provider: Provider) -> None:
        key = new_id("auth")
        assert provider.authorize(key, 100, "EUR", self.slow).status == self.undecided

        with pytest.raises(Declined):
            provider.capture(new_id("cap"), key, 100)

    def test_what_is_let_go_undecided_is_decided_thereby(self, provider: Provider) -> None:
        key = new_id("auth")
        provider.authorize(key, 100, "EUR", self.slow)
        provider.void(new_id("void"), key)

        with pytest.raises(Declined):
            provider.look_up(key)
