"""GET /events is for whoever may see anything, and tells them of nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.live.news import News
from gateway.people.roles import Grant
from gateway.tests.browsers import Browser, a_user


def listens(engine: sa.Engine, grants: Sequence[Grant], query: str = "") -> tuple[Any, list[str]]:
    """What somebody with these grants hears of a change in every topic."""
    browser = Browser(engine)
    live = browser.own.live
    a_user(browser.own, grants=grants)
    browser.log_in()
    live.begin()
    answer = browser.call("GET", f"/events{query}")
    if answer.status_code != 200:
        return answer, []
    pieces = answer.iter_encoded()
    heard = [next(pieces).decode() for _ in range(2)]
    for topic in ("orders", "fulfillments", "returns", "exceptions", "imports"):
        live.tell(News(topic, "a.b", f"{topic}-1"))
    live.hand_out()
    heard.append(next(pieces).decode())
    answer.close()
    return answer, heard


def test_an_order_manager_hears_of_everything(engine: sa.Engine) -> None:
    answer, heard = listens(engine, [Grant(role="order_manager")])

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/event-stream", "no-store")
    assert '"topics":["exceptions","fulfillments","imports","orders","returns"]' in heard[1]
    assert heard[2].count("event: change") == 5


def test_a_picker_hears_of_the_warehouse_and_of_nothing_else(engine: sa.Engine) -> None:
    _, heard = listens(engine, [Grant(role="picker")])

    assert '"topics":["fulfillments"]' in heard[1]
    assert '{"topic":"fulfillments","type":"a.b","id":"fulfillments-1"}' in heard[2]
    assert heard[2].count("event: change") == 1


def test_who_may_see_one_warehouse_is_not_told_which_orders_change(engine: sa.Engine) -> None:
    _, heard = listens(engine, [Grant(role="picker", warehouses=("BER",))])

    assert '{"topic":"fulfillments"}' in heard[2]
    assert "fulfillments-1" not in heard[2]


def test_who_asks_for_what_they_may_not_see_is_told_so(engine: sa.Engine) -> None:
    answer, _ = listens(engine, [Grant(role="picker")], "?topics=orders,returns")

    assert (answer.status_code, answer.json["permission"]) == (403, "orders.read")


@pytest.mark.parametrize("query", ["?topics=", "?topics=stock", "?topics=orders,", "?since=1"])
def test_a_topic_that_there_is_not_is_a_fault(query: str, engine: sa.Engine) -> None:
    answer, _ = listens(engine, [Grant(role="order_manager")], query)

    assert answer.status_code == 422


def test_who_listens_takes_no_place_of_those_who_ask(engine: sa.Engine) -> None:
    browser = Browser(engine)
    a_user(browser.own)
    browser.log_in()
    listening = [browser.call("GET", "/events") for _ in range(200)]

    assert browser.call("GET", "/session").status_code == 200
    assert browser.own.live.listeners == 200
    for answer in listening:
        answer.close()
    assert browser.own.live.listeners == 0


def test_who_only_looks_whether_there_is_a_stream_leaves_nothing_behind(engine: sa.Engine) -> None:
    browser = Browser(engine)
    a_user(browser.own)
    browser.log_in()

    browser.call("HEAD", "/events").close()

    assert browser.own.live.listeners == 0


def test_when_so_many_listen_that_no_more_can_it_is_said_when_to_come_back(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(engine)
    a_user(browser.own)
    browser.log_in()
    monkeypatch.setattr(browser.own.live, "_most", 0)

    answer = browser.call("GET", "/events")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
