"""With which provider's account is an order paid? The one that is named, or the only one that can.

While no account was ever saved there is the sandbox. As soon as one is, the sandbox takes new
orders only if it was saved too: nobody must get real goods for its play money by naming it, or
because the real account was switched off.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from chassis.errors import Refused

SANDBOX = "sandbox"
FIELD = "payment.account"
ADDRESS = r"https?://\S{1,240}"


@dataclass(frozen=True, slots=True)
class Declared:
    """One thing that an adapter has to be told; `pattern` is what a value must look like."""

    name: str
    label: str
    about: str
    secret: bool = False
    required: bool = True
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter can really do; `currencies` is empty where it takes any.

    With `page_by` instead of a card's the customer pays on a page of the provider's.
    """

    methods: tuple[str, ...]
    currencies: tuple[str, ...] = ()
    holds: bool = True
    captures_in_parts: bool = True
    refunds_in_parts: bool = True
    confirmation: bool = False
    takes_days: bool = False
    webhooks: bool = False
    page_by: str | None = None


PAY_AGAIN = Declared(
    "pay_again_hours",
    "Hours to pay again",
    "For so long an order whose payment was declined waits for the customer, who gets a link to"
    " pay in another way; empty: it ends at once.",
    required=False,
    pattern=r"[1-9]|1\d|2[0-3]",
)


@dataclass(frozen=True, slots=True)
class Again:
    """How a customer whose payment was declined may pay again."""

    token: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a provider; the secrets are plain in here, and only in here."""

    account: str
    kind: str
    capabilities: Capabilities
    mode: str = "test"
    currencies: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    active: bool = True
    version: int = 1

    def takes(self, method: str, currency: str) -> bool:
        """Tell whether an order can be paid with it."""
        among = self.currencies or self.capabilities.currencies
        able = method in self.capabilities.methods and (not among or currency in among)
        return self.active and able


class Accounts:
    """All accounts, as they were a moment ago."""

    def __init__(self, saved: Sequence[Account], sandbox: Account) -> None:
        self._by_name = {one.account: one for one in saved}
        self._usable = list(saved) or [sandbox]
        self._by_name.setdefault(sandbox.account, sandbox)

    def get(self, account: str) -> Account | None:
        """Find an account by name, also one that takes no new orders."""
        return self._by_name.get(account)

    def again(self, account: str) -> Again | None:
        """Tell how a customer may pay again whose payment with this account was declined."""
        one = self.get(account)
        hours = one.settings.get(PAY_AGAIN.name) if one and one.active else None
        if one is None or not hours or one.capabilities.page_by is None:
            return None
        return Again(one.capabilities.page_by, timedelta(hours=int(hours)))

    def choose(self, method: str, currency: str, named: str) -> str:
        """Decide which account an order is paid with, or refuse it."""
        if named:
            return self._named(named, method, currency)
        able = sorted(one.account for one in self._usable if one.takes(method, currency))
        if not able:
            reason = f"No active account takes {method} in {currency}."
            raise Refused("no_account", reason, FIELD)
        if len(able) > 1:
            reason = f"Several accounts take {method} in {currency}; name one of {', '.join(able)}."
            raise Refused("several_accounts", reason, FIELD)
        return able[0]

    def _named(self, named: str, method: str, currency: str) -> str:
        one = next((a for a in self._usable if a.account == named), None)
        if one is None:
            raise Refused("no_account", f"There is no account {named!r}.", FIELD)
        if not one.takes(method, currency):
            why = f"takes no {method} in {currency}" if one.active else "is switched off"
            raise Refused("no_account", f"The account {named!r} {why}.", FIELD)
        return named


def check_values(
    declared: Sequence[Declared], settings: Mapping[str, str], secrets: Mapping[str, str]
) -> None:
    """Refuse what the adapter does not know, lacks or cannot use; name fields, never secrets."""
    for secret, given in ((False, settings), (True, secrets)):
        where = "secrets" if secret else "settings"
        known = {one.name: one for one in declared if one.secret == secret}
        if strange := sorted(given.keys() - known.keys()):
            reason = f"This kind has no {where[:-1]} {strange[0]!r}."
            raise Refused("invalid", reason, f"{where}.{strange[0]}")
        for one in known.values():
            value = given.get(one.name, "")
            if one.required and not value:
                raise Refused("invalid", f"{one.label} is missing.", f"{where}.{one.name}")
            if value and one.pattern and not re.fullmatch(one.pattern, value):
                reason = f"{one.label} must look like {one.pattern}."
                raise Refused("invalid", reason, f"{where}.{one.name}")
