"""What is said to and by payments, which knows what was authorized, taken and given back.

long because: all that is said to and by one service stands on one page.
"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.gift_cards import FIND_GIFT_CARDS, GET_GIFT_CARD, ISSUE_GIFT_CARD
from contracts.message import Message, Wire, command, event, question, request
from contracts.orders import PaymentMethod
from contracts.settlements import MATCH_SETTLEMENT
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.transfers import (
    BOOK_TRANSFER,
    DISMISS_TRANSFER,
    FIND_TRANSFERS,
    IMPORT_STATEMENT,
)
from contracts.values import (
    Code,
    Count,
    Currency,
    Instant,
    Limit,
    LongText,
    MinorUnits,
    Money,
    Name,
    Nothing,
    OrderId,
    PaymentId,
    Text,
)

AccountName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


@command("payments.authorize.v1")
class AuthorizePayment(Message, frozen=True, kw_only=True):
    """Make sure that an order will be paid; asked twice for one order it acts once.

    `number` and `name` are the order's and the customer's: by them a transfer is found.
    """

    order_id: OrderId
    amount: Money
    method: PaymentMethod
    token: Text = ""
    customer: Text = ""
    until: Instant
    account: Annotated[str, Meta(max_length=64)] = ""
    number: Annotated[str, Meta(max_length=32)] = ""
    name: Text = ""


@command("payments.raise.v1")
class RaisePayment(Message, frozen=True, kw_only=True):
    """Make sure of so much more, because an edit makes an order cost more; once for each edit."""

    order_id: OrderId
    edit: Count
    amount: Money
    account: Annotated[str, Meta(max_length=64)] = ""


@command("payments.cancel_raise.v1")
class CancelRaise(Message, frozen=True, kw_only=True):
    """Let go of what was made sure of for an edit, even if nothing ever was."""

    order_id: OrderId
    edit: Count


@command("payments.lower.v1")
class LowerPayment(Message, frozen=True, kw_only=True):
    """Take so much less, because an edit makes an order cost less; what was taken goes back."""

    order_id: OrderId
    edit: Count
    amount: Money


@command("payments.capture.v1")
class CapturePayment(Message, frozen=True, kw_only=True):
    """Take part of what was authorized; `capture_id` makes a second one a no-op."""

    order_id: OrderId
    capture_id: Text
    amount: Money


@command("payments.void.v1")
class VoidPayment(Message, frozen=True, kw_only=True):
    """Give back whatever hold or money an order took, even if nothing was ever asked."""

    order_id: OrderId
    reason: Text


@command("payments.refund.v1")
class RefundPayment(Message, frozen=True, kw_only=True):
    """Give back part of what was captured; `refund_id` makes a second one a no-op."""

    order_id: OrderId
    refund_id: Text
    amount: Money
    reason: Text


@event("payments.pending.v1")
class PaymentPending(Message, frozen=True, kw_only=True):
    """The answer will take a while; `action_url` is where the customer must go, if anywhere."""

    order_id: OrderId
    payment_id: PaymentId
    method: PaymentMethod
    state: Literal["pending", "requires_action"]
    until: Instant
    action_url: Text = ""


@event("payments.authorized.v1")
class PaymentAuthorized(Message, frozen=True, kw_only=True):
    """The order will be paid: the money is held, here already, or owed on agreed terms."""

    order_id: OrderId
    payment_id: PaymentId
    amount: Money
    captured: MinorUnits = 0
    guarantee: Literal["authorization", "captured", "terms"] = "authorization"


@event("payments.failed.v1")
class PaymentFailed(Message, frozen=True, kw_only=True):
    """The order will not be paid this way; `code` is one of ours, `reason` is for people."""

    order_id: OrderId
    code: Text
    reason: Text


@event("payments.raised.v1")
class PaymentRaised(Message, frozen=True, kw_only=True):
    """It is sure that an edited order will be paid, and not only what it cost before."""

    order_id: OrderId
    edit: Count
    amount: Money


@event("payments.raise_refused.v1")
class RaiseRefused(Message, frozen=True, kw_only=True):
    """What an edit would cost more will not be paid; what was agreed before stays as it is."""

    order_id: OrderId
    edit: Count
    code: Text
    reason: Text


@event("payments.raise_canceled.v1")
class RaiseCanceled(Message, frozen=True, kw_only=True):
    """Nothing is held or owed for an edit."""

    order_id: OrderId
    edit: Count


@event("payments.lowered.v1")
class PaymentLowered(Message, frozen=True, kw_only=True):
    """So much less will be taken of an edited order; what was taken too much was given back."""

    order_id: OrderId
    edit: Count
    amount: Money


@event("payments.captured.v1")
class PaymentCaptured(Message, frozen=True, kw_only=True):
    """Money was taken (or, on terms, invoiced; then `invoice` is the number of the invoice)."""

    order_id: OrderId
    capture_id: Text
    amount: Money
    captured: MinorUnits
    invoice: Text = ""


@event("payments.capture_failed.v1")
class CaptureFailed(Message, frozen=True, kw_only=True):
    """The provider would not give the money; a person must decide."""

    order_id: OrderId
    capture_id: Text
    reason: Text


@event("payments.voided.v1")
class PaymentVoided(Message, frozen=True, kw_only=True):
    """Nothing is held or kept of this order any more; `refunded` was given back."""

    order_id: OrderId
    refunded: MinorUnits = 0


@event("payments.refunded.v1")
class PaymentRefunded(Message, frozen=True, kw_only=True):
    """Money went back to the customer; `refunded` is the order's sum so far."""

    order_id: OrderId
    refund_id: Text
    amount: Money
    refunded: MinorUnits


