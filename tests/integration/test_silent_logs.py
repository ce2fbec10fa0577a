"""Do the logs keep still about secrets and people, whatever goes right or wrong?

A whole session uses secrets that are known here: logins, keys, cards, addresses; some requests are
wrong on purpose, so that errors have something to tell. None of it may be in any process's log.
"""

import uuid

import pytest
import requests

from local.client import Refusal
from local.journey import order_body

MARK = uuid.uuid4().hex[:12]
PASSWORD = f"right horse {MARK} staple"
EMAIL = f"zoe-{MARK}@example.com"
PERSON = {
    "name": f"Zoe {MARK}", "line1": f"{MARK} Road 5", "city": "Berlin", "postcode": "10969",
    "country": "DE", "phone": f"+49-{MARK}",
}  # fmt: skip


def log_in(system, email, password, **more):
    session = requests.Session()
    body = {"email": email, "password": password, **more}
    answer = session.post(f"{system.gateway_url}/login", json=body, timeout=30)
    if answer.ok:
        token = answer.headers["Set-Cookie"].split(";")[0]
        session.headers.update({"X-CSRF-Token": answer.json()["csrf_token"], "Cookie": token})
    return session, answer


@pytest.fixture
def secrets_used(system, api, staff):
    """Let a session happen, and give what must not be in any log."""
    system.gateway("create-user", EMAIL, f"Zoe {MARK}", "--role", "admin")
    link = system.gateway("password-link", EMAIL).strip().rpartition("/")[2]
    url = system.gateway_url
    requests.post(f"{url}/password-resets/{link}", json={"password": PASSWORD}, timeout=30)
    log_in(system, EMAIL, f"wrong {MARK} password")
    person, answer = log_in(system, EMAIL, PASSWORD)
    assert answer.status_code == 200, answer.text
    seed = person.get(f"{url}/session/second-factor", timeout=30).json()["secret"]
    person.put(f"{url}/session/second-factor", json={"code": MARK[:6]}, timeout=30)
    key = api.post("/api-keys", {"name": f"key-{MARK}", "scopes": ["orders.read"]})["secret"]
    hook = {"url": f"https://hooks.example.com/{MARK}", "events": ["order.placed"]}
    subscription = api.post("/webhook-subscriptions", hook)
    shop = {
        "kind": "shopify", "name": "Shop", "base_url": "http://127.0.0.1:9",
        "access_token": f"token-{MARK}", "webhook_secret": f"secret-{MARK}",
    }  # fmt: skip
    api.put(f"/channels/shop-{MARK}", shop)
    requests.post(
        f"{url}/webhooks/channels/shop-{MARK}", data=f'{{"email": "{EMAIL}"}}', timeout=30,
        headers={"X-Shopify-Hmac-Sha256": MARK, "X-Shopify-Topic": "orders/create"},
    )  # fmt: skip
    whole = order_body(
        [("MUG-RED", 1, 1290)], ship_to=PERSON, customer={"email": EMAIL, "name": PERSON["name"]}
    )
    for token in ("tok_ok", "tok_declined", f"tok_{MARK}"):
        card = whole | {"payment": {"method": "card", "token": token}}
        order_id = api.post("/orders", card)["order_id"]
        staff.whole(order_id)
    staff.allocated(api.post("/orders", whole)["order_id"])
    for wrong in (whole | {"total": 1}, whole | {f"field-{MARK}": MARK}, {"ship_to": MARK}):
        with pytest.raises(Refusal):
            api.post("/orders", wrong)
    api.session.post(f"{url}/orders", data=f'{{"email": "{EMAIL}"', timeout=30)
    for path in ("/orders", f"/orders/{MARK}", "/login/sso/callback"):
        api.session.get(url + path, params={"text": EMAIL, "code": MARK, "state": MARK}, timeout=30)
    bad_key = {"Authorization": f"Bearer oms_{MARK}"}
    requests.get(f"{url}/orders", headers=bad_key, timeout=30)
    # others count what is bound because somebody wants it
    api.session.delete(f"{url}/webhook-subscriptions/{subscription['subscription_id']}")
    cookie = person.headers["Cookie"].partition("=")[2]
    return {MARK, key, subscription["secret"], seed, link, cookie, person.headers["X-CSRF-Token"]}


def test_no_log_tells_a_secret_or_who_somebody_is(system, secrets_used):
    logs = {log.name: log.read_text() for log in (system.state / "logs").glob("*.log")}

    assert {"gateway.log", "orders.log", "payments.log", "relay.log"} <= logs.keys()
    assert len(secrets_used) == 7
    assert all(len(secret) > 10 for secret in secrets_used)
    assert '"login refused"' in logs["gateway.log"]
    told = {(name, secret) for name, text in logs.items() for secret in secrets_used
            if secret in text}  # fmt: skip
    assert told == set()
