"""Stripe: money is held by payment intents, and taken later in parts, through the official SDK.

Every call that moves money carries our key as its Idempotency-Key: one that was lost on the way is
repeated for a day, and acts once. What was made bears the key, too. Which intent it was is written
down here; where even that was lost, Stripe is asked for the intent that bears the key.

    token          what is done
    pm_…           an intent is made with this payment method and confirmed; 3-D Secure may follow
    pi_…           the shop's own page has made and confirmed it; it must fit, and serve no other
    (none)         the customer pays on a page at Stripe, which is open for a day at most

Where a card allows more captures than one the rest stays held; else the first one ends it.
"""

from collections.abc import Callable
from typing import Any

import stripe

from chassis.outside import Declined
from contracts.currencies import CURRENCIES
from contracts.payments import ProviderWebhook
from services.payments.domain.account import ADDRESS, PAY_AGAIN, Account, Capabilities, Declared
from services.payments.providers.asking import short
from services.payments.providers.provider import Answer, Kind
from services.payments.providers.stripe_reading import (
    KEY,
    PAGE,
    answer_of,
    asked,
    captures_in_parts,
    dispute_of,
    event_of,
    mark_of,
    read_event,
    refund_of,
)
from services.payments.references import References, SqlReferences
from services.payments.webhooks import ProviderEvent

NAME = "stripe"
TIMEOUT_SECONDS = (5, 20)
SESSION = "cs_"
WRITTEN_OTHERWISE = {"ISK", "UGX"}  # Stripe wants them in hundredths, which there are not
LET_GO = "void:"
EXPANDED = {"expand": ["latest_charge"]}
IN_PARTS = {"payment_method_options": {"card": {"request_multicapture": "if_available"}}}
stripe.enable_telemetry = False