@event("payments.refund_failed.v1")
class RefundFailed(Message, frozen=True, kw_only=True):
    """The refund could not be made; it is still owed and can be asked for again."""

    order_id: OrderId
    refund_id: Text
    reason: Text


@event("payments.disputed.v1")
class PaymentDisputed(Message, frozen=True, kw_only=True):
    """The customer's bank wants money back that was taken, or has decided about it."""

    order_id: OrderId
    dispute_id: Text
    amount: Money
    status: Literal["open", "won", "lost"]
    reason: Text
    respond_by: Instant | None = None


class PaymentFact(Wire, frozen=True, kw_only=True):
    """One fact about money, never changed afterwards."""

    at: Instant
    kind: Literal["authorized", "captured", "voided", "refunded", "failed", "pending", "expired"]
    amount: MinorUnits
    reference: Text = ""
    reason: Text = ""
    actor: str = ""


class Decline(Wire, frozen=True, kw_only=True):
    """Why a payment was declined: one of our codes, and what the customer is told."""

    code: Text
    en: str
    de: str


class Payment(Wire, frozen=True, kw_only=True):
    """One payment of an order with the sums of its facts; `account` is the provider's."""

    payment_id: PaymentId
    order_id: OrderId
    method: PaymentMethod
    state: str
    currency: Currency
    amount: MinorUnits
    authorized: MinorUnits
    captured: MinorUnits
    refunded: MinorUnits
    action_url: Text = ""
    facts: tuple[PaymentFact, ...] = ()
    version: int = 1
    account: Text = ""
    decline: Decline | None = None


class PaymentsOf(Wire, frozen=True, kw_only=True):
    """The payments of one order."""

    order_id: OrderId


class Payments(Wire, frozen=True, kw_only=True):
    """All payments of one order; `version` grows with each change of them, 0 if there are none."""

    payments: tuple[Payment, ...]
    version: int = 0


class RecordPayment(Wire, frozen=True, kw_only=True):
    """Somebody saw the money of a cash or bank transfer payment; `reference` is used once."""

    order_id: OrderId
    amount: Money
    method: Literal["cash", "bank_transfer"]
    reference: Name
    expected_version: int | None = None


class GiveRefund(Wire, frozen=True, kw_only=True):
    """A person gives back part of an order's money; `refund_id` makes a second one a no-op."""

    order_id: OrderId
    refund_id: Name
    amount: Money
    reason: Name
    expected_version: int | None = None


class SettingValue(Wire, frozen=True, kw_only=True):
    """One thing that an account's provider has to be told."""

    name: Code
    value: LongText


SettingValues = Annotated[tuple[SettingValue, ...], Meta(max_length=20)]
Currencies = Annotated[tuple[Currency, ...], Meta(max_length=200)]


class SaveAccount(Wire, frozen=True, kw_only=True):
    """An account at a payment provider; a secret that is not given stays as it was.

    `currencies` is empty for all that the provider takes. `kind` and `mode` never change.
    """

    account: AccountName
    kind: Code
    mode: Literal["test", "live"]
    currencies: Currencies = ()
    settings: SettingValues = ()
    secrets: SettingValues = ()
    active: bool = True
    expected_version: int | None = None


