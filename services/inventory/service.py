"""Which ways lead into inventory?"""

from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chassis import clock, stuck
from chassis.bus import Bus
from chassis.config import read_settings
from chassis.telemetry import get_log
from chassis.transaction import Unit
from chassis.wiring import answers, every, handles, performs, tends
from contracts import inventory
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.inventory import batch, handlers, ledger, queries, stockkeeping, tables
from services.inventory.tables import SqlInventory


class InventoryService:
    """Knows every SKU and keeps its stock true."""

    name = "inventory"
    bus = Bus(tables.metadata, prepare=batch.prepare, finish=batch.finish)

    @handles(inventory.ReserveStock)
    def reserve(self, command: inventory.ReserveStock, work: Unit) -> None:
        """Keep goods for an order."""
        handlers.reserve_stock(command, work, SqlInventory(work))

    @handles(inventory.ReplaceShortage)
    def replace(self, command: inventory.ReplaceShortage, work: Unit) -> None:
        """Write off what was not found and keep the same elsewhere."""
        handlers.replace_shortage(command, work, SqlInventory(work))

    @handles(inventory.CommitStock)
    def commit(self, command: inventory.CommitStock, work: Unit) -> None:
        """Promise goods where they will be picked."""
        handlers.commit_stock(command, work, SqlInventory(work))

    @handles(inventory.ReleaseStock)
    def release(self, command: inventory.ReleaseStock, work: Unit) -> None:
        """Give goods back."""
        handlers.release_stock(command, work, SqlInventory(work))

    @handles(inventory.ReleaseRound)
    def release_round(self, command: inventory.ReleaseRound, work: Unit) -> None:
        """Give back the goods of a round."""
        handlers.release_round(command, work, SqlInventory(work))

    @handles(inventory.FulfillStock)
    def fulfill(self, command: inventory.FulfillStock, work: Unit) -> None:
        """Take off the books what has left."""
        handlers.fulfill_stock(command, work, SqlInventory(work))

    @handles(inventory.RestockReturn)
    def restock(self, command: inventory.RestockReturn, work: Unit) -> None:
        """Book returned goods in."""
        stockkeeping.restock_return(command, work, SqlInventory(work))

    @handles(inventory.CountSale)
    def count_sale(self, command: inventory.CountSale, work: Unit) -> None:
        """Take off the books what was sold over a counter."""
        stockkeeping.count_sale(command, work, SqlInventory(work))

    @performs(inventory.PUT_SKU)
    def put_sku(self, wish: inventory.PutSku, work: Unit) -> inventory.SkuView:
        """Make or change a SKU."""
        record = stockkeeping.put_sku(wish, work, SqlInventory(work))
        return queries.get_sku(work.session, inventory.SkuRef(sku=record.sku))

    @performs(inventory.ADJUST)
    def adjust(self, wish: inventory.AdjustStock, work: Unit) -> inventory.WarehouseStock:
        """Correct stock."""
        return stockkeeping.adjust_stock(wish, work, SqlInventory(work))

    @performs(inventory.RECEIVE)
    def receive(self, wish: inventory.ReceiveStock, work: Unit) -> inventory.WarehouseStock:
        """Take in goods."""
        return stockkeeping.receive_stock(wish, work, SqlInventory(work))

    @answers(inventory.GET_SKU)
    def get_sku(self, asked: inventory.SkuRef, session: Session) -> inventory.SkuView:
        """Show a SKU."""
        return queries.get_sku(session, asked)

    @answers(inventory.GET_SKUS)
    def get_skus(self, asked: inventory.SkusNamed, session: Session) -> inventory.SkuPage:
        """Show several SKUs."""
        return queries.get_skus(session, asked)

    @answers(inventory.FIND_SKUS)
    def find_skus(self, asked: inventory.FindSkus, session: Session) -> inventory.SkuPage:
        """List SKUs."""
        return queries.find_skus(session, asked)

    @answers(inventory.LEDGER)
    def ledger(self, asked: inventory.LedgerOf, session: Session) -> inventory.Ledger:
        """List stock movements."""
        return queries.get_ledger(session, asked)

    @answers(inventory.AUDIT)
    def audit(self, asked: inventory.Audit, session: Session) -> inventory.AuditReport:
        """Compare the ledger with the balances."""
        return queries.audit(session, asked)

    @answers(inventory.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List messages and calls that wait in vain."""
        return stuck.page(asked, stuck.waiting(session, self.name, asked))

    @performs(inventory.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about one of them."""
        stuck.decide(self.name, wish, work)
        return Nothing()

    @every(seconds=5)
    def expire_reservations(self, work: Unit) -> None:
        """Give back what was kept too long."""
        kept = SqlInventory(work)
        for reservation in kept.all_due(work.now):
            handlers.expire(reservation, work, kept)

    @tends(seconds=300)
    def audit_regularly(self, engine: Engine) -> None:
        """Say loudly if ledger and balances differ."""
        with Session(engine) as session:
            report = queries.audit(session, inventory.Audit())
        if report.differences:
            get_log().error("ledger and balances differ", where=report.differences)

    @tends(seconds=10)
    def close_ledger(self, engine: Engine) -> None:
        """Close the ledger of some SKUs, and read again what was closed of another."""
        ledger.close(engine, clock.now())
        if untrue := ledger.read_again(engine, clock.now()):
            get_log().error("the ledger was changed behind its closing", where=untrue)

    @tends(seconds=3600)
    def carry_ledger(self, engine: Engine) -> None:
        """Add up movements that are older than they are kept."""
        if days := read_settings().ledger_kept_days:
            ledger.carry(engine, clock.now() - timedelta(days=days))
