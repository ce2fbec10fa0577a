"""What is said about the reports of providers, which payments compares with what it knows?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Wire, question
from contracts.values import Count, Currency, Money, Name, Text


class MatchSettlement(Wire, frozen=True, kw_only=True):
    """A report of a provider's account: Stripe's balance transactions as CSV."""

    account: Name
    content: Annotated[str, Meta(min_length=1, max_length=1_000_000)]


class SettlementSum(Wire, frozen=True, kw_only=True):
    """What a report comes to in one currency."""

    currency: Currency
    gross: Money
    fees: Money
    net: Money


class SettlementDifference(Wire, frozen=True, kw_only=True):
    """A provider has moved more money of an order than is known here."""

    order_id: Text
    what: Literal["captured", "refunded"]
    here: Money
    there: Money


class SettlementMatch(Wire, frozen=True, kw_only=True):
    """How a report compares; `unknown` names what it tells of that no order of ours is about."""

    lines: Count
    matched: Count
    sums: tuple[SettlementSum, ...]
    differences: tuple[SettlementDifference, ...] = ()
    unknown: tuple[Text, ...] = ()


MATCH_SETTLEMENT = question("payments.match_settlement", MatchSettlement, SettlementMatch)
