"""Which ways lead into channels?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from chassis import stuck
from chassis.bus import Bus
from chassis.config import read_settings
from chassis.errors import NotFound
from chassis.outside import Declined, Outcome, OutsideCall, call_again
from chassis.store import new_engine
from chassis.transaction import Unit
from chassis.wiring import answers, concludes, every, handles, outside, performs
from contracts import channels, inventory, orders
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.channels import handlers, pushes, queries, tables
from services.channels.marketplaces.csv_orders import CsvOrders
from services.channels.marketplaces.marketplace import Marketplace
from services.channels.marketplaces.shopify import Shopify
from services.channels.tables import SqlChannels

MARKETS: Mapping[str, Marketplace] = {"shopify": Shopify(), "csv": CsvOrders()}
EVENTS_KEPT = timedelta(days=30)
STOCK_AT_ONCE = 200


class ChannelsService:
    """Takes orders in from shops and tells them what became of them."""

    name = "channels"
    bus = Bus(tables.metadata, prepare=tables.prepare)

    def __init__(self) -> None:
        self.engine = new_engine(read_settings().database_url, pool=4)

    @performs(channels.CONNECT)
    def connect(self, wish: channels.Connection, work: Unit) -> channels.ConnectionView:
        """Connect a shop."""
        return queries.view(work.session, handlers.connect(wish, SqlChannels(work.session)))

    @performs(channels.WEBHOOK)
    def webhook(self, wish: channels.ChannelWebhook, work: Unit) -> channels.WebhookTaken:
        """Take what a shop posted."""
        kept = SqlChannels(work.session)
        market = MARKETS[handlers.found(wish.channel, kept).kind]
        return handlers.take_webhook(wish, market, work, kept)

    @performs(channels.IMPORT_CSV)
    def import_csv(self, wish: channels.ImportCsv, work: Unit) -> channels.CsvResult:
        """Take a file of orders."""
        return handlers.import_csv(wish, MARKETS["csv"], work, SqlChannels(work.session))

    @performs(channels.MAP)
    def map(self, wish: channels.MapListing, work: Unit) -> channels.Mapped:
        """Say which SKU a listing is."""
        released = handlers.map_listing(wish, work, SqlChannels(work.session))
        return channels.Mapped(released=released)

    @performs(channels.RETRY_PUSH)
    def retry_push(self, wish: channels.RetryPush, work: Unit) -> channels.Push:
        """Try a failed push again."""
        call = call_again(work.session, wish.push_id, work.now)
        if call is None:
            raise NotFound("failed push", wish.push_id, "push_id")
        return queries.push(call)

    @answers(channels.CONNECTIONS)
    def connections(
        self, asked: channels.AllConnections, session: Session
    ) -> channels.ConnectionPage:
        """List connections."""
        return queries.get_connections(session, asked)

    @answers(channels.INBOUND)
    def inbound(self, asked: channels.FindInbound, session: Session) -> channels.InboundPage:
        """List orders that channels sent."""
        return queries.find_inbound(session, asked)

    @answers(channels.PUSHES)
    def pushes(self, asked: channels.FindPushes, session: Session) -> channels.PushPage:
        """List what we had to tell channels."""
        return queries.find_pushes(session, asked)

    @answers(channels.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List messages and calls that wait in vain."""
        return stuck.page(asked, stuck.waiting(session, self.name, asked))

    @performs(channels.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about one of them."""
        stuck.decide(self.name, wish, work)
        return Nothing()

    @handles(orders.OrderPlaced)
    def on_placed(self, event: orders.OrderPlaced, work: Unit) -> None:
        """An order of a channel was accepted."""
        handlers.on_placed(event, SqlChannels(work.session))

    @handles(orders.ImportRefused)
    def on_refused(self, event: orders.ImportRefused, work: Unit) -> None:
        """An order of a channel was refused."""
        handlers.on_refused(event, SqlChannels(work.session))

    @handles(orders.OrderCanceled)
    def on_canceled(self, event: orders.OrderCanceled, work: Unit) -> None:
        """An order is off."""
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

    @every(seconds=3600)
    def forget_events(self, work: Unit) -> None:
        """Forget events that do not come again."""
        SqlChannels(work.session).forget_events(work.now - EVENTS_KEPT)

    @outside("channels.push")
    def call_push(self, call: OutsideCall) -> dict[str, Any]:
        """Tell a channel something."""
        with Session(self.engine) as session:
            kept = SqlChannels(session)
            connection = kept.connection(call.request["channel"])
            level = kept.level(call.request.get("sku", ""))
        if connection is None:
            raise Declined("no_connection", "The channel is not connected any more.")
        shop = handlers.shop_of(connection)
        return pushes.tell(MARKETS[connection.kind], shop, call.key, call.request, level)

    @concludes("channels.push")
    def pushed(self, outcome: Outcome, work: Unit) -> None:
        """A channel was told, or would not listen."""
        pushes.conclude_push(outcome, work, SqlChannels(work.session))
