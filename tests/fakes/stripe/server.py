"""What does Stripe answer? A small one over real HTTP, made of its own sample objects."""

import copy
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.once import Once
from tests.fakes.serving import Answer, Moods, nested, served

RECORDINGS = Path(__file__).parent / "recordings"
DECLINES = {
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_visa_chargeDeclinedStolenCard": "stolen_card",
}
CONFIRMS = "pm_card_authenticationRequired"
TAKES_DAYS = "pm_sepa_debit"
DIFFERS = 400, {"error": {"type": "idempotency_error", "message": "Other parameters."}}, {}
MAY_BE_CANCELED = {
    "requires_payment_method", "requires_capture", "requires_confirmation", "requires_action",
    "processing",
}  # fmt: skip


def recorded(name: str) -> Any:
    """One of the recordings."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())


class Refusal(Exception):  # noqa: N818 - an answer
    """What Stripe says instead of doing it."""

    def __init__(self, status: int, kind: str, code: str, message: str, **more: Any) -> None:
        super().__init__(code)
        error = {"type": kind, "code": code, "message": message, **more}
        self.answer = status, {"error": error}


def refused(code: str, message: str = "It cannot be done.", status: int = 400) -> Refusal:
    return Refusal(status, "invalid_request_error", code, message)


class FakeStripe(Moods):
    """What Stripe keeps; it counts what it moves, and acts once for an Idempotency-Key."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.webhook_secret = "sk_test_of_a_test", "whsec_of_a_test"
        self.captures_in_parts = True
        self.finds = True
        self.made: dict[str, Any] = {}
        self.once = Once()
        self.lock = threading.RLock()
        self.objects = recorded("objects")

    def serve(self, method: str, target: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer, and answer the same again for the same key."""
        if headers.get("Authorization") != f"Bearer {self.key}":
            message = "Invalid API Key provided: sk_test_****"
            return 401, {"error": {"type": "invalid_request_error", "message": message}}, {}
        parts = urlsplit(target)
        wish = body if method == "POST" else nested(parse_qsl(parts.query))
        once = headers.get("Idempotency-Key", "") if method == "POST" else ""
        with self.lock:
            return self.once.answer(
                once, (target, wish), lambda: self.act(method, parts.path, wish or {}), DIFFERS
            )

    def act(self, method: str, path: str, wish: Any) -> Answer:
        """Do what is asked, or refuse it."""
        try:
            return 200, copy.deepcopy(self.answer(method, path, wish)), {}
        except Refusal as no:
            return (*no.answer, {})

    def answer(  # noqa: PLR0911 - one for each thing that can be asked
        self, method: str, path: str, wish: Any
    ) -> Any:
        """Do what is asked."""
        match method, path.strip("/").split("/"):
            case "GET", ["balance"]:
                return self.objects["balance"] | {"livemode": False}
            case "POST", ["payment_intents"]:
                return self.make(wish)
            case "GET", ["payment_intents", "search"]:
                return self.search(wish["query"])
            case "GET", ["payment_intents" | "checkout", *_, name]:
                return self.get(name)
            case "POST", ["payment_intents", name]:
                self.get(name)["metadata"] |= wish["metadata"]
                return self.get(name)
            case "POST", ["payment_intents", name, "capture"]:
                return self.capture(self.get(name), wish)
            case "POST", ["payment_intents", name, "cancel"]:
                return self.cancel(self.get(name))
            case "POST", ["refunds"]:
                return self.refund(self.get(wish["payment_intent"]), wish)
            case "GET", ["refunds"]:
                return self.page(wish)
            case "POST", ["checkout", "sessions"]:
                return self.open_page(wish)
            case "POST", ["checkout", "sessions", name, "expire"]:
                self.get(name)["status"] = "expired"
                return self.get(name)
        raise refused("resource_missing", f"Unrecognized request URL ({method}: {path}).", 404)

    def get(self, name: str) -> Any:
        """Find what was made."""
        if name not in self.made:
            raise refused("resource_missing", f"No such thing: '{name}'", 404)
        return self.made[name]

    def make(self, wish: Any) -> Any:
        """Make an intent and confirm it."""
        intent = self.new("payment_intent", "pi_")
        intent |= {
            "amount": int(wish["amount"]), "currency": wish["currency"], "canceled_at": None,
            "capture_method": wish["capture_method"], "metadata": wish.get("metadata", {}),
            "last_payment_error": None, "next_action": None, "processing": None,
            "payment_method": wish.get("payment_method"),
        }  # fmt: skip
        self.confirm(intent, wish.get("payment_method", ""))
        return intent

    def confirm(self, intent: Any, card: str) -> None:
        """Charge a card, as its name says."""
        if card in DECLINES:
            error = recorded("declined_call_issuer_purchase_response")["error"]
            error = error | {"decline_code": DECLINES[card], "payment_intent": intent}
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {k: v for k, v in error.items() if k[:7] != "payment"}
            raise Refusal(402, error["type"], error["code"], error["message"], **_rest(error))
        intent["status"] = {CONFIRMS: "requires_action", TAKES_DAYS: "processing"}.get(card, "")
        if card == CONFIRMS:
            url = {"url": f"{self.url}/3ds/{intent['id']}", "return_url": "https://shop.example"}
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": url}
        if not intent["status"]:
            self.hold(intent)

    def hold(self, intent: Any) -> None:
        """Hold the money: the card gave it, or the customer has confirmed."""
        sample = recorded("successful_create_intent_response_with_multicapture_available")
        charge = sample["charges"]["data"][0] | {
            "id": f"ch_{intent['id']}", "amount": intent["amount"], "payment_intent": intent["id"],
        }  # fmt: skip
        status = "available" if self.captures_in_parts else "unavailable"
        charge["payment_method_details"]["card"]["multicapture"]["status"] = status
        intent |= {
            "status": "requires_capture", "amount_capturable": intent["amount"],
            "latest_charge": charge, "next_action": None,
        }  # fmt: skip

    def capture(self, intent: Any, wish: Any) -> Any:
        """Take a part; the rest is let go unless it is said that more will come."""
        amount = int(wish["amount_to_capture"])
        if intent["status"] != "requires_capture":
            raise refused("payment_intent_unexpected_state")
        if amount > intent["amount_capturable"]:
            raise refused("amount_too_large")
        more = wish.get("final_capture") == "false"
        if more and not self.captures_in_parts:
            raise refused("parameter_invalid", "Multicapture is not available.")
        intent["metadata"] |= wish.get("metadata", {})
        intent["amount_received"] += amount
        intent["amount_capturable"] = intent["amount_capturable"] - amount if more else 0
        if not intent["amount_capturable"]:
            intent["status"] = "succeeded"
        return intent

    def cancel(self, intent: Any) -> Any:
        """Let go of the rest."""
        if intent["status"] not in MAY_BE_CANCELED:
            message = recorded("failed_cancel_response")["error"]["message"]
            raise refused("payment_intent_unexpected_state", message)
        intent |= {"status": "canceled", "amount_capturable": 0, "canceled_at": int(time.time())}
        return intent

    def refund(self, intent: Any, wish: Any) -> Any:
        """Give back, up to what was taken."""
        back = [one["amount"] for one in self.refunds(intent["id"])]
        if sum(back) + int(wish["amount"]) > intent["amount_received"]:
            raise refused("charge_already_refunded")
        refund = self.new("refund", "re_")
        refund |= {
            "amount": int(wish["amount"]), "payment_intent": intent["id"],
            "metadata": wish.get("metadata", {}), "currency": intent["currency"],
        }  # fmt: skip
        return refund

    def refunds(self, intent_id: str) -> list[Any]:
        """What went back, newest first."""
        made = [one for name, one in self.made.items() if name.startswith("re_")]
        return [one for one in reversed(made) if one["payment_intent"] == intent_id]

    def page(self, wish: Any) -> Any:
        """List refunds, two on a page whatever was asked, so that pages are turned."""
        found = self.refunds(wish["payment_intent"])
        names = [one["id"] for one in found]
        start = names.index(wish["starting_after"]) + 1 if "starting_after" in wish else 0
        more = len(found) > start + 2
        return {"object": "list", "data": found[start : start + 2], "has_more": more, "url": "/v1"}

    def search(self, query: str) -> Any:
        """Find intents by their metadata; what is fresh is not found when `finds` is false."""
        name, value = re.findall(r"'([^']*)'", query)
        made = [one for key, one in self.made.items() if key.startswith("pi_") and self.finds]
        found = [one for one in made if one["metadata"].get(name) == value]
        return {"object": "search_result", "data": found[:1], "has_more": False, "url": "/v1"}

    def open_page(self, wish: Any) -> Any:
        """Open a page where the customer pays."""
        session = self.new("checkout.session", "cs_test_")
        price = wish["line_items"]["0"]["price_data"]
        session |= {
            "status": "open", "payment_intent": None, "metadata": wish["metadata"],
            "url": f"{self.url}/pay/{session['id']}", "amount_total": int(price["unit_amount"]),
            "currency": price["currency"], "wish": wish["payment_intent_data"],
        }  # fmt: skip
        return session

    def pay(self, session_id: str, card: str = "pm_card_visa") -> Any:
        """The customer pays on the page; a card that is declined leaves it open."""
        session = self.made[session_id]
        wish = {
            "amount": session["amount_total"], "currency": session["currency"],
            "payment_method": card, **session["wish"],
        }  # fmt: skip
        intent = self.make(wish)
        session |= {"status": "complete", "payment_intent": intent["id"]}
        return intent

    def new(self, kind: str, start: str) -> Any:
        """Make an object like the sample."""
        made = copy.deepcopy(self.objects[kind])
        made |= {"id": f"{start}{len(self.made):024d}", "metadata": {}, "status": "succeeded"}
        self.made[made["id"]] = made
        return made

    def event(self, kind: str, thing: Any) -> str:
        """What Stripe posts of something that has happened."""
        event = recorded("payment_intent.created")
        return json.dumps({**event, "type": kind, "data": {"object": thing}})

    def sign(self, body: str, at: float | None = None) -> str:
        """The signature of a body."""
        moment = int(time.time() if at is None else at)
        secret, signed = self.webhook_secret.encode(), f"{moment}.{body}".encode()
        return f"t={moment},v1={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"


def _rest(error: Any) -> Any:
    return {k: v for k, v in error.items() if k not in {"type", "code", "message"}}


@contextmanager
def a_stripe() -> Iterator[FakeStripe]:
    """Open Stripe on a port of its own."""
    desk = FakeStripe()
    with served(desk, desk.serve, "/v1"):
        yield desk
