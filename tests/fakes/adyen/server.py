"""What does Adyen answer? A small one over real HTTP, made of recorded answers."""

import copy
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.payments.providers.adyen import sign
from tests.fakes.once import Once
from tests.fakes.serving import Answer, Moods, served

RECORDINGS = Path(__file__).parent / "recordings"
REFUSED = {"funds": ("12", "Not enough balance"), "fraud": ("20", "FRAUD"), "no": ("2", "Refused")}


def recorded(name: str) -> Any:
    """One of the recordings."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())


DIFFERS = 422, {"status": 422, "errorCode": "704", "message": "Already processed."}, {}


class FakeAdyen(Moods):
    """What Adyen was asked for: payments by their names, and what was to become of them."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.hmac_key = "key-of-a-test", "44" * 32
        self.made: dict[str, Any] = {}
        self.modified: list[tuple[str, str, int]] = []
        self.once = Once()
        self.lock = threading.RLock()

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer, and answer the same again for the same key."""
        if headers.get("X-API-Key") != self.key:
            return 401, {"status": 401, "errorCode": "000", "message": "Unauthorized"}, {}
        steps = path.strip("/").split("/")
        with self.lock:
            key = headers.get("Idempotency-Key", "")
            answer = self.once.answer(
                key, (path, body), lambda: self.answer(method, steps, body), DIFFERS
            )
            return copy.deepcopy(answer)

    def answer(self, method: str, path: list[str], body: Any) -> Answer:
        """Do what is asked."""
        match method, path:
            case "POST", ["paymentMethods"]:
                return 200, {"paymentMethods": [{"type": "scheme"}, {"type": "ideal"}]}, {}
            case "POST", ["payments"]:
                return self.pay(body)
            case "POST", ["payments", psp, what] if psp in self.made:
                amount = body.get("amount", {}).get("value", 0)
                self.modified.append((what, psp, amount))
                answer = recorded("checkout_paymentcapture-success") | {**body}
                name = f"MOD{len(self.modified)}"
                return 201, answer | {"paymentPspReference": psp, "pspReference": name}, {}
            case "POST", ["paymentLinks"]:
                link = recorded("checkout_paymentlinks-success") | body
                link |= {"id": f"PL{len(self.made):08d}"}
                link |= {"url": f"{self.url}/link/{link['id']}"}
                self.made[link["id"]] = link
                return 201, link, {}
            case "GET" | "PATCH", ["paymentLinks", name] if name in self.made:
                self.made[name] |= body or {}
                return 200, self.made[name], {}
        return 422, recorded("checkout_paymentsession-error-invalid-data-422"), {}

    def pay(self, wish: Any) -> Answer:
        """Let a stored method pay, as its name says."""
        psp = f"PSP{len(self.made):013d}"
        how = wish["paymentMethod"]["storedPaymentMethodId"]
        answer = recorded("authorise-success") | {"pspReference": psp}
        if how in REFUSED:
            code, words = REFUSED[how]
            answer = recorded("failed_authorize_mastercard_response") | {
                "pspReference": psp, "refusalReasonCode": code, "refusalReason": words,
            }  # fmt: skip
        elif how == "slow":
            answer |= {"resultCode": "Received"}
        self.made[psp] = {**wish, **answer}
        return 200, answer, {}

    def notify(self, kind: str, of: str, *, good: bool = True, **changes: Any) -> str:
        """What Adyen posts about a payment or a link."""
        wish = self.made[of]
        told = recorded("notification_refundTrue")
        item = told["notificationItems"][0]["NotificationRequestItem"]
        first = kind == "AUTHORISATION"
        psp = (of if of.startswith("PSP") else f"PSP-{of}") if first else f"EVENT-{kind}-{of}"
        item |= {
            "eventCode": kind, "success": "true" if good else "false", "pspReference": psp,
            "originalReference": "" if first else of, "merchantReference": wish["reference"],
            "amount": wish["amount"], "merchantAccountCode": wish["merchantAccount"], **changes,
        }  # fmt: skip
        self.made.setdefault(psp, wish)
        item["additionalData"] = {"hmacSignature": sign(item, self.hmac_key)}
        return json.dumps(told)


@contextmanager
def an_adyen() -> Iterator[FakeAdyen]:
    """Open Adyen on a port of its own."""
    desk = FakeAdyen()
    with served(desk, desk.serve, "/v71"):
        yield desk
