"""PayPal: the customer agrees on PayPal's page, then money is held, and taken in parts (orders v2).

Every call bears our key as its PayPal-Request-Id: repeated within days it answers as it did. An
order, a capture and a refund also bear it (`custom_id`, `invoice_id`), and are found by it.

    token        what is done
    (none)       an order is made, and the customer agrees to it on a page
    a vault id   the customer has agreed before: money is held at once

When the customer has agreed nothing is held yet: that is done by whoever asks what became of it.
A webhook is taken as a hint that something has changed, and PayPal is asked what: so nothing in it
has to be believed. An order that nobody agreed to costs nothing, and goes by itself.
"""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments.domain.account import ADDRESS, PAY_AGAIN, Account, Capabilities, Declared
from services.payments.domain.decline import Reason, by_code
from services.payments.providers.asking import UnwelcomeError, ask, decimal, minor_units, short
from services.payments.providers.provider import Answer, Kind
from services.payments.references import References, SqlReferences
from services.payments.webhooks import ProviderEvent

NAME = "paypal"
URLS = {"live": "https://api-m.paypal.com", "test": "https://api-m.sandbox.paypal.com"}
OK, MARGIN_SECONDS = 300, 60
LET_GO, NO = "void:", "no:"
UNDER_WAY = {"CREATED", "PAYER_ACTION_REQUIRED", "SAVED"}
NOT_HELD = {"VOIDED", "DENIED", "EXPIRED"}
NOT_BACK = {"FAILED", "CANCELLED"}
REASON_OF = by_code(
    {
        Reason.INSUFFICIENT_FUNDS: "5120",
        Reason.EXPIRED: "5400 1380 CARD_EXPIRED",
        Reason.WRONG_DETAILS: "00N7 5110 1330 1382 5130 5170 5190 0890",
        Reason.NOT_CONFIRMED: "5650 7700 7710 PAYER_ACTION_REQUIRED",
        Reason.OVER_LIMIT: "5710 5135 TRANSACTION_LIMIT_EXCEEDED MAX_VALUE_EXCEEDED",
        Reason.NOT_SUPPORTED: "1310 5140 5700 5930 6300 9540 PAYER_CANNOT_PAY"
        " CARD_BRAND_NOT_SUPPORTED PAYER_ACCOUNT_RESTRICTED PAYER_ACCOUNT_LOCKED_OR_CLOSED"
        " CURRENCY_NOT_SUPPORTED",
        Reason.TRY_LATER: "5910 5920 8000 8110 8220 9100 0960",
        Reason.CALL_ISSUER: "10BR 9530",
        Reason.SUSPECTED_FRAUD: "5150 5180 9500 9510 9520 COMPLIANCE_VIOLATION"
        " TRANSACTION_BLOCKED_BY_PAYEE",
    }
)


