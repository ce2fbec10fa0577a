"""How is a shop asked for its orders, again and again, so that none is missed that it did not post?

Page by page, each a stored call: its orders and how far we are become true in one transaction.
A page that was asked for before a crash is asked for again; what is known already changes nothing.
Nothing here knows which shop system it is.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chassis.errors import Refused
from chassis.outside import Outcome
from chassis.work import Call, Work
from contracts.channels import Connection
from services.channels.connecting import shop_of
from services.channels.domain.news import News, Unacceptable
from services.channels.domain.pull import Cursor, Pull
from services.channels.handlers import Taken, hand_over_taken, take_news
from services.channels.marketplaces.marketplace import Can, Marketplace, Shop
from services.channels.ports import Channels, Pulls

PULL = "channels.pull"
AGAIN_AFTER = timedelta(minutes=5)


def keep_pulling(connection: Connection, work: Work, pulls: Pulls) -> None:
    """Begin or end the pull of a channel as its connection says; another moment begins anew."""
    known = pulls.get(connection.channel)
    if connection.pull_from is None:
        pulls.end(connection.channel)
    elif known is None:
        start = Cursor(since=connection.pull_from)
        pulls.add(Pull(connection.channel, connection.pull_from, start, work.now))
    else:
        known.due_at, known.problem = work.now, ""
        if known.pull_from != connection.pull_from:
            known.pull_from, known.cursor = connection.pull_from, Cursor(since=connection.pull_from)
            known.call = ""


def pull_due(work: Work, pulls: Pulls, room: Callable[[], int]) -> None:
    """Ask the shops whose time has come, where there is room for what they answer."""
    due = pulls.take_due(work.now)
    if due and room() > 0:
        for pull in due:
            _ask(pull, work)


def ask_shop(market: Marketplace, shop: Shop, request: dict[str, Any]) -> Any:
    """Make the call: ask for a page."""
    cursor = msgspec.convert(request["cursor"], Cursor)
    page = market.pull(shop, cursor)
    return {
        "orders": list(page.orders),
        "next": page.next,
        "newest": page.newest.isoformat() if page.newest else "",
    }


def conclude_pull(  # noqa: PLR0913 - ports
    outcome: Outcome, market: Marketplace, work: Work, channels: Channels, pulls: Pulls, room: int
) -> None:
    """Take the orders of a page and go on behind it, or note why there is none."""
    pulls.forget_call(outcome.call.id)
    channel = outcome.call.request["channel"]
    pull = pulls.get(channel)
    connection = channels.connection(channel)
    if pull is None or connection is None or pull.call != outcome.call.key:
        return  # begun anew, or not wanted any more
    pull.call = ""
    if outcome.status != "succeeded":
        _failed(pull, outcome, work)
        return
    page = outcome.result
    shop = shop_of(connection)
    read = [news for body in page["orders"] for news in _read(market, shop, body)]
    channels.expect(channel, [news.channel_order_id for news in read])
    taken = [_take(channel, news, work, channels, pull, market) for news in read]
    hand_over_taken(taken, work)
    newest = datetime.fromisoformat(page["newest"]) if page["newest"] else None
    pull.cursor, pull.problem = pull.cursor.after(page["next"], newest), ""
    if page["next"]:
        pull.due_at = work.now
        if len(taken) <= room:
            _ask(pull, work)
    else:
        pull.due_at = work.now + AGAIN_AFTER
        pull.end_sweep(work.now)


def _read(market: Marketplace, shop: Shop, body: str) -> Sequence[News]:
    """Read one of a page; what cannot be read at all is kept in sight, and spoils no other."""
    try:
        return market.read(shop, "", body)
    except Refused as refusal:
        name = f"unreadable {hashlib.sha256(body.encode(errors='replace')).hexdigest()[:16]}"
        return [News(Unacceptable(refusal.message, refusal.field or "body"), name)]


def _take(  # noqa: PLR0913 - ports
    channel: str, news: News, work: Work, channels: Channels, pull: Pull, market: Marketplace
) -> Taken:
    """Take news; an order that the shop should have posted, and did not, is one that was missed."""
    known = channels.inbound(channel, news.channel_order_id)
    taken = take_news(channel, news, work, channels, newer=True)
    new = None if known else channels.inbound(channel, news.channel_order_id)
    if new and Can.WEBHOOKS in market.can and pull.last_at:
        new.missed = True
    return taken


def _ask(pull: Pull, work: Work) -> None:
    pull.call = work.new_id("pull")
    request = {"channel": pull.channel, "cursor": msgspec.to_builtins(pull.cursor)}
    work.call(Call(PULL, pull.call, pull.channel, request))


def _failed(pull: Pull, outcome: Outcome, work: Work) -> None:
    """Ask again later; a mark that the shop does not know any more is given up at once."""
    stale = outcome.status == "refused" and pull.cursor.page and not pull.problem
    pull.problem = (outcome.reason or outcome.code)[:255]
    pull.cursor = pull.cursor.anew()
    pull.due_at = work.now if stale else work.now + AGAIN_AFTER