class Stripe:
    """An account at Stripe."""

    name = NAME

    def __init__(self, account: Account, references: References) -> None:
        self._account, self._references = account, references
        self._return_url = account.settings.get("return_url", "")
        base_url = account.settings.get("base_url")
        self._stripe = stripe.StripeClient(
            account.secrets.get("secret_key", ""),
            max_network_retries=0,  # a retry of its own would hide that a try's outcome is unknown
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            base_addresses={"api": base_url} if base_url else None,
        ).v1

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Hold money by an intent, or open a page where the customer does."""
        if not token:
            return self._open_page(key, amount, currency)
        if token.startswith("pi_"):
            intent = self._adopt(key, amount, currency, token)
        else:
            wish = {
                "amount": amount, "currency": currency.lower(), "payment_method": token,
                "capture_method": "manual", "confirm": True, "metadata": {KEY: key},
                "payment_method_types": ["card"], "return_url": self._return_url, **IN_PARTS,
            }  # fmt: skip
            intent = _ask(self._stripe.payment_intents.create, wish, _once(key))
        self._references.note(key, intent["id"])
        return answer_of(intent)

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take money; it leaves its mark on the intent, by which it is found again."""
        intent = self._intent(authorization)
        if intent is None:
            raise Declined("not_authorized", "Nothing is held under this key.")
        if mark_of(key) in intent["metadata"]:
            return Answer("succeeded", intent["id"])
        self._references.note(key, intent["id"], authorization)
        wish: Any = {"amount_to_capture": amount, "metadata": {mark_of(key): str(amount)}}
        if captures_in_parts(intent):
            wish["final_capture"] = False
        _ask(self._stripe.payment_intents.capture, intent["id"], wish, _once(key))
        return Answer("succeeded", intent["id"])

    def void(self, key: str, authorization: str) -> Answer:
        """Cancel what holds money, or may yet; what was taken stays taken."""
        held = self._of(authorization)
        self._references.note(key, LET_GO + (held["id"] if held else ""), authorization)
        if held and not _is_free(held):
            let_go = self._stripe.payment_intents.cancel
            if held["id"].startswith(SESSION):
                let_go = self._stripe.checkout.sessions.expire  # type: ignore[assignment]
            _ask(let_go, held["id"], {}, _once(key))
        return Answer("succeeded", key)

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give money back."""
        intent = self._intent(authorization)
        if intent is None:
            raise Declined("not_authorized", "Nothing was taken under this key.")
        self._references.note(key, intent["id"], authorization)
        wish = {"payment_intent": intent["id"], "amount": amount, "metadata": {KEY: key}}
        return refund_of(_ask(self._stripe.refunds.create, wish, _once(key)))

    def look_up(self, key: str) -> Answer | None:
        """Find what bears the key; what it was is told by the names that were kept."""
        kept = self._references.find(key)
        if kept is None:
            found = self._search(key)
            return self._told(found) if found else None
        if kept.startswith(LET_GO):
            held = kept.removeprefix(LET_GO)
            is_free = not held or _is_free(self._retrieve(held))
            return Answer("succeeded", key) if is_free else None
        thing = self._retrieve(kept)
        if thing["metadata"].get(KEY) == key:
            return self._told(thing)
        if mark_of(key) in thing["metadata"]:
            return Answer("succeeded", thing["id"])
        refund = self._refund(thing, key)
        return refund_of(refund) if refund else None

    def test(self) -> str:
        """Read our balance; tell if the key is not for the mode that was said."""
        balance = _ask(self._stripe.balance.retrieve)
        mode = "live" if balance["livemode"] else "test"
        if mode != self._account.mode:
            raise Declined("mode", f"The key is for {mode}, the account is for another mode.")
        return f"Stripe knows us, in {mode} mode."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        """Check the signature and read the event."""
        secret = self._account.secrets.get("webhook_secret", "")
        kind, thing = read_event(posted.body, posted.signature, secret)
        if kind.startswith("charge.dispute."):
            key = self._references.key_of(thing.get("payment_intent") or "-")
            if key:
                return dispute_of(thing, key, self._account.account)
        return event_of(kind, thing, self._account.account)

    def _open_page(self, key: str, amount: int, currency: str) -> Answer:
        """Make a page at Stripe; the customer may try there as often as it takes."""
        marks = {KEY: key, PAGE: "yes"}
        price = {
            "currency": currency.lower(), "unit_amount": amount, "product_data": {"name": "Order"},
        }  # fmt: skip
        wish = {
            "mode": "payment", "success_url": self._return_url, "metadata": marks,
            "line_items": [{"price_data": price, "quantity": 1}], "payment_method_types": ["card"],
            "payment_intent_data": {"capture_method": "manual", "metadata": marks}, **IN_PARTS,
        }  # fmt: skip
        session = _ask(self._stripe.checkout.sessions.create, wish, _once(key))
        self._references.note(key, session["id"])
        return self._told(session)

    def _adopt(self, key: str, amount: int, currency: str, intent_id: str) -> Any:
        """Take an intent that the shop's page has made, if it is for this order and no other."""
        intent = _ask(self._stripe.payment_intents.retrieve, intent_id)
        if (intent["amount"], intent["currency"]) != (amount, currency.lower()):
            raise Declined("wrong_amount", "The intent is for another amount or currency.")
        if intent["capture_method"] != "manual":
            raise Declined("not_manual", "The intent must be made with capture_method manual.")
        if intent["metadata"].get(KEY, key) != key:
            raise Declined("reused", "The intent pays for another order.")
        return _ask(self._stripe.payment_intents.update, intent_id, {"metadata": {KEY: key}})

    def _intent(self, authorization: str) -> Any:
        """Give the intent of an authorization; None where there is none yet."""
        found = self._of(authorization)
        return None if found is None or found["id"].startswith(SESSION) else found

    def _of(self, authorization: str) -> Any:
        kept = self._references.find(authorization)
        found = self._retrieve(kept) if kept else self._search(authorization)
        if found and found["id"] != kept:
            self._references.note(authorization, found["id"])
        return found

    def _retrieve(self, reference: str) -> Any:
        """Read what a name stands for; of a page that was paid on, the intent."""
        if not reference.startswith(SESSION):
            return _ask(self._stripe.payment_intents.retrieve, reference, EXPANDED)
        session = _ask(self._stripe.checkout.sessions.retrieve, reference)
        if session["status"] != "complete" or not session.get("payment_intent"):
            return session
        return _ask(self._stripe.payment_intents.retrieve, session["payment_intent"], EXPANDED)

    def _search(self, key: str) -> Any:
        """Find the intent that bears a key; Stripe knows it a minute after it was made.

        Until then the repeated call answers with the one that there is.
        """
        query = f"metadata['{KEY}']:'{key}'"
        found = _ask(self._stripe.payment_intents.search, {"query": query, "limit": 1})["data"]
        return self._retrieve(found[0]["id"]) if found else None

    def _refund(self, intent: Any, key: str) -> Any:
        page: Any = {"payment_intent": intent["id"], "limit": 100}
        while True:
            found = _ask(self._stripe.refunds.list, page)
            for refund in found["data"]:
                if refund["metadata"].get(KEY) == key:
                    return refund
            if not found["has_more"]:
                return None
            page["starting_after"] = found["data"][-1]["id"]

    def _told(self, thing: Any) -> Answer:
        if not thing["id"].startswith(SESSION):
            return answer_of(thing)
        if thing["status"] == "expired":
            raise Declined("expired", "The page at Stripe was closed before it was paid.")
        return Answer("requires_action", thing["id"], thing.get("url") or "")


def _ask(call: Callable[..., Any], *what: Any) -> Any:
    with asked():
        return call(*what).to_dict()


def _once(key: str) -> dict[str, str]:
    return {"idempotency_key": short(key, 255)}


def _is_free(thing: Any) -> bool:
    """Tell whether nothing is held, and nothing can be any more."""
    return thing["status"] in {"canceled", "succeeded", "expired"}


KIND = Kind(
    kind=NAME,
    name="Stripe",
    settings=(
        Declared(
            "secret_key", "Secret key", "Of the account, or a restricted one for payments.",
            secret=True, pattern=r"[sr]k_(test|live)_\S{3,255}",
        ),
        Declared(
            "webhook_secret", "Webhook secret",
            "Of the endpoint at /webhooks/payments/ACCOUNT; without it no webhook is believed.",
            secret=True, required=False, pattern=r"whsec_\S{3,255}",
        ),
        Declared(
            "return_url", "Return address",
            "Where the customer comes back to after confirming a payment.",
            pattern=ADDRESS,
        ),
        Declared(
            "base_url", "Address of the API", "Only for trials against something else.",
            required=False, pattern=ADDRESS,
        ),
        PAY_AGAIN,
    ),
    capabilities=Capabilities(
        methods=("card",), currencies=tuple(sorted(CURRENCIES - WRITTEN_OTHERWISE)),
        confirmation=True, takes_days=True, webhooks=True, page_by="",
    ),
    make=lambda account, url: Stripe(account, SqlReferences(url, account.account)),
)  # fmt: skip
