"""Which ways lead into the warehouse? All are on this screen, each with one call."""

from sqlalchemy.orm import Session

from chassis import stuck
from chassis.bus import Bus
from chassis.transaction import Unit
from chassis.wiring import answers, handles, performs
from contracts import inventory, warehouse
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.warehouse import handlers, queries, readdressing, setting_up, tables
from services.warehouse.places import locate
from services.warehouse.tables import SqlFloor, SqlFulfillments


class WarehouseService:
    """Decides which building sends what, and guides the hands that pick and pack it."""

    name = "warehouse"
    bus = Bus(tables.metadata, prepare=tables.prepare)

    @handles(warehouse.RouteOrder)
    def route_order(self, command: warehouse.RouteOrder, work: Unit) -> None:
        """Plan who sends what."""
        handlers.route_order(command, work, *_ports(work), locate)

    @handles(warehouse.OpenFulfillment)
    def open_fulfillment(self, command: warehouse.OpenFulfillment, work: Unit) -> None:
        """Let picking begin."""
        handlers.open_fulfillment(command, work, *_ports(work))

    @handles(warehouse.ReaddressOrder)
    def readdress_order(self, command: warehouse.ReaddressOrder, work: Unit) -> None:
        """Send all of an order elsewhere."""
        readdressing.readdress_order(command, work, SqlFulfillments(work.session))

    @handles(warehouse.EditPlan)
    def edit_plan(self, command: warehouse.EditPlan, work: Unit) -> None:
        """Send less of an order."""
        readdressing.edit_plan(command, work, SqlFulfillments(work.session))

    @handles(warehouse.CancelFulfillment)
    def cancel_fulfillment(self, command: warehouse.CancelFulfillment, work: Unit) -> None:
        """Stop one or all of an order's."""
        handlers.cancel_fulfillment(command, work, SqlFulfillments(work.session))

    @handles(inventory.SkuSaved)
    def save_sku(self, event: inventory.SkuSaved, work: Unit) -> None:
        """Keep what inventory tells of a SKU."""
        handlers.save_sku(event, SqlFloor(work.session))

    @performs(warehouse.PUT_WAREHOUSE)
    def put_warehouse(self, wish: warehouse.PutWarehouse, work: Unit) -> warehouse.WarehouseView:
        """Make or change a warehouse."""
        return setting_up.put_warehouse(wish, SqlFloor(work.session))

    @performs(warehouse.PUT_BIN)
    def put_bin(self, wish: warehouse.PutBin, work: Unit) -> warehouse.BinView:
        """Make or change a bin."""
        return setting_up.put_bin(wish, SqlFloor(work.session))

    @performs(warehouse.PUT_CARTON)
    def put_carton(self, wish: warehouse.PutCarton, work: Unit) -> warehouse.CartonView:
        """Make or change a carton."""
        return setting_up.put_carton(wish, SqlFloor(work.session))

    @performs(warehouse.START)
    def start(self, wish: warehouse.StartPicking, work: Unit) -> warehouse.Fulfillment:
        """Take a fulfillment order to pick it."""
        return handlers.start_picking(wish, work, *_ports(work))

    @performs(warehouse.SCAN)
    def scan(self, wish: warehouse.ScanPick, work: Unit) -> warehouse.Fulfillment:
        """Take what was scanned."""
        return handlers.scan_pick(wish, work, *_ports(work))

    @performs(warehouse.SHORT)
    def short(self, wish: warehouse.ReportShort, work: Unit) -> warehouse.Fulfillment:
        """Go on without what was not found."""
        return handlers.report_short(wish, work, *_ports(work))

    @performs(warehouse.PACK)
    def pack(self, wish: warehouse.Pack, work: Unit) -> warehouse.Fulfillment:
        """Close the boxes."""
        return handlers.pack(wish, work, *_ports(work))

    @answers(warehouse.WAREHOUSES)
    def warehouses(self, asked: Nothing, session: Session) -> warehouse.Warehouses:
        """Show all warehouses and cartons."""
        return queries.all_warehouses(session, asked)

    @answers(warehouse.BINS)
    def bins(self, asked: warehouse.FindBins, session: Session) -> warehouse.BinPage:
        """List the bins of a warehouse."""
        return queries.find_bins(session, asked)

    @answers(warehouse.GET)
    def get(self, asked: warehouse.FulfillmentRef, session: Session) -> warehouse.Fulfillment:
        """Show a fulfillment order."""
        return queries.get_fulfillment(session, asked)

    @answers(warehouse.PLACES)
    def places(self, asked: warehouse.PlacesOf, session: Session) -> warehouse.Places:
        """Tell in which warehouses fulfillment orders lie."""
        return queries.get_places(session, asked)

    @answers(warehouse.OF_ORDER)
    def of_order(
        self, asked: warehouse.FulfillmentsOf, session: Session
    ) -> warehouse.FulfillmentPage:
        """Show the fulfillment orders of an order."""
        return queries.fulfillments_of(session, asked)

    @answers(warehouse.FIND)
    def find(
        self, asked: warehouse.FindFulfillments, session: Session
    ) -> warehouse.FulfillmentPage:
        """List fulfillment orders."""
        return queries.find_fulfillments(session, asked)

    @answers(warehouse.SLIP)
    def slip(self, asked: warehouse.FulfillmentRef, session: Session) -> warehouse.Document:
        """Print a packing slip."""
        return queries.packing_slip(session, asked)

    @answers(warehouse.COUNT_TASKS)
    def count_tasks(
        self, asked: warehouse.FindCountTasks, session: Session
    ) -> warehouse.CountTasks:
        """List the bins to be counted."""
        return queries.find_count_tasks(session, asked)

    @answers(warehouse.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List messages and calls that wait in vain."""
        return stuck.page(asked, stuck.waiting(session, self.name, asked))

    @performs(warehouse.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about one of them."""
        stuck.decide(self.name, wish, work)
        return Nothing()


def _ports(work: Unit) -> tuple[SqlFulfillments, SqlFloor]:
    return SqlFulfillments(work.session), SqlFloor(work.session)
