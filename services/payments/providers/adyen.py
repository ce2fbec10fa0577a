"""Adyen: payments of many kinds by one API, whose outcome is often told later, by notifications.

Adyen cannot be asked what became of a payment. So what it answered and told is kept here
(references.py), a call whose answer was lost is repeated with its Idempotency-Key, and what was
taken of a payment is counted here (kept_here.py): a capture is only "received" at first.

    token            what is done
    (none)           a link is made, and the customer pays on Adyen's page
    SHOPPER/STORED   a payment method that Adyen has stored for a shopper pays

Notifications are signed (HMAC) with the account's key.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments.domain.account import ADDRESS, PAY_AGAIN, Account, Capabilities, Declared
from services.payments.domain.decline import Reason, by_code
from services.payments.providers import kept_here
from services.payments.providers.asking import ask, short
from services.payments.providers.provider import Answer, Kind
from services.payments.references import References, SqlReferences
from services.payments.webhooks import Disputed, ProviderEvent

NAME, TEST_URL, VERSION = "adyen", "https://checkout-test.adyen.com", "v71"
OK = 300
NOTHING = ":::"
HELD, LINK, NO, WAITS = "held", "link", "no", "wait"
REASON_OF = by_code(
    {
        Reason.INSUFFICIENT_FUNDS: "12",
        Reason.EXPIRED: "6",
        Reason.WRONG_DETAILS: "8 17 24 32",
        Reason.NOT_CONFIRMED: "11 38 39 42",
        Reason.OVER_LIMIT: "18 28 29 46",
        Reason.NOT_SUPPORTED: "10 23 34 41 44",
        Reason.TRY_LATER: "4 9 19 21",
        Reason.CALL_ISSUER: "3 26",
        Reason.SUSPECTED_FRAUD: "5 14 20 22 25 31",
    }
)
DISPUTES = {
    "NOTIFICATION_OF_CHARGEBACK": "open", "REQUEST_FOR_INFORMATION": "open", "CHARGEBACK": "open",
    "CHARGEBACK_REVERSED": "won", "PREARBITRATION_WON": "won", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED":
    "won", "SECOND_CHARGEBACK": "lost", "PREARBITRATION_LOST": "lost", "CAPTURE_FAILED": "open",
    "REFUND_FAILED": "open", "REFUNDED_REVERSED": "open",
}  # fmt: skip
FAILS = {"CAPTURE": "CAPTURE_FAILED", "REFUND": "REFUND_FAILED"}


class Adyen:
    """A merchant account at Adyen."""

    name = NAME

    def __init__(self, account: Account, references: References) -> None:
        self._account, self._references = account, references
        self._merchant = account.settings.get("merchant_account", "")
        base_url = account.settings.get("base_url") or TEST_URL
        self._url = f"{base_url.rstrip('/')}/{VERSION}"

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Have a stored method pay, or make a link to a page."""
        wish: dict[str, Any] = {
            "amount": {"currency": currency, "value": amount}, "reference": short(key, 80),
            "merchantAccount": self._merchant,
            "returnUrl": self._account.settings.get("return_url"),
        }  # fmt: skip
        if not token:
            made = self._post("paymentLinks", key, wish)
            self._references.note(key, f"{LINK}:{amount}:{currency}:{made['id']}")
            return Answer("requires_action", made["id"], made["url"])
        shopper, _, stored = token.partition("/")
        wish |= {
            "shopperReference": shopper, "shopperInteraction": "ContAuth",
            "recurringProcessingModel": "CardOnFile",
            "paymentMethod": {"type": "scheme", "storedPaymentMethodId": stored},
        }  # fmt: skip
        return self._come_out(key, wish["amount"], self._post("payments", key, wish))

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Ask for a part of what is held."""
        notes = self._references.of(authorization)
        if not kept_here.is_noted(notes, key, kept_here.TAKEN):
            kept_here.check_taking(notes, amount, kept_here.total(notes, HELD))
            self._modify("captures", key, authorization, amount)
            note = kept_here.note_of(kept_here.TAKEN, amount)
            self._references.note(key, note, authorization)
        return Answer("succeeded", key)

    def void(self, key: str, authorization: str) -> Answer:
        """Cancel what is held; beside parts that were taken the rest runs out by itself."""
        notes = self._references.of(authorization)
        what, _, _, name = notes.get(authorization, NOTHING).split(":", 3)
        if what == LINK:
            self._ask("PATCH", f"paymentLinks/{name}", key, {"status": "expired"})
        elif what in {HELD, WAITS} and not kept_here.total(notes, kept_here.TAKEN):
            self._modify("cancels", key, authorization)
        self._references.note(key, kept_here.note_of(kept_here.FREE, 0), authorization)
        return Answer("succeeded", key)

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Ask for a part of what was taken to go back."""
        notes = self._references.of(authorization)
        if not kept_here.is_noted(notes, key, kept_here.BACK):
            kept_here.check_giving(notes, amount)
            self._modify("refunds", key, authorization, amount)
            note = kept_here.note_of(kept_here.BACK, amount)
            self._references.note(key, note, authorization)
        return Answer("succeeded", key)

    def look_up(self, key: str) -> Answer | None:
        """Tell what was answered or told; of a link, ask whether it still is open."""
        note = self._references.find(key)
        if note is None:
            return None
        what, _, _, name = note.split(":", 3)
        if what == NO:
            raise Declined(name, "Adyen has declined it.")
        if what in {LINK, WAITS} and kept_here.is_free(self._references.of(key)):
            raise Declined("voided", "It was called off before it was paid.")
        if what == LINK:
            link = self._ask("GET", f"paymentLinks/{name}")
            if link["status"] == "expired":
                raise Declined("expired", "The link has expired before it was paid.")
            waits = "requires_action" if link["status"] == "active" else "pending"
            return Answer(waits, name, link["url"])  # type: ignore[arg-type]
        return Answer("pending", name) if what == WAITS else Answer("succeeded", name or key)

    def test(self) -> str:
        """List the payment methods of the merchant account."""
        told = self._post("paymentMethods", "", {"merchantAccount": self._merchant})
        return f"Adyen knows us, with {len(told.get('paymentMethods', ()))} methods."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        """Check the signature of a notification and read it."""
        item = read_item(posted.body, self._account.secrets.get("hmac_key", ""))
        kind, is_good = item["eventCode"], item["success"] == "true"
        kind = kind if is_good else FAILS.get(kind, kind)
        if kind == "AUTHORISATION":
            return self._authorized(item, is_good=is_good)
        key = self._references.key_of(str(item.get("originalReference") or "-"))
        if not key or kind not in DISPUTES:
            return ProviderEvent(type="nothing", key=key, account=self._account.account)
        told = Disputed(
            dispute_id=item["pspReference"],
            amount=item["amount"]["value"],
            currency=item["amount"]["currency"],
            reason=str(item.get("reason") or kind)[:200],
            status=DISPUTES[kind],  # type: ignore[arg-type]
        )
        return ProviderEvent(
            type="payment.disputed", key=key, account=self._account.account, dispute=told
        )

    def _authorized(self, item: Any, *, is_good: bool) -> ProviderEvent:
        """Keep what was told of an authorization: Adyen says it once, and cannot be asked."""
        key, account = str(item["merchantReference"]), self._account.account
        note = self._references.find(key)
        if note is None:
            return ProviderEvent(type="nothing", key=key, account=account)
        if is_good:
            self._hold(key, item["amount"], item["pspReference"])
            return ProviderEvent(type="payment.authorized", key=key, account=account)
        if not note.startswith((WAITS, NO)):  # on the page the customer may try another way
            return ProviderEvent(type="nothing", key=key, account=account)
        no = declined(item)
        self._references.note(key, f"{NO}:::{no.code}")
        return ProviderEvent(
            type="payment.declined", key=key, account=account, code=no.code, reason=no.reason
        )

    def _come_out(self, key: str, amount: Any, told: Any) -> Answer:
        result, psp = told["resultCode"], told.get("pspReference", "")
        if result == "Authorised":
            self._hold(key, amount, psp)
            return Answer("succeeded", psp)
        if result in {"Refused", "Cancelled", "Error"}:
            no = declined(told)
            self._references.note(key, f"{NO}:::{no.code}")
            raise no
        self._keep(key, WAITS, amount, psp)
        url = (told.get("action") or {}).get("url", "")
        return Answer("requires_action" if url else "pending", psp, url)

    def _keep(self, key: str, what: str, amount: Any, psp: str) -> None:
        self._references.note(key, f"{what}:{amount['value']}:{amount['currency']}:{psp}")

    def _hold(self, key: str, amount: Any, psp: str) -> None:
        self._keep(key, HELD, amount, psp)
        self._references.note(f"psp-{psp}", psp, key)  # by it disputes are found

    def _modify(self, what: str, key: str, authorization: str, amount: int | None = None) -> None:
        kept = self._references.find(authorization) or NOTHING
        _, _, currency, psp = kept.split(":", 3)
        wish: dict[str, Any] = {
            "merchantAccount": self._merchant, "reference": short(key, 80),
        }  # fmt: skip
        if amount is not None:
            wish["amount"] = {"currency": currency, "value": amount}
        self._post(f"payments/{psp}/{what}", key, wish)

    def _post(self, path: str, key: str, body: Any) -> Any:
        return self._ask("POST", path, key, body)

    def _ask(self, method: str, path: str, key: str = "", body: Any = None) -> Any:
        headers = {"X-API-Key": self._account.secrets.get("api_key", "")}
        if key:
            headers["Idempotency-Key"] = short(key, 64)
        status, told = ask("Adyen", method, f"{self._url}/{path}", json=body, headers=headers)
        if status >= OK:
            words = str(told.get("message") or "Adyen said no.")
            raise Declined(str(told.get("errorCode") or f"http_{status}"), words[:255])
        return told


