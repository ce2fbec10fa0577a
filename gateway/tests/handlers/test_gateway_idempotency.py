"""With an Idempotency-Key nothing is done twice, whatever happens on the way."""

from typing import Any

import pytest

from chassis.ask import Unavailable
from chassis.errors import IllegalMove, Refused
from contracts.orders import PlacedOrder
from gateway.caller import Caller
from gateway.idempotency import Running
from gateway.tests.builders import HOOKS as WEBHOOKS
from gateway.tests.builders import ORDER, Api, a_call, an_order, example

CANCEL = f"/orders/{ORDER}/cancellation"
REASON = {"reason": "changed mind"}


def keyed(key: str = "k-1", **more: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **more}


def test_a_second_sending_gets_the_first_answer_marked_as_such(api: Api) -> None:
    api.services.answers["orders.place"] = example(PlacedOrder, order_id=ORDER, number=1001)

    first = api.call("POST", "/orders", an_order(), headers=keyed())
    again = api.call("POST", "/orders", an_order(), headers=keyed())

    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    for header in ("ETag", "Location", "Content-Type"):
        assert first.headers[header] == again.headers[header]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.heard == ["orders.place"]


def test_a_refusal_is_given_again_as_well(api: Api) -> None:
    api.services.answers["orders.cancel"] = IllegalMove("Order", "1", "completed", "canceled")
    api.call("POST", CANCEL, REASON, headers=keyed())
    del api.services.answers["orders.cancel"]

    again = api.call("POST", CANCEL, REASON, headers=keyed())

    assert (again.status_code, again.mimetype) == (409, "application/problem+json")
    assert len(api.heard) == 1


def test_without_a_key_every_request_is_a_new_one(api: Api) -> None:
    for _ in range(2):
        api.call("POST", CANCEL, REASON)

    first, second = api.services.heard
    assert first.request_id != second.request_id


@pytest.mark.parametrize(
    ("body", "match"), [({"reason": "other"}, ""), (REASON, '"4"')], ids=["body", "If-Match"]
)
def test_a_key_cannot_be_used_for_another_request(body: Any, match: str, api: Api) -> None:
    api.call("POST", CANCEL, REASON, headers=keyed())

    answer = api.call("POST", CANCEL, body, headers=keyed(**{"If-Match": match}))

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-reused")
    assert len(api.heard) == 1


def test_a_key_belongs_to_one_address_and_one_caller(api: Api) -> None:
    api.keys.callers["oms_other"] = Caller.with_key("key_2", "other")
    note = f"/orders/{ORDER}/notes"

    api.call("POST", CANCEL, REASON, headers=keyed())
    api.call("POST", note, {"text": "x"}, headers=keyed())
    api.call("POST", CANCEL, REASON, headers=keyed(Authorization="Bearer oms_other"))

    assert api.heard == ["orders.cancel", "orders.note", "orders.cancel"]
    assert len({heard.request_id for heard in api.services.heard}) == 3


def test_while_the_first_runs_the_second_is_told_to_wait(api: Api) -> None:
    class Busy:
        def begin(self, _record: str, _fingerprint: bytes) -> None:
            raise Running

    api.requests = Busy()

    answer = api.call("POST", CANCEL, REASON, headers=keyed())

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/in-progress")
    assert api.heard == []


@pytest.mark.parametrize(
    "passing",
    [
        Unavailable("orders", "no answer in 10 s"),
        Refused("not_yet", "Not known yet."),
        ValueError(),
    ],
    ids=["silent", "not yet", "broken"],
)
def test_what_may_go_better_is_tried_again_as_the_same_request(
    passing: Exception, api: Api
) -> None:
    api.services.answers["orders.cancel"] = passing
    failed = api.call("POST", CANCEL, REASON, headers=keyed())
    del api.services.answers["orders.cancel"]

    again = api.call("POST", CANCEL, REASON, headers=keyed())

    first, second = api.services.heard
    assert failed.status_code in {409, 500, 503}
    assert (again.status_code, "Idempotent-Replayed" in again.headers) == (200, False)
    assert first.request_id == second.request_id


def test_a_key_whose_first_request_has_no_answer_yet_is_not_free_for_another(api: Api) -> None:
    api.services.answers["orders.cancel"] = Unavailable("orders", "no answer in 10 s")
    api.call("POST", CANCEL, REASON, headers=keyed())

    answer = api.call("POST", CANCEL, {"reason": "other"}, headers=keyed())

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-reused")


def test_a_forgotten_key_with_another_body_is_another_request_for_the_services(api: Api) -> None:
    """Services remember requests for longer than the gateway."""
    api.call("POST", CANCEL, REASON, headers=keyed())
    api.requests.records.clear()

    api.call("POST", CANCEL, {"reason": "other"}, headers=keyed())

    first, second = api.services.heard
    assert first.request_id != second.request_id


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", "ü"])
def test_a_key_that_cannot_be_kept_is_refused(key: str, api: Api) -> None:
    answer = api.call("POST", CANCEL, REASON, headers=keyed(key))

    told = "Idempotency-Key must have 1 to 255 printable characters."
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "Idempotency-Key", "detail": told}]
    assert api.heard == []


def test_a_request_that_cannot_be_read_does_not_use_its_key_up(api: Api) -> None:
    api.call("POST", CANCEL, {"reason": 5}, headers=keyed())

    assert api.call("POST", CANCEL, REASON, headers=keyed()).status_code == 200


@pytest.mark.parametrize("route", WEBHOOKS, ids=lambda route: route.url)
def test_strangers_cannot_fill_our_memory_with_keys(route, api: Api) -> None:
    url, sent = a_call(route)

    for _ in range(2):
        api.call("POST", url, headers=keyed(), **sent)

    assert (len(api.heard), api.requests.records) == (2, {})