class ProviderCapabilities(Wire, frozen=True, kw_only=True):
    """What a kind of provider can really do."""

    methods: tuple[PaymentMethod, ...]
    currencies: tuple[Currency, ...] = ()
    holds: bool
    captures_in_parts: bool
    refunds_in_parts: bool
    confirmation: bool
    takes_days: bool
    webhooks: bool


class ProviderAccount(Wire, frozen=True, kw_only=True):
    """An account as people see it: of secrets only their names."""

    account: Text
    kind: Text
    mode: Literal["test", "live"]
    currencies: tuple[Currency, ...]
    settings: tuple[SettingValue, ...]
    secrets: tuple[str, ...]
    active: bool
    version: int


class DeclaredSetting(Wire, frozen=True, kw_only=True):
    """One thing that a kind of provider has to be told; a `secret` is never shown."""

    name: Text
    label: Text
    about: Text
    secret: bool
    required: bool


class ProviderKind(Wire, frozen=True, kw_only=True):
    """A kind of provider that we have an adapter for."""

    kind: Text
    name: Text
    settings: tuple[DeclaredSetting, ...]
    capabilities: ProviderCapabilities


class AskAccounts(Wire, frozen=True, kw_only=True):
    """All accounts are asked for; there are never many."""


class ProviderAccounts(Wire, frozen=True, kw_only=True):
    """The accounts at payment providers, and the kinds that there are."""

    accounts: tuple[ProviderAccount, ...]
    kinds: tuple[ProviderKind, ...]


class AccountRef(Wire, frozen=True, kw_only=True):
    """One account."""

    account: AccountName


class AccountTest(Wire, frozen=True, kw_only=True):
    """Whether the provider knows us by what was saved; `detail` says what it answered."""

    ok: bool
    detail: Text


class ProviderWebhook(Wire, frozen=True, kw_only=True):
    """What a payment provider posted about one account: the raw body and its signature.

    `provider` is the account's name: each has a secret of its own.
    """

    provider: Text
    body: Annotated[str, Meta(max_length=65_536)]
    signature: Text


class SetTerms(Wire, frozen=True, kw_only=True):
    """Agree on how much a customer (by e-mail) may owe on invoices, and for how long."""

    customer: Name
    credit_limit: Money
    net_days: Annotated[int, Meta(ge=0, le=365)] = 30
    note: LongText = ""
    expected_version: int | None = None


class Terms(Wire, frozen=True, kw_only=True):
    """How much a customer (by e-mail) may owe on invoices, and for how long.

    `version` grows with each change, also of what is owed.
    """

    customer: Name
    credit_limit: Money
    net_days: Annotated[int, Meta(ge=0, le=365)] = 30
    note: LongText = ""
    version: int = 1


class TermsOf(Wire, frozen=True, kw_only=True):
    """The terms of one customer."""

    customer: Name


class FindPayments(Wire, frozen=True, kw_only=True):
    """Which payments to list, newest first."""

    state: Text = ""
    method: Text = ""
    after: Text = ""
    limit: Limit = 50


class PaymentPage(Wire, frozen=True, kw_only=True):
    """A page of payments without their facts; `next` is empty on the last."""

    payments: tuple[Payment, ...]
    next: str = ""


GET = question("payments.get", PaymentsOf, Payments)
FIND = question("payments.find", FindPayments, PaymentPage)
RECORD = request("payments.record", RecordPayment, Payment)
REFUND = request("payments.refund", GiveRefund, Payment)
WEBHOOK = request("payments.webhook", ProviderWebhook, Nothing)
SET_TERMS = request("payments.set_terms", SetTerms, Terms)
GET_TERMS = question("payments.get_terms", TermsOf, Terms)
STUCK = question("payments.stuck", FindStuck, StuckPage)
DECIDE = request("payments.decide", DecideStuck, Nothing)
ACCOUNTS = question("payments.accounts", AskAccounts, ProviderAccounts)
SAVE_ACCOUNT = request("payments.save_account", SaveAccount, ProviderAccount)
TEST_ACCOUNT = question("payments.test_account", AccountRef, AccountTest)
OF_TRANSFERS = (IMPORT_STATEMENT, FIND_TRANSFERS, BOOK_TRANSFER, DISMISS_TRANSFER)
OF_SETTLEMENTS = (MATCH_SETTLEMENT,)
OF_GIFT_CARDS = (ISSUE_GIFT_CARD, FIND_GIFT_CARDS, GET_GIFT_CARD)
