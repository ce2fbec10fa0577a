"""Somebody takes care of an exception until it is gone, and lists can be narrowed by who does."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import clock
from chassis.ask import Unavailable
from chassis.stuck import page, position
from contracts import SERVICES
from contracts.orders import Origin, Origins, TellOwner
from contracts.stuck import FindStuck, Stuck, StuckPage
from contracts.values import Nothing
from gateway import exceptions, serve
from gateway.people.roles import Grant
from gateway.tests.browsers import Browser, a_user, kind
from gateway.tests.builders import NOW, STAGE

ORDER = "ord_" + "A" * 26
OF_AN_ORDER, OTHER = f"orders:run:{ORDER}", "payments:parked:m-1"


@pytest.fixture
def ann(engine: sa.Engine) -> Browser:
    """The order desk; one exception is of an order, the other is of none."""
    browser = Browser(engine)
    a_user(browser.own, "ann@example.com", (Grant(role="order_manager"),), "Ann")
    browser.log_in()
    stuck(OF_AN_ORDER, OTHER)
    STAGE.api.services.answers["orders.tell_owner"] = Nothing()
    return browser


def stuck(*ids: str) -> None:
    for service in SERVICES:
        of_it = tuple(
            Stuck(
                exception_id=identity,
                kind=identity.split(":")[1],
                subject="",
                owner="people",
                problem="It waits.",
                since=NOW + timedelta(minutes=number),
                order_id=ORDER if ORDER in identity else "",
                allowed=("retry",),
            )
            for number, identity in enumerate(ids)
            if identity.startswith(f"{service}:")
        )
        STAGE.api.services.answers[f"{service}.stuck"] = partial(behind, of_it)


def behind(of_it: tuple[Stuck, ...], asked: FindStuck) -> StuckPage:
    """The page that a service gives."""
    place = position(asked)
    return page(asked, [one for one in of_it if (one.since, one.exception_id) > place])


def url(exception_id: str) -> str:
    return f"/exceptions/{exception_id}/owner"


def listed(browser: Browser, **query: Any) -> dict[str, str]:
    told = browser.call("GET", "/exceptions", query_string=query).json
    return {
        one["exception_id"]: (one["assigned_to"] or {}).get("name", "")
        for one in told["exceptions"]
    }


def owned(browser: Browser) -> Any:
    return browser.own.owners.of([OF_AN_ORDER, OTHER])


def told() -> list[tuple[str, str, str]]:
    """What the history of the order was told."""
    heard = [one.asked for one in STAGE.api.services.heard if one.name == "orders.tell_owner"]
    return [(one.exception, one.before, one.after) for one in heard]


def test_somebody_takes_an_exception_and_gives_it_back(ann: Browser) -> None:
    taken = ann.call("PUT", url(OF_AN_ORDER), {})

    assert (taken.status_code, taken.json["assigned_to"]["name"]) == (200, "Ann")
    assert taken.json["assigned_to"]["assigned_by"] == "person:ann@example.com"
    assert listed(ann) == {OF_AN_ORDER: "Ann", OTHER: ""}
    assert ann.call("DELETE", url(OF_AN_ORDER)).json["assigned_to"] is None
    assert listed(ann) == {OF_AN_ORDER: "", OTHER: ""}
    assert told() == [("run", "", "Ann"), ("run", "Ann", "")]


def test_an_exception_is_given_to_a_colleague_who_may_decide(ann: Browser) -> None:
    bob = a_user(ann.own, "bob@example.com", (Grant(role="order_manager"),), "Bob")
    picker = a_user(ann.own, "pat@example.com", (Grant(role="picker"),), "Pat")
    people = ann.call("GET", "/exception-owners").json["people"]
    assert [one["name"] for one in people] == ["Ann", "Bob"]

    ann.call("PUT", url(OTHER), {"user_id": bob})
    refused = ann.call("PUT", url(OTHER), {"user_id": picker})

    assert (kind(refused)[0], refused.json["errors"][0]["field"]) == (422, "user_id")
    assert (listed(ann)[OTHER], told()) == ("Bob", [])


def test_what_is_not_stuck_is_nobodys(ann: Browser) -> None:
    assert kind(ann.call("PUT", url("orders:run:gone"), {})) == (404, "not-found")
    assert kind(ann.call("PUT", url("nowhere:run:x"), {})) == (404, "not-found")


def test_two_people_do_not_take_the_same_exception(ann: Browser) -> None:
    bob = a_user(ann.own, "bob@example.com", (Grant(role="order_manager"),), "Bob")
    shown = ann.call("GET", "/exceptions").json["exceptions"]
    seen = {"If-Match": f'"{shown[0]["version"]}"'}

    taken = ann.call("PUT", url(OF_AN_ORDER), {"user_id": bob}, headers=seen)
    late = [
        ann.call("PUT", url(OF_AN_ORDER), {}, headers=seen),
        ann.call("DELETE", url(OF_AN_ORDER), headers=seen),
    ]

    assert [kind(one) for one in (taken, *late)] == [(200, ""), (412, "stale"), (412, "stale")]
    assert (listed(ann)[OF_AN_ORDER], told()) == ("Bob", [("run", "", "Bob")])
    given_up = ann.call("DELETE", url(OF_AN_ORDER), headers={"If-Match": taken.headers["ETag"]})
    assert kind(given_up)[0] == 200


def test_one_waits_while_another_takes_the_same_exception(ann: Browser, engine: sa.Engine) -> None:
    free = sa.text("select pg_try_advisory_xact_lock(hashtextextended(:id, 0))")
    found: list[bool] = []

    def look(_asked: TellOwner) -> Nothing:
        with engine.connect() as other:
            found.extend(bool(other.scalar(free, {"id": one})) for one in (OF_AN_ORDER, OTHER))
        return Nothing()

    STAGE.api.services.answers["orders.tell_owner"] = look

    assert ann.call("PUT", url(OF_AN_ORDER), {}).status_code == 200
    assert found == [False, True]


def test_nothing_is_assigned_while_the_history_cannot_be_told(ann: Browser) -> None:
    STAGE.api.services.answers["orders.tell_owner"] = Unavailable("orders", "it restarts")

    assert kind(ann.call("PUT", url(OF_AN_ORDER), {})) == (503, "unavailable")
    assert listed(ann)[OF_AN_ORDER] == ""


def test_a_list_is_narrowed_by_owner_kind_and_age(ann: Browser) -> None:
    ann.call("PUT", url(OTHER), {})

    assert [*listed(ann, owner="me")] == [OTHER]
    assert [*listed(ann, owner="nobody")] == [OF_AN_ORDER]
    assert [*listed(ann, kind="run")] == [OF_AN_ORDER]
    assert [*listed(ann, kind="run", owner="me")] == []
    assert [*listed(ann, until=NOW.isoformat())] == [OF_AN_ORDER]
    wrong = ann.call("GET", "/exceptions?owner=ann")
    assert wrong.json["errors"][0]["field"] == "owner"


def test_a_narrowed_list_reads_on_and_says_where_it_goes_on(
    ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exceptions, "MOST_AT_ONCE", 1)
    many = [f"payments:parked:m-{number}" for number in range(1, 5)]
    stuck(*many)
    ann.call("PUT", url(many[0]), {})

    first = ann.call("GET", "/exceptions?owner=nobody&limit=2").json

    assert [one["exception_id"] for one in first["exceptions"]] == many[1:3]
    assert first["next"].endswith(f"|{many[2]}")


def test_an_owner_is_forgotten_when_the_exception_is_gone_and_not_before(ann: Browser) -> None:
    for one in (OF_AN_ORDER, OTHER):
        ann.call("PUT", url(one), {})
    later = clock.now() + timedelta(minutes=1)

    assert exceptions.forget_owners(ann.own, STAGE, later) == 0
    stuck(OTHER)
    STAGE.api.services.answers["orders.stuck"] = Unavailable("orders", "it restarts")
    assert exceptions.forget_owners(ann.own, STAGE, later) == 0  # nothing is known of orders
    stuck(OTHER)
    assert exceptions.forget_owners(ann.own, STAGE, later - timedelta(days=1)) == 0  # just now
    assert exceptions.forget_owners(ann.own, STAGE, later) == 1

    stuck(OF_AN_ORDER, OTHER)
    assert listed(ann) == {OF_AN_ORDER: "", OTHER: "Ann"}


def test_the_gateway_looks_again_and_again_also_after_a_round_that_failed(
    ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(Exception):  # noqa: N818 - of the test
        pass

    def silent() -> None:
        for service in SERVICES:
            STAGE.api.services.answers[f"{service}.stuck"] = Unavailable(service, "it restarts")

    rounds = iter([silent, stuck])
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if (prepare := next(rounds, None)) is None:
            raise Ended
        assert len(owned(ann)) == 1
        prepare()

    ann.call("PUT", url(OTHER), {})
    monkeypatch.setattr(serve.eventlet, "sleep", sleep)
    with pytest.raises(Ended):
        serve._forget_owners(ann.own, STAGE)  # type: ignore[arg-type]

    assert owned(ann) == {}
    assert len(set(slept)) == len(slept) == 3
    assert min(slept) > serve.OWNERS_SECONDS / 2


def test_who_sees_one_channel_takes_nothing_of_another(engine: sa.Engine, ann: Browser) -> None:
    bob = Browser(engine)
    grants = (Grant(role="order_manager", channels=("my-shop",)),)
    a_user(bob.own, "bob@example.com", grants, "Bob")
    bob.log_in("bob@example.com")
    stuck(OF_AN_ORDER, OTHER)
    STAGE.api.services.answers["orders.origins"] = Origins(
        origins=(Origin(order_id=ORDER, channel="api"),)
    )

    assert kind(bob.call("PUT", url(OF_AN_ORDER), {})) == (404, "not-found")
    assert listed(bob) == {}
