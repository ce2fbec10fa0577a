"""What does Mollie answer? A small one over real HTTP, made of recorded answers."""

import copy
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.fakes.once import Once
from tests.fakes.serving import Answer, Moods, served

RECORDINGS = Path(__file__).parent / "recordings"
CARDS = {"tkn_ok": ("paid", ""), "tkn_funds": ("failed", "insufficient_funds"),
         "tkn_fraud": ("failed", "possible_fraud")}  # fmt: skip
DIFFERS = 409, {"status": 409, "title": "Conflict", "detail": "Another body."}, {}


def recorded(name: str) -> Any:
    """One of the recordings."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())


class FakeMollie(Moods):
    """What Mollie keeps: payments, and what went back of each."""

    def __init__(self) -> None:
        super().__init__()
        self.key = "test_of_a_test"
        self.payments: dict[str, Any] = {}
        self.refunds: list[Any] = []
        self.once = Once()
        self.lock = threading.RLock()

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer, and answer the same again for the same key."""
        if headers.get("Authorization") != f"Bearer {self.key}":
            return refusal(401, "Unauthorized Request", "Missing authentication.")
        key = headers.get("Idempotency-Key", "")
        with self.lock:
            asked = (method, path, body)
            act = lambda: self.answer(method, path.strip("/").split("/"), body)  # noqa: E731
            return copy.deepcopy(self.once.answer(key, asked, act, DIFFERS))

    def answer(self, method: str, path: list[str], body: Any) -> Answer:
        """Do what is asked."""
        match method, path:
            case "GET", ["methods"]:
                return 200, {"count": 3}, {}
            case "POST", ["payments"]:
                return 201, self.make(body), {}
            case "GET", ["payments", name] if name in self.payments:
                return 200, self.payments[name], {}
            case "DELETE", ["payments", name] if self.payments[name]["isCancelable"]:
                self.payments[name] |= {"status": "canceled", "isCancelable": False}
                return 200, self.payments[name], {}
            case "POST", ["payments", name, "refunds"] if name in self.payments:
                return self.refund(self.payments[name], body)
        return refusal(404, "Not Found", "No payment exists with token.")

    def make(self, wish: Any) -> Any:
        """Make a payment; a card pays at once, whatever else waits for the customer."""
        name = f"tr_{len(self.payments):010d}"
        payment = recorded("payment_single_no_links")
        status, reason = CARDS.get(wish.get("cardToken", ""), ("open", ""))
        payment |= {
            "id": name, "amount": wish["amount"], "metadata": wish["metadata"], "status": status,
            "method": wish.get("method"), "isCancelable": status == "open",
            "details": {"failureReason": reason} if reason else None,
        }  # fmt: skip
        payment["_links"]["checkout"]["href"] = f"{self.url}/checkout/{name}"
        if status != "open":
            del payment["_links"]["checkout"]
        self.payments[name] = payment
        return payment

    def become(self, name: str, status: str) -> str:
        """The customer, or a bank, has done something; gives what is posted of it."""
        self.payments[name] |= {"status": status, "isCancelable": False}
        return f"id={name}"

    def refund(self, payment: Any, wish: Any) -> Answer:
        """Give back, up to what was paid."""
        back = sum((self.back(payment["id"]), Decimal(wish["amount"]["value"])), Decimal(0))
        if payment["status"] != "paid" or back > Decimal(payment["amount"]["value"]):
            return refusal(422, "Unprocessable Entity", "The amount is higher than the maximum")
        refund = recorded("refund_single_no_links")
        refund |= {
            "id": f"re_{len(self.refunds):010d}", "amount": wish["amount"],
            "metadata": wish["metadata"], "paymentId": payment["id"],
        }  # fmt: skip
        self.refunds.append(refund)
        return 201, refund, {}

    def back(self, name: str) -> Decimal:
        """How much of a payment went back."""
        made = (one["amount"]["value"] for one in self.refunds if one["paymentId"] == name)
        return sum(map(Decimal, made), Decimal(0))


def refusal(status: int, title: str, detail: str) -> Answer:
    return status, recorded("error_teapot") | {
        "status": status, "title": title, "detail": detail,
    }, {}  # fmt: skip


@contextmanager
def a_mollie() -> Iterator[FakeMollie]:
    """Open Mollie on a port of its own."""
    desk = FakeMollie()
    with served(desk, desk.serve, "/v2"):
        yield desk
