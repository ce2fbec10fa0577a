"""Jobs can be started, watched and canceled over the API, by who may do what they do."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.people.roles import ROLES
from gateway.tests.browsers import app_on
from gateway.tests.builders import ORDER, Api

Call = Callable[..., Any]
TAG = {"kind": "tag", "tags": ["vip"], "order_ids": [ORDER]}
KINDS = ("hold", "release", "cancel", "tag", "untag", "note", "retry")
GIVEN: dict[str, dict[str, Any]] = {
    "hold": {"reason": "a"}, "release": {}, "cancel": {"reason": "a"}, "tag": {"tags": ["a"]},
    "untag": {"tags": ["a"]}, "note": {"text": "a"}, "retry": {"reason": "a"},
}  # fmt: skip


@pytest.fixture
def call(engine: sa.Engine) -> Call:
    """Ask the API with a key for these permissions; None is for all."""
    Api()
    app = app_on(engine)
    secrets: dict[Any, str] = {}

    def ask(method: str, url: str, body: Any = None, *, scopes: Any = None, **headers: str) -> Any:
        key = scopes and tuple(sorted(scopes))
        if key not in secrets:
            secrets[key] = app.extensions["own"].keys.create(f"key{len(secrets)}", scopes=scopes)
        told = {"Authorization": f"Bearer {secrets[key]}", **headers}
        return app.test_client().open(url, method=method, json=body, headers=told)

    return ask


def test_a_job_is_started_shown_listed_and_canceled(call: Call) -> None:
    made = call("POST", "/jobs", TAG)
    assert made.status_code == 202
    at = made.headers["Location"]
    assert at == f"/jobs/{made.json['job_id']}"

    shown = call("GET", at).json
    assert (shown["state"], shown["kind"], shown["total"], shown["done"]) == ("queued", "tag", 1, 0)
    assert shown["asked_by"] == "key:key0"
    assert call("GET", "/jobs").json["jobs"] == [shown]
    assert call("GET", "/jobs?state=done").json["jobs"] == []
    (row,) = call("GET", f"{at}/rows").json["rows"]
    assert (row["subject"], row["state"], row["problem"]) == (ORDER, "pending", None)

    assert call("POST", f"{at}/cancel").json["state"] == "canceled"
    again = call("POST", f"{at}/cancel")
    assert (again.status_code, again.json["type"]) == (409, "/problems/illegal-move")


@pytest.mark.parametrize(
    ("wish", "field", "detail"),
    [
        ({"kind": "tag", "order_ids": [ORDER]}, "tags", "tag needs tags."),
        ({**TAG, "reason": "a"}, "reason", "tag takes no reason."),
        ({"kind": "hold", "order_ids": [ORDER]}, "reason", "hold needs reason."),
        ({"kind": "note", "order_ids": [ORDER]}, "text", "note needs text."),
        ({**TAG, "filter": {}}, "filter", "either a filter or order_ids"),
        ({"kind": "tag", "tags": ["a"]}, "filter", "either a filter or order_ids"),
        ({**TAG, "order_ids": ["x"]}, "order_ids[0]", "is not of the form"),
        ({**TAG, "kind": "burn"}, "kind", "must be one of"),
        ({**TAG, "filter": {"color": "red"}}, "filter.color", "is not a field here."),
    ],
)
def test_a_fault_names_its_field(wish: dict[str, Any], field: str, detail: str, call: Call) -> None:
    answer = call("POST", "/jobs", wish)

    assert answer.status_code == 422, answer.text
    assert answer.json["errors"][0]["field"] == field
    assert detail in answer.json["errors"][0]["detail"]
    assert call("GET", "/jobs").json["jobs"] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ROLES)
def test_a_job_needs_the_permission_of_what_it_does(kind: str, role: str, call: Call) -> None:
    needed = "exceptions.decide" if kind == "retry" else "orders.write"
    wish = {"kind": kind, "order_ids": [ORDER], **GIVEN[kind]}

    answer = call("POST", "/jobs", wish, scopes=ROLES[role])

    if role in {"admin", "order_manager"}:
        assert answer.status_code == 202, answer.text
    else:
        assert (answer.status_code, answer.json["permission"]) == (403, needed)


def test_a_filter_needs_the_permission_to_see_orders(call: Call) -> None:
    wish = {"kind": "tag", "tags": ["a"], "filter": {}}

    answer = call("POST", "/jobs", wish, scopes={"orders.write"})

    assert (answer.status_code, answer.json["permission"]) == (403, "orders.read")


def test_the_same_request_makes_one_job_also_when_its_answer_was_not_kept(
    call: Call, engine: sa.Engine
) -> None:
    key = {"Idempotency-Key": "again"}
    first = call("POST", "/jobs", TAG, **key)
    Api()  # as if the process had died before it kept the answer

    again = call("POST", "/jobs", TAG, **key)
    assert again.json["job_id"] == first.json["job_id"]
    assert len(call("GET", "/jobs").json["jobs"]) == 1

    Api()
    other = call("POST", "/jobs", {**TAG, "tags": ["other"]}, **key)
    assert (other.status_code, other.json["type"]) == (422, "/problems/key-reused")


def test_rows_come_page_by_page(call: Call) -> None:
    ids = [f"ord_{number:026d}" for number in range(5)]
    at = call("POST", "/jobs", {**TAG, "order_ids": ids}).headers["Location"]

    first = call("GET", f"{at}/rows?limit=3").json
    rest = call("GET", f"{at}/rows?limit=3&after={first['next']}").json

    assert [row["subject"] for row in first["rows"] + rest["rows"]] == ids
    assert rest["next"] == ""
    assert call("GET", f"{at}/rows?after=x").status_code == 422


def test_a_job_that_there_is_not(call: Call) -> None:
    at = "/jobs/job_" + "1" * 26

    for method, url in (("GET", at), ("GET", f"{at}/rows"), ("POST", f"{at}/cancel")):
        assert call(method, url).status_code == 404
    assert call("GET", "/jobs/1").status_code == 404
