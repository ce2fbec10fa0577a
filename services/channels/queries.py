"""What can be asked of channels?"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.keeping import read
from chassis.outside import CallRow, find_calls
from contracts import channels as said
from services.channels.connecting import values_of
from services.channels.domain.inbound import Inbound
from services.channels.marketplaces.marketplace import Can, Marketplace
from services.channels.marketplaces.registry import MARKETS
from services.channels.pushes import PUSH
from services.channels.tables import connections, inbounds, listings, pulls

COUNTED_AT_MOST = 1000


def get_kinds() -> said.ChannelKinds:
    """List kinds of shops that can be connected, by name."""
    found = sorted(MARKETS.values(), key=lambda market: market.title)
    return said.ChannelKinds(kinds=tuple(_kind(market) for market in found))


def get_connections(session: Session, asked: said.AllConnections) -> said.ConnectionPage:
    """List connections and how they do."""
    query = sa.select(connections).order_by(connections.c.channel).limit(200)
    if asked.channels is not None:
        query = query.where(connections.c.channel.in_(asked.channels))
    rows = session.execute(query).all()
    return said.ConnectionPage(connections=tuple(view(session, row.data) for row in rows))


def view(session: Session, connection: said.Connection) -> said.ConnectionView:
    """Show a connection without its secrets."""
    row = session.execute(
        sa.select(connections).where(connections.c.channel == connection.channel)
    ).first()
    states = sa.text(
        "select state, count(*) from (select state from outside_calls where request->>'channel'"
        " = :channel and kind = :kind and state in ('pending', 'refused', 'failed') limit :most) s"
        " group by state"
    )
    asked = {"channel": connection.channel, "kind": PUSH, "most": COUNTED_AT_MOST}
    pushes: dict[str, int] = dict(session.execute(states, asked).all())  # type: ignore[arg-type]
    parked = sa.select(sa.func.count()).where(
        inbounds.c.channel == connection.channel,
        inbounds.c.state == "parked",
        sa.text("unmapped <> '[]'"),
    )
    pull = session.execute(sa.select(pulls).where(pulls.c.channel == connection.channel)).first()
    return said.ConnectionView(
        channel=connection.channel,
        kind=connection.kind,
        name=connection.name,
        base_url=connection.base_url,
        push_stock=connection.push_stock,
        last_received_at=row.last_received_at if row else None,
        last_pushed_at=row.last_pushed_at if row else None,
        waiting=pushes.get("pending", 0),
        failed=pushes.get("refused", 0) + pushes.get("failed", 0),
        unmapped=session.scalar(parked) or 0,
        pull_from=connection.pull_from,
        last_pulled_at=pull.last_at if pull else None,
        pull_problem=pull.problem if pull else "",
        checked_at=row.checked_at if row else None,
        check_problem=row.check_problem if row else "",
        version=row.version if row else 1,
        **_declared(connection),
    )


def _kind(market: Marketplace) -> said.ChannelKind:
    return said.ChannelKind(
        kind=market.kind,
        title=market.title,
        settings=tuple(
            said.KindSetting(
                name=one.name,
                label=one.label,
                help=one.help,
                secret=one.secret,
                required=one.required,
            )
            for one in market.settings
        ),
        can=tuple(what.value for what in Can if what in market.can),
        cannot=tuple(what.value for what in Can if what not in market.can),
    )


def _declared(connection: said.Connection) -> dict[str, Any]:
    """What a shop can do, what it was told to say, and which secrets it has; not these."""
    market = MARKETS.get(connection.kind)
    if market is None:
        return {}
    values = values_of(connection)
    return {
        "can": tuple(what.value for what in Can if what in market.can),
        "settings": tuple(
            said.Setting(name=one.name, value=values[one.name])
            for one in market.settings
            if not one.secret and values.get(one.name)
        ),
        "has": tuple(one.name for one in market.settings if one.secret and values.get(one.name)),
    }


def find_listings(session: Session, asked: said.FindListings) -> said.ListingPage:
    """List which SKU each listing of a channel is, by name."""
    here = (listings.c.channel == asked.channel) & (listings.c.listing > asked.after)
    query = sa.select(listings).where(here).order_by(listings.c.listing).limit(asked.limit + 1)
    rows = session.execute(query).mappings().all()
    page = tuple(said.Listing(**row) for row in rows[: asked.limit])
    more = page[-1].listing if len(rows) > asked.limit else ""
    return said.ListingPage(listings=page, next=more)


def find_inbound(session: Session, asked: said.FindInbound) -> said.InboundPage:
    """List orders that channels sent, newest first."""
    query = sa.select(inbounds).order_by(inbounds.c.inbound_id.desc()).limit(asked.limit + 1)
    if asked.channel:
        query = query.where(inbounds.c.channel == asked.channel)
    if asked.channels is not None:
        query = query.where(inbounds.c.channel.in_(asked.channels))
    if asked.state:
        query = query.where(inbounds.c.state == asked.state)
    if asked.after:
        query = query.where(inbounds.c.inbound_id < asked.after)
    found = read(session, Inbound, query)
    page = tuple(
        said.Inbound(
            inbound_id=x.inbound_id,
            channel=x.channel,
            channel_order_id=x.channel_order_id,
            state=x.state,  # type: ignore[arg-type]
            reason=x.reason,
            received_at=x.received_at,
            order_id=x.order_id,
            unmapped=x.unmapped,
        )
        for x in found[: asked.limit]
    )
    return said.InboundPage(
        orders=page, next=page[-1].inbound_id if len(found) > asked.limit else ""
    )


def find_pushes(session: Session, asked: said.FindPushes) -> said.PushPage:
    """List what we had to tell channels, newest first."""
    calls = find_calls(
        session, kind="channels.push", state=asked.state, after=asked.after, limit=asked.limit + 1
    )
    page = tuple(
        push(call)
        for call in calls[: asked.limit]
        if asked.channel in {"", call.request["channel"]}
        and (asked.channels is None or call.request["channel"] in asked.channels)
    )
    return said.PushPage(
        pushes=page, next=calls[asked.limit - 1].id if len(calls) > asked.limit else ""
    )


def is_push_of(session: Session, push_id: str, channels: Sequence[str] | None) -> bool:
    """Tell whether a push is for one of these channels; None: whichever it is for."""
    if channels is None:
        return True
    asked = sa.text("select request->>'channel' from outside_calls where id = :id")
    return session.scalar(asked, {"id": push_id}) in channels


def push(call: CallRow) -> said.Push:
    """Show a push with its attempts."""
    return said.Push(
        push_id=call.id,
        channel=call.request["channel"],
        kind=call.request["action"],
        subject=call.subject,
        state=call.state,
        attempts=call.attempts,
        error=call.error[:255],
        created_at=call.created_at,
        due_at=call.due_at if call.state == "pending" else None,
    )
