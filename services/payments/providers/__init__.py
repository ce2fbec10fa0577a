"""Which kinds of payment providers are there? One line for each adapter."""

from collections.abc import Mapping

from services.payments.domain.account import SANDBOX, Account
from services.payments.providers import adyen, gift_card, mollie, paypal, sandbox, stripe
from services.payments.providers.provider import Kind

OF_PROVIDERS = (stripe.KIND, paypal.KIND, mollie.KIND, adyen.KIND)
KINDS: Mapping[str, Kind] = {
    kind.kind: kind for kind in (*OF_PROVIDERS, gift_card.KIND, sandbox.KIND)
}
BUILT_IN = Account(SANDBOX, sandbox.KIND.kind, sandbox.KIND.capabilities)
