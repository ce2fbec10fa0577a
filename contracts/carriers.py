"""What is said about the carriers that a shop works with: which kinds there are, which accounts."""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Wire, question, request
from contracts.values import Code, Country, Instant, Name, Text

Long = Annotated[str, Meta(max_length=20_000)]


class ConfigurationField(Wire, frozen=True, kw_only=True):
    """One thing that a kind of carrier must be told; what is `secret` is sealed, never shown."""

    name: Code
    label: Name
    kind: Literal["text", "long_text", "secret", "choice", "url"] = "text"
    about: Text = ""
    required: bool = True
    choices: tuple[Text, ...] = ()
    default: Text = ""


class CarrierKind(Wire, frozen=True, kw_only=True):
    """A kind of carrier that we can speak with, what it wants to know and what it can do."""

    kind: Code
    name: Name
    about: Text
    configuration: tuple[ConfigurationField, ...]
    capabilities: tuple[Text, ...]


class CarrierKinds(Wire, frozen=True, kw_only=True):
    """All kinds of carriers."""

    kinds: tuple[CarrierKind, ...]


class CarrierSetting(Wire, frozen=True, kw_only=True):
    """One field of a configuration with its value."""

    name: Code
    value: Long

    def __repr__(self) -> str:
        """Show the name; the value may be a secret."""
        return f"CarrierSetting(name={self.name!r})"


class ServiceLevel(Wire, frozen=True, kw_only=True):
    """Which of a carrier's services fulfill what a customer has chosen, such as `express`."""

    service: Code
    fulfilled_by: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=100)]


class SaveCarrierAccount(Wire, frozen=True, kw_only=True):
    """Make or change an account at a carrier; a secret that is left out stays as it is.

    `countries` are those that it may deliver to, none meaning all. Where `services` says nothing,
    a service counts by its name, or else by its days.
    """

    account: Code
    kind: Code
    name: Name
    active: bool = True
    countries: Annotated[tuple[Country, ...], Meta(max_length=250)] = ()
    services: Annotated[tuple[ServiceLevel, ...], Meta(max_length=20)] = ()
    configuration: Annotated[tuple[CarrierSetting, ...], Meta(max_length=50)] = ()
    expected_version: int | None = None


class CarrierAccount(Wire, frozen=True, kw_only=True):
    """An account at a carrier; of its secrets only which of them are `set`."""

    account: Code
    kind: Code
    name: Name
    active: bool
    countries: tuple[Country, ...] = ()
    services: tuple[ServiceLevel, ...] = ()
    configuration: tuple[CarrierSetting, ...] = ()
    secrets_set: tuple[Code, ...] = ()
    capabilities: tuple[Text, ...] = ()
    saved_at: Instant | None = None
    saved_by: Text = ""
    version: int = 1


class CarrierAccounts(Wire, frozen=True, kw_only=True):
    """All accounts; without one the sandbox carries everything."""

    accounts: tuple[CarrierAccount, ...]


class AskCarriers(Wire, frozen=True, kw_only=True):
    """All there are."""


class CarrierAccountRef(Wire, frozen=True, kw_only=True):
    """One account."""

    account: Code


class CarrierTest(Wire, frozen=True, kw_only=True):
    """Whether the carrier lets us in with this account; if not, why."""

    account: Code
    well: bool
    problem: Text = ""
    took_ms: int = 0


KINDS = question("shipping.carrier_kinds", AskCarriers, CarrierKinds)
ACCOUNTS = question("shipping.carrier_accounts", AskCarriers, CarrierAccounts)
SAVE_ACCOUNT = request("shipping.save_carrier_account", SaveCarrierAccount, CarrierAccount)
TEST_ACCOUNT = question("shipping.test_carrier_account", CarrierAccountRef, CarrierTest)
