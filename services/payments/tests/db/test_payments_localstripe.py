"""A server of others that answers like Stripe is spoken with as we speak with Stripe.

localstripe runs as a process of its own. It knows no Idempotency-Keys and fewer fields than Stripe,
which a door before it takes out; so it shows the good way, and that our small Stripe is not just
what we think Stripe is.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from chassis.testing import eventually
from local.ports import free_port
from services.payments.domain.account import Account
from services.payments.providers.stripe import KIND, Stripe
from services.payments.references import SqlReferences
from tests.fakes.serving import Answer, Moods, served

KEY = "sk_test_12345"
UNKNOWN_THERE = ("return_url", "final_capture")


@pytest.fixture(scope="module")
def localstripe() -> Iterator[str]:
    """The address of the server, once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None
        with suppress(requests.ConnectionError):
            return requests.get(f"{url}/v1/balance", auth=(KEY, ""), timeout=5).ok
        return False

    eventually(answers, within=60)
    yield url
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def door(localstripe: str) -> Iterator[Moods]:
    """A door before it that takes out what it does not know."""

    def forward(method: str, path: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        parts = [part for part in raw.decode().split("&") if part]
        known = [part for part in parts if not part.startswith(UNKNOWN_THERE)]
        if path.endswith("/capture"):
            known = [part for part in known if not part.startswith("metadata")]
        kept = {
            name: headers[name] for name in ("Authorization", "Content-Type") if name in headers
        }
        answer = requests.request(
            method, f"{localstripe}/v1{path}", data="&".join(known), headers=kept, timeout=10
        )
        return answer.status_code, answer.json(), {}

    moods = Moods()
    with served(moods, forward, "/v1", bytes):
        yield moods


@pytest.fixture
def provider(door: Moods, engine: sa.Engine) -> Stripe:
    url = engine.url.render_as_string(hide_password=False)
    settings = {"return_url": "https://shop.example/back", "base_url": door.url}
    account = Account(
        "shop", "stripe", KIND.capabilities, settings=settings, secrets={"secret_key": KEY}
    )
    return Stripe(account, SqlReferences(url, "shop"))


def a_card(localstripe: str, number: str) -> str:
    card = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": "123"}
    wish = {"type": "card"} | {f"card[{name}]": value for name, value in card.items()}
    made = requests.post(f"{localstripe}/v1/payment_methods", wish, auth=(KEY, ""), timeout=10)
    name: str = made.json()["id"]
    return name


def intent(localstripe: str, reference: str) -> Any:
    where = f"{localstripe}/v1/payment_intents/{reference}"
    return requests.get(where, auth=(KEY, ""), timeout=10).json()


def test_money_is_held_taken_in_part_and_given_back(provider: Stripe, localstripe: str) -> None:
    assert "test mode" in provider.test()

    held = provider.authorize("auth-1", 1000, "EUR", a_card(localstripe, "4242424242424242"))
    assert held.status == "succeeded"
    provider.capture("cap-1", "auth-1", 600)
    back = provider.refund("ref-1", "auth-1", 250)

    assert intent(localstripe, held.reference)["status"] == "succeeded"
    charge = intent(localstripe, held.reference)["charges"]["data"][0]
    assert (charge["amount"], charge["captured"]) == (1000, True)
    assert provider.look_up("ref-1") == back


def test_what_is_held_is_let_go(provider: Stripe, localstripe: str) -> None:
    held = provider.authorize("auth-2", 1000, "EUR", a_card(localstripe, "4242424242424242"))

    assert provider.void("void-2", "auth-2").status == "succeeded"
    assert intent(localstripe, held.reference)["status"] == "canceled"


def test_a_card_that_needs_3d_secure_waits_for_the_customer(
    provider: Stripe, localstripe: str
) -> None:
    asked = provider.authorize("auth-3", 1000, "EUR", a_card(localstripe, "4000002500003155"))
    assert asked.status == "requires_action"

    made = intent(localstripe, asked.reference)
    where = f"{localstripe}/v1/payment_intents/{asked.reference}/_authenticate"
    wish = {"client_secret": made["client_secret"], "success": "true"}
    requests.post(where, wish, auth=(KEY, ""), timeout=10)

    answer = provider.look_up("auth-3")
    assert answer is not None
    assert answer.status == "succeeded"
