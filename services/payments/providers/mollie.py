"""Mollie: bank methods of Europe and cards, on a page at Mollie; some take days to come.

Whoever pays there has paid: nothing is held, all of it is taken at once. What shipments take of it
is counted here (kept_here.py), and what is let go of goes back to the customer.

    token          what is done
    (none)         the customer chooses a method on the page
    a method       the page is for this one: ideal, banktransfer, …
    tkn_…          a card that the shop's page has read; it may still have to be confirmed

A webhook of Mollie's is only the name of a payment, and not signed: Mollie is asked what it means.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments.domain.account import ADDRESS, PAY_AGAIN, Account, Capabilities, Declared
from services.payments.domain.decline import Reason, by_code
from services.payments.providers import kept_here
from services.payments.providers.asking import ask, decimal, minor_units, short
from services.payments.providers.provider import Answer, Kind
from services.payments.references import References, SqlReferences
from services.payments.webhooks import ProviderEvent

NAME, URL = "mollie", "https://api.mollie.com"
KEY = "oms_key"
OK = 300
NAMES = re.compile(r"tr_\w{1,60}", re.ASCII)
ENDED = {"failed", "canceled", "expired"}
REASON_OF = by_code(
    {
        Reason.INSUFFICIENT_FUNDS: "insufficient_funds",
        Reason.EXPIRED: "card_expired",
        Reason.WRONG_DETAILS: "invalid_card_number invalid_cvv invalid_card_holder_name",
        Reason.NOT_CONFIRMED: "authentication_failed authentication_required"
        " authentication_abandoned authentication_unavailable_acs",
        Reason.NOT_SUPPORTED: "invalid_card_type inactive_card",
        Reason.SUSPECTED_FRAUD: "possible_fraud",
    }
)


class Mollie:
    """An account at Mollie."""

    name = NAME

    def __init__(self, account: Account, references: References) -> None:
        self._account, self._references = account, references
        self._settings, self._key = account.settings, account.secrets.get("api_key", "")
        self._url = f"{account.settings.get('base_url') or URL}/v2"

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Open a page, or have a card pay at once."""
        wish: dict[str, Any] = {
            "amount": {"currency": currency, "value": decimal(amount, currency)},
            "description": short(key, 255), "redirectUrl": self._settings.get("return_url"),
            "webhookUrl": self._settings.get("webhook_url") or None, "metadata": {KEY: key},
        }  # fmt: skip
        if token.startswith("tkn_"):
            wish |= {"method": "creditcard", "cardToken": token}
        elif token:
            wish["method"] = token
        payment = self._ask("POST", "payments", key, wish)
        self._references.note(key, payment["id"])
        return _answer_of(payment)

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Count what a shipment takes of money that is here."""
        notes = self._references.of(authorization)
        if not kept_here.is_noted(notes, key, kept_here.TAKEN):
            paid = _paid(self._payment(notes, authorization))
            kept_here.check_taking(notes, amount, paid)
            note = kept_here.note_of(kept_here.TAKEN, amount)
            self._references.note(key, note, authorization)
        return Answer("succeeded", key)

    def void(self, key: str, authorization: str) -> Answer:
        """Cancel what was not paid; what was paid, and not taken, goes back."""
        notes = self._references.of(authorization)
        if authorization in notes and not kept_here.is_noted(notes, key, kept_here.FREE):
            payment = self._payment(notes, authorization)
            rest = _paid(payment) - kept_here.total(notes, kept_here.TAKEN)
            if rest > 0:
                self._give_back(key, payment, rest)
            elif payment.get("isCancelable"):
                self._ask("DELETE", f"payments/{payment['id']}", key)
        self._references.note(key, kept_here.note_of(kept_here.FREE, 0), authorization)
        return Answer("succeeded", key)

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give back what a shipment took."""
        notes = self._references.of(authorization)
        if not kept_here.is_noted(notes, key, kept_here.BACK):
            kept_here.check_giving(notes, amount)
            refund = self._give_back(key, self._payment(notes, authorization), amount)
            note = kept_here.note_of(kept_here.BACK, amount, refund["id"])
            self._references.note(key, note, authorization)
        return Answer("succeeded", key)

    def look_up(self, key: str) -> Answer | None:
        """Ask for a payment; of the rest it is known here what was done.

        A refund whose answer was lost is made again, with the same Idempotency-Key.
        """
        note = self._references.find(key)
        if note is None:
            return None
        notes = self._references.of(key)
        if key not in notes:
            return Answer("succeeded", key)
        payment = self._payment(notes, key)
        if kept_here.is_free(notes) and not _paid(payment):
            raise Declined("voided", "It was called off before it was paid.")
        return _answer_of(payment)

    def test(self) -> str:
        """List our methods; tell if the key is not for the mode that was said."""
        mode = "live" if self._key.startswith("live_") else "test"
        if mode != self._account.mode:
            raise Declined("mode", f"The key is for {mode}, the account is for another mode.")
        found = self._ask("GET", "methods")
        return f"Mollie knows us, in {mode} mode, with {found['count']} methods."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        """Read which payment has changed; one that is not ours is no news."""
        name = parse_qs(posted.body).get("id", ["-"])[0]
        key = self._references.key_of(name) if NAMES.fullmatch(name) else ""
        kind = "payment.changed" if key else "nothing"
        return ProviderEvent(type=kind, key=key, account=self._account.account)

    def _give_back(self, key: str, payment: Any, amount: int) -> Any:
        currency = payment["amount"]["currency"]
        wish = {
            "amount": {"currency": currency, "value": decimal(amount, currency)},
            "description": short(key, 255), "metadata": {KEY: key},
        }  # fmt: skip
        return self._ask("POST", f"payments/{payment['id']}/refunds", key, wish)

    def _payment(self, notes: Mapping[str, str], authorization: str) -> Any:
        if authorization not in notes:
            raise Declined("not_authorized", "Nothing is held under this key.")
        return self._ask("GET", f"payments/{notes[authorization]}")

    def _ask(self, method: str, path: str, key: str = "", body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self._key}"}
        if key:
            headers["Idempotency-Key"] = short(key, 64)
        status, told = ask("Mollie", method, f"{self._url}/{path}", json=body, headers=headers)
        if status >= OK:
            words = f"{told.get('title', '')}: {told.get('detail', '')}"
            raise Declined(f"http_{status}", words[:255])
        return told


