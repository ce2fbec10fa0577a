"""Does money move at a provider as it should, from the order to the parcel? With a small Stripe.

The system is one of its own: where an account was saved the sandbox takes no more orders.
"""

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
import requests

from chassis.testing import eventually
from local import catalogue
from local.client import Client
from local.journey import Staff, order_body
from local.supervisor import System
from tests.fakes.stripe.server import FakeStripe, a_stripe

MUGS = [("MUG-RED", 2, 1290)]


@pytest.fixture(scope="module")
def desk() -> Iterator[FakeStripe]:
    with a_stripe() as desk:
        yield desk


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("oms"), print, own_broker=True, drill=True) as running:
        catalogue.load(running.gateway_url, running.api_key, print)
        yield running


@pytest.fixture(scope="module")
def api(system: System, desk: FakeStripe) -> Client:
    """The shop has an account at Stripe, and lets customers pay again for four hours."""
    api = Client(system.gateway_url, system.api_key)
    settings = {
        "return_url": "https://shop.example/back", "base_url": desk.url, "pay_again_hours": "4",
    }  # fmt: skip
    secrets = {"secret_key": desk.key, "webhook_secret": desk.webhook_secret}
    account = {
        "kind": "stripe", "mode": "test",
        "settings": [{"name": name, "value": value} for name, value in settings.items()],
        "secrets": [{"name": name, "value": value} for name, value in secrets.items()],
    }  # fmt: skip
    api.put("/payment-accounts/shop", account)
    assert api.post("/payment-accounts/shop/test") == {
        "ok": True,
        "detail": "Stripe knows us, in test mode.",
    }
    return api


@pytest.fixture
def staff(api: Client) -> Staff:
    return Staff(api, patience=120)


def order(api: Client, token: str) -> str:
    placed: str = api.post("/orders", order_body(MUGS, payment={"method": "card", "token": token}))[
        "order_id"
    ]
    return placed


def post(system: System, desk: FakeStripe, kind: str, thing: object) -> int:
    """Let Stripe post an event, signed as it does; give the gateway's answer."""
    body = desk.event(kind, thing)
    return requests.post(
        f"{system.gateway_url}/webhooks/payments/shop", data=body.encode(), timeout=30,
        headers={"Stripe-Signature": desk.sign(body), "Content-Type": "application/json"},
    ).status_code  # fmt: skip


def intent_of(desk: FakeStripe, order_id: str) -> dict:
    """The intent that pays an order; there is never a second one."""
    (found,) = [
        one
        for name, one in desk.made.items()
        if name.startswith("pi_")
        and order_id in one["metadata"].get("oms_key", "")
        and one["status"] != "requires_payment_method"
    ]
    return found


def test_money_is_held_once_though_an_answer_was_lost_and_taken_with_the_parcel(
    api: Client, staff: Staff, desk: FakeStripe
) -> None:
    desk.loses_answer_to = "POST /payment_intents"
    order_id = order(api, "pm_card_visa")
    staff.allocated(order_id)
    assert intent_of(desk, order_id)["amount_received"] == 0

    staff.ship_whole(order_id)

    paid = intent_of(desk, order_id)
    assert (paid["amount"], paid["amount_received"], paid["status"]) == (3070, 3070, "succeeded")


def test_a_declined_customer_pays_again_by_the_link_in_the_mail(
    system: System, api: Client, staff: Staff, desk: FakeStripe
) -> None:
    order_id = order(api, "pm_card_visa_chargeDeclinedInsufficientFunds")

    def page() -> dict:
        (payment,) = api.get(f"/orders/{order_id}/payments")["payments"] or [{}]
        return payment if payment.get("action_url") else {}

    waiting = eventually(page, within=60)
    assert (waiting["state"], waiting["decline"]["code"]) == (
        "requires_action",
        "insufficient_funds",
    )
    assert api.get(f"/orders/{order_id}")["state"] == "pending"

    def link() -> str:
        for path in system.mails.glob("*.eml"):
            text = message_from_bytes(path.read_bytes(), policy=policy.default).get_content()
            if order_id in text:
                return text
        return ""

    assert waiting["action_url"] in eventually(link, within=60)

    paid = desk.pay(waiting["action_url"].rpartition("/")[2])
    assert post(system, desk, "payment_intent.amount_capturable_updated", paid) == 200
    staff.ship_whole(order_id)
    assert intent_of(desk, order_id)["amount_received"] == 3070


def test_a_dispute_is_an_exception_until_somebody_has_seen_to_it(
    system: System, api: Client, staff: Staff, desk: FakeStripe
) -> None:
    order_id = order(api, "pm_card_visa")
    staff.ship_whole(order_id)
    dispute = desk.objects["dispute"] | {
        "id": "dp_1", "payment_intent": intent_of(desk, order_id)["id"], "amount": 3070,
        "currency": "eur", "status": "needs_response",
    }  # fmt: skip
    for _ in range(2):
        assert post(system, desk, "charge.dispute.created", dispute) == 200

    def open_disputes() -> list:
        found = api.get("/exceptions", kind="dispute")["exceptions"]
        return [one for one in found if one["order_id"] == order_id]

    (one,) = eventually(open_disputes, within=60)
    assert "30.70 EUR are wanted back" in one["problem"]
    wish = {"decision": "skip", "reason": "answered at Stripe"}
    api.post(f"/exceptions/{one['exception_id']}/decisions", wish)
    eventually(lambda: not open_disputes(), within=60)

    def actions() -> list:
        history = staff.page(order_id)["history"]
        told = [line["action"] for line in history if "dispute" in line["action"]]
        return told if len(told) == 2 else []

    assert eventually(actions, within=60) == ["payment disputed", "dispute seen to"]


def test_a_forged_event_is_refused(system: System, api: Client, desk: FakeStripe) -> None:
    body = desk.event("charge.dispute.created", desk.objects["dispute"])
    answer = requests.post(
        f"{system.gateway_url}/webhooks/payments/shop", data=body.encode(), timeout=30,
        headers={"Stripe-Signature": f"t=1,v1={'0' * 64}", "Content-Type": "application/json"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "Stripe-Signature" in answer.text
