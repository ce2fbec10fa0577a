"""What is said about gift cards and store credit, whose ledger payments keeps?"""

from typing import Literal

from contracts.message import Wire, question, request
from contracts.values import Currency, Instant, Limit, MinorUnits, Money, Name, Text


class IssueGiftCard(Wire, frozen=True, kw_only=True):
    """Give a customer money to spend: a card that was bought, or credit for something."""

    amount: Money
    customer: Text = ""
    note: Text = ""


class GiftCardIssued(Wire, frozen=True, kw_only=True):
    """A new card. Its code is shown only now; orders are paid with it as their token."""

    gift_card_id: Name
    code: Text
    amount: Money


class GiftCard(Wire, frozen=True, kw_only=True):
    """A card: what is on it, and how much of that orders hold; `ending` of its code is known."""

    gift_card_id: Name
    ending: Text
    currency: Currency
    balance: MinorUnits
    held: MinorUnits
    customer: Text
    note: Text
    issued_at: Instant


class GiftCardMovement(Wire, frozen=True, kw_only=True):
    """One movement of a card's ledger, never changed afterwards."""

    at: Instant
    what: Literal["issued", "held", "taken", "freed", "back"]
    amount: MinorUnits
    key: Text


class GiftCardLedger(Wire, frozen=True, kw_only=True):
    """A card with its newest movements."""

    card: GiftCard
    movements: tuple[GiftCardMovement, ...]


class GiftCardRef(Wire, frozen=True, kw_only=True):
    """One card."""

    gift_card_id: Name


class FindGiftCards(Wire, frozen=True, kw_only=True):
    """Which cards to list, newest first; by the customer's e-mail or by a code's last signs."""

    customer: Text = ""
    ending: Text = ""
    after: Text = ""
    limit: Limit = 50


class GiftCardPage(Wire, frozen=True, kw_only=True):
    """A page of cards; `next` is empty on the last."""

    cards: tuple[GiftCard, ...]
    next: str = ""


ISSUE_GIFT_CARD = request("payments.issue_gift_card", IssueGiftCard, GiftCardIssued)
FIND_GIFT_CARDS = question("payments.find_gift_cards", FindGiftCards, GiftCardPage)
GET_GIFT_CARD = question("payments.get_gift_card", GiftCardRef, GiftCardLedger)
