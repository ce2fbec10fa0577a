"""What does PayPal answer? A small one over real HTTP, after the description of its orders v2."""

import copy
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from tests.fakes.once import Once
from tests.fakes.serving import Answer, Moods, served

VAULT = {"vault_ok": "", "vault_funds": "5120", "vault_fraud": "9500"}
NOT_FOUND = 404, {"name": "RESOURCE_NOT_FOUND", "message": "It does not exist."}, {}


class FakePayPal(Moods):
    """What PayPal keeps: orders with what was held, taken and given back of each."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, Any] = {}
        self.once = Once()
        self.lock = threading.RLock()
        self.logins = 0
        self.token = "token-0"

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer, and answer the same again for the same id."""
        if path == "/v1/oauth2/token":
            self.logins += 1
            self.token = f"token-{self.logins}"
            return 200, {"access_token": self.token, "expires_in": 32400}, {}
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"name": "AUTHENTICATION_FAILURE"}, {}
        key = headers.get("PayPal-Request-Id", "")
        with self.lock:
            steps = path.removeprefix("/v2/").split("/")
            differs = refusal("DUPLICATE_REQUEST_ID", "Another request had this id.")
            answer = self.once.answer(
                key, (path, body), lambda: self.answer(method, steps, body), differs
            )
            return copy.deepcopy(answer)

    def answer(  # noqa: PLR0911 - one for each thing that can be asked
        self, method: str, path: list[str], body: Any
    ) -> Answer:
        """Do what is asked."""
        match method, path:
            case "POST", ["checkout", "orders"]:
                return self.make(body)
            case "GET", ["checkout", "orders", name] if name in self.orders:
                return 200, self.orders[name], {}
            case "POST", ["checkout", "orders", name, "authorize"]:
                return self.hold(self.orders[name])
            case "POST", ["payments", "authorizations", name, "capture"]:
                return self.capture(self.orders[name.removeprefix("AUTH-")], body)
            case "POST", ["payments", "authorizations", name, "void"]:
                self.payments(self.orders[name.removeprefix("AUTH-")])["authorizations"][0][
                    "status"
                ] = "VOIDED"
                return 200, {}, {}
            case "POST", ["payments", "captures", name, "refund"]:
                return self.refund(name, body)
        return NOT_FOUND

    def payments(self, order: Any) -> Any:
        return order["purchase_units"][0]["payments"]

    def make(self, wish: Any) -> Answer:
        """Make an order; what the customer has agreed to before is held at once."""
        name = f"ORDER{len(self.orders):08d}"
        vault = wish["payment_source"]["paypal"].get("vault_id")
        if VAULT.get(vault or ""):
            return decline(VAULT[vault])
        unit = {**wish["purchase_units"][0], "payments": {}}
        order = {"id": name, "status": "PAYER_ACTION_REQUIRED", "purchase_units": [unit]}
        page = {"rel": "payer-action", "href": f"{self.url}/checkoutnow?token={name}"}
        order["links"] = [{"rel": "self", "href": f"{self.url}/v2/checkout/orders/{name}"}, page]
        self.orders[name] = order
        if vault:
            order["status"] = "APPROVED"
            return self.hold(order)
        return 200, order, {}

    def agree(self, name: str) -> dict[str, Any]:
        """The customer agrees on the page; gives what is posted of it."""
        order = self.orders[name]
        order["status"] = "APPROVED"
        return {"event_type": "CHECKOUT.ORDER.APPROVED", "resource": order}

    def hold(self, order: Any) -> Answer:
        """Hold the money of an order that was agreed to."""
        if order["status"] != "APPROVED":
            return refusal("ORDER_NOT_APPROVED", "Payer has not yet approved the Order.")
        unit = order["purchase_units"][0]
        held = {"id": f"AUTH-{order['id']}", "status": "CREATED", "amount": unit["amount"]}
        order["status"] = "COMPLETED"
        unit["payments"] = {"authorizations": [held], "captures": [], "refunds": []}
        return 201, order, {}

    def capture(self, order: Any, wish: Any) -> Answer:
        """Take a part."""
        payments = self.payments(order)
        held = payments["authorizations"][0]
        if held["status"] == "VOIDED":
            return refusal("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured.")
        free = value(held) - sum(map(value, payments["captures"]))
        if value(wish) > free:
            return refusal("MAX_CAPTURE_AMOUNT_EXCEEDED", "It is more than is held.")
        made = {
            "id": f"CAP{len(payments['captures'])}-{order['id']}", "status": "COMPLETED",
            "amount": wish["amount"], "invoice_id": wish["invoice_id"],
        }  # fmt: skip
        payments["captures"].append(made)
        held["status"] = "CAPTURED" if value(wish) == free else "PARTIALLY_CAPTURED"
        return 201, made, {}

    def refund(self, name: str, wish: Any) -> Answer:
        """Give back, up to what this capture took."""
        payments = self.payments(self.orders[name.partition("-")[2]])
        capture = next(one for one in payments["captures"] if one["id"] == name)
        up = f"{self.url}/v2/payments/captures/{name}"
        gone = [one for one in payments["refunds"] if one["links"][0]["href"] == up]
        if sum(map(value, gone)) + value(wish) > value(capture):
            return refusal("REFUND_AMOUNT_EXCEEDED", "It is more than was taken.")
        made = {
            **wish, "id": f"REF{len(payments['refunds'])}", "status": "COMPLETED",
            "links": [{"rel": "up", "href": up}],
        }  # fmt: skip
        payments["refunds"].append(made)
        return 201, made, {}


def value(thing: Any) -> Decimal:
    return Decimal(thing["amount"]["value"])


def refusal(issue: str, words: str) -> Answer:
    details = [{"issue": issue, "description": words}]
    return 422, {"name": "UNPROCESSABLE_ENTITY", "details": details}, {}


def decline(code: str) -> Answer:
    status, told, headers = refusal("INSTRUMENT_DECLINED", "The instrument was declined.")
    return status, {**told, "processor_response": {"response_code": code}}, headers


@contextmanager
def a_paypal() -> Iterator[FakePayPal]:
    """Open PayPal on a port of its own."""
    desk = FakePayPal()
    with served(desk, desk.serve, ""):
        yield desk
