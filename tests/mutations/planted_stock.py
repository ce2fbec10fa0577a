"""Which bugs could oversell or lose stock? Planted in inventory, and in returns and payments."""

from tests.mutations.mutation import Mutation

STORIES = "services/inventory/tests/handlers/test_inventory_stories.py"
SHELVES = "services/inventory/tests/domain/test_inventory_stock.py"
KEPT = (
    "services/inventory/tests/db/test_inventory_tables.py"
    "::test_no_story_oversells_or_loses_stock_in_the_database"
)
TABLES = "services/inventory/tests/db/test_inventory_tables.py"
RUSH = "services/inventory/tests/db/test_inventory_rush.py"
LOCKS = "services/inventory/tests/db/test_inventory_locks.py"
ORDERS = "services/inventory/tests/handlers/test_inventory_orders.py"

STOCK = (
    Mutation(
        "the condition of a movement is dropped: a balance may go below zero",
        "services/inventory/domain/stock.py",
        "if min(*parts, changed.available) < 0:",
        "if not parts:",
        (SHELVES,),
    ),
    Mutation(
        "a movement is not written into the ledger",
        "services/inventory/domain/stock.py",
        "self.movements.append(movement)",
        "self.movements.extend(())",
        (STORIES,),
    ),
    Mutation(
        "the ledger is not written into the database",
        "services/inventory/batch.py",
        "insert_rows(session, movements, _ledger_rows(",
        "insert_rows(session, movements, []) or list(_ledger_rows(",
        (KEPT,),
    ),
    Mutation(
        "a piece that is promised to one line can be placed for another",
        "services/inventory/domain/stock.py",
        "left[sku, warehouse] -= taken",
        "left[sku, warehouse] -= 0",
        (STORIES,),
    ),
    Mutation(
        "an order is kept in part, and told that it is kept",
        "services/inventory/domain/stock.py",
        "< q for sku, q in needs.items()):\n            return []",
        "< q for sku, q in needs.items()):\n            pass",
        (STORIES,),
    ),
    Mutation(
        "a reservation is released twice",
        "services/inventory/domain/reservation.py",
        "        self.placements = ()\n        self.move(to)",
        "        self.state = to.value",
        (STORIES,),
    ),
    Mutation(
        "a release of some goods is done each time that it comes",
        "services/inventory/handlers.py",
        "if command.lines and not inventory.is_done(key):",
        "if command.lines:",
        (STORIES,),
    ),
    Mutation(
        "goods are kept for an order that is off",
        "services/inventory/handlers.py",
        "    if inventory.is_done(_off(command.order_id)):",
        "    if inventory.is_done(command.order_id):",
        (STORIES,),
    ),
    Mutation(
        "what was released is committed all the same",
        "services/inventory/handlers.py",
        "if reservation is None or reservation.state == State.RELEASED:",
        "if reservation is None:",
        (STORIES,),
    ),
    Mutation(
        "goods that have expired are promised without being kept anew",
        "services/inventory/handlers.py",
        "    if reservation.state == State.EXPIRED:",
        "    if reservation.state == State.FULFILLED:",
        (STORIES, ORDERS),
    ),
    Mutation(
        "a plan that was refused is revived by an old message",
        "services/inventory/handlers.py",
        "refused = command.attempt <= reservation.refused_attempt",
        "refused = command.attempt < 0",
        (ORDERS,),
    ),
    Mutation(
        "a plan is promised where nothing is left",
        "services/inventory/domain/reservation.py",
        "own.get((sku, warehouse), 0) < quantity:\n                return False",
        "own.get((sku, warehouse), 0) < quantity:\n                continue",
        (STORIES, ORDERS),
    ),
    Mutation(
        "what has left stays on hand",
        "services/inventory/domain/reservation.py",
        "on_hand = -taken if gone else 0",
        "on_hand = 0",
        (STORIES,),
    ),
    Mutation(
        "a parcel takes the goods of another line",
        "services/inventory/domain/reservation.py",
        "taken = min(left, p.quantity) if same else 0",
        "taken = min(left, p.quantity)",
        (STORIES,),
    ),
    Mutation(
        "a parcel is taken off the books each time that it is told",
        "services/inventory/handlers.py",
        'key = f"fulfilled:{command.fulfillment_order_id}"',
        "key = work.new_id('x')",
        (STORIES,),
    ),
    Mutation(
        "a return is booked in each time that it is told",
        "services/inventory/stockkeeping.py",
        "        inventory.mark_done(key, work.now)\n",
        "",
        (STORIES,),
    ),
    Mutation(
        "what came back broken is sold again",
        "services/inventory/stockkeeping.py",
        "aside = back if unit.disposition in UNSELLABLE else 0",
        "aside = 0",
        ("services/inventory/tests/handlers/test_inventory_stockkeeping.py",),
    ),
    Mutation(
        "stock is corrected below what is promised",
        "services/inventory/stockkeeping.py",
        "if stock.available + wish.change < 0:",
        "if stock.on_hand + wish.change < 0:",
        ("services/inventory/tests/handlers/test_inventory_stockkeeping.py",),
    ),
    Mutation(
        "what is to happen once is not written down",
        "services/inventory/batch.py",
        'insert_rows(session, done, info.pop("done_now", []))',
        'info.pop("done_now", [])',
        (KEPT,),
    ),
    Mutation(
        "names are locked in any order",
        "services/inventory/batch.py",
        "(sorted(names),)",
        "(names,)",
        (LOCKS,),
    ),
    Mutation(
        "names are not locked: a release misses the reservation that is being made",
        "services/inventory/batch.py",
        "    if names:\n",
        "    if not names:\n",
        (RUSH, LOCKS),
    ),
    Mutation(
        "the rows of SKUs are not locked beforehand",
        "services/inventory/batch.py",
        "    load_locked(session, SkuRecord, skus)\n",
        "",
        (LOCKS,),
    ),
    Mutation(
        "the timer waits for what somebody else works on",
        "services/inventory/tables.py",
        ".with_for_update(skip_locked=True)",
        ".with_for_update()",
        (LOCKS,),
    ),
    Mutation(
        "what was paid expires",
        "services/inventory/tables.py",
        "reservations.c.state == State.ACTIVE.value, reservations.c.expires_at <= now",
        "reservations.c.expires_at <= now",
        (TABLES,),
    ),
    Mutation(
        "the database lets more be promised than there is",
        "services/inventory/tables.py",
        '"on_hand >= reserved + allocated + unavailable"',
        '"on_hand >= 0"',
        (TABLES,),
    ),
    Mutation(
        "channels are not told that less can be sold",
        "services/inventory/domain/stock.py",
        "if self.available(sku) != was)",
        "if self.available(sku) > was)",
        (TABLES,),
    ),
)
