"""A shop is connected by what its kind asks for, and its secrets never come back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.errors import NotFound, Refused, Stale
from chassis.outside import Declined, Outcome, OutsideCall, Pending
from contracts.channels import Connection, Setting
from services.channels import connecting, queries
from services.channels.marketplaces import asking, registry
from services.channels.marketplaces.csv_orders import CsvOrders
from services.channels.marketplaces.marketplace import Can
from services.channels.marketplaces.marketplace import Setting as Asked
from services.channels.marketplaces.registry import MARKETS, registered
from services.channels.marketplaces.shopify import Shopify
from services.channels.tests.builders import NOW, SHOP, Channel, a_connection
from tests.fakes.shopify import FakeShopify


class Stall(CsvOrders):
    """A kind of shop of somebody else's, which asks for a key and a region."""

    kind = "stall"
    title = "Stall"
    settings = (
        Asked("key", "Key", secret=True, required=True),
        Asked("region", "Region", "Such as eu-1.", form="[a-z]{2}-[0-9]"),
    )
    can = frozenset({Can.PULL})


@pytest.fixture(autouse=True)
def stall(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(connecting, "MARKETS", registered([Stall(), Shopify()]))
    monkeypatch.setattr(queries, "MARKETS", registered([Stall(), Shopify()]))
    return


def a_stall(*settings: tuple[str, str], **more: Any) -> Connection:
    said = tuple(Setting(name=name, value=value) for name, value in settings)
    return Connection(channel="stall-1", kind="stall", name="Stall", settings=said, **more)


def refusal(channel: Channel, wish: Connection) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        connecting.connect(wish, channel.kept)
    assert wish.channel not in channel.kept.connections or wish.channel == SHOP
    return refused.value.field, refused.value.message


@pytest.mark.parametrize(
    ("wish", "field", "told"),
    [
        (a_stall(), "key", "missing"),
        (a_stall(("key", "k"), ("region", "mars")), "region", "Such as eu-1"),
        (a_stall(("key", "k"), ("colour", "red")), "settings", "colour"),
        (a_stall(("key", "k"), ("key", "l")), "settings", "twice"),
        (a_stall(("key", "k"), push_stock=True), "push_stock", "stock"),
        (replace(a_stall(), kind="bazaar"), "kind", "shopify, stall"),
    ],
)
def test_a_connection_says_what_its_kind_asks_for(
    channel: Channel, wish: Connection, field: str, told: str
) -> None:
    at, message = refusal(channel, wish)
    assert (at, told in message) == (field, True)


def test_a_secret_that_does_not_look_right_is_not_repeated(channel: Channel) -> None:
    odd = Asked("key", "Key", secret=True, form="[0-9]+")
    assert odd.fault("hush-hush") == "Key does not look like one."


def test_an_empty_secret_keeps_the_old_one_and_everything_else_is_as_said(
    channel: Channel,
) -> None:
    connecting.connect(a_stall(("key", "hush"), ("region", "eu-1")), channel.kept)
    changed = connecting.connect(a_stall(("key", ""), ("region", "")), channel.kept)

    assert connecting.shop_of(changed).settings == {"key": "hush", "region": ""}


def test_another_kind_of_shop_does_not_get_the_secrets_of_the_old_one(channel: Channel) -> None:
    other = replace(a_stall(("key", "k")), channel=SHOP)
    assert connecting.connect(other, channel.kept).access_token == ""


def test_each_kind_tells_what_it_asks_for_and_what_it_can_and_cannot_do() -> None:
    shopify, stall = queries.get_kinds().kinds

    assert [(one.name, one.secret, one.required) for one in stall.settings] == [
        ("key", True, True), ("region", False, False),
    ]  # fmt: skip
    assert (stall.can, "push_stock" in stall.cannot, "push_stock" in shopify.can) == (
        ("pull",), True, True,
    )  # fmt: skip


def test_two_adapters_of_one_name_are_found_out_at_the_start() -> None:
    with pytest.raises(ValueError, match="stall"):
        registered([Stall(), Stall()])


def test_what_a_kind_cannot_do_is_known_also_of_a_kind_that_is_gone() -> None:
    assert [registry.can(kind, Can.REFUNDS) for kind in ("shopify", "csv", "gone")] == [
        True, False, False,
    ]  # fmt: skip
    assert set(MARKETS) >= {"shopify", "csv"}


def test_what_a_shop_said_to_a_check_is_kept(channel: Channel) -> None:
    connecting.check(a_connection(), channel.work)
    (call,) = channel.work.calls
    made = OutsideCall("c", call.kind, call.key, SHOP, dict(call.request), 1, False, "", "")

    for outcome, problem in (
        (Outcome(made, "refused", code="http_401", reason="No."), "No."),
        (Outcome(made, "succeeded"), ""),
    ):  # fmt: skip
        connecting.conclude_check(outcome, channel.work, channel.kept)
        assert channel.kept.problems == {SHOP: problem}


def test_a_shop_is_asked_whether_it_knows_us(fake: FakeShopify) -> None:
    shop = connecting.shop_of(a_connection(base_url=fake.url))
    Shopify().check(shop)

    with pytest.raises(Declined, match="401"):
        Shopify().check(connecting.shop_of(a_connection(base_url=fake.url, access_token="old")))


def test_nobody_can_be_connected_with_that_is_not_there(channel: Channel) -> None:
    with pytest.raises(NotFound):
        connecting.found("nobody", channel.kept)


class Paced:
    """A pace that writes down what is asked of it."""

    def __init__(self) -> None:
        self.taken, self.closed = 0, []

    def take(self) -> None:
        self.taken += 1

    def close(self, wait: timedelta) -> None:
        self.closed.append(wait.total_seconds())


def test_each_request_takes_leave_and_a_shop_that_says_stop_stops_all(fake: FakeShopify) -> None:
    pace = Paced()
    shop = connecting.shop_of(a_connection(base_url=fake.url), pace)
    fake.answers_first = [(429, {"Retry-After": "7"})]

    with pytest.raises(Pending):
        Shopify().check(shop)
    Shopify().check(shop)

    assert (pace.taken, pace.closed) == (2, [7.0])


def test_credentials_do_not_follow_a_redirection(fake: FakeShopify) -> None:
    fake.answers_first = [(302, {"Location": f"{fake.url}/elsewhere"})]

    with pytest.raises(Declined, match="302"):
        Shopify().check(connecting.shop_of(a_connection(base_url=fake.url)))
    assert len(fake.asked) == 1


def test_a_shop_that_was_granted_more_is_asked_faster() -> None:
    granted = (Setting(name="requests_a_second", value="20"),)
    usual, quick = a_connection(), a_connection(settings=granted)
    speeds = [Shopify().allowance.of(connecting.shop_of(x)).a_second for x in (usual, quick)]
    assert speeds == [2.0, 20.0]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("3", 3), ("0.5", 0.5), ("", 2), ("soon", 2), ("-5", 0), ("1e400", 2), ("999999", 3600)],
)
def test_a_shop_that_says_how_long_is_believed_within_reason(said: str, seconds: float) -> None:
    assert asking.wait_of(said).total_seconds() == seconds


def test_a_shop_may_name_a_moment_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking.clock, "now", lambda: NOW)
    late = (NOW + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert asking.wait_of(late) == timedelta(seconds=90)


def test_a_connection_that_somebody_else_has_changed_is_not_overwritten(channel: Channel) -> None:
    seen = channel.kept.version_of(SHOP)
    connecting.connect(a_connection(name="Renamed", expected_version=seen), channel.kept)

    with pytest.raises(Stale, match=f"Channel {SHOP} has version {seen + 1}, not {seen}"):
        connecting.connect(a_connection(name="Mine", expected_version=seen), channel.kept)
    with pytest.raises(NotFound, match="There is no channel stall-1"):
        connecting.connect(a_stall(("key", "k"), expected_version=1), channel.kept)

    assert channel.kept.connections[SHOP].name == "Renamed"