def declined(told: Any) -> Declined:
    """Read why a payment was refused."""
    given = str(told.get("refusalReasonCode") or "")
    words = told.get("refusalReason") or told.get("reason") or told.get("resultCode") or "Refused"
    code = REASON_OF.get(given) or Reason.DECLINED
    return Declined(code.value, f"{words[:200]} ({given or 'no code'})")


def read_item(body: str, hmac_key: str) -> Mapping[str, Any]:
    """Give what a notification tells, if it is signed with the key."""
    try:
        item = msgspec.json.decode(body)["notificationItems"][0]["NotificationRequestItem"]
        signature = item["additionalData"]["hmacSignature"]
        expected = sign(item, hmac_key)
    except (msgspec.DecodeError, KeyError, TypeError, IndexError):
        raise Refused("malformed", "The body is no notification of Adyen's.", "body") from None
    if not hmac_key or not hmac.compare_digest(expected.encode(), str(signature).encode()):
        raise Refused("bad_signature", "The signature does not fit.", "body")
    return item  # type: ignore[no-any-return]


def sign(item: Mapping[str, Any], hmac_key: str) -> str:
    """Sign a notification as Adyen does."""
    parts = (
        item["pspReference"], item.get("originalReference", ""), item["merchantAccountCode"],
        item["merchantReference"], item["amount"]["value"], item["amount"]["currency"],
        item["eventCode"], item["success"],
    )  # fmt: skip
    signed = ":".join("" if part is None else str(part) for part in parts)
    try:
        secret = binascii.a2b_hex(hmac_key)
    except (binascii.Error, ValueError):
        secret = b""
    digest = hmac.new(secret, signed.encode(errors="surrogatepass"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


KIND = Kind(
    kind=NAME,
    name="Adyen",
    settings=(
        Declared("merchant_account", "Merchant account", "Its name at Adyen.",
                 pattern=r"\S{1,80}"),
        Declared("api_key", "API key", "Of a web service user.", secret=True,
                 pattern=r"\S{8,2000}"),
        Declared("hmac_key", "HMAC key", "Of the webhook at /webhooks/payments/ACCOUNT; without it"
                 " no notification is believed.", secret=True, pattern=r"[0-9A-Fa-f]{32,128}"),
        Declared("return_url", "Return address",
                 "Where the customer comes back to from Adyen's page.", pattern=ADDRESS),
        Declared("base_url", "Address of the API", "For live accounts: with the company's prefix,"
                 " as Adyen shows it, ending with /checkout.", required=False, pattern=ADDRESS),
        PAY_AGAIN,
    ),
    capabilities=Capabilities(
        methods=("card",), confirmation=True, takes_days=True, webhooks=True, page_by=""
    ),
    make=lambda account, url: Adyen(account, SqlReferences(url, account.account)),
)  # fmt: skip
