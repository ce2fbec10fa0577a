"""Why was a payment declined, and in which words is the customer told?

Providers have hundreds of codes; an adapter maps its own to these few, by what the customer can
do about it. What hints at fraud is told in the words of a plain decline: whoever tries stolen
cards must not learn why one did not work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The common set of decline reasons."""

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED = "expired_card"
    WRONG_DETAILS = "wrong_details"
    NOT_CONFIRMED = "not_confirmed"
    OVER_LIMIT = "over_limit"
    NOT_SUPPORTED = "not_supported"
    TRY_LATER = "try_later"
    CALL_ISSUER = "call_issuer"
    SUSPECTED_FRAUD = "suspected_fraud"


@dataclass(frozen=True, slots=True)
class Words:
    """What the customer is told, by language."""

    en: str
    de: str


_PLAIN = Words(
    "Your bank declined the payment. Please pay in another way.",
    "Ihre Bank hat die Zahlung abgelehnt. Bitte zahlen Sie auf einem anderen Weg.",
)
WORDS = {
    Reason.DECLINED: _PLAIN,
    Reason.SUSPECTED_FRAUD: _PLAIN,
    Reason.INSUFFICIENT_FUNDS: Words(
        "There is not enough money on the account. Please pay in another way.",
        "Das Konto ist nicht ausreichend gedeckt. Bitte zahlen Sie auf einem anderen Weg.",
    ),
    Reason.EXPIRED: Words(
        "The card has expired. Please use another one.",
        "Die Karte ist abgelaufen. Bitte verwenden Sie eine andere.",
    ),
    Reason.WRONG_DETAILS: Words(
        "The card's details are not right. Please check them and try again.",
        "Die Angaben zur Karte stimmen nicht. Bitte prüfen Sie sie und versuchen Sie es erneut.",
    ),
    Reason.NOT_CONFIRMED: Words(
        "The payment was not confirmed with your bank. Please try again and confirm it.",
        "Die Zahlung wurde bei Ihrer Bank nicht bestätigt. Bitte versuchen Sie es erneut.",
    ),
    Reason.OVER_LIMIT: Words(
        "The payment is above a limit of your card or account. Please pay in another way.",
        "Die Zahlung übersteigt ein Limit Ihrer Karte oder Ihres Kontos."
        " Bitte zahlen Sie auf einem anderen Weg.",
    ),
    Reason.NOT_SUPPORTED: Words(
        "This card cannot be used for this payment. Please pay in another way.",
        "Diese Karte kann hier nicht verwendet werden. Bitte zahlen Sie auf einem anderen Weg.",
    ),
    Reason.TRY_LATER: Words(
        "The payment could not be made just now. Please try again later.",
        "Die Zahlung war gerade nicht möglich. Bitte versuchen Sie es später erneut.",
    ),
    Reason.CALL_ISSUER: Words(
        "Your bank wants to speak to you about this payment. Please call it.",
        "Ihre Bank möchte zu dieser Zahlung mit Ihnen sprechen. Bitte rufen Sie dort an.",
    ),
}


def words_for(code: str) -> Words | None:
    """Give the customer's words for a code; None if it does not tell of a decline."""
    return WORDS[Reason(code)] if code in set(Reason) else None


def by_code(meanings: Mapping[Reason, str]) -> dict[str, Reason]:
    """Turn what an adapter knows of each reason, its provider's codes, into reasons by code."""
    return {code: reason for reason, codes in meanings.items() for code in codes.split()}