class PayPal:
    """An account at PayPal."""

    name = NAME

    def __init__(self, account: Account, references: References) -> None:
        self._account, self._references = account, references
        self._url = account.settings.get("base_url") or URLS[account.mode]
        self._token, self._until = "", 0.0

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Make an order; hold its money, if the customer has agreed to that before."""
        back = self._account.settings.get("return_url", "")
        way = {"return_url": back, "cancel_url": back, "user_action": "PAY_NOW"}
        source = {"vault_id": token} if token else {"experience_context": way}
        unit = {"custom_id": key, "invoice_id": key, "amount": _as_money(amount, currency)}
        wish = {
            "intent": "AUTHORIZE", "payment_source": {"paypal": source}, "purchase_units": [unit],
        }  # fmt: skip
        try:
            order = self._post("v2/checkout/orders", key, wish)
        except Declined as no:
            self._references.note(key, NO + no.code)
            raise
        self._references.note(key, order["id"])
        return self._come_out(key, order)

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take part of what is held."""
        order = self._order(authorization)
        held = _of(order, "authorizations")
        if not held or held[0]["status"] in NOT_HELD:
            raise Declined("not_authorized", "Nothing is held under this key.")
        self._references.note(key, order["id"], authorization)
        money = _as_money(amount, held[0]["amount"]["currency_code"])
        wish = {"amount": money, "invoice_id": short(key, 127), "final_capture": False}
        made = self._post(f"v2/payments/authorizations/{held[0]['id']}/capture", key, wish)
        if made["status"] in {"DECLINED", "FAILED"}:
            raise declined(made)
        return Answer("succeeded", made["id"])

    def void(self, key: str, authorization: str) -> Answer:
        """Let go of what is held; an order that was not agreed to is not gone on with."""
        order = self._order(authorization)
        held = _of(order, "authorizations")
        if held and held[0]["status"] not in {*NOT_HELD, "CAPTURED"}:
            self._post(f"v2/payments/authorizations/{held[0]['id']}/void", key, None)
        self._references.note(key, LET_GO + order.get("id", ""), authorization)
        return Answer("succeeded", key)

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give money back: each capture gives what is left of it, until it is enough."""
        order = self._order(authorization)
        left = amount - sum(_money(one) for one in _backs(order) if _is_of(one, key))
        plan = []
        for capture in _of(order, "captures"):
            part = min(left, _money(capture) - _gone(order, capture["id"]))
            if part > 0:
                plan.append((capture, part))
                left -= part
        if left > 0:
            raise Declined("too_much", "It is more than was taken.")
        self._references.note(key, order["id"], authorization)
        for capture, part in plan:
            once = f"{key}-{capture['id']}"
            money = _as_money(part, capture["amount"]["currency_code"])
            wish = {"amount": money, "custom_id": short(key, 127), "invoice_id": short(once, 127)}
            back = self._post(f"v2/payments/captures/{capture['id']}/refund", once, wish)
            if back["status"] in NOT_BACK:
                raise Declined("refund_failed", f"PayPal says {back['status']}.")
        return Answer("succeeded", key)

    def look_up(self, key: str) -> Answer | None:
        """Ask what became of an order; go on with it if the customer has agreed meanwhile.

        An order whose answer was lost is not found: it is asked for again, with the same id.
        """
        kept = self._references.find(key)
        if kept is None:
            return None
        if kept.startswith(NO):
            raise Declined(kept.removeprefix(NO), "PayPal has declined it.")
        if kept.startswith(LET_GO):
            return Answer("succeeded", key)
        order = self._get(kept)
        notes = self._references.of(key)
        if key in notes:
            if any(note.startswith(LET_GO) for note in notes.values()) and not _of(
                order, "captures"
            ):
                raise Declined("voided", "It was let go.")
            return self._come_out(key, order)
        taken = [one for one in _of(order, "captures") if one.get("invoice_id") == short(key, 127)]
        back = [one for one in _backs(order) if _is_of(one, key)]
        if taken or back:
            return Answer("succeeded", taken[0]["id"] if taken else key)
        return None

    def test(self) -> str:
        """Log in."""
        self._token = ""
        self._login()
        return f"PayPal knows us, in {self._account.mode} mode."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        """Read which order has changed; what else is in it is not believed."""
        try:
            thing = msgspec.json.decode(posted.body)["resource"]
            units = thing.get("purchase_units") or [thing]
            key = str(units[0].get("custom_id") or "")
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError, IndexError):
            raise Refused("malformed", "The body is no event of PayPal's.", "body") from None
        ours = key.startswith("auth-") and "\0" not in key and self._references.find(key)
        kind = "payment.changed" if ours else "nothing"
        return ProviderEvent(type=kind, key=key, account=self._account.account)

    def _come_out(self, key: str, order: Any) -> Answer:
        if order["status"] == "APPROVED":
            path = f"v2/checkout/orders/{order['id']}/authorize"
            order = self._post(path, f"{key}-hold", {})
        held = _of(order, "authorizations")
        if held and held[0]["status"] == "PENDING":
            return Answer("pending", order["id"])
        if held and (held[0]["status"] not in NOT_HELD or _of(order, "captures")):
            return Answer("succeeded", order["id"])
        if held or order["status"] not in UNDER_WAY:
            raise declined(held[0] if held else order)
        pages = {link["rel"]: link["href"] for link in order.get("links", ())}
        page = pages.get("payer-action") or pages.get("approve") or ""
        return Answer("requires_action", order["id"], page)

    def _order(self, authorization: str) -> Any:
        """Read the order of an authorization; empty where there is none."""
        kept = self._references.find(authorization)
        return self._get(kept) if kept and not kept.startswith(NO) else {}

    def _get(self, order_id: str) -> Any:
        return self._ask("GET", f"v2/checkout/orders/{order_id}")

    def _post(self, path: str, key: str, body: Any) -> Any:
        headers = {"PayPal-Request-Id": short(key, 108), "Prefer": "return=representation"}
        return self._ask("POST", path, body, headers)

    def _ask(
        self, method: str, path: str, body: Any = None, more: Mapping[str, str] | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._login()}", **(more or {})}
        if body is None:
            headers["Content-Type"] = "application/json"
        try:
            status, told = ask("PayPal", method, f"{self._url}/{path}", json=body, headers=headers)
        except UnwelcomeError:
            self._token = ""  # it may be that it has run out
            raise
        if status >= OK:
            raise declined(told)
        return told

    def _login(self) -> str:
        if not self._token or time.monotonic() >= self._until:
            login = (
                self._account.settings.get("client_id", ""),
                self._account.secrets.get("client_secret", ""),
            )
            url, form = f"{self._url}/v1/oauth2/token", {"grant_type": "client_credentials"}
            _, told = ask("PayPal", "POST", url, data=form, auth=login)
            self._token = told["access_token"]
            self._until = time.monotonic() + int(told["expires_in"]) - MARGIN_SECONDS
        return self._token


def declined(told: Any) -> Declined:
    """Read why PayPal, or the card behind it, gives nothing."""
    issue: Any = next(iter(told.get("details") or ()), {})
    response = (told.get("processor_response") or {}).get("response_code")
    given = response or issue.get("issue") or told.get("name") or told.get("status") or ""
    words = issue.get("description") or told.get("message") or "PayPal said no."
    code = REASON_OF.get(given, Reason.DECLINED)
    return Declined(code.value, f"{words[:200]} ({given})")


def _of(order: Any, what: str) -> list[Any]:
    units = order.get("purchase_units") or [{}]
    return (units[0].get("payments") or {}).get(what) or []


def _backs(order: Any) -> list[Any]:
    return [one for one in _of(order, "refunds") if one["status"] not in NOT_BACK]


def _is_of(refund: Any, key: str) -> bool:
    return bool(refund.get("custom_id") == short(key, 127))


def _gone(order: Any, capture_id: str) -> int:
    """How much of a capture went back; a refund names it by a link."""
    up = f"/captures/{capture_id}"
    return sum(
        _money(one)
        for one in _backs(order)
        if any(link["rel"] == "up" and link["href"].endswith(up) for link in one["links"])
    )


def _as_money(amount: int, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": decimal(amount, currency)}


def _money(thing: Any) -> int:
    return minor_units(thing["amount"]["value"], thing["amount"]["currency_code"])


KIND = Kind(
    kind=NAME,
    name="PayPal",
    settings=(
        Declared("client_id", "Client ID", "Of the app at PayPal.", pattern=r"\S{8,255}"),
        Declared("client_secret", "Client secret", "Of the app.", secret=True,
                 pattern=r"\S{8,255}"),
        Declared("return_url", "Return address",
                 "Where the customer comes back to from PayPal's page.", pattern=ADDRESS),
        Declared("base_url", "Address of the API", "Only for trials against something else.",
                 required=False, pattern=ADDRESS),
        PAY_AGAIN,
    ),
    capabilities=Capabilities(
        methods=("card",), confirmation=True, takes_days=True, webhooks=True, page_by=""
    ),
    make=lambda account, url: PayPal(account, SqlReferences(url, account.account)),
)  # fmt: skip
