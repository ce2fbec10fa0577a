"""What does Stripe mean? Its intents, refunds, faults and signed events in the words of ours."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import stripe

from chassis import clock
from chassis.errors import Refused
from chassis.outside import Declined, Pending
from services.payments.domain.decline import Reason, by_code
from services.payments.providers.provider import Answer
from services.payments.webhooks import Disputed, ProviderEvent

KEY = "oms_key"
PAGE = "oms_page"
TOLERANCE_SECONDS, TOO_MANY = 300, 429
REST = timedelta(seconds=5)
REASON_OF = by_code(
    {
        Reason.INSUFFICIENT_FUNDS: "insufficient_funds",
        Reason.EXPIRED: "expired_card",
        Reason.WRONG_DETAILS: "incorrect_number incorrect_cvc incorrect_zip incorrect_address"
        " incorrect_pin invalid_number invalid_cvc invalid_expiry_month invalid_expiry_year"
        " invalid_pin",
        Reason.NOT_CONFIRMED: "authentication_required authentication_not_handled"
        " payment_intent_authentication_failure mobile_device_authentication_required"
        " offline_pin_required online_or_offline_pin_required",
        Reason.OVER_LIMIT: "card_velocity_exceeded withdrawal_count_limit_exceeded pin_try_exceeded"
        " amount_too_large",
        Reason.NOT_SUPPORTED: "card_not_supported currency_not_supported transaction_not_allowed"
        " service_not_allowed not_permitted invalid_account new_account_information_available"
        " testmode_decline live_mode_test_card",
        Reason.TRY_LATER: "try_again_later processing_error issuer_not_available"
        " reenter_transaction approve_with_id",
        Reason.CALL_ISSUER: "call_issuer no_action_taken revocation_of_authorization"
        " revocation_of_all_authorizations stop_payment_order",
        Reason.SUSPECTED_FRAUD: "fraudulent merchant_blacklist lost_card stolen_card pickup_card"
        " restricted_card security_violation highest_risk_level",
    }
)
DISPUTES = {"won": "won", "lost": "lost", "warning_closed": "won", "prevented": "won"}


@contextmanager
def asked() -> Iterator[None]:
    """Turn what the SDK raises into: no (Declined), later (Pending), or nobody knows."""
    try:
        yield
    except stripe.CardError as no:
        body: Any = no.json_body or {}
        raise declined(body.get("error") or {}) from None
    except stripe.InvalidRequestError as no:
        raise Declined(no.code or "invalid", _words(no.user_message)) from None
    except (stripe.AuthenticationError, stripe.PermissionError) as no:
        # an operator mends it: an order must not be lost by it
        raise ConnectionError(f"Stripe answers {no.http_status}: check the secret key") from None
    except stripe.StripeError as no:
        if no.http_status == TOO_MANY:
            raise Pending(clock.now() + REST, "Stripe wants fewer requests") from None
        raise ConnectionError(f"Stripe answers {no.http_status or 'nothing'}") from None


def declined(error: Any) -> Declined:
    """Read why a card gives nothing."""
    given = error.get("decline_code") or error.get("code") or ""
    code = REASON_OF.get(given) or REASON_OF.get(error.get("code") or "") or Reason.DECLINED
    return Declined(code.value, f"{_words(error.get('message'))} ({given or 'no code'})")


def answer_of(intent: Any) -> Answer:
    """Tell how an intent stands; raises Declined if it will hold nothing."""
    match intent["status"]:
        case "requires_capture" | "succeeded":
            return Answer("succeeded", intent["id"])
        case "requires_action":
            action = (intent.get("next_action") or {}).get("redirect_to_url") or {}
            return Answer("requires_action", intent["id"], action.get("url") or "")
        case "canceled" if not intent["amount_received"]:
            raise Declined("voided", "It was canceled at Stripe.")
        case "requires_payment_method" if error := intent.get("last_payment_error"):
            raise declined(error)
        case "canceled":  # the rest was let go, and what was taken stays taken
            return Answer("succeeded", intent["id"])
    return Answer("pending", intent["id"])


def refund_of(refund: Any) -> Answer:
    """Tell how a refund stands; on its way it counts as made, as Stripe owes it."""
    if refund["status"] in {"failed", "canceled"}:
        why = refund.get("failure_reason") or "no reason given"
        raise Declined("refund_failed", f"Stripe could not give it back: {why}.")
    return Answer("succeeded", refund["id"])


def mark_of(key: str) -> str:
    """Make what a capture leaves on its intent: names there are short, and keys are long."""
    return f"cap_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def captures_in_parts(intent: Any) -> bool:
    """Tell whether more can be taken after the first part."""
    charge = intent.get("latest_charge") or {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return (card.get("multicapture") or {}).get("status") == "available"


def read_event(body: str, signature: str, secret: str) -> Any:
    """Check that Stripe has signed a body, and within minutes; give its event."""
    if not secret:
        raise Refused("bad_signature", "The account has no webhook secret.", "signature")
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        raise Refused("bad_signature", "The signature does not fit.", "signature") from None
    try:
        event = msgspec.json.decode(body)
        return event["type"], event["data"]["object"]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise Refused("malformed", "The body is no event of Stripe's.", "body") from None


def event_of(kind: str, thing: Mapping[str, Any], account: str) -> ProviderEvent:
    """Read what an event tells of an intent that bears our key; of others it tells nothing."""
    marks = thing.get("metadata") or {}
    key = marks.get(KEY, "")
    nothing = ProviderEvent(type="nothing", key=key, account=account)
    if not key or not kind.startswith("payment_intent."):
        return nothing
    if kind == "payment_intent.amount_capturable_updated" and not thing.get("amount_received"):
        return ProviderEvent(type="payment.authorized", key=key, account=account)
    if kind == "payment_intent.payment_failed" and PAGE not in marks:
        no = declined(thing.get("last_payment_error") or {})
        return ProviderEvent(
            type="payment.declined", key=key, account=account, code=no.code, reason=no.reason
        )
    return nothing


def dispute_of(dispute: Mapping[str, Any], key: str, account: str) -> ProviderEvent:
    """Read what an event tells of a dispute."""
    due = (dispute.get("evidence_details") or {}).get("due_by")
    told = Disputed(
        dispute_id=dispute["id"],
        amount=dispute["amount"],
        currency=dispute["currency"].upper(),
        reason=dispute.get("reason") or "general",
        status=DISPUTES.get(dispute["status"], "open"),  # type: ignore[arg-type]
        respond_by=datetime.fromtimestamp(due, UTC) if due else None,
    )
    return ProviderEvent(type="payment.disputed", key=key, account=account, dispute=told)


def _words(message: str | None) -> str:
    return (message or "Stripe said no.")[:200]
