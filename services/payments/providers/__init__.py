"""Which kinds of payment providers are there? One line for each adapter."""

from collections.abc import Mapping

from services.payments.domain.account import SANDBOX, Account
from services.payments.providers import adyen, mollie, paypal, sandbox, stripe
from services.payments.providers.provider import Kind

KINDS: Mapping[str, Kind] = {
    kind.kind: kind for kind in (sandbox.KIND, stripe.KIND, paypal.KIND, mollie.KIND, adyen.KIND)
}
BUILT_IN = Account(SANDBOX, sandbox.KIND.kind, sandbox.KIND.capabilities)
