"""What goes wrong behind the gateway is told as a problem that says what to do."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from eventlet.semaphore import Semaphore
from prometheus_client import REGISTRY

from chassis.ask import Unavailable
from chassis.errors import IllegalMove, NotFound, Refused, Stale
from gateway import around, problems
from gateway.tests.builders import HOOKS, ORDER, Api, a_call, an_order

CANCEL = f"/orders/{ORDER}/cancellation"
FOUND_OUT = [
    (NotFound("SKU", "MUG-9", "lines[0].sku"), 404, "not-found", "lines[0].sku"),
    (IllegalMove("Order", "1001", "completed", "canceled"), 409, "illegal-move", None),
    (Refused("not_yet", "The order is not known yet."), 409, "not-yet", None),
    (Stale("Order", "1001", 3, 4), 412, "stale", "If-Match"),
    (Refused("total_differs", "The lines add up to 1900.", "total"), 422, "refused", "total"),
    (Refused("malformed", "The file has no header."), 400, "malformed", None),
    (Refused("too_large", "The file has too many rows."), 413, "too-large", None),
]


@pytest.mark.parametrize(("refusal", "status", "kind", "field"), FOUND_OUT, ids=lambda v: str(v))
def test_a_refusal_of_a_service_is_told_with_code_and_field(
    refusal: Refused, status: int, kind: str, field: str | None, api: Api
) -> None:
    api.services.answers["orders.cancel"] = refusal

    answer = api.call("POST", CANCEL, {"reason": "changed mind"})

    fault = {"errors": [{"field": field, "detail": refusal.message}]} if field else {}
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json == {
        "type": f"/problems/{kind}",
        "title": problems.KINDS[kind][1],
        "status": status,
        "detail": refusal.message,
        "instance": CANCEL,
        "code": refusal.code,
        **fault,
    }


def test_a_service_that_is_silent_is_named_and_may_be_asked_again(api: Api) -> None:
    api.services.answers["orders.find"] = Unavailable("orders", "no answer in 10 s")

    answer = api.call("GET", "/orders")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json["type"] == "/problems/unavailable"
    assert answer.json["detail"] == "orders does not answer: no answer in 10 s."


def test_when_too_much_is_asked_at_once_some_are_told_to_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Semaphore(1)
    monkeypatch.setattr(around, "WAIT_SECONDS", 0.01)
    monkeypatch.setitem(api.client.application.extensions, around.ROOM, room)
    with room:
        full = api.call("GET", "/orders")
    served = [api.call("GET", "/orders").status_code for _ in range(3)]

    assert (full.status_code, full.headers["Retry-After"], served) == (503, "2", [200] * 3)
    assert full.json["detail"] == "More is asked than can be answered."
    assert api.heard == ["orders.find"] * 3


class Coming(io.BytesIO):
    """A body that takes its time: meanwhile somebody looks whether there is room."""

    def __init__(self, body: bytes, room: Semaphore, *, takes: bool) -> None:
        super().__init__(body)
        self.room, self.takes, self.was_free = room, takes, False

    def read(self, size: int | None = -1) -> bytes:
        self.was_free = self.room.acquire(blocking=False)
        if self.was_free and not self.takes:
            self.room.release()
        return super().read(size)


@pytest.mark.parametrize(("taken", "status"), [(False, 200), (True, 503)])
def test_who_still_sends_their_body_leaves_the_room_to_others(
    taken: bool, status: int, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Semaphore(1)
    monkeypatch.setattr(around, "WAIT_SECONDS", 0.01)
    monkeypatch.setitem(api.client.application.extensions, around.ROOM, room)
    body = b'{"add": ["vip"]}'
    coming = Coming(body, room, takes=taken)

    answer = api.call(
        "POST", f"/orders/{ORDER}/tags", input_stream=coming, content_length=len(body),
        content_type="application/json",
    )  # fmt: skip

    assert (coming.was_free, answer.status_code) == (True, status)
    assert room.balance == (0 if taken else 1)


def test_without_its_database_the_gateway_may_be_asked_again(api: Api) -> None:
    class Away:
        def caller(self, _header: str) -> None:
            raise sa.exc.OperationalError("select", {"hash": "secret"}, Exception("gone"))

    api.keys = Away()

    answer = api.call("GET", "/orders")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "secret" not in answer.text


def test_a_bug_is_told_by_its_request_id_and_nothing_else(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.services.answers["orders.find"] = ZeroDivisionError("at secret place")

    answer = api.call("GET", "/orders")

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.headers["Request-Id"] in answer.json["detail"]
    assert "secret place" not in answer.text
    assert answer.headers["Request-Id"] in capsys.readouterr().out


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer oms_wrong",
        "Basic b21zX3NlY3JldA==",
        "oms_secret",
        "Bearer \xff",
    ],
)
def test_who_has_no_valid_key_is_told_how_to_say_who_they_are(header: str, api: Api) -> None:
    answer = api.call("POST", "/orders", an_order(), headers={"Authorization": header})

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json["type"] == "/problems/unauthorized"
    assert api.heard == []


def test_a_stranger_is_not_told_what_is_wrong_with_the_body(api: Api) -> None:
    answer = api.call("POST", "/orders", b"{", headers={"Authorization": ""})

    assert answer.status_code == 401


@pytest.mark.parametrize("route", HOOKS, ids=lambda route: route.url)
def test_a_webhook_needs_no_key_but_the_right_signature(route, api: Api) -> None:
    url, sent = a_call(route)
    api.services.answers[route.question.name] = Refused("bad_signature", "It is not signed by us.")

    answer = api.call("POST", url, headers={"Authorization": ""}, **sent)

    heard = api.services.heard[0]
    assert (answer.status_code, answer.json["type"]) == (401, "/problems/bad-signature")
    assert (heard.actor, heard.asked.body, heard.asked.signature) == ("webhook", "{}", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Shopify-Topic": "t", "X-Shopify-Event-Id": "e", "X-Shopify-Hmac-Sha256": "s"},
        {"X-WC-Webhook-Topic": "t", "X-WC-Webhook-Delivery-ID": "e", "X-WC-Webhook-Signature": "s"},
    ],
    ids=["Shopify", "WooCommerce"],
)
def test_each_shop_says_in_headers_of_its_own_what_a_webhook_is(headers: Any, api: Api) -> None:
    api.call("POST", "/webhooks/channels/shop", b"{}", headers=headers)

    asked = api.services.heard[0].asked
    assert (asked.topic, asked.event_id, asked.signature) == ("t", "e", "s")


def test_a_header_that_cannot_be_taken_is_named_as_it_was_sent(api: Api) -> None:
    answer = api.call(
        "POST", "/webhooks/channels/shop", b"{}", headers={"X-WC-Webhook-Topic": "t" * 1000}
    )

    assert [fault["field"] for fault in answer.json["errors"]] == ["X-WC-Webhook-Topic"]


def test_a_webhook_is_handed_on_byte_for_byte(api: Api) -> None:
    body = '{ "id":1,\r\n "name" : "Zoë"}'

    api.call(
        "POST", "/webhooks/channels/shop?shop=1", body.encode(), content_type="text/plain",
        headers={"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": "c2ln"},
    )  # fmt: skip

    asked = api.services.heard[0].asked
    assert (asked.channel, asked.body, asked.topic, asked.signature, asked.event_id) == (
        "shop", body, "orders/create", "c2ln", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [("GET", "/orders", 200), ("GET", "/nothing", 404), ("GET", "/docs", 200), ("GET", "/", 302),
     ("PATCH", "/orders", 405), ("GET", "/orders?limit=0", 422), ("HEAD", "/orders", 200),
     ("OPTIONS", "/orders", 200)],
)  # fmt: skip
def test_every_answer_can_be_traced_and_is_safe_to_show(
    method: str, url: str, status: int, api: Api
) -> None:
    answer = api.call(method, url)

    assert answer.status_code == status
    assert len(answer.headers["Request-Id"]) == 32
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_stranger_cannot_invent_figures_to_be_counted(api: Api) -> None:
    api.call("BREW-1234", "/coffee/1234")

    metrics = [s.labels for m in REGISTRY.collect() for s in m.samples if "oms_http" in s.name]
    assert {"method": "other", "route": "none", "status": "404"} in metrics
    assert "1234" not in str(metrics)


def test_each_kind_of_problem_has_a_page_that_explains_it(api: Api) -> None:
    for kind, (status, title, about) in problems.KINDS.items():
        page = api.call("GET", f"/problems/{kind}", headers={"Authorization": ""})

        assert (page.status_code, page.mimetype) == (200, "text/html")
        assert title in page.text
        assert f"Status {status}. {about}" in page.text


def test_the_documentation_shows_every_operation_without_a_key(api: Api) -> None:
    page = api.call("GET", "/docs", headers={"Authorization": ""})
    document = api.call("GET", "/openapi.json", headers={"Authorization": ""})

    assert (page.mimetype, document.mimetype) == ("text/html", "application/json")
    assert page.text.count("<details>") == sum(len(o) for o in document.json["paths"].values())
    assert "<script" not in page.text
