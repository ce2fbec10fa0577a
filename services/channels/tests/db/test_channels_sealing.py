"""A connection's secrets are nowhere in the database, and a shop's pace is there for all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock
from chassis.outside import Pending
from contracts import channels as said
from contracts.channels import Setting
from services.channels import sql_paces
from services.channels.marketplaces.marketplace import Allowance
from services.channels.sealed import each_secret, seal_once
from services.channels.sql_channels import SqlChannels
from services.channels.sql_paces import SqlPace
from services.channels.tests.builders import SHOP, a_connection
from services.channels.tests.db.batches import Service

SLOW = Allowance(at_once=3, a_second=0.001)


def test_secrets_are_sealed_in_the_database_and_open_for_the_service(shop: Service) -> None:
    with Session(shop.engine) as session, session.begin():
        kept = a_connection(settings=(Setting(name="key", value="whisper"),))
        SqlChannels(session).put_connection(kept)
        raw = session.execute(sa.text("select data::text from connections")).scalars().all()
        again = SqlChannels(session).connection(SHOP)

    assert not [word for word in ('"token"', "hush", "whisper") if word in " ".join(raw)]
    assert again == kept


def test_what_was_kept_before_sealing_is_read_and_sealed_by_the_migration(shop: Service) -> None:
    plain = sa.text(
        "update connections set data = data || cast(:old as jsonb) where channel = :channel"
    )
    old = '{"access_token": "plain-token", "webhook_secret": "plain-hush"}'
    with Session(shop.engine) as session, session.begin():
        session.execute(plain, {"old": old, "channel": SHOP})
        known = SqlChannels(session).connection(SHOP)
        raw = session.scalar(
            sa.text("select data from connections where channel = :channel"), {"channel": SHOP}
        )

    assert known is not None
    assert (known.access_token, known.webhook_secret) == ("plain-token", "plain-hush")
    sealed = each_secret(raw, seal_once)
    assert "plain" not in str(sealed)
    assert each_secret(sealed, seal_once) == sealed


def test_a_connection_shows_which_secrets_it_has_and_what_its_shop_said(shop: Service) -> None:
    (call,) = [call for call in _connect(shop) if call.kind == "channels.check"]
    shop.conclude(call, "refused", by="is_checked", code="http_401", reason="Shopify answers 401")

    views = {x.channel: x for x in shop.ask("connections", said.AllConnections()).connections}
    view = views[SHOP]
    assert (view.has, view.check_problem, view.checked_at is not None) == (
        ("access_token", "webhook_secret"), "Shopify answers 401", True,
    )  # fmt: skip
    assert [(x.name, x.value) for x in view.settings if x.name == "location_id"] == [
        ("location_id", "77")
    ]


def test_a_shop_is_asked_no_faster_than_it_allows_by_all_replicas_together(shop: Service) -> None:
    taken, refused = [], []

    def ask(_: int) -> None:
        pace = SqlPace(shop.engine, SHOP, SLOW)
        try:
            pace.take()
            taken.append(1)
        except Pending as later:
            refused.append(later)

    with ThreadPoolExecutor(8) as replicas:
        list(replicas.map(ask, range(12)))

    assert (len(taken), len(refused)) == (3, 9)
    SqlPace(shop.engine, "another", SLOW).take()


def test_what_must_wait_a_little_waits_and_then_has_its_turn(
    shop: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(sql_paces.time, "sleep", slept.append)
    pace = SqlPace(shop.engine, SHOP, Allowance(at_once=2, a_second=0.6))

    for _ in range(3):
        pace.take()

    (seconds,) = slept
    assert 0 < seconds <= 1 / 0.6


def test_a_shop_that_says_stop_is_left_alone_by_everybody(shop: Service) -> None:
    SqlPace(shop.engine, SHOP, Allowance(at_once=5, a_second=2)).close(timedelta(minutes=5))

    with pytest.raises(Pending) as later:
        SqlPace(shop.engine, SHOP, Allowance(at_once=5, a_second=2)).take()

    wait = (later.value.due_at - clock.now()).total_seconds()
    assert 290 < wait <= 301


def _connect(shop: Service) -> list[Any]:
    shop.do(("connect", a_connection(push_stock=True)))
    return shop.calls
