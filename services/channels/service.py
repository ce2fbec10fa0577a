"""Which ways lead into channels?

long because: each of them is a method here, and does no more than to call who does it.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chassis import sealing
from chassis.bus import Bus
from chassis.config import read_settings
from chassis.errors import NotFound
from chassis.outside import Declined, Outcome, OutsideCall, call_again
from chassis.store import new_engine
from chassis.transaction import Unit
from chassis.wiring import answers, concludes, every, handles, outside, performs
from contracts import channels, inventory, mending, orders
from contracts import imports as files
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.channels import (
    connecting,
    exceptions,
    handlers,
    health,
    import_queries,
    imports,
    pulls,
    pushes,
    queries,
    sql_channels,
    sql_ways,
    suggesting,
    tables,
)
from services.channels import mending as mends
from services.channels.marketplaces.marketplace import Marketplace, Shop
from services.channels.marketplaces.registry import MARKETS
from services.channels.sql_channels import SqlChannels
from services.channels.sql_imports import SqlImports, SqlPulls
from services.channels.sql_paces import SqlPace

EVENTS_KEPT = timedelta(days=30)
STOCK_AT_ONCE = 200
WINDOW = read_settings().import_window


class ChannelsService:
    """Takes orders in from shops and tells them what became of them."""

    name = "channels"
    bus = Bus(tables.metadata, prepare=sql_channels.prepare)

    def __init__(self) -> None:
        sealing.check()
        self.engine = new_engine(read_settings().database_url, pool=4)

    @performs(channels.CONNECT)
    def connect(self, wish: channels.Connection, work: Unit) -> channels.ConnectionView:
        """Connect a shop."""
        connection = connecting.connect(wish, SqlChannels(work.session))
        pulls.keep_pulling(connection, work, SqlPulls(work.session))
        connecting.check(connection, work)
        return queries.view(work.session, connection)

    @performs(channels.CHECK)
    def check(self, wish: channels.CheckConnection, work: Unit) -> channels.ConnectionView:
        """Ask a shop whether it knows us."""
        connection = connecting.found(wish.channel, SqlChannels(work.session))
        connecting.check(connection, work)
        return queries.view(work.session, connection)

    @performs(channels.WEBHOOK)
    def webhook(self, wish: channels.ChannelWebhook, work: Unit) -> channels.WebhookTaken:
        """Take what a shop posted."""
        kept = SqlChannels(work.session)
        market = connecting.market_of(connecting.found(wish.channel, kept).kind)
        return handlers.take_webhook(wish, market, work, kept, SqlPulls(work.session))

    @performs(files.BEGIN_IMPORT)
    def begin_import(self, wish: files.BeginImport, work: Unit) -> files.Import:
        """Expect a file of orders."""
        run = imports.begin_import(wish, work, *_ports(work))
        return import_queries.view(work.session, run)

    @performs(files.ADD_PART)
    def add_part(self, wish: files.ImportPart, work: Unit) -> Nothing:
        """Keep a part of a file."""
        imports.add_part(wish, SqlImports(work.session))
        return Nothing()

    @performs(files.END_UPLOAD)
    def end_upload(self, wish: files.EndUpload, work: Unit) -> files.Import:
        """Begin to read a file that has come whole."""
        run = imports.end_upload(wish, work, SqlImports(work.session))
        return import_queries.view(work.session, run)

    @performs(files.STOP_IMPORT)
    def stop_import(self, wish: files.ImportRef, work: Unit) -> files.Import:
        """Take no more orders of a file."""
        run = imports.stop_import(wish.import_id, work, SqlImports(work.session))
        return import_queries.view(work.session, run)

    @performs(channels.MAP)
    def map(self, wish: channels.MapListing, work: Unit) -> channels.Mapped:
        """Say which SKU a listing is."""
        return handlers.map_listing(wish, work, SqlChannels(work.session))

    @performs(channels.RETRY_PUSH)
    def retry_push(self, wish: channels.RetryPush, work: Unit) -> channels.Push:
        """Try a failed push again."""
        mine = queries.is_push_of(work.session, wish.push_id, wish.channels)
        call = call_again(work.session, wish.push_id, work.now) if mine else None
        if call is None:
            raise NotFound("failed push", wish.push_id, "push_id")
        return queries.push(call)

    @performs(mending.REPLAY)
    def replay(self, wish: mending.ReplayChannel, work: Unit) -> mending.Replayed:
        """Ask a shop once more, or tell it again what failed."""
        mends.replay(wish, work, SqlChannels(work.session), SqlPulls(work.session))
        pushed = 0
        if wish.pushes:
            pushed = health.push_failed_again(work.session, wish.channel, work.now)
        return mending.Replayed(since=wish.since, pushes=pushed)

    @performs(mending.LOOK_UP)
    def look_up(self, wish: mending.LookUpOrder, work: Unit) -> mending.Sighting:
        """Ask a shop what it says of an order."""
        return mends.sighting(mends.look_up(wish, work, SqlChannels(work.session)))

    @performs(mending.MEND)
    def mend(self, wish: mending.MendOrder, work: Unit) -> mending.Sighting:
        """Do with an order what its shop has said."""
        return mends.sighting(mends.mend(wish, work, SqlChannels(work.session)))

    @answers(mending.SIGHTING)
    def sighting(self, asked: mending.ComparisonOf, session: Session) -> mending.Sighting:
        """Show what a shop has said of an order."""
        kept = SqlChannels(session)
        return mends.sighting(mends.inbound_of(asked.inbound_id, asked.channels, kept))

    @answers(mending.HEALTH)
    def health(self, asked: mending.HealthOf, session: Session) -> mending.ChannelHealth:
        """Tell how a channel does."""
        return health.get_health(session, asked)

    @answers(mending.SUGGESTIONS)
    def suggestions(self, asked: mending.FindSuggestions, session: Session) -> mending.Suggestions:
        """Suggest SKUs for a listing."""
        return suggesting.find_suggestions(session, asked)

    @answers(channels.KINDS)
    def kinds(self, _asked: Nothing, _session: Session) -> channels.ChannelKinds:
        """List kinds of shops that can be connected."""
        return queries.get_kinds()

    @answers(channels.CONNECTIONS)
    def connections(
        self, asked: channels.AllConnections, session: Session
    ) -> channels.ConnectionPage:
        """List connections."""
        return queries.get_connections(session, asked)

    @answers(channels.LISTINGS)
    def listings(self, asked: channels.FindListings, session: Session) -> channels.ListingPage:
        """List which SKU each listing of a channel is."""
        return queries.find_listings(session, asked)

    @answers(channels.INBOUND)
    def inbound(self, asked: channels.FindInbound, session: Session) -> channels.InboundPage:
        """List orders that channels sent."""
        return queries.find_inbound(session, asked)

    @answers(files.IMPORT)
    def import_status(self, asked: files.ImportRef, session: Session) -> files.Import:
        """Tell how far an import is."""
        return import_queries.get_import(session, asked)

    @answers(files.IMPORTS)
    def imports(self, asked: files.FindImports, session: Session) -> files.ImportPage:
        """List imports."""
        return import_queries.find_imports(session, asked)

    @answers(files.RESULTS)
    def import_results(self, asked: files.FindResults, session: Session) -> files.ResultPage:
        """Tell what became of each order in a file."""
        return import_queries.find_results(session, asked)

    @answers(channels.PUSHES)
    def pushes(self, asked: channels.FindPushes, session: Session) -> channels.PushPage:
        """List what we had to tell channels."""
        return queries.find_pushes(session, asked)

    @answers(channels.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List what does not go on."""
        return exceptions.find_stuck(session, asked)

    @performs(channels.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about what does not go on."""
        exceptions.decide(wish, work)
        return Nothing()

    @handles(orders.OrdersImported)
    def on_imported(self, event: orders.OrdersImported, work: Unit) -> None:
        """Orders of a channel were accepted or refused."""
        handlers.on_imported(event, work, SqlChannels(work.session))

    @handles(orders.OrderConfirmed)
    def on_confirmed(self, event: orders.OrderConfirmed, work: Unit) -> None:
        """An order is confirmed: there is room for another one of an import."""
        SqlChannels(work.session).arrived(event.order_id)

    @handles(orders.OrderCanceled)
    def on_canceled(self, event: orders.OrderCanceled, work: Unit) -> None:
        """An order is off."""
        SqlChannels(work.session).arrived(event.order_id)
        pushes.push_cancellation(event, work, SqlChannels(work.session))

    @handles(inventory.SkuSaved)
    def save_sku(self, event: inventory.SkuSaved, work: Unit) -> None:
        """Know a SKU."""
        handlers.save_sku(event, work, SqlChannels(work.session))

    @handles(inventory.StockChanged)
    def stock_changed(self, event: inventory.StockChanged, work: Unit) -> None:
        """Stock has changed; `prepare` has written down all news of the batch together."""

    @handles(channels.AcknowledgeShipment)
    def acknowledge(self, command: channels.AcknowledgeShipment, work: Unit) -> None:
        """Tell a channel what has left."""
        pushes.acknowledge(command, work, SqlChannels(work.session))

    @handles(channels.PushRefund)
    def push_refund(self, command: channels.PushRefund, work: Unit) -> None:
        """Tell a channel what came back."""
        pushes.push_refund(command, work, SqlChannels(work.session))

    @every(seconds=2)
    def push_stock(self, work: Unit) -> None:
        """Tell channels of stock that has changed."""
        for due in SqlChannels(work.session).take_stock(STOCK_AT_ONCE):
            pushes.push_stock(due, work)

    @every(seconds=0.25)
    def go_on(self, work: Unit) -> None:
        """Go on with files and pulls, as far as there is room."""
        imports.go_on(work, *_ports(work), lambda: _room(work))
        pulls.pull_due(work, SqlPulls(work.session), lambda: _room(work))

    @every(seconds=3600)
    def forget(self, work: Unit) -> None:
        """Forget events that do not come again, and imports of long ago."""
        SqlChannels(work.session).forget_events(work.now - EVENTS_KEPT)
        sql_ways.forget(work.session, work.now)
        SqlImports(work.session).prune(work.now)

    @outside("channels.push")
    def call_push(self, call: OutsideCall) -> dict[str, Any]:
        """Tell a channel something."""
        with Session(self.engine) as session:
            kept = SqlChannels(session)
            connection = kept.connection(call.request["channel"])
            level = kept.level(call.request.get("sku", ""))
        market, shop = _shop(self.engine, connection)
        return pushes.tell(market, shop, call.key, call.request, level)

    @concludes("channels.push")
    def pushed(self, outcome: Outcome, work: Unit) -> None:
        """A channel was told, or would not listen."""
        pushes.conclude_push(outcome, work, SqlChannels(work.session))

    @outside(connecting.CHECK)
    def call_check(self, call: OutsideCall) -> dict[str, Any]:
        """Ask a shop whether it knows us; whoever waits for it is told at once that it is away."""
        with Session(self.engine) as session:
            connection = SqlChannels(session).connection(call.request["channel"])
        market, shop = _shop(self.engine, connection)
        try:
            market.check(shop)
        except OSError as error:
            told = f"The shop cannot be reached ({type(error).__name__})."
            raise Declined("no_answer", told) from None
        return {}

    @concludes(connecting.CHECK)
    def is_checked(self, outcome: Outcome, work: Unit) -> None:
        """A shop has said whether it knows us."""
        connecting.conclude_check(outcome, work, SqlChannels(work.session))

    @outside(mends.LOOK)
    def call_look_up(self, call: OutsideCall) -> dict[str, Any]:
        """Ask a shop for an order."""
        with Session(self.engine) as session:
            connection = SqlChannels(session).connection(call.request["channel"])
        return mends.ask_shop(*_shop(self.engine, connection), call.request)

    @concludes(mends.LOOK)
    def looked_up(self, outcome: Outcome, work: Unit) -> None:
        """A shop has said what it knows of an order, or has not."""
        kept = SqlChannels(work.session)
        kind = connecting.found(outcome.call.request["channel"], kept).kind
        market = connecting.market_of(kind)
        mends.conclude_look_up(outcome, market, work, kept, SqlPulls(work.session))

    @outside(pulls.PULL)
    def call_pull(self, call: OutsideCall) -> dict[str, Any]:
        """Ask a shop for a page of orders."""
        with Session(self.engine) as session:
            connection = SqlChannels(session).connection(call.request["channel"])
        page: dict[str, Any] = pulls.ask_shop(*_shop(self.engine, connection), call.request)
        return page

    @concludes(pulls.PULL)
    def pulled(self, outcome: Outcome, work: Unit) -> None:
        """A shop has given a page of orders, or would not."""
        kept = SqlChannels(work.session)
        kind = connecting.found(outcome.call.request["channel"], kept).kind
        market = connecting.market_of(kind)
        pulls.conclude_pull(outcome, market, work, kept, SqlPulls(work.session), _room(work))


def _ports(work: Unit) -> tuple[SqlChannels, SqlImports]:
    return SqlChannels(work.session), SqlImports(work.session)


def _shop(engine: Engine, connection: channels.Connection | None) -> tuple[Marketplace, Shop]:
    """A shop as its adapter sees it, with the pace that all replicas keep."""
    if connection is None:
        raise Declined("no_connection", "The channel is not connected any more.")
    market = MARKETS.get(connection.kind)
    if market is None:
        raise Declined("no_adapter", f"No adapter is called {connection.kind}.")
    allowance = market.allowance.of(connecting.shop_of(connection))
    pace = SqlPace(engine, connection.channel, allowance)
    return market, connecting.shop_of(connection, pace)


def _room(work: Unit) -> int:
    return WINDOW - sql_ways.on_their_way(work.session, work.now, WINDOW)
