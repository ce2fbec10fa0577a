"""What does not go on is one list over all services, and each decision goes where it belongs."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chassis.ask import Unavailable
from chassis.errors import Refused
from contracts import SERVICES
from contracts.stuck import DecideStuck, FindStuck, Stuck, StuckPage
from gateway.tests.builders import NOW, Api, example


def some(service: str, *ages: int) -> list[Stuck]:
    return [
        example(Stuck, exception_id=f"{service}:parked:{age}", since=NOW - timedelta(minutes=age))
        for age in ages
    ]


@pytest.fixture
def knowing(api: Api) -> Api:
    for service in SERVICES:
        api.services.answers[f"{service}.stuck"] = StuckPage(stuck=())
    api.services.answers["orders.stuck"] = StuckPage(stuck=tuple(some("orders", 50, 10)))
    api.services.answers["payments.stuck"] = StuckPage(stuck=tuple(some("payments", 40, 20)))
    return api


def ids(page: Any) -> list[str]:
    return [one["exception_id"] for one in page["exceptions"]]


def test_what_all_services_know_is_one_list_longest_first(knowing: Api) -> None:
    page = knowing.call("GET", "/exceptions").json

    assert ids(page) == [
        "orders:parked:50", "payments:parked:40", "payments:parked:20", "orders:parked:10",
    ]  # fmt: skip
    assert (page["next"], page["missing"]) == ("", [])
    assert sorted(knowing.heard) == sorted(f"{service}.stuck" for service in SERVICES)


def test_a_page_ends_where_the_next_begins_at_every_service(knowing: Api) -> None:
    page = knowing.call("GET", "/exceptions?limit=2").json

    assert ids(page) == ["orders:parked:50", "payments:parked:40"]
    assert page["next"] == f"{(NOW - timedelta(minutes=40)).isoformat()}|payments:parked:40"
    knowing.services.heard.clear()
    knowing.call("GET", "/exceptions", query_string={"limit": 2, "after": page["next"]})
    assert {heard.asked for heard in knowing.services.heard} == {
        FindStuck(after=page["next"], limit=2)
    }


def test_there_is_more_if_any_service_has_more(knowing: Api) -> None:
    knowing.services.answers["orders.stuck"] = StuckPage(stuck=tuple(some("orders", 50)), next="x")

    assert knowing.call("GET", "/exceptions").json["next"].endswith("|payments:parked:20")


def test_a_service_that_does_not_answer_is_named_and_the_rest_is_shown(knowing: Api) -> None:
    knowing.services.answers["payments.stuck"] = Unavailable("payments", "no answer in 3 s")

    page = knowing.call("GET", "/exceptions").json

    assert ids(page) == ["orders:parked:50", "orders:parked:10"]
    assert page["missing"] == ["payments"]


def test_with_no_service_there_is_no_list(knowing: Api) -> None:
    for service in SERVICES:
        knowing.services.answers[f"{service}.stuck"] = Unavailable(service, "the broker is away")

    assert knowing.call("GET", "/exceptions").status_code == 503


def test_a_place_in_no_list_is_refused(knowing: Api) -> None:
    knowing.services.answers["returns.stuck"] = Refused("bad_cursor", "Not a `next`.", "after")

    answer = knowing.call("GET", "/exceptions?after=x")

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "after")


@pytest.mark.parametrize("service", SERVICES)
def test_a_decision_goes_to_the_service_whose_exception_it_is(service: str, api: Api) -> None:
    body = {"decision": "retry", "reason": "the cause is gone"}

    answer = api.call("POST", f"/exceptions/{service}:parked:1/decisions", body)

    heard = api.services.heard[0]
    assert (answer.status_code, heard.name) == (200, f"{service}.decide")
    assert heard.asked == DecideStuck(exception_id=f"{service}:parked:1", **body)
    assert heard.request_id


def test_a_decision_about_nothing_that_we_know_is_not_found(api: Api) -> None:
    body = {"decision": "retry", "reason": "why not"}

    assert api.call("POST", "/exceptions/moon:parked:1/decisions", body).status_code == 404
    assert api.heard == []


def test_a_decision_about_an_exception_that_has_changed_meanwhile_is_refused(knowing: Api) -> None:
    url, body = "/exceptions/orders:parked:50/decisions", {"decision": "retry", "reason": "mended"}
    one = knowing.services.answers["orders.stuck"].stuck[0]
    (shown, *_) = knowing.call("GET", "/exceptions").json["exceptions"]
    seen = {"If-Match": f'"{shown["version"]}"'}

    def decide(**changes: Any) -> int:
        now = StuckPage(stuck=(msgspec.structs.replace(one, **changes),))
        knowing.services.answers["orders.stuck"] = now
        return knowing.call("POST", url, body, headers=seen).status_code

    assert decide(allowed=("skip",)) == decide(step="payment") == decide(since=NOW) == 412
    assert "orders.decide" not in knowing.heard
    assert decide(problem="It was tried 7 times.") == 200
    assert knowing.heard[-1] == "orders.decide"


def test_an_exception_is_looked_up_by_its_id_however_many_there_are(knowing: Api) -> None:
    headers = {"If-Match": '"1"'}
    body = {"decision": "retry", "reason": "mended"}

    knowing.call("POST", "/exceptions/orders:parked:50/decisions", body, headers=headers)

    (heard,) = knowing.services.heard
    assert (heard.name, heard.asked.only) == ("orders.stuck", "orders:parked:50")
