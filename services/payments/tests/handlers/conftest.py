"""What do tests of adapters share? Small providers on ports of their own."""

from collections.abc import Iterator

import pytest

from services.payments.providers.stripe import Stripe
from services.payments.references import MemoryReferences
from services.payments.tests.stripe_account import account_at
from tests.fakes.stripe.server import FakeStripe, a_stripe


@pytest.fixture
def desk() -> Iterator[FakeStripe]:
    with a_stripe() as desk:
        yield desk


@pytest.fixture
def provider(desk: FakeStripe) -> Stripe:
    return Stripe(account_at(desk), MemoryReferences())
