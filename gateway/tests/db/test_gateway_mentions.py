"""Who is named in a note is told of it, if they may see the order; nobody else is offered."""

from typing import Any

import pytest

from chassis.envelope import Context
from chassis.transaction import Job, Transaction
from contracts import orders
from gateway.people import mentions
from gateway.people.roles import Grant
from gateway.tests.browsers import Browser, a_user, kind
from gateway.tests.builders import ORDER, example

DESK = (Grant(role="order_manager"),)
SHOP = (Grant(role="order_manager", channels=("shop",)),)
FAIR = (Grant(role="read_only", channels=("fair",)),)
PICKER = (Grant(role="picker"),)


@pytest.fixture
def office(engine: Any) -> "Office":
    return Office(engine)


class Office:
    """Some people who work on orders of the shop, and some who do not."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.browser = Browser(engine)
        own = self.browser.own
        self.ann = a_user(own, "ann@example.com", DESK, "Ann Lee")
        self.shop = a_user(own, "sue@example.com", SHOP, "Sue Lee")
        self.fair = a_user(own, "fay@example.com", FAIR, "Fay Lee")
        self.picker = a_user(own, "pia@example.com", PICKER, "Pia Lee")
        origin = orders.Origin(order_id=ORDER, channel="shop")
        self.browser.api.services.answers["orders.origins"] = orders.Origins(origins=(origin,))
        self.told = 0

    def is_told(self, *user_ids: str, channel: str = "shop", text: str = "Look!") -> None:
        """A note was written; the bus tells of it, twice."""
        self.told += 1
        event = orders.OrderNoted(
            order_id=ORDER, number=7, channel=channel, text=text, by="person:bo", mentions=user_ids
        )
        job = Job(
            event.wire,
            lambda _service, work: mentions.keep(event, work.session, work.now),
            body=event,
            id=f"msg_{self.told}",
            context=Context(),
        )
        for _ in range(2):
            Transaction("gateway", self.engine, None).run(None, [job])

    def mentions(self, **asked: Any) -> Any:
        return self.browser.call("GET", "/mentions", query_string=asked).json

    def notes(self, *user_ids: str) -> Any:
        body = {"text": "@Sue Lee look!", "mentions": user_ids}
        return self.browser.call("POST", f"/orders/{ORDER}/notes", body)


def test_whoever_may_see_orders_of_the_channel_is_offered(office: Office) -> None:
    office.browser.log_in()

    def names(text: str, channel: str = "shop") -> list[str]:
        asked = {"channel": channel, "text": text}
        answer = office.browser.call("GET", "/colleagues", query_string=asked).json
        return [one["name"] for one in answer["colleagues"]]

    assert names("") == names("LEE") == ["Ann Lee", "Sue Lee"]
    assert names("", "fair") == ["Ann Lee", "Fay Lee"]
    assert names("su") == ["Sue Lee"]
    assert names("sue@ex") == ["Sue Lee"]
    assert names("ee") == names("%") == names("_") == []


def test_nobody_asks_for_the_names_of_a_channel_that_they_may_not_see(office: Office) -> None:
    office.browser.log_in("sue@example.com")

    answer = office.browser.call("GET", "/colleagues", query_string={"channel": "fair"})

    assert kind(answer) == (404, "not-found")


def test_a_note_names_only_whoever_may_see_the_order(office: Office) -> None:
    office.browser.log_in()
    services = office.browser.api.services
    services.answers["orders.note"] = example(orders.Order)

    for stranger in (office.fair, office.picker, f"usr_{'X' * 26}"):
        refused = office.notes(office.shop, stranger)
        assert kind(refused) == (422, "refused"), refused.text
        assert refused.json["code"] == "not_told"
        assert refused.json["errors"][0]["field"] == "mentions[1]"
    assert [one.name for one in services.heard if one.name == "orders.note"] == []

    assert office.notes(office.shop).status_code == 201
    assert services.heard[-1].asked.mentions == (office.shop,)


def test_a_mention_is_told_once_and_is_read_once(office: Office, time: Any) -> None:
    office.is_told(office.ann, text="first")
    time.passes(seconds=1)
    office.is_told(office.ann, office.shop, text="second")
    office.browser.log_in()

    page = office.mentions()
    assert [one["text"] for one in page["mentions"]] == ["second", "first"]
    assert (page["unread"], page["mentions"][0]["number"], page["mentions"][0]["by"]) == (
        2, 7, "person:bo",
    )  # fmt: skip

    second = page["mentions"][0]["mention_id"]
    left = office.browser.call("POST", "/mentions/read", {"mention_ids": [second]}).json
    assert [(one["text"], one["read_at"] is None) for one in left["mentions"]] == [
        ("first", True), ("second", False),
    ]  # fmt: skip
    assert left["unread"] == office.mentions()["unread"] == 1

    first_read = office.mentions()["mentions"][1]["read_at"]
    time.passes(minutes=5)
    office.browser.call("POST", "/mentions/read", {"mention_ids": [second]})
    assert office.mentions()["mentions"][1]["read_at"] == first_read


def test_mentions_come_in_pages_those_that_are_not_read_first(office: Office, time: Any) -> None:
    for number in range(7):
        time.passes(seconds=1)
        office.is_told(office.ann, text=str(number))
    office.browser.log_in()
    ids = {one["text"]: one["mention_id"] for one in office.mentions()["mentions"]}
    read = [ids["6"], ids["2"], ids["0"]]
    office.browser.call("POST", "/mentions/read", {"mention_ids": read})

    told, after = [], ""
    while page := office.mentions(limit=2, after=after):
        told += [one["text"] for one in page["mentions"]]
        after = page["next"]
        if not after:
            break

    assert told == ["5", "4", "3", "1", "6", "2", "0"]


def test_nobody_reads_for_others(office: Office) -> None:
    office.is_told(office.ann, office.shop)
    office.browser.log_in()
    mine = office.mentions()["mentions"][0]["mention_id"]
    office.browser.log_in("sue@example.com")
    hers = office.mentions()["mentions"][0]["mention_id"]

    answer = office.browser.call("POST", "/mentions/read", {"mention_ids": [hers, mine]})

    assert kind(answer) == (404, "not-found")
    assert office.mentions()["unread"] == 1


def test_whoever_may_not_see_the_order_when_it_is_told_hears_nothing(office: Office) -> None:
    office.is_told(office.fair, office.picker, f"usr_{'X' * 26}")
    with office.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from mentions").scalar() == 0


def test_whoever_may_not_see_the_order_any_more_does_not_read_of_it(office: Office) -> None:
    office.is_told(office.shop)
    office.browser.log_in("sue@example.com")
    assert office.mentions()["unread"] == 1

    users = office.browser.own.users
    for grants in (FAIR, PICKER):
        with office.engine.begin() as connection:
            changed = mentions.users.update().where(mentions.users.c.user_id == office.shop)
            connection.execute(changed.values(grants=grants))
        assert users.get(office.shop).grants == grants
        assert office.mentions() == {"mentions": [], "unread": 0, "next": ""}


def test_a_key_has_no_mentions(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.browser.own.keys.create('shop')}"}

    assert kind(office.browser.call("GET", "/mentions", headers=headers)) == (403, "forbidden")