def _answer_of(payment: Any) -> Answer:
    status = payment["status"]
    if status in ENDED:
        given = (payment.get("details") or {}).get("failureReason") or status
        code = REASON_OF.get(given, "expired" if status == "expired" else Reason.DECLINED)
        raise Declined(str(code), f"The payment has {status} at Mollie ({given}).")
    if status in {"paid", "authorized"}:
        return Answer("succeeded", payment["id"])
    page = (payment["_links"].get("checkout") or {}).get("href", "")
    if status == "open" and page:
        return Answer("requires_action", payment["id"], page)
    return Answer("pending", payment["id"])


def _paid(payment: Any) -> int:
    amount = payment["amount"]
    paid = payment["status"] == "paid"
    return minor_units(amount["value"], amount["currency"]) if paid else 0


KIND = Kind(
    kind=NAME,
    name="Mollie",
    settings=(
        Declared("api_key", "API key", "Of the profile.", secret=True,
                 pattern=r"(test|live)_\S{3,255}"),
        Declared("return_url", "Return address",
                 "Where the customer comes back to from the page.", pattern=ADDRESS),
        Declared("webhook_url", "Webhook address",
                 "This gateway's /webhooks/payments/ACCOUNT, as Mollie reaches it; without it"
                 " payments are asked after every hour.", required=False, pattern=ADDRESS),
        Declared("base_url", "Address of the API", "Only for trials against something else.",
                 required=False, pattern=ADDRESS),
        PAY_AGAIN,
    ),
    capabilities=Capabilities(
        methods=("card",), holds=False, confirmation=True, takes_days=True, webhooks=True,
        page_by="",
    ),
    make=lambda account, url: Mollie(account, SqlReferences(url, account.account)),
)  # fmt: skip
